/// Functions that take texts apart into characters (S71).
extension TextFunctions {
  @Sendable static func reverse(_ arguments: [EngineValue]) -> EngineValue {
    if let items = arguments[0].elements { return .array(items.reversed()) }
    return .text(Characters.split(arguments[0].text ?? []).reversed().flatMap { $0 })
  }

  @Sendable static func left(_ arguments: [EngineValue]) -> EngineValue {
    guard let text = arguments[0].text, let count = arguments[1].count, count >= 0 else { return .null }
    return .text(Array(text[..<Characters.offset(text, behind: count)]))
  }

  @Sendable static func right(_ arguments: [EngineValue]) -> EngineValue {
    guard let text = arguments[0].text, let count = arguments[1].count, count >= 0 else { return .null }
    return .text(Characters.split(text).suffix(count).flatMap { $0 })
  }

  /// `lpad(text, size, padding)` and `rpad`.
  @Sendable static func padded(_ arguments: [EngineValue], atStart: Bool) -> EngineValue {
    guard let text = arguments[0].text, let size = arguments[1].count, let padding = arguments[2].text,
      size >= 0, size <= ResultLimits.textByteCount, !padding.isEmpty
    else { return .null }
    let missing = size - Characters.count(text)
    guard missing > 0 else { return .text(Array(text[..<Characters.offset(text, behind: size)])) }
    let characters = Characters.split(padding)
    var fill: [UInt8] = []
    for index in 0..<missing {
      fill += characters[index % characters.count]
      if fill.count > ResultLimits.textByteCount { return .null }
    }
    return EngineValue(limited: atStart ? fill + text : text + fill)
  }

  @Sendable static func translate(_ arguments: [EngineValue]) -> EngineValue {
    let (source, targets) = (
      Characters.split(arguments[1].text ?? []), Characters.split(arguments[2].text ?? [])
    )
    var replacements: [ArraySlice<UInt8>: ArraySlice<UInt8>] = [:]
    for (index, character) in source.enumerated() where replacements[character] == nil {
      replacements[character] = index < targets.count ? targets[index] : []
    }
    return EngineValue(
      limited: Characters.split(arguments[0].text ?? []).flatMap { replacements[$0] ?? $0 })
  }

  @Sendable static func character(_ arguments: [EngineValue]) -> EngineValue {
    guard let code = arguments[0].count.flatMap({ UInt32(exactly: $0) }).flatMap(Unicode.Scalar.init) else {
      return .null
    }
    return .text(Array(String(Character(code)).utf8))
  }

  @Sendable static func codePoint(_ arguments: [EngineValue]) -> EngineValue {
    let characters = Characters.split(arguments[0].text ?? [])
    guard characters.count == 1, let scalar = Characters.scalar(characters[0]) else { return .null }
    return EngineValue(Int(scalar.value))
  }

  @Sendable static func hammingDistance(_ arguments: [EngineValue]) -> EngineValue {
    let (left, right) = (Characters.split(arguments[0].text ?? []), Characters.split(arguments[1].text ?? []))
    guard left.count == right.count else { return .null }
    return EngineValue(zip(left, right).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) })
  }

  @Sendable static func levenshteinDistance(_ arguments: [EngineValue]) -> EngineValue {
    let (left, right) = (Characters.split(arguments[0].text ?? []), Characters.split(arguments[1].text ?? []))
    guard left.count.multipliedReportingOverflow(by: right.count).overflow == false,
      left.count * right.count <= ResultLimits.editTableSize
    else { return .null }
    var previous = Array(0...right.count)
    for (row, character) in left.enumerated() {
      var current = [row + 1]
      current.reserveCapacity(right.count + 1)
      for (column, other) in right.enumerated() {
        current.append(
          min(previous[column] + (character == other ? 0 : 1), previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return EngineValue(previous[right.count])
  }

  /// `from_utf8(bytes [, replacement])`: U+FFFD for bytes that are not UTF-8, or a text of one character or none, or
  /// the character of a code point.
  @Sendable static func validated(_ arguments: [EngineValue]) -> EngineValue {
    let bytes = arguments[0].text ?? []
    guard arguments.count > 1 else { return .text(Array(String(decoding: bytes, as: UTF8.self).utf8)) }
    guard let replacement = replacement(arguments[1]) else { return .null }
    var output: [UInt8] = []
    for character in Characters.split(bytes) {
      output += String(validating: character, as: UTF8.self) == nil ? replacement : Array(character)
      if output.count > ResultLimits.textByteCount { return .null }
    }
    return .text(output)
  }

  private static func replacement(_ value: EngineValue) -> [UInt8]? {
    if value.string == nil { return character([value]).text }
    guard let text = value.text, Characters.count(text) <= 1 else { return nil }
    return text
  }

  // MARK: Parts

  /// `split(text, separator [, limit])`.
  @Sendable static func split(_ arguments: [EngineValue]) -> EngineValue {
    guard let text = arguments[0].text, let separator = arguments[1].text else { return .null }
    var limit = Int.max
    if arguments.count > 2 {
      guard let given = arguments[2].count, given > 0 else { return .null }
      limit = given
    }
    if separator.isEmpty {
      let characters = Characters.split(text).map { EngineValue.text(Array($0)) }
      guard characters.count > limit else { return EngineValue(limited: characters) }
      let rest = text[Characters.offset(text, behind: limit - 1)...]
      return EngineValue(limited: characters[..<(limit - 1)] + [.text(Array(rest))])
    }
    var parts: [EngineValue] = []
    var start = 0
    for place in characterPlaces(of: separator, in: text, limit: limit - 1) {
      parts.append(.text(Array(text[start..<place])))
      start = place + separator.count
    }
    return EngineValue(limited: parts + [.text(Array(text[start...]))])
  }

  /// `concat_ws(separator, …)`: NULLs are left out, arrays are taken apart.
  @Sendable static func concatenateWithSeparator(_ arguments: [EngineValue]) -> EngineValue {
    guard let separator = arguments[0].text else { return .null }
    let parts = arguments.dropFirst().flatMap { $0.elements ?? [$0] }.compactMap(\.text)
    return EngineValue(joining: Array(parts), separator)
  }

  // MARK: Bytes

  @Sendable static func toHexadecimal(_ arguments: [EngineValue]) -> EngineValue {
    EngineValue(limited: Characters.upper(Array(hexadecimal(arguments[0].text ?? []).utf8)))
  }

  @Sendable static func fromHexadecimal(_ arguments: [EngineValue]) -> EngineValue {
    let digits = (arguments[0].text ?? []).map(Hexadecimal.value)
    guard digits.count % 2 == 0 else { return .null }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digits[index], let low = digits[index + 1] else { return .null }
      bytes.append(high << 4 | low)
    }
    return .text(bytes)
  }
}
