import CairnStorage

/// Finds many indicators at once: in single values for storage, and in whole records with their paths.
struct IndicatorMatcher: Sendable {
  /// Which indicator stands where.
  struct Found: Hashable, Sendable {
    let indicator: Int
    let path: String
  }

  /// Of all indicators that are texts: the automaton takes some fifty times as much.
  private static let textByteLimit = 8 << 20

  /// Texts too short for the sieve, and the others.
  private let automaton: NeedleAutomaton?
  private let sieve: NeedleSieve?
  /// Indicators by needle, of the automaton and of the sieve: several where they are one text.
  private let shortNumbers: [[Int]]
  private let numbers: [[Int]]
  private let networks: NetworkIndex
  private let expressions: [(number: Int, pattern: RegexPattern)]
  /// Those of ARNs, which only values with an ARN can have.
  private let arns: [(number: Int, pattern: RegexPattern)]
  private let ignoresCase: Bool
  private let forms: ValueJudge.Forms

  init(_ indicators: [Indicator], ignoresCase: Bool) throws {
    self.ignoresCase = ignoresCase
    var texts: [[UInt8]: [Int]] = [:]
    var networks = NetworkIndex()
    var expressions: [(Int, RegexPattern)] = []
    var arns: [(Int, RegexPattern)] = []
    var forms: ValueJudge.Forms = []
    for (number, indicator) in indicators.enumerated() {
      switch indicator.form {
      case .text:
        for bytes in indicator.spellings.map({ Array($0.utf8) }) {
          let needle = ignoresCase ? Characters.lower(bytes) : bytes
          if texts[needle]?.last != number { texts[needle, default: []].append(number) }
          forms.formUnion(ValueJudge.forms(of: needle))
          if ignoresCase { forms.formUnion(ValueJudge.forms(of: Characters.upper(bytes))) }
        }
      case .network(let range): networks.add(range, number)
      case .expression:
        expressions.append((number, try Self.pattern(indicator.text, ignoresCase: ignoresCase)))
        forms = [.bare, .integers, .times, .uuids]
      case .arn(let pattern): arns.append((number, try Self.pattern(pattern, ignoresCase: ignoresCase)))
      }
    }
    guard texts.keys.reduce(0, { $0 + $1.count }) <= Self.textByteLimit else {
      throw CairnError.usage(
        "more than \(Self.textByteLimit >> 20) MiB of indicators: search for them in parts")
    }
    let needles = texts.keys.sorted { $0.lexicographicallyPrecedes($1) }
    let short = needles.filter { $0.count < NeedleSieve.blockLength }
    let long = needles.filter { $0.count >= NeedleSieve.blockLength }
    automaton = short.isEmpty ? nil : NeedleAutomaton(short)
    sieve = long.isEmpty ? nil : NeedleSieve(long)
    shortNumbers = short.map { texts[$0] ?? [] }
    numbers = long.map { texts[$0] ?? [] }
    (self.networks, self.expressions, self.arns, self.forms) = (networks, expressions, arns, forms)
  }

  private static func pattern(_ text: String, ignoresCase: Bool) throws -> RegexPattern {
    do {
      return try RegexPattern(Array(((ignoresCase ? "(?i)" : "") + text).utf8))
    } catch {
      throw CairnError.usage("regular expression \(text): \(error.message)")
    }
  }

  /// Accepts the keys and values that have any.
  var judge: ValueJudge { ValueJudge(forms) { text in search(text) { _ in true } } }

  /// All indicators in a record's compact JSON, each as often as it is there.
  func found(in record: [UInt8]) -> [Found] {
    var found: [Found] = []
    RecordTexts.visit(record) { text, path in
      _ = search(text) { number in
        found.append(Found(indicator: number, path: path()))
        return false
      }
    }
    return found
  }

