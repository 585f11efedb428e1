/// Reads text that may hold JSON (S7): checks it and leaves out the white space between tokens. Nesting costs
/// no stack.
struct JSONDocument {
  private let text: UnsafeBufferPointer<UInt8>
  private var position = 0
  private var output: [UInt8] = []
  /// The brackets that are open.
  private var open: [UInt8] = []

  /// The compact text, or nil if a text is not JSON.
  static func compact(_ text: [UInt8]) -> [UInt8]? {
    text.withUnsafeBufferPointer { buffer in
      var document = JSONDocument(text: buffer)
      return document.read() ? document.output : nil
    }
  }

  /// Whether a text spells JSON's null.
  static func isNull(_ text: String) -> Bool { compact(Array(text.utf8)) == Array("null".utf8) }

  private init(text: UnsafeBufferPointer<UInt8>) {
    self.text = text
    output.reserveCapacity(text.count)
  }

  private enum Expected { case value, valueOrEnd, keyOrEnd, key, separator }

  private mutating func read() -> Bool {
    var expected = Expected.value
    while true {
      skipBlanks()
      guard position < text.count else { return expected == .separator && open.isEmpty }
      let byte = text[position]
      switch expected {
      case .value, .valueOrEnd:
        if expected == .valueOrEnd, byte == UInt8(ascii: "]") {
          guard close(byte) else { return false }
          expected = .separator
        } else if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") {
          open.append(byte)
          take()
          expected = byte == UInt8(ascii: "{") ? .keyOrEnd : .valueOrEnd
        } else {
          guard scalar(byte) else { return false }
          expected = .separator
        }
      case .key, .keyOrEnd:
        if expected == .keyOrEnd, byte == UInt8(ascii: "}") {
          guard close(byte) else { return false }
          expected = .separator
          continue
        }
        guard string() else { return false }
        skipBlanks()
        guard position < text.count, text[position] == UInt8(ascii: ":") else { return false }
        take()
        expected = .value
      case .separator:
        if byte == UInt8(ascii: ",") {
          guard let bracket = open.last else { return false }
          take()
          expected = bracket == UInt8(ascii: "{") ? .key : .value
        } else {
          guard close(byte) else { return false }
        }
      }
    }
  }

  private mutating func close(_ byte: UInt8) -> Bool {
    guard let bracket = open.popLast(),
      byte == (bracket == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    else { return false }
    take()
    return true
  }

  private mutating func take() {
    output.append(text[position])
    position += 1
  }

  private mutating func skipBlanks() {
    while position < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
  }

  private mutating func scalar(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""): string()
    case UInt8(ascii: "t"): word("true")
    case UInt8(ascii: "f"): word("false")
    case UInt8(ascii: "n"): word("null")
    default: number()
    }
  }

  private mutating func word(_ word: String) -> Bool {
    let bytes = Array(word.utf8)
    guard text.count - position >= bytes.count,
      bytes.indices.allSatisfy({ text[position + $0] == bytes[$0] })
    else { return false }
    output += bytes
    position += bytes.count
    return true
  }

  private mutating func string() -> Bool {
    guard text[position] == UInt8(ascii: "\"") else { return false }
    take()
    while position < text.count {
      let byte = text[position]
      if byte < 0x20 { return false }
      take()
      if byte == UInt8(ascii: "\"") { return true }
      guard byte == UInt8(ascii: "\\") else { continue }
      guard escape() else { return false }
    }
    return false
  }

  private mutating func escape() -> Bool {
    guard position < text.count else { return false }
    let letter = text[position]
    take()
    if letter != UInt8(ascii: "u") { return "\"\\/bfnrt".utf8.contains(letter) }
    for _ in 0..<4 {
      guard position < text.count, Hexadecimal.value(text[position]) != nil else { return false }
      take()
    }
    return true
  }

  private mutating func number() -> Bool {
    if text[position] == UInt8(ascii: "-") { take() }
    let start = position
    guard digits() else { return false }
    if text[start] == UInt8(ascii: "0"), position - start > 1 { return false }
    if position < text.count, text[position] == UInt8(ascii: ".") {
      take()
      guard digits() else { return false }
    }
    if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
      take()
      if position < text.count, text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-") {
        take()
      }
      guard digits() else { return false }
    }
    return true
  }

  private mutating func digits() -> Bool {
    let start = position
    while position < text.count, text[position] &- UInt8(ascii: "0") <= 9 { take() }
    return position > start
  }
}
