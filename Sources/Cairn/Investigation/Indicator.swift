import CairnStorage

/// Something that is looked for anywhere in records.
public struct Indicator: Sendable, Hashable {
  enum Form: Hashable {
    /// A part of a value or of a key.
    case text
    /// An address or network: an address in it, as a word of a value.
    case network(NetworkRange)
    /// A regular expression over each value.
    case expression
    /// The same, of an ARN in which `*` and `?` stand for characters.
    case arn(pattern: String)
  }

  /// As it was given.
  public let given: String
  /// Without what defangs it.
  public let text: String
  let form: Form

  /// Throws `CairnError.usage` for an empty one.
  public init(_ given: String, isExpression: Bool = false) throws {
    self.given = given
    text = isExpression ? given : Self.refanged(given)
    guard !text.isEmpty else { throw CairnError.usage("what is looked for must not be empty") }
    form =
      isExpression
      ? .expression
      : Self.range(text).map { .network($0) } ?? Self.pattern(text).map { .arn(pattern: $0) } ?? .text
  }

  /// An address, also one in brackets or with a port behind it, a network, or its first octets and `*`.
  private static func range(_ text: String) -> NetworkRange? {
    var word = text
    if word.hasPrefix("["), let end = word.firstIndex(of: "]") {
      let rest = word[word.index(after: end)...]
      if !rest.isEmpty, !isPort(rest) { return nil }
      word = String(word[word.index(after: word.startIndex)..<end])
    } else if let colon = word.lastIndex(of: ":"), isPort(word[colon...]), !word[..<colon].contains(":") {
      word = String(word[..<colon])
    }
    if NetworkAddress(spelling: Array(word.utf8)) != nil {
      return NetworkRange(spelling: Array((word + (word.contains(":") ? "/128" : "/32")).utf8))
    }
    if word.contains("/") { return NetworkRange(spelling: Array(word.utf8)) }
    let octets = word.split(separator: ".", omittingEmptySubsequences: false)
    let known = octets.prefix { $0 != "*" }
    guard octets.count == 4, (1...3).contains(known.count),
      octets.dropFirst(known.count).allSatisfy({ $0 == "*" })
    else { return nil }
    let zeros = [Substring](repeating: "0", count: 4 - known.count)
    return NetworkRange(spelling: Array("\((known + zeros).joined(separator: "."))/\(known.count * 8)".utf8))
  }

  /// `:443`.
  private static func isPort(_ text: Substring) -> Bool {
    text.first == ":" && (2...6).contains(text.utf8.count)
      && text.utf8.dropFirst().allSatisfy { $0 &- 0x30 <= 9 }
  }

  /// An expression for an ARN with wildcards, which stand for what has no end of a word in it.
  private static func pattern(_ text: String) -> String? {
    guard text.hasPrefix("arn:"), text.contains(where: { $0 == "*" || $0 == "?" }) else { return nil }
    return text.map { character in
      switch character {
      case "*": "[^\\s\"',]*"
      case "?": "[^\\s\"',]"
      default: "\\^$.|+()[]{}".contains(character) ? "\\\(character)" : String(character)
      }
    }.joined()
  }

  /// Spellings of the text that are looked for: of a hash's hexadecimal digits those in small and in capital letters.
  var spellings: [String] {
    guard [32, 40, 56, 64, 96, 128].contains(text.utf8.count),
      text.utf8.allSatisfy({ Hexadecimal.value($0) != nil })
    else { return [text] }
    return Array(Set([text, text.lowercased(), text.uppercased()])).sorted()
  }

  /// `hxxps://evil[.]example` as `https://evil.example`.
  static func refanged(_ text: String) -> String {
    var result = text
    for (spelling, meant) in [
      ("[.]", "."), ("(.)", "."), ("{.}", "."), ("[dot]", "."), ("(dot)", "."), ("{dot}", "."), ("[:]", ":"),
      ("[://]", "://"), ("[:/]", ":/"),
      ("[@]", "@"), ("[at]", "@"), ("(at)", "@"), ("[/]", "/"), ("\\.", "."), ("[.", "."), (".]", "."),
    ] {
      result = replaced(spelling, meant, in: result)
    }
    for (scheme, meant) in [("hxxp", "http"), ("h**p", "http"), ("fxp", "ftp")]
    where result.lowercased().hasPrefix(scheme) {
      let rest = result.dropFirst(scheme.count)
      if rest.hasPrefix("s:") || rest.hasPrefix("S:") || rest.hasPrefix(":") {
        result = meant + (rest.first == "S" ? "s" + rest.dropFirst() : rest)
      }
    }
    return result
  }

