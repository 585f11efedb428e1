import Cairn
import CairnStorage
import CairnTestSupport

/// An archive of small records in two row groups, made once for all tests, which only read it.
enum TwoRowGroups {
  static let firstRows = SegmentFormat.rowGroupRowLimit
  static let rowCount = firstRows + 6000

  /// Records in order of time: the last 6000 are the second row group. Names and keys of the two differ; one row
  /// in 10,000 of the first has `rare`.
  static func record(_ row: Int) -> String {
    let rare = rare(row).map { #","rare":"\#($0)""# } ?? ""
    return #"{"eventTime":"\#(time(row))","eventName":"\#(name(row))","#
      + #""eventID":"\#(id(row))","userIdentity":\#(identity(row)),"#
      + #""note":"\#(note(row))"\#(rare)}"#
  }

  static func name(_ row: Int) -> String { row >= firstRows ? "Put" : row % 3 == 0 ? "Get" : "List" }

  static func accessKey(_ row: Int) -> String { "AKIA\(row >= firstRows ? "B" : "A")\(row % 200)" }

  static func identity(_ row: Int) -> String { #"{"accessKeyId":"\#(accessKey(row))"}"# }

  static func rare(_ row: Int) -> String? {
    row % 10_000 == 17 && row < firstRows ? "r\(row / 10_000)" : nil
  }

  static func id(_ row: Int) -> String {
    let hash = Array("\(row)".utf8).withUnsafeBufferPointer { checksum($0, seed: 5) }
    let digits = hexadecimal(hash) + hexadecimal(hash &* 0x9E37_79B9_7F4A_7C15)
    let cuts = [0, 8, 12, 16, 20, 32]
    return zip(cuts, cuts.dropFirst()).map { start, end in
      String(digits.dropFirst(start).prefix(end - start))
    }.joined(separator: "-")
  }

  static func note(_ row: Int) -> String { "note \(row) of \(row &* 7919 % 100_003)" }

  static func time(_ row: Int) -> String {
    FieldVector.timestamp(Int64(1_700_000_000 + row)).text ?? ""
  }

  /// One archive for all tests, which only read it.
  private final class Shared: @unchecked Sendable {
    let made = Result {
      let lines = (0..<rowCount).map { record($0) }.joined(separator: "\n")
      return try TestArchive([(key: "events.json", bytes: Array(lines.utf8))])
    }
  }

  private static let shared = Shared()

  static func archive() throws -> TestArchive { try shared.made.get() }
}
