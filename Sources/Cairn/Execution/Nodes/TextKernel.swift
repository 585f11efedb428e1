import CairnStorage

/// What a function of texts does with those of all rows where they lie, the same as with their values one by one. Loops
/// are over ASCII; other texts are asked about one by one.
enum TextKernel: Sendable {
  case length, lower, upper, reverse, substring, left, replace, splitPart, position, startsWith, endsWith
  case concatenate
  /// Of expressions, which find what they look for in any text.
  case extract(RegexFinder), replaceMatches(RegexFinder)

  /// Nil where the arguments are something else than texts and constants.
  func value(_ arguments: [FlatValue], _ rows: FlatRows) -> FlatValue? {
    if case .concatenate = self { return Self.concatenation(arguments, rows) }
    guard let texts = arguments.first?.asTexts else { return nil }
    var rest: [EngineValue] = []
    for argument in arguments.dropFirst() {
      guard case .constant(let value) = argument, !value.isNull else { return nil }
      rest.append(value)
    }
    switch self {
    case .length, .position: return whole(rest).map { texts.wholes($0) }
    case .startsWith, .endsWith: return judge(rest).map { .coded(Outcomes(texts, $0).vector) }
    default: return map(rest).map { .texts(texts.mapped(rows.budget, $0)) }
    }
  }

  /// What writes the text for another one; false for NULL.
  typealias Map = (UnsafeBufferPointer<UInt8>, inout RawVector<UInt8>) -> Bool

  /// Nil where the function makes no text, or has other arguments than constants behind it.
  func map(_ rest: [EngineValue]) -> Map? {
    if rest.contains(where: \.isNull) { return nil }
    switch self {
    case .extract(let finder): return RegexFunction.extraction(finder, rest)
    case .replaceMatches(let finder): return RegexFunction.replacement(finder, rest)
    default: break
    }
    guard let fast = asciiMap(rest) else { return nil }
    return { [self] text, output in
      if text.isASCII { return fast(text, &output) }
      guard let result = oneByOne([.text(Array(text))] + rest).text else { return false }
      output.append(contentsOf: result)
      return true
    }
  }

  /// The function for values.
  private func oneByOne(_ arguments: [EngineValue]) -> EngineValue {
    switch self {
    case .length: TextFunctions.length(arguments)
    case .lower: TextFunctions.lower(arguments)
    case .upper: TextFunctions.upper(arguments)
    case .reverse: TextFunctions.reverse(arguments)
    case .substring: TextFunctions.substring(arguments)
    case .left: TextFunctions.left(arguments)
    case .replace: TextFunctions.replace(arguments)
    case .splitPart: TextFunctions.splitPart(arguments)
    case .position: TextFunctions.position(arguments)
    case .startsWith: TextFunctions.startsWith(arguments)
    case .endsWith: TextFunctions.endsWith(arguments)
    case .concatenate: TextFunctions.concatenate(arguments)
    case .extract, .replaceMatches: .null
    }
  }

  private func asciiMap(_ rest: [EngineValue]) -> Map? {
    switch self {
    case .lower: return { Self.append($0, to: &$1) { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 } }
    case .upper: return { Self.append($0, to: &$1) { $0 &- 0x61 < 26 ? $0 & 0xDF : $0 } }
    case .reverse:
      return { text, output in
        let target = output.appendUninitialized(count: text.count)
        for index in 0..<text.count { target[index] = text[text.count - 1 - index] }
        return true
      }
    case .substring: return substring(rest)
    case .left:
      guard let count = rest[0].count, count >= 0 else { return nil }
      return { text, output in
        output.append(contentsOf: UnsafeBufferPointer(rebasing: text[..<min(count, text.count)]))
        return true
      }
    case .replace: return replacement(rest)
    case .splitPart: return part(rest)
    default: return nil
    }
  }

  private static func append(
    _ text: UnsafeBufferPointer<UInt8>, to output: inout RawVector<UInt8>, _ map: (UInt8) -> UInt8
  ) -> Bool {
    let target = output.appendUninitialized(count: text.count)
    for index in 0..<text.count { target[index] = map(text[index]) }
    return true
  }

