/// Steps over JSON values without keeping them: recognises what an object is, and finds the end of a value
/// that the parser refused.
package struct JSONSkimmer {
  let bytes: UnsafeBufferPointer<UInt8>
  package var position: Int

  package init(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) {
    self.bytes = bytes
    self.position = position
  }

  package var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

  package mutating func skipWhitespace() {
    while position < bytes.count, isWhitespace(bytes[position]) { position += 1 }
  }

  /// Steps over a string and gives the range between its quotes.
  package mutating func skipString() -> Range<Int>? {
    guard byte == UInt8(ascii: "\"") else { return nil }
    let start = position + 1
    position = start
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        defer { position += 1 }
        return start..<position
      case UInt8(ascii: "\\"): position += 2
      default: position += 1
      }
    }
    position = bytes.count
    return nil
  }

  /// Steps over one value: brackets must match, strings must end, anything else is taken as it comes.
  package mutating func skipValue() -> Bool {
    skipWhitespace()
    guard let first = byte else { return false }
    switch first {
    case UInt8(ascii: "\""): return skipString() != nil
    case UInt8(ascii: "{"), UInt8(ascii: "["): return skipBrackets()
    default: return skipScalar()
    }
  }

  /// Nesting beyond which a value counts as malformed: what no record can hold must not take memory here.
  static let depthLimit = 1 << 16

  private mutating func skipBrackets() -> Bool {
    var open: [UInt8] = []
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        if skipString() == nil { return false }
        continue
      case UInt8(ascii: "{"): open.append(UInt8(ascii: "}"))
      case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard open.popLast() == bytes[position] else { return false }
        if open.isEmpty {
          position += 1
          return true
        }
      default: break
      }
      if open.count > Self.depthLimit { return false }
      position += 1
    }
    return false
  }

  /// A number or a literal.
  private mutating func skipScalar() -> Bool {
    let start = position
    while let byte,
      byte &- 0x30 <= 9 || byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte == 0x2B
        || byte == 0x2D || byte == 0x2E
    { position += 1 }
    guard start < position else { return false }
    let text = bytes[start..<position]
    if text[start] == 0x2D || text[start] &- 0x30 <= 9 { return true }
    return text.elementsEqual("true".utf8) || text.elementsEqual("false".utf8)
      || text.elementsEqual("null".utf8)
  }

  /// Calls `visit` with each key of the object at the position and a skimmer at its value, until it returns
  /// false or the object ends. False where the object is cut or malformed.
  package mutating func visitMembers(_ visit: (Range<Int>, JSONSkimmer) -> Bool) -> Bool {
    guard byte == UInt8(ascii: "{") else { return false }
    position += 1
    skipWhitespace()
    if byte == UInt8(ascii: "}") {
      position += 1
      return true
    }
    while true {
      skipWhitespace()
      guard let key = skipString() else { return false }
      skipWhitespace()
      guard byte == UInt8(ascii: ":") else { return false }
      position += 1
      skipWhitespace()
      if !visit(key, self) { return true }
      guard skipValue() else { return false }
      skipWhitespace()
      switch byte {
      case UInt8(ascii: ","): position += 1
      case UInt8(ascii: "}"):
        position += 1
        return true
      default: return false
      }
    }
  }
}

extension JSONSkimmer {
  /// Where on this line, which begins with a time, an object begins: so CloudWatch Logs exports events.
  var atTimedRecord: Int? {
    let form = Array("0000-00-00T00:00:00".utf8)
    guard let first = byte, first &- 0x30 <= 9, bytes.count - position > form.count else { return nil }
    for (index, wanted) in form.enumerated() {
      let byte = bytes[position + index]
      guard wanted == 0x30 ? byte &- 0x30 <= 9 : byte == wanted else { return nil }
    }
    let limit = min(bytes.count, position + Self.linePrefixLimit)
    return (position..<limit).first { bytes[$0] == UInt8(ascii: "{") || bytes[$0] == 0x0A }
      .flatMap { bytes[$0] == 0x0A ? nil : $0 }
  }

  /// Bytes that a time and the name of a stream have.
  private static let linePrefixLimit = 1024

  /// Steps over bytes that begin no document: to the next bracket that may open one, or behind the line.
  mutating func skipGarbage() {
    if byte == 0x0A {
      position += 1
      return
    }
    position = min(position + 1, bytes.count)
    while let byte, byte != UInt8(ascii: "{"), byte != UInt8(ascii: "[") {
      position += 1
      if byte == 0x0A { return }
    }
  }
}
