/// Objects that somebody who may write to a trail's bucket, or into the fields of an event, could make to stop a
/// compaction: each grows one thing.
package enum HostileObject: String, CaseIterable, Sendable {
  case spaces, spacesInRecord, spacesBetween, integers, integersOnly, distinctIntegers, distinctDecimals,
    arrays,
    emptyObjects, smallObjects, keys, nullKeys, keysOfElements, keysOfObjects, keysOfArrays, keysOfRecords,
    nestedKeys, chainsOfKeys, orders, subsets, strings, stringsOfRecords, escapes, longString, longStrings,
    deep,
    manyEmpty, manyOdd, manyGaps, manyBad, badLines, swallowingLines, emptyEnvelopes, envelopes, wideIndent,
    indented, otherText, otherNumbers, hugeRecord

  private static func record(_ members: String = "", _ id: Int = 0) -> String {
    #"{"eventVersion":"1.08","eventTime":"2024-01-01T00:00:00Z","eventName":"x","eventID":"\#(id)"\#(members.isEmpty ? "" : ",")\#(members)}"#
  }

  /// About `byteCount` bytes of it.
  package func bytes(_ byteCount: Int) -> [UInt8] {
    let before = Array("{\"Records\":[".utf8), after = Array("]}".utf8)
    switch self {
    case .spaces: return Self.spaces(byteCount)
    case .spacesInRecord: return one([UInt8](#""a":"#.utf8) + Self.spaces(byteCount) + [0x31])
    case .spacesBetween:
      return before + Self.record().utf8 + [0x2C] + Self.spaces(byteCount) + Self.record("", 1).utf8 + after
    case .integersOnly: return Self.list(byteCount, "[", "]") { "\($0 % 10)" }
    case .manyEmpty: return records(byteCount) { _ in "{}" }
    case .manyOdd: return records(byteCount) { _ in "{ }" }
    case .manyGaps: return records(byteCount) { String(repeating: " ", count: $0 % 3) + "{}" }
    case .manyBad: return records(byteCount) { _ in "{1}" }
    case .badLines: return Self.list(byteCount, Self.record() + "\n", "", separator: "\n") { _ in "x" }
    case .swallowingLines:
      return Self.list(byteCount, Self.record() + "\n", "", separator: "\n") { #"{"k":["value \#($0)","# }
    case .emptyEnvelopes: return Self.list(byteCount, "", "", separator: "") { _ in "{\"Records\":[]}" }
    case .envelopes:
      return Self.list(byteCount, "", "", separator: "") { "{\"Records\":[\(Self.record("", $0))]}" }
    case .keysOfRecords: return records(byteCount) { Self.record(#""k\#($0)":"v""#, $0) }
    case .stringsOfRecords:
      return records(byteCount) { Self.record(#""a":"\#($0 &* 2_654_435_761)","b":"x\#($0)y""#, $0) }
    case .nestedKeys:
      return records(byteCount) { record in
        let members = (0..<250).map { #""k\#(record)_\#($0)":{"x":\#($0)}"# }
        return Self.record(#""p":{"# + members.joined(separator: ",") + "}", record)
      }
    case .chainsOfKeys:
      return records(byteCount) { record in
        let chain = (0..<200).map { #""k\#(record)_\#($0)":{"# }
        return Self.record(chain.joined() + #""z":1"# + String(repeating: "}", count: 200), record)
      }
    case .orders, .subsets: return shuffled(byteCount)
    case .deep:
      let (open, close) = (String(repeating: "[", count: 250), String(repeating: "]", count: 250))
      return records(byteCount) { Self.record(#""a":"# + open + "1" + close, $0) }
    case .longString: return one([UInt8](#""a":""#.utf8) + Self.filled(byteCount, "ab\\n") + [0x22])
    case .longStrings: return records(byteCount) { id in Self.record(Self.longMember(id), id) }
    case .wideIndent: return Self.indentedLine(byteCount)
    case .indented: return Self.indentedTree(byteCount)
    case .otherText: return [UInt8](#"{"x":""#.utf8) + Self.filled(byteCount, "ab") + [UInt8](#""}"#.utf8)
    case .otherNumbers: return [UInt8](#"{"x":["#.utf8) + Self.filled(byteCount, "1,") + [UInt8]("1]}".utf8)
    default: return one(Self.list(byteCount, opening, closing, element))
    }
  }

  private var isObject: Bool { [.keys, .nullKeys, .keysOfObjects, .keysOfArrays].contains(self) }
  private var opening: String { isObject ? #""a":{"# : #""a":["# }
  private var closing: String { isObject ? "}" : "]" }

  private func element(_ index: Int) -> String {
    switch self {
    case .distinctIntegers: "\(index)"
    case .distinctDecimals: "\(index).5"
    case .arrays: "[1]"
    case .emptyObjects: "{}"
    case .smallObjects: #"{"b":1}"#
    case .keys: #""k\#(index)":1"#
    case .nullKeys: #""\#(index)":null"#
    case .keysOfElements: #"{"k\#(index)":1}"#
    case .keysOfObjects: #""k\#(index)":{"b":"c"}"#
    case .keysOfArrays: #""k\#(index)":[1]"#
    case .strings: #""s\#(index)""#
    case .escapes: #""\u003\#(index % 10)\u\#(String(4096 + index % 50_000, radix: 16))""#
    case .hugeRecord: #"{"name":"n\#(index)","value":{"a":[\#(index),null],"b":"\#(index % 7)"}}"#
    default: "\(index % 10)"
    }
  }

  // MARK: Parts

  private func one(_ members: [UInt8]) -> [UInt8] {
    var bytes = Array("{\"Records\":[\(Self.record().dropLast()),".utf8)
    bytes += members
    return bytes + Array("}]}".utf8)
  }

  private func records(_ byteCount: Int, _ element: (Int) -> String) -> [UInt8] {
    Self.list(byteCount, "{\"Records\":[\(Self.record()),", "]}", element)
  }

  private static func list(
    _ byteCount: Int, _ opening: String, _ closing: String, separator: String = ",",
    _ element: (Int) -> String
  ) -> [UInt8] {
    var bytes = Array(opening.utf8)
    bytes.reserveCapacity(byteCount + 1000)
    var index = 0
    repeat {
      if index > 0 { bytes += separator.utf8 }
      bytes += element(index).utf8
      index += 1
    } while bytes.count < byteCount
    return bytes + closing.utf8
  }

  private static func spaces(_ count: Int) -> [UInt8] { [UInt8](repeating: 0x20, count: count) }

  private static func filled(_ byteCount: Int, _ text: String) -> [UInt8] {
    Array(repeatElement(Array(text.utf8), count: byteCount / text.utf8.count).joined())
  }

  private static func longMember(_ id: Int) -> String {
    #""a":"\#(id)\#(String(repeating: "0123456789", count: 10_000))""#
  }

  private func shuffled(_ byteCount: Int) -> [UInt8] {
    var random = SeededGenerator(seed: 1)
    return records(byteCount) { id in
      let members =
        self == .orders
        ? (0..<16).shuffled(using: &random).map { #""k\#($0)":\#(id)"# }
        : (0..<60).filter { _ in random.chance(2) }.map { #""k\#($0)":{"x":1}"# }
      return Self.record(#""o":{"# + members.joined(separator: ",") + "}", id)
    }
  }

  /// A huge first indentation, then deep objects on one line: lines for each depth would be multiples of it.
  private static func indentedLine(_ byteCount: Int) -> [UInt8] {
    let deep = String(repeating: #"{"b":"#, count: 250) + "1" + String(repeating: "}", count: 250)
    return Array("{\n".utf8) + spaces(byteCount)
      + Array(#""eventVersion":"1","eventTime":"2024-01-01T00:00:00Z","a":\#(deep)}"#.utf8)
  }

  /// A tree printed with an indentation that makes it as long as wanted.
  private static func indentedTree(_ byteCount: Int) -> [UInt8] {
    let levels = 40
    let unit = max(1, byteCount / (levels * levels))
    var bytes = Array("{".utf8)
    for level in 1...levels {
      bytes += [0x0A] + spaces(unit * level) + Array((level == 1 ? #""eventName":"x","# : "").utf8)
      if level == 1 {
        bytes +=
          [0x0A] + spaces(unit) + Array(#""eventTime":"2024-01-01T00:00:00Z","#.utf8) + [0x0A] + spaces(unit)
      }
      bytes += Array(#""a": {"#.utf8)
    }
    for level in (0...levels).reversed() { bytes += [0x0A] + spaces(unit * level) + [0x7D] }
    return bytes
  }
}
