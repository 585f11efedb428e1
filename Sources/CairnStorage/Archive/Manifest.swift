/// One segment as the manifest lists it: enough to prune by time and to report, without opening the file.
public struct SegmentEntry: Sendable, Equatable {
  /// File name in `segments/`.
  public var name: String
  /// Bytes of the file.
  public var byteCount: Int
  /// Distinct records.
  public var rowCount: Int
  /// Records delivered, duplicates among them.
  public var recordCount: Int
  /// Records that were another delivery of a row.
  public var duplicateCount: Int
  /// Records that could not be read.
  public var rejectedCount: Int
  /// Source objects, a fragment counted as one.
  public var objectCount: Int
  /// JSON bytes of the source objects, inflated.
  public var jsonByteCount: Int
  /// Bytes of the source objects as delivered.
  public var sourceByteCount: Int
  /// Least event time, milliseconds since 1970; more than `maximumTime` where no row has a time.
  public var minimumTime: Int64
  /// Greatest event time, milliseconds since 1970.
  public var maximumTime: Int64
  /// Rows without a readable event time.
  public var untimedRowCount: Int
  /// Checksum that ends the segment's footer block: tells this file from any other.
  public var seal: UInt64
}

/// The archive's state at one commit. Written once as `MANIFEST-n`, never changed.
///
/// A text of one line a segment (`Formats/archive.md`). Reading accepts exactly what writing produces, so a
/// change of any byte is noticed.
public struct Manifest: Sendable, Equatable {
  /// Number of the commit.
  public var sequence: Int
  /// Segments in order of commit.
  public var segments: [SegmentEntry]

  static let firstLine = "cairn-manifest 1"

  package init(sequence: Int = 0, segments: [SegmentEntry] = []) {
    self.sequence = sequence
    self.segments = segments
  }

  package static func fileName(_ sequence: Int) -> String { "MANIFEST-" + padded(sequence) }

  package static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  package func encode() -> [UInt8] {
    var text = "\(Self.firstLine)\nsequence \(sequence)\n"
    for entry in segments {
      text +=
        "segment \(entry.name) bytes=\(entry.byteCount) rows=\(entry.rowCount) records=\(entry.recordCount)"
      text +=
        " duplicates=\(entry.duplicateCount) rejected=\(entry.rejectedCount) objects=\(entry.objectCount)"
      text += " json=\(entry.jsonByteCount) source=\(entry.sourceByteCount) from=\(entry.minimumTime)"
      text += " to=\(entry.maximumTime) untimed=\(entry.untimedRowCount) seal=\(hexadecimal(entry.seal))\n"
    }
    let body = Array(text.utf8)
    return body + Array("checksum \(hexadecimal(checksum(body, seed: 0)))\n".utf8)
  }

  package static func decode(_ bytes: [UInt8], file: String) throws -> Manifest {
    func damaged(_ cause: String) -> CairnError { .damaged(file: file, offset: 0, cause: cause) }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw damaged("manifest is no text") }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.first.map(String.init) == firstLine else {
      throw damaged("manifest does not begin with \"\(firstLine)\"")
    }
    var manifest = Manifest()
    for line in lines.dropFirst() {
      let words = line.split(separator: " ")
      switch words.first {
      case "sequence": manifest.sequence = words.count == 2 ? Int(words[1]) ?? -1 : -1
      case "segment":
        guard let entry = segment(words) else { throw damaged("manifest line is malformed: \(line)") }
        manifest.segments.append(entry)
      default: break
      }
    }
    guard manifest.sequence >= 0, manifest.encode() == bytes else {
      throw damaged("manifest checksum does not match")
    }
    return manifest
  }

  private static func segment(_ words: [Substring]) -> SegmentEntry? {
    guard words.count == 14, !words[1].contains("/"), words[1] != "..", words[1] != "." else { return nil }
    var values: [Substring: Substring] = [:]
    for word in words.dropFirst(2) {
      let parts = word.split(separator: "=", maxSplits: 1)
      guard parts.count == 2 else { return nil }
      values[parts[0]] = parts[1]
    }
    func count(_ name: Substring) -> Int? { values[name].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }
    guard let bytes = count("bytes"), let rows = count("rows"), let records = count("records"),
      let duplicates = count("duplicates"), let rejected = count("rejected"), let objects = count("objects"),
      let json = count("json"), let source = count("source"),
      let from = values["from"].flatMap({ Int64($0) }),
      let to = values["to"].flatMap({ Int64($0) }), let untimed = count("untimed"),
      let seal = values["seal"].flatMap({ UInt64($0, radix: 16) })
    else { return nil }
    return SegmentEntry(
      name: String(words[1]), byteCount: bytes, rowCount: rows, recordCount: records,
      duplicateCount: duplicates,
      rejectedCount: rejected, objectCount: objects, jsonByteCount: json, sourceByteCount: source,
      minimumTime: from, maximumTime: to, untimedRowCount: untimed, seal: seal)
  }
}

/// `CURRENT`: the name of the manifest in force and the checksum of its bytes, so that a damaged name cannot
/// lead to an older state.
package struct CurrentPointer: Equatable {
  package var sequence: Int
  package var manifestChecksum: UInt64

  package func encode() -> [UInt8] {
    Array("\(Manifest.fileName(sequence)) \(hexadecimal(manifestChecksum))\n".utf8)
  }

  package static func decode(_ bytes: [UInt8], file: String) throws -> CurrentPointer {
    let text = String(decoding: bytes, as: UTF8.self)
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
    if words.count == 2, words[0].hasPrefix("MANIFEST-"), let sequence = Int(words[0].dropFirst(9)),
      let sum = UInt64(words[1], radix: 16)
    {
      let pointer = CurrentPointer(sequence: sequence, manifestChecksum: sum)
      if pointer.encode() == bytes { return pointer }
    }
    throw CairnError.damaged(file: file, offset: 0, cause: "CURRENT does not name a manifest")
  }
}

/// Sixteen lower-case hexadecimal digits.
package func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
