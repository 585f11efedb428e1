import CairnStorage

/// A value inside compact JSON text: where it starts and ends. Damaged text leads to missing values, never to
/// a trap.
struct JSONText {
  let bytes: [UInt8]
  let range: Range<Int>

  /// A whole text.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    range = 0..<bytes.count
  }

  private init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    self.range = range
  }

  private var first: UInt8? { range.isEmpty ? nil : bytes[range.lowerBound] }

  var isObject: Bool { first == UInt8(ascii: "{") }
  var isArray: Bool { first == UInt8(ascii: "[") }

  /// The value with its kind.
  var field: FieldValue {
    switch first {
    case nil: .missing
    case UInt8(ascii: "n"): .null
    case UInt8(ascii: "t"): .boolean(true)
    case UInt8(ascii: "f"): .boolean(false)
    case UInt8(ascii: "{"), UInt8(ascii: "["): .json(Array(bytes[range]))
    case UInt8(ascii: "\""):
      .string(
        JSONText.unescaped(bytes, range.lowerBound + 1..<max(range.lowerBound + 1, range.upperBound - 1)))
    default: .number(Array(bytes[range]))
    }
  }

  /// The text as it stands.
  var slice: ArraySlice<UInt8> { bytes[range] }

  private static func unescaped(_ bytes: [UInt8], _ range: Range<Int>) -> [UInt8] {
    guard bytes[range].contains(UInt8(ascii: "\\")) else { return Array(bytes[range]) }
    return bytes.withUnsafeBufferPointer { StringSpelling.unescape(UnsafeBufferPointer(rebasing: $0[range])) }
  }

  // MARK: Inside

  /// The value of a key: the first that is equal, else, unless it must be exact, the first that is equal when
  /// ASCII letters are compared without case (S2, S4).
  func member(_ name: PathName) -> JSONText? {
    guard isObject else { return nil }
    let found = bytes.withUnsafeBufferPointer { text in
      name.bytes.withUnsafeBufferPointer { JSONText.member($0, isExact: name.isExact, in: text, range) }
    }
    return found.map { JSONText(bytes, $0) }
  }

  /// The place of a key's value in the object at a range.
  private static func member(
    _ name: UnsafeBufferPointer<UInt8>, isExact: Bool, in text: UnsafeBufferPointer<UInt8>,
    _ range: Range<Int>
  ) -> Range<Int>? {
    var folded: Range<Int>?
    var position = range.lowerBound + 1
    while position < range.upperBound, text[position] == UInt8(ascii: "\"") {
      let keyEnd = end(of: position, in: text)
      guard keyEnd < range.upperBound, keyEnd >= position + 2 else { return folded }
      let valueStart = keyEnd + 1
      let valueEnd = end(of: valueStart, in: text)
      guard valueEnd > valueStart, valueEnd <= range.upperBound else { return folded }
      switch match(UnsafeBufferPointer(rebasing: text[position + 1..<keyEnd - 1]), name, isExact: isExact) {
      case .exact: return valueStart..<valueEnd
      case .folded where folded == nil: folded = valueStart..<valueEnd
      default: break
      }
      position = valueEnd + 1
    }
    return folded
  }

  private enum Match { case exact, folded, none }

  private static func match(
    _ key: UnsafeBufferPointer<UInt8>, _ name: UnsafeBufferPointer<UInt8>, isExact: Bool
  ) -> Match {
    if key.contains(UInt8(ascii: "\\")) {
      return StringSpelling.unescape(key).withUnsafeBufferPointer { compared($0, name, isExact: isExact) }
    }
    return compared(key, name, isExact: isExact)
  }

  private static func compared(
    _ key: UnsafeBufferPointer<UInt8>, _ name: UnsafeBufferPointer<UInt8>, isExact: Bool
  ) -> Match {
    guard key.count == name.count else { return .none }
    var isSame = true
    var isAlike = true
    for index in key.indices where key[index] != name[index] {
      isSame = false
      isAlike = isAlike && fold(key[index]) == fold(name[index])
    }
    return isSame ? .exact : isAlike && !isExact ? .folded : .none
  }

  /// Whether two keys are equal when ASCII letters are compared without case.
  static func isSameIgnoringCase(_ lhs: some Collection<UInt8>, _ rhs: [UInt8]) -> Bool {
    lhs.count == rhs.count && lhs.elementsEqual(rhs, by: { fold($0) == fold($1) })
  }

  private static func fold(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }

  /// The elements of an array; nil for anything else.
  var elements: [JSONText]? {
    guard isArray else { return nil }
    var elements: [JSONText] = []
    visitElements {
      elements.append($0); return true
    }
    return elements
  }

  /// The element at an index from 0.
  func element(_ index: Int) -> JSONText? {
    guard isArray, index >= 0 else { return nil }
    var left = index
    var found: JSONText?
    visitElements { element in
      left -= 1
      if left < 0 { found = element }
      return left >= 0
    }
    return found
  }

  /// Elements of an array or members of an object; nil for other values.
  var count: Int? {
    if isArray {
      var count = 0
      visitElements { _ in
        count += 1; return true
      }
      return count
    }
    guard isObject else { return nil }
    var count = 0
    visitMembers { _, _ in count += 1 }
    return count
  }

  /// The members of an object in their order, keys unescaped; nil for anything else.
  var members: [(key: [UInt8], value: JSONText)]? {
    guard isObject else { return nil }
    var members: [(key: [UInt8], value: JSONText)] = []
    visitMembers { key, value in
      members.append((key: JSONText.unescaped(bytes, key), value: JSONText(bytes, value)))
    }
    return members
  }

  /// The places of keys, without their quotes, and of values.
  private func visitMembers(_ visit: (Range<Int>, Range<Int>) -> Void) {
    bytes.withUnsafeBufferPointer { text in
      var position = range.lowerBound + 1
      while position < range.upperBound, text[position] == UInt8(ascii: "\"") {
        let keyEnd = JSONText.end(of: position, in: text)
        let valueStart = keyEnd + 1
        let valueEnd = JSONText.end(of: valueStart, in: text)
        guard keyEnd >= position + 2, valueEnd > valueStart, valueEnd <= range.upperBound else { return }
        visit(position + 1..<keyEnd - 1, valueStart..<valueEnd)
        position = valueEnd + 1
      }
    }
  }

  private func visitElements(_ visit: (JSONText) -> Bool) {
    bytes.withUnsafeBufferPointer { text in
      var position = range.lowerBound + 1
      while position < range.upperBound - 1 {
        let end = JSONText.end(of: position, in: text)
        guard end > position, end < range.upperBound, visit(JSONText(bytes, position..<end)) else { return }
        position = end + 1
      }
    }
  }

  /// The elements of an array with their kinds; nil for anything else.
  var elementFields: [FieldValue]? {
    guard isArray else { return nil }
    var fields: [FieldValue] = []
    visitElements {
      fields.append($0.field); return true
    }
    return fields
  }

  /// The end of the value that starts at a place of compact text.
  static func end(of start: Int, in text: UnsafeBufferPointer<UInt8>) -> Int {
    var position = start
    var depth = 0
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "\""):
        position = stringEnd(text, position)
        if depth == 0 { return position }
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return position }
        depth -= 1
        position += 1
        if depth == 0 { return position }
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        if depth == 0 { return position }
        position += 1
      default:
        position += 1
      }
    }
    return text.count
  }

  /// Behind the closing quote of the string that starts at a place.
  static func stringEnd(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var position = start + 1
    while position < text.count, text[position] != UInt8(ascii: "\"") {
      position += text[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(position + 1, text.count)
  }

  // MARK: Writing

  /// A JSON object of keys and values that are JSON.
  static func object(_ members: some Sequence<([UInt8], [UInt8])>) -> [UInt8] {
    var output: [UInt8] = [UInt8(ascii: "{")]
    for (key, value) in members {
      if output.count > 1 { output.append(UInt8(ascii: ",")) }
      appendQuoted(key, to: &output)
      output.append(UInt8(ascii: ":"))
      output += value
    }
    output.append(UInt8(ascii: "}"))
    return output
  }

  /// Writes a text as a JSON string, escaped as little as JSON allows: as scans write it.
  static func appendQuoted(_ text: [UInt8], to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    if text.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
      var spelled = RawVector<UInt8>(capacity: text.count + 16)
      defer { spelled.free() }
      text.withUnsafeBufferPointer { StringSpelling.append($0, style: .minimal, to: &spelled) }
      output += spelled.buffer
    } else {
      output += text
    }
    output.append(UInt8(ascii: "\""))
  }
}
