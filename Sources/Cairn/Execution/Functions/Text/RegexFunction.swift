/// Functions that ask where a regular expression matches (S72).
enum RegexFunction: Sendable {
  case extract, extractAll, replace, count, split, position

  static let table: [FunctionTable.Entry] = [
    .special("regexp_like", 2...2, isCondition: true, .regexpLike),
    .special("regexp_matches", 2...2, isCondition: true, .regexpLike),
    .special("regexp_extract", 2...3, .regexp(.extract)),
    .special("regexp_extract_all", 2...3, .regexp(.extractAll)),
    .special("regexp_replace", 2...3, .regexp(.replace)),
    .special("regexp_count", 2...2, .regexp(.count)),
    .special("regexp_split", 2...2, .regexp(.split)),
    .special("regexp_position", 2...4, .regexp(.position)),
  ]

  /// The type of its values.
  var resultType: ResultType? {
    switch self {
    case .extract, .replace: .text
    case .count, .position: .whole
    case .extractAll, .split: nil
    }
  }

  /// What does the same with texts where they lie; nil for functions that make no text.
  func kernel(_ finder: RegexFinder) -> TextKernel? {
    switch self {
    case .extract: .extract(finder)
    case .replace: .replaceMatches(finder)
    case .extractAll, .count, .split, .position: nil
    }
  }

  /// What writes the first match, or a group of it, of each text; arguments are those behind the text.
  static func extraction(_ finder: RegexFinder, _ rest: [EngineValue]) -> TextKernel.Map? {
    guard let group = rest.count > 1 ? rest[1].count : 0, (0...finder.groups.count).contains(group) else {
      return nil
    }
    return { text, output in
      var found: Range<Int>?
      guard finder.visit(text, limit: 1, { found = RegexFinder.range($0, group, $1) }), let found else {
        return false
      }
      output.append(contentsOf: UnsafeBufferPointer(rebasing: text[found]))
      return true
    }
  }

  /// What writes each text with its matches replaced.
  static func replacement(_ finder: RegexFinder, _ rest: [EngineValue]) -> TextKernel.Map? {
    guard let pieces = pieces(rest.count > 1 ? rest[1].text ?? [] : [], finder.groups) else { return nil }
    return { text, output in
      let before = output.count
      var start = 0
      var isWhole = true
      let isDone = finder.visit(text) { slots, offsets in
        guard isWhole, let match = RegexFinder.range(slots, 0, offsets) else { return }
        output.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<match.lowerBound]))
        for piece in pieces {
          switch piece {
          case .text(let bytes): output.append(contentsOf: bytes)
          case .group(let index):
            if let range = RegexFinder.range(slots, index, offsets) {
              output.append(contentsOf: UnsafeBufferPointer(rebasing: text[range]))
            }
          }
        }
        isWhole = output.count - before <= ResultLimits.textByteCount
        start = match.upperBound
      }
      output.append(contentsOf: UnsafeBufferPointer(rebasing: text[start...]))
      if isDone, isWhole, output.count - before <= ResultLimits.textByteCount { return true }
      output.truncate(to: before)
      return false
    }
  }

  /// The value for arguments none of which is NULL.
  func value(_ arguments: [EngineValue], _ finder: RegexFinder) -> EngineValue {
    guard let text = arguments[0].text else { return .null }
    switch self {
    case .extract, .extractAll:
      let group = arguments.count > 2 ? arguments[2].count : 0
      guard let group, group >= 0, group <= finder.groups.count,
        let matches = finder.matches(in: text, limit: self == .extract ? 1 : .max)
      else { return .null }
      let texts = matches.map { match in
        match.groups[group].map { EngineValue.text(Array(text[$0])) } ?? .null
      }
      return self == .extract ? texts.first ?? .null : EngineValue(limited: texts)
    case .replace:
      return replaced(text, arguments.count > 2 ? arguments[2].text ?? [] : [], finder)
    case .count:
      return finder.matches(in: text).map { EngineValue($0.count) } ?? .null
    case .split:
      guard let matches = finder.matches(in: text) else { return .null }
      var parts: [EngineValue] = []
      var start = 0
      for match in matches {
        parts.append(.text(Array(text[start..<match.whole.lowerBound])))
        start = match.whole.upperBound
      }
      return EngineValue(limited: parts + [.text(Array(text[start...]))])
    case .position:
      return position(text, arguments, finder)
    }
  }

  /// `regexp_position(text, pattern [, start [, occurrence]])`, -1 where there is none.
  private func position(_ text: [UInt8], _ arguments: [EngineValue], _ finder: RegexFinder) -> EngineValue {
    let start = arguments.count > 2 ? arguments[2].count : 1
    let occurrence = arguments.count > 3 ? arguments[3].count : 1
    guard let start, let occurrence, start > 0, occurrence > 0 else { return .null }
    guard let matches = finder.matches(in: text, from: start - 1, limit: occurrence) else { return .null }
    guard matches.count == occurrence, let last = matches.last else { return EngineValue(-1) }
    return EngineValue(Characters.count(Array(text[..<last.whole.lowerBound])) + 1)
  }

  // MARK: Replacement

  private enum Piece {
    case text([UInt8])
    case group(Int)
  }

  private func replaced(_ text: [UInt8], _ replacement: [UInt8], _ finder: RegexFinder) -> EngineValue {
    guard let pieces = RegexFunction.pieces(replacement, finder.groups) else { return .null }
    return RegexFunction.replacing(text, finder) { match in
      pieces.reduce(into: []) { output, piece in
        switch piece {
        case .text(let bytes): output += bytes
        case .group(let index): if let range = match.groups[index] { output += text[range] }
        }
      }
    }
  }

  /// The text with each match replaced; NULL where one has no replacement.
  static func replacing(
    _ text: [UInt8], _ finder: RegexFinder, _ replacement: (RegexFinder.Match) -> [UInt8]?
  ) -> EngineValue {
    guard let matches = finder.matches(in: text) else { return .null }
    var output: [UInt8] = []
    var start = 0
    for match in matches {
      guard let replacement = replacement(match) else { return .null }
      output += text[start..<match.whole.lowerBound]
      output += replacement
      if output.count > ResultLimits.textByteCount { return .null }
      start = match.whole.upperBound
    }
    return EngineValue(limited: output + text[start...])
  }

  /// A replacement with `$1` and `${name}`; `\` takes the next character as it is. Nil where it names no group.
  private static func pieces(_ replacement: [UInt8], _ groups: RegexGroups) -> [Piece]? {
    var pieces: [Piece] = []
    var rest = replacement[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\\"):
        guard let next = rest.popFirst() else { return nil }
        pieces.append(.text([next]))
      case UInt8(ascii: "$"):
        guard let group = group(&rest, groups) else { return nil }
        pieces.append(.group(group))
      default: pieces.append(.text([byte]))
      }
    }
    return pieces
  }

  /// What stands behind a `$`: as many digits as still name a group, or a name in braces.
  private static func group(_ rest: inout ArraySlice<UInt8>, _ groups: RegexGroups) -> Int? {
    if rest.first == UInt8(ascii: "{") {
      guard let end = rest.firstIndex(of: UInt8(ascii: "}")) else { return nil }
      let name = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
      rest = rest[(end + 1)...]
      return groups.names[name]
    }
    var value: Int?
    while let byte = rest.first, byte &- UInt8(ascii: "0") <= 9 {
      let next = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
      guard next <= groups.count else { break }
      value = next
      rest.removeFirst()
    }
    return value
  }
}
