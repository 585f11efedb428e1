/// Paths of leaves as small numbers, so that scanning a hundred thousand records builds few strings.
final class PathTable: @unchecked Sendable {
  private struct Step: Hashable {
    let parent: Int32
    let key: Int
  }

  private(set) var names: [String] = [""]
  private var steps: [Step: Int32] = [:]
  private var identifiers: [String: Int32] = [:]

  /// The path that `key` adds to another one.
  func child(of parent: Int32, _ key: UnsafeBufferPointer<UInt8>, separator: String = ".") -> Int32 {
    var hash = 1_469_598_103_934_665_603
    for byte in key { hash = (hash ^ Int(byte)) &* 1_099_511_628_211 }
    let step = Step(parent: parent, key: hash)
    if let known = steps[step] { return known }
    let prefix = names[Int(parent)]
    let name = prefix + (prefix.isEmpty ? "" : separator) + String(decoding: key, as: UTF8.self)
    let identifier = Int32(names.count)
    names.append(name)
    steps[step] = identifier
    identifiers[name] = identifier
    return identifier
  }

  /// The number of a path that was seen, or -1.
  func identifier(_ name: String) -> Int32 { identifiers[name] ?? -1 }
}

/// One record with the byte ranges of its leaves and top-level fields, in order; Foundation keeps neither.
struct Record {
  struct Part {
    let path: Int32
    let range: Range<Int>
  }

  let json: [UInt8]
  let range: Range<Int>
  let table: PathTable
  private(set) var leaves: [Part] = []
  private(set) var fields: [Part] = []

  /// Ranges of the records of an object `{"Records":[…]}`.
  static func ranges(_ json: [UInt8]) -> [Range<Int>] {
    json.withUnsafeBufferPointer { json in
      var found = [Range<Int>]()
      var depth = 0
      var start = 0
      var isInString = false
      var index = 0
      while index < json.count {
        let byte = json[index]
        if isInString {
          if byte == 0x5C { index += 1 } else if byte == 0x22 { isInString = false }
        } else if byte == 0x22 {
          isInString = true
        } else if byte == 0x7B || byte == 0x5B {
          depth += 1
          if depth == 3 { start = index }
        } else if byte == 0x7D || byte == 0x5D {
          depth -= 1
          if depth == 2 { found.append(start..<(index + 1)) }
        }
        index += 1
      }
      return found
    }
  }

  init(_ json: [UInt8], _ range: Range<Int>, _ table: PathTable) {
    self.json = json
    self.range = range
    self.table = table
    let (leaves, fields) = json.withUnsafeBufferPointer { buffer in
      var scanner = RecordScanner(bytes: buffer, position: range.lowerBound, table: table)
      scanner.value(path: 0, depth: 0)
      return (scanner.leaves, scanner.fields)
    }
    self.leaves = leaves
    self.fields = fields
  }

  var hash: Int {
    json.withUnsafeBytes { bytes in
      var hasher = Hasher()
      hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: bytes[range]))
      return hasher.finalize()
    }
  }

  private func leaf(_ path: String) -> Part? {
    let wanted = table.identifier(path)
    return wanted < 0 ? nil : leaves.first { $0.path == wanted }
  }

  func has(_ path: String) -> Bool { leaf(path) != nil }

  /// The string at a path, or empty text.
  func text(_ path: String) -> String {
    guard let range = leaf(path)?.range, range.count >= 2 else { return "" }
    return String(decoding: json[(range.lowerBound + 1)..<(range.upperBound - 1)], as: UTF8.self)
  }
}

/// Walks one record.
private struct RecordScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  var position: Int
  let table: PathTable
  var leaves: [Record.Part] = []
  var fields: [Record.Part] = []

  private static let brackets: [UInt8] = Array("[]".utf8)
  private static let braces: [UInt8] = Array("{}".utf8)

  mutating func value(path: Int32, depth: Int) {
    let start = position
    switch bytes[position] {
    case 0x7B: object(path: path, depth: depth)
    case 0x5B: array(path: path, depth: depth)
    case 0x22:
      _ = string()
      leaves.append(.init(path: path, range: start..<position))
    default:
      while bytes[position] != 0x2C, bytes[position] != 0x7D, bytes[position] != 0x5D { position += 1 }
      leaves.append(.init(path: path, range: start..<position))
    }
  }

  private func extended(_ path: Int32, _ suffix: [UInt8]) -> Int32 {
    suffix.withUnsafeBufferPointer { table.child(of: path, $0, separator: "") }
  }

  private mutating func isEmpty(_ close: UInt8, path: Int32, _ suffix: [UInt8]) -> Bool {
    position += 1
    guard bytes[position] == close else { return false }
    leaves.append(.init(path: extended(path, suffix), range: (position - 1)..<(position + 1)))
    position += 1
    return true
  }

  private mutating func object(path: Int32, depth: Int) {
    if isEmpty(0x7D, path: path, Self.braces) { return }
    while true {
      let start = position
      let key = table.child(of: path, string())
      position += 1
      value(path: key, depth: depth + 1)
      if depth == 0 { fields.append(.init(path: key, range: start..<position)) }
      let end = bytes[position]
      position += 1
      if end == 0x7D { return }
    }
  }

  private mutating func array(path: Int32, depth: Int) {
    if isEmpty(0x5D, path: path, Self.brackets) { return }
    let element = extended(path, Self.brackets)
    while true {
      value(path: element, depth: depth + 1)
      let end = bytes[position]
      position += 1
      if end == 0x5D { return }
    }
  }

  private mutating func string() -> UnsafeBufferPointer<UInt8> {
    position += 1
    let start = position
    while bytes[position] != 0x22 { position += bytes[position] == 0x5C ? 2 : 1 }
    position += 1
    return UnsafeBufferPointer(rebasing: bytes[start..<(position - 1)])
  }
}