  private func substring(_ rest: [EngineValue]) -> Map? {
    guard let start = rest[0].number?.whole else { return nil }
    var length = Int64.max
    if rest.count > 1 {
      guard let given = rest[1].number?.whole else { return nil }
      length = given
    }
    return { text, output in
      let count = Int64(text.count)
      guard start != 0, start <= count, start >= -count, length > 0 else { return true }
      let first = start > 0 ? start - 1 : count + start
      let last = length >= count - first ? count : first + length
      output.append(contentsOf: UnsafeBufferPointer(rebasing: text[Int(first)..<Int(last)]))
      return true
    }
  }

  private func replacement(_ rest: [EngineValue]) -> Map? {
    guard let part = rest[0].text, !part.isEmpty, let new = rest.count > 1 ? rest[1].text : [] else {
      return nil
    }
    return { text, output in
      let start = output.count
      var position = 0
      while let place = Self.find(part, in: text, from: position) {
        output.append(contentsOf: UnsafeBufferPointer(rebasing: text[position..<place]))
        output.append(contentsOf: new)
        position = place + part.count
        if output.count - start > ResultLimits.textByteCount { break }
      }
      output.append(contentsOf: UnsafeBufferPointer(rebasing: text[position...]))
      if output.count - start <= ResultLimits.textByteCount { return true }
      output.truncate(to: start)
      return false
    }
  }

  private func part(_ rest: [EngineValue]) -> Map? {
    guard let separator = rest[0].text, !separator.isEmpty, let index = rest[1].number?.whole, index > 0
    else {
      return nil
    }
    return { text, output in
      var start = 0
      var left = index - 1
      while left > 0 {
        guard let place = Self.find(separator, in: text, from: start) else { return false }
        start = place + separator.count
        left -= 1
      }
      let end = Self.find(separator, in: text, from: start) ?? text.count
      output.append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<end]))
      return true
    }
  }

  /// The whole number of each text; nil where the function gives none.
  func whole(_ rest: [EngineValue]) -> ((UnsafeBufferPointer<UInt8>) -> Int64)? {
    switch self {
    case .length: return { Int64(Characters.count($0, from: 0, to: $0.count)) }
    case .position:
      guard rest.count == 1, let part = rest[0].text, !part.isEmpty else { return nil }
      return { text in
        guard text.isASCII else {
          return TextFunctions.position([.text(Array(text)), .text(part)]).number?.whole ?? 0
        }
        return Self.find(part, in: text, from: 0).map { Int64($0) + 1 } ?? 0
      }
    default: return nil
    }
  }

  /// Whether a text has what the function asks; nil where it asks nothing.
  func judge(_ rest: [EngineValue]) -> TextJudge? {
    let isAtStart: Bool
    switch self {
    case .startsWith: isAtStart = true
    case .endsWith: isAtStart = false
    default: return nil
    }
    guard let part = rest.first?.text else { return nil }
    return { text in
      part.withUnsafeBufferPointer { ByteOrder.matches(text, at: isAtStart ? 0 : text.count - $0.count, $0) }
    }
  }

  private static func find(_ part: [UInt8], in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    part.withUnsafeBufferPointer { ByteOrder.find($0, in: text, from: start) }
  }

  // MARK: Concatenation

  /// Texts and constants end to end, row by row; nil where all texts have few entries, whose combinations are fewer.
  private static func concatenation(_ arguments: [FlatValue], _ rows: FlatRows) -> FlatValue? {
    enum Part {
      case constant([UInt8])
      case texts(TextEntries, codes: [UInt32], null: UInt32)
    }
    var parts: [Part] = []
    var owners: [Vector.Texts] = []
    for argument in arguments {
      if case .constant(let value) = argument {
        guard !value.isNull, !value.isArray, let text = value.text else { return nil }
        parts.append(.constant(text))
      } else {
        guard let texts = argument.asTexts else { return nil }
        owners.append(texts)
        parts.append(.texts(texts.entries, codes: texts.codes, null: texts.null))
      }
    }
    if owners.count > 1, owners.allSatisfy(\.hasFewEntries) { return nil }
    if owners.count == 1, owners[0].hasFewEntries {
      return .texts(
        owners[0].mapped(rows.budget) { text, output in
          let start = output.count
          for part in parts {
            if case .constant(let constant) = part {
              output.append(contentsOf: constant)
            } else {
              output.append(contentsOf: text)
            }
          }
          return keep(from: start, &output)
        })
    }
    var output = TextWriter(count: rows.count, rows.budget)
    let codes = withExtendedLifetime(owners) {
      (0..<rows.count).map { row in
        output.append { heap in
          let start = heap.count
          for part in parts {
            switch part {
            case .constant(let text): heap.append(contentsOf: text)
            case .texts(let entries, let codes, let null):
              if codes[row] == null { return false }
              heap.append(contentsOf: entries[Int(codes[row])])
            }
          }
          return keep(from: start, &heap)
        }
      }
    }
    return .texts(output.texts(codes))
  }

  /// Whether what was written is within the limit; else it is taken back.
  private static func keep(from start: Int, _ output: inout RawVector<UInt8>) -> Bool {
    if output.count - start <= ResultLimits.textByteCount { return true }
    output.truncate(to: start)
    return false
  }
}

