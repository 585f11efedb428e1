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
    if isExpression {
      form = .expression
    } else if NetworkAddress(spelling: Array(text.utf8)) != nil {
      let range = NetworkRange(spelling: Array((text + (text.contains(":") ? "/128" : "/32")).utf8))
      form = range.map { .network($0) } ?? .text
    } else if let range = text.contains("/") ? NetworkRange(spelling: Array(text.utf8)) : nil {
      form = .network(range)
    } else {
      form = .text
    }
  }

  /// `hxxps://evil[.]example` as `https://evil.example`.
  static func refanged(_ text: String) -> String {
    var result = text
    for (spelling, meant) in [
      ("[.]", "."), ("(.)", "."), ("{.}", "."), ("[dot]", "."), ("(dot)", "."), ("[:]", ":"),
      ("[://]", "://"),
      ("[@]", "@"), ("[at]", "@"), ("[/]", "/"), ("\\.", "."),
    ] {
      result = replaced(spelling, meant, in: result)
    }
    for scheme in ["hxxps", "hXXps", "hxxp", "hXXp"] where result.hasPrefix(scheme) {
      result = "http" + result.dropFirst(4)
    }
    return result
  }

  private static func replaced(_ part: String, _ other: String, in text: String) -> String {
    var output: [UInt8] = []
    let bytes = Array(text.utf8)
    let wanted = Array(part.utf8)
    var position = 0
    while position < bytes.count {
      if position + wanted.count <= bytes.count,
        bytes[position..<(position + wanted.count)].elementsEqual(wanted)
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

  /// The indicators of a list: one a line, comments from `#` on, in csv the first column.
  public static func list(_ text: String) throws -> [Indicator] {
    var known: Set<String> = []
    var indicators: [Indicator] = []
    for line in text.split(whereSeparator: \.isNewline) {
      var item = line.prefix { $0 != "#" }
      if item.hasPrefix("//") || item.hasPrefix(";") { continue }
      item = item.prefix { $0 != "," }
      let trimmed = String(item.drop { $0.isWhitespace || $0 == "\"" || $0 == "\u{FEFF}" })
      var word = trimmed
      while let last = word.last, last.isWhitespace || last == "\"" { word.removeLast() }
      if word.isEmpty { continue }
      let indicator = try Indicator(word)
      if known.insert(indicator.text).inserted { indicators.append(indicator) }
    }
    return indicators
  }

  /// A condition that every record with it satisfies; nil where all records are to be looked at.
  var condition: String? {
    switch form {
    case .text: SQLText.mentions("eventJson", text)
    case .network(let range): range.textPrefix.flatMap { SQLText.mentions("eventJson", $0) }
    case .expression: nil
    }
  }
}

extension NetworkRange {
  /// What the texts of all its addresses begin with; nil where nothing is common, or an address has several spellings.
  var textPrefix: String? {
    guard let (address, bits) = ipv4 else { return nil }
    if bits < 8 { return nil }
    let shifts: [UInt32] = [24, 16, 8, 0]
    let octets = shifts.map { (shift: UInt32) in String((address >> shift) & 255) }
    let count = bits / 8
    return octets.prefix(count).joined(separator: ".") + (count < 4 ? "." : "")
  }
}
