/// Bytes that are equal for equal JSON values, however these are spelled: members by name, strings without escapes,
/// numbers by value. Members of one name keep their order.
///
/// ```
/// value  := 'z' | 't' | 'f' | 'n' number | 's' text | '[' { value } ']' | '{' { text value } '}'
/// text   := length:u32 bytes
/// number := sign digits 'e' exponent ';'           digits without zeros at either end; '0;' for zero
/// ```
package struct CanonicalJSON {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0
  private var output: [UInt8] = []

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// The form of a text that is JSON; of any other text the text itself.
  package static func form(of bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var canonical = CanonicalJSON(bytes)
    canonical.skipSpace()
    guard canonical.value(depth: 0) else { return Array(bytes) }
    canonical.skipSpace()
    return canonical.at == bytes.count ? canonical.output : Array(bytes)
  }

  /// Nesting that is read; records have less.
  private static let depthLimit = 600

  private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipSpace()
    guard next == byte else { return false }
    at += 1
    return true
  }

  private mutating func value(depth: Int) -> Bool {
    skipSpace()
    guard let byte = next, depth < Self.depthLimit else { return false }
    switch byte {
    case UInt8(ascii: "{"): return object(depth: depth)
    case UInt8(ascii: "["): return array(depth: depth)
    case UInt8(ascii: "\""):
      guard let text = string() else { return false }
      output.append(UInt8(ascii: "s"))
      append(text)
      return true
    case UInt8(ascii: "t"): return literal("true", UInt8(ascii: "t"))
    case UInt8(ascii: "f"): return literal("false", UInt8(ascii: "f"))
    case UInt8(ascii: "n"): return literal("null", UInt8(ascii: "z"))
    default: return number()
    }
  }

  private mutating func literal(_ text: StaticString, _ form: UInt8) -> Bool {
    let end = at + text.utf8CodeUnitCount
    guard end <= bytes.count,
      bytes[at..<end].elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: end - at))
    else { return false }
    at = end
    output.append(form)
    return true
  }

  private mutating func append(_ text: [UInt8]) {
    for shift in stride(from: 0, to: 32, by: 8) {
      output.append(UInt8(truncatingIfNeeded: text.count >> shift))
    }
    output += text
  }

  private mutating func string() -> [UInt8]? {
    at += 1
    let start = at
    var isEscaped = false
    while let byte = next, byte != UInt8(ascii: "\"") {
      if byte == UInt8(ascii: "\\") {
        isEscaped = true
        at += 1
      }
      at += 1
    }
    guard next != nil else { return nil }
    defer { at += 1 }
    let spelling = UnsafeBufferPointer(rebasing: bytes[start..<at])
    return isEscaped ? StringSpelling.unescape(spelling) : Array(spelling)
  }

  private mutating func array(depth: Int) -> Bool {
    at += 1
    output.append(UInt8(ascii: "["))
    if !take(UInt8(ascii: "]")) {
      repeat { guard value(depth: depth + 1) else { return false } } while take(UInt8(ascii: ","))
      guard take(UInt8(ascii: "]")) else { return false }
    }
    output.append(UInt8(ascii: "]"))
    return true
  }

  private mutating func object(depth: Int) -> Bool {
    at += 1
    output.append(UInt8(ascii: "{"))
    let start = output.count
    var members: [(name: [UInt8], value: [UInt8])] = []
    if !take(UInt8(ascii: "}")) {
      repeat {
        skipSpace()
        guard next == UInt8(ascii: "\""), let name = string(), take(UInt8(ascii: ":")) else { return false }
        guard value(depth: depth + 1) else { return false }
        members.append((name, Array(output[start...])))
        output.removeSubrange(start...)
      } while take(UInt8(ascii: ","))
      guard take(UInt8(ascii: "}")) else { return false }
    }
    let order = members.indices.sorted { a, b in
      members[a].name != members[b].name ? members[a].name.lexicographicallyPrecedes(members[b].name) : a < b
    }
    for index in order {
      append(members[index].name)
      output += members[index].value
    }
    output.append(UInt8(ascii: "}"))
    return true
  }

  // MARK: Numbers

  private mutating func number() -> Bool {
    let start = at
    while let byte = next, isNumberByte(byte) { at += 1 }
    let text = bytes[start..<at]
    guard !text.isEmpty else { return false }
    output.append(UInt8(ascii: "n"))
    output += Self.form(ofNumber: text) ?? Array(text)
    output.append(UInt8(ascii: ";"))
    return true
  }

  private func isNumberByte(_ byte: UInt8) -> Bool {
    byte &- 0x30 <= 9 || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
      || byte | 0x20 == UInt8(ascii: "e")
  }

  /// Nil where the exponent is beyond all that can be reckoned with.
  private static func form(ofNumber text: Slice<UnsafeBufferPointer<UInt8>>) -> [UInt8]? {
    var rest = text[...]
    let isNegative = rest.first == UInt8(ascii: "-")
    if isNegative { rest = rest.dropFirst() }
    let mantissa = rest.prefix { $0 | 0x20 != UInt8(ascii: "e") }
    let power = rest.dropFirst(mantissa.count + 1)
    var exponent = 0
    if !power.isEmpty {
      guard let value = Int(String(decoding: power, as: UTF8.self)), abs(value) < 1 << 40 else { return nil }
      exponent = value
    }
    let whole = mantissa.prefix { $0 != UInt8(ascii: ".") }
    let fraction = mantissa.dropFirst(whole.count + 1)
    var digits = Array(whole) + Array(fraction)
    exponent -= fraction.count
    while digits.last == UInt8(ascii: "0") {
      digits.removeLast()
      exponent += 1
    }
    digits = Array(digits.drop { $0 == UInt8(ascii: "0") })
    if digits.isEmpty { return [UInt8(ascii: "0")] }
    return (isNegative ? [UInt8(ascii: "-")] : []) + digits + Array("e\(exponent)".utf8)
  }
}