  /// Calls `found` with each indicator in a text until it returns true; whether it did.
  private func search(_ text: UnsafeBufferPointer<UInt8>, _ found: (Int) -> Bool) -> Bool {
    if ignoresCase, automaton != nil || sieve != nil, text.contains(where: { $0 >= 0x80 }) {
      let lower = Characters.lower(Array(text))
      if lower.withUnsafeBufferPointer({ searchTexts($0, foldsASCII: false, found) }) { return true }
    } else if searchTexts(text, foldsASCII: ignoresCase, found) {
      return true
    }
    if !expressions.isEmpty {
      let bytes = Array(text)
      for (number, pattern) in expressions where pattern.matches(bytes) && found(number) { return true }
    }
    if !arns.isEmpty, text.count >= 5, text.contains(UInt8(ascii: ":")) {
      let bytes = Array(text)
      for (number, pattern) in arns where pattern.matches(bytes) && found(number) { return true }
    }
    if networks.isEmpty { return false }
    return AddressWords.visit(text) { address in networks.visit(address, found) }
  }

  private func searchTexts(
    _ text: UnsafeBufferPointer<UInt8>, foldsASCII: Bool, _ found: (Int) -> Bool
  ) -> Bool {
    if let sieve,
      sieve.search(text, foldsASCII: foldsASCII, { numbers[$0].contains(where: found) })
    {
      return true
    }
    guard let automaton else { return false }
    return automaton.search(text, foldsASCII: foldsASCII) { shortNumbers[$0].contains(where: found) }
  }
}

/// The keys and values of a record's compact JSON. Damaged text leads to missing ones, never to a trap.
enum RecordTexts {
  private struct Level {
    let isArray: Bool
    /// Of the member that is read, between its quotes; nil before it.
    var key: Range<Int>?
  }

  /// Calls `body` with each key, string, number and boolean, without escapes, and with what gives the path to it: keys
  /// with dots between, `[]` for the elements of arrays.
  static func visit(_ json: [UInt8], _ body: (UnsafeBufferPointer<UInt8>, () -> String) -> Void) {
    json.withUnsafeBufferPointer { text in
      var levels: [Level] = []
      var position = 0
      func give(_ range: Range<Int>, isSpelled: Bool) {
        let token = UnsafeBufferPointer(rebasing: text[range])
        if isSpelled, token.contains(UInt8(ascii: "\\")) {
          StringSpelling.unescape(token).withUnsafeBufferPointer { body($0) { path(levels, text) } }
        } else {
          body(token) { path(levels, text) }
        }
      }
      while position < text.count {
        switch text[position] {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          levels.append(Level(isArray: text[position] == UInt8(ascii: "[")))
          position += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          _ = levels.popLast()
          position += 1
        case UInt8(ascii: ","):
          if !levels.isEmpty { levels[levels.count - 1].key = nil }
          position += 1
        case UInt8(ascii: ":"): position += 1
        case UInt8(ascii: "\""):
          let end = JSONText.stringEnd(text, position)
          let inside = position + 1..<max(position + 1, end - 1)
          if let level = levels.last, !level.isArray, level.key == nil {
            levels[levels.count - 1].key = inside
          }
          give(inside, isSpelled: true)
          position = end
        default:
          let start = position
          while position < text.count, !isEnd(text[position]) { position += 1 }
          if text[start] != UInt8(ascii: "n") { give(start..<position, isSpelled: false) }
        }
      }
    }
  }

  private static func isEnd(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]")
  }

  private static func path(_ levels: [Level], _ text: UnsafeBufferPointer<UInt8>) -> String {
    var path: [UInt8] = []
    for level in levels {
      if level.isArray {
        if !path.suffix(2).elementsEqual("[]".utf8) { path += "[]".utf8 }
      } else if let key = level.key {
        if !path.isEmpty { path.append(UInt8(ascii: ".")) }
        path += StringSpelling.unescape(UnsafeBufferPointer(rebasing: text[key]))
      }
    }
    return String(decoding: path, as: UTF8.self)
  }
}