/// Typed texts that are made one after the other. Where they are few different ones, each is kept once.
private struct TextWriter {
  private var heap: RawVector<UInt8>
  private var ends: RawVector<UInt64>
  private var numbers: TextNumbers? = TextNumbers()
  private var count = 0
  private let budget: FlatBudget

  /// The code of NULL.
  static let missing = UInt32.max
  /// After so many texts it is decided whether those to come are looked for among those that there are.
  private static let sampleCount = 1024

  init(count: Int, _ budget: FlatBudget) {
    self.budget = budget
    heap = RawVector(capacity: count * 16)
    ends = RawVector(capacity: count)
  }

  /// Appends what `write` writes; gives its code, and that of NULL where it says so.
  mutating func append(_ write: (inout RawVector<UInt8>) -> Bool) -> UInt32 {
    let start = heap.count
    guard !budget.isExceeded, write(&heap), budget.take(heap.count - start) else {
      heap.truncate(to: start)
      return Self.missing
    }
    let next = UInt32(truncatingIfNeeded: ends.count)
    let text = UnsafeBufferPointer(start: UnsafePointer(heap.base) + start, count: heap.count - start)
    if let known = numbers?.number(of: text, in: TextEntries(heap, ends), next: next), known != next {
      heap.truncate(to: start)
      count += 1
      return known
    }
    ends.append(UInt64(heap.count))
    count += 1
    if count == Self.sampleCount, ends.count > count / 2 { numbers = nil }
    return next
  }

  /// Rows of the texts. Nothing is appended after it.
  func texts(_ codes: [UInt32]) -> Vector.Texts {
    let table = StringTable(heap: heap, ends: ends)
    let null = UInt32(truncatingIfNeeded: table.count)
    return Vector.Texts(table, codes: codes.map { $0 == Self.missing ? null : $0 }, isTyped: true)
  }
}

extension Vector.Texts {
  /// The texts that a function makes of these, each entry that rows have once.
  fileprivate func mapped(_ budget: FlatBudget, _ map: TextKernel.Map) -> Vector.Texts {
    let entries = entries
    let unknown = TextWriter.missing - 1
    var places = [UInt32](repeating: unknown, count: entryCount)
    places[Int(null)] = TextWriter.missing
    var output = TextWriter(count: min(codes.count, entries.count), budget)
    let newCodes = withExtendedLifetime(table) {
      codes.map { code -> UInt32 in
        if places[Int(code)] == unknown {
          places[Int(code)] = output.append { map(entries[Int(code)], &$0) }
        }
        return places[Int(code)]
      }
    }
    return output.texts(newCodes)
  }

  /// The number that a function makes of each text: of few entries one each, as entries and codes.
  fileprivate func wholes(_ number: (UnsafeBufferPointer<UInt8>) -> Int64) -> FlatValue {
    let (entries, null) = (entries, null)
    return withExtendedLifetime(table) {
      if hasFewEntries {
        let numbers = (0..<entries.count).map { EngineValue.number(.integer(number(entries[$0]))) }
        return .coded(Vector.Coded(entries: numbers + [.null], codes: codes))
      }
      return .wholes(
        FlatKernel.numbers(codes.count, isNull: { codes[$0] == null }) { number(entries[Int(codes[$0])]) })
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether all bytes are characters of their own.
  var isASCII: Bool {
    guard let start = baseAddress.map({ UnsafeRawPointer($0) }) else { return true }
    var place = 0
    while place + 8 <= count {
      if start.loadUnaligned(fromByteOffset: place, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 {
        return false
      }
      place += 8
    }
    while place < count {
      if self[place] >= 0x80 { return false }
      place += 1
    }
    return true
  }
}
