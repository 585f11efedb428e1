/// A small JSON reader for the tests: it keeps key order and byte ranges, which Foundation's does not.
struct JSONScanner {
  /// One leaf: its path, the bytes of its value, and what kind of value it is.
  struct Leaf {
    let path: String
    let range: Range<Int>
  }

  private let bytes: UnsafeBufferPointer<UInt8>
  private var position: Int
  private(set) var leaves: [Leaf] = []
  /// Key and byte range (with the key) of every top-level field.
  private(set) var fields: [(name: String, range: Range<Int>)] = []

  private init(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) {
    self.bytes = bytes
    self.position = position
  }

  /// Ranges of the records of an object `{"Records":[…]}`.
  static func records(_ json: [UInt8]) -> [Range<Int>] {
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

  /// Reads one record.
  static func scan(_ json: [UInt8], _ record: Range<Int>) -> JSONScanner {
    json.withUnsafeBufferPointer { buffer in
      var scanner = JSONScanner(buffer, at: record.lowerBound)
      scanner.value(path: "", depth: 0)
      return scanner
    }
  }

  private mutating func value(path: String, depth: Int) {
    let start = position
    switch bytes[position] {
    case 0x7B: object(path: path, depth: depth)
    case 0x5B: array(path: path, depth: depth)
    case 0x22:
      _ = string()
      leaves.append(Leaf(path: path, range: start..<position))
    default:
      while bytes[position] != 0x2C, bytes[position] != 0x7D, bytes[position] != 0x5D { position += 1 }
      leaves.append(Leaf(path: path, range: start..<position))
    }
  }

  private mutating func object(path: String, depth: Int) {
    position += 1
    if bytes[position] == 0x7D {
      leaves.append(Leaf(path: path + "{}", range: (position - 1)..<(position + 1)))
      position += 1
      return
    }
    while true {
      let start = position
      let key = string()
      position += 1
      value(path: path.isEmpty ? key : path + "." + key, depth: depth + 1)
      if depth == 0 { fields.append((key, start..<position)) }
      let end = bytes[position]
      position += 1
      if end == 0x7D { return }
    }
  }

  private mutating func array(path: String, depth: Int) {
    position += 1
    if bytes[position] == 0x5D {
      leaves.append(Leaf(path: path + "[]", range: (position - 1)..<(position + 1)))
      position += 1
      return
    }
    while true {
      value(path: path + "[]", depth: depth + 1)
      let end = bytes[position]
      position += 1
      if end == 0x5D { return }
    }
  }

  private mutating func string() -> String {
    position += 1
    let start = position
    while bytes[position] != 0x22 { position += bytes[position] == 0x5C ? 2 : 1 }
    position += 1
    return String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<(position - 1)]), as: UTF8.self)
  }
}