  /// - Parameter part: in small letters; found in capital ones, too.
  private static func replaced(_ part: String, _ other: String, in text: String) -> String {
    var output: [UInt8] = []
    let bytes = Array(text.utf8)
    let small = bytes.map { $0 &- 0x41 <= 25 ? $0 | 0x20 : $0 }
    let wanted = Array(part.utf8)
    var position = 0
    while position < bytes.count {
      if position + wanted.count <= bytes.count,
        small[position..<(position + wanted.count)].elementsEqual(wanted)
      {
        output += Array(other.utf8)
        position += wanted.count
      } else {
        output.append(bytes[position])
        position += 1
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// The indicators of a list: one a line, comments from `#`, or from `//` or `;` behind a space, on; of several columns
  /// the first.
  public static func list(_ text: String) throws -> [Indicator] {
    var known: Set<String> = []
    var indicators: [Indicator] = []
    for line in text.split(whereSeparator: \.isNewline) {
      let word = word(line)
      if word.isEmpty { continue }
      let indicator = try Indicator(word)
      if known.insert(indicator.text).inserted { indicators.append(indicator) }
    }
    return indicators
  }

  /// What a line of a list names: an address or network ends with its word, whatever is said behind it.
  private static func word(_ line: Substring) -> String {
    var item = line.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
    if item.hasPrefix("//") || item.hasPrefix(";") { return "" }
    item = item.prefix { $0 != "#" && $0 != "," && $0 != "\t" }
    for mark in [" //", " ;"] {
      if let comment = item.firstRange(of: mark) { item = item[..<comment.lowerBound] }
    }
    var word = String(item.drop { $0.isWhitespace || $0 == "\"" })
    while let last = word.last, last.isWhitespace || last == "\"" { word.removeLast() }
    let first = word.prefix { !$0.isWhitespace && $0 != ";" }
    return first.count < word.count && range(refanged(String(first))) != nil ? String(first) : word
  }

  /// What every value with it has in it; nil where nothing is common.
  func common(ignoresCase: Bool) throws -> ByteFinder? {
    switch form {
    case .text:
      let isHash = spellings.count > 1
      return ignoresCase || isHash
        ? CommonText.folded(Array(text.utf8), isASCIIOnly: !ignoresCase) : ByteFinder(Array(text.utf8))
    case .network(let range): return range.commonText
    case .expression: return try IndicatorMatcher.pattern(text, ignoresCase: ignoresCase).required
    case .arn:
      guard let part = longestPart.map({ Array($0.utf8) }) else { return nil }
      return ignoresCase ? CommonText.folded(part) : ByteFinder(part)
    }
  }

  /// The longest part of an ARN between its wildcards; what all ARNs begin with says nothing.
  var longestPart: Substring? {
    let rest = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
    return rest.split { $0 == "*" || $0 == "?" }.max { $0.utf8.count < $1.utf8.count }
  }
}

/// Parts of texts that are looked for without regard to case.
enum CommonText {
  /// Finds the longest part whose bytes only capital letters of ASCII become in small ones: the dotted capital I and the
  /// Kelvin sign become `i` and `k`, too. Nil where there is none.
  ///
  /// - Parameter isASCIIOnly: whether no other letters count than those of ASCII.
  static func folded(_ text: [UInt8], isASCIIOnly: Bool = false) -> ByteFinder? {
    if isASCIIOnly { return ByteFinder(text, foldsCase: true) }
    let others = Set("iIkK".utf8)
    let runs = text.split { $0 >= 0x80 || others.contains($0) }
    return runs.max { $0.count < $1.count }.map { ByteFinder(Array($0), foldsCase: true) }
  }
}

extension NetworkRange {
  /// What the texts of all its addresses have in them; nil where nothing is common.
  fileprivate var commonText: ByteFinder? {
    if let (address, bits) = ipv4 {
      if bits < 8 { return nil }
      let shifts: [UInt32] = [24, 16, 8, 0]
      let octets = shifts.map { (shift: UInt32) in String((address >> shift) & 255) }
      let count = bits / 8
      return ByteFinder(Array((octets.prefix(count).joined(separator: ".") + (count < 4 ? "." : "")).utf8))
    }
    // Groups of zeros may not be written, and the last two may be written as a quad.
    let groups = first.groups.prefix(min(key.bitCount / 16, 6)).filter { $0 > 0 }
    guard let group = groups.max(by: { $0 < $1 }) else { return nil }
    return ByteFinder(Array(String(group, radix: 16).utf8), foldsCase: true)
  }
}
