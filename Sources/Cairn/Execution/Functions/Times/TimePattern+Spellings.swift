extension TimePattern {
  /// How a pattern is spelled.
  enum Spelling: Sendable {
    /// `%Y-%m-%d %H:%i:%s`, of `date_format` and `date_parse`.
    case mysql
    /// `%Y-%m-%d %H:%M:%S`, of `strftime` and `strptime`.
    case c
    /// `yyyy-MM-dd HH:mm:ss`, of `format_datetime` and `parse_datetime`.
    case joda
  }

  /// Longer runs of a letter are no pattern.
  private static let longestRun = 9

  /// Nil where the pattern asks for something that is not known.
  init?(_ text: [UInt8], _ spelling: Spelling) {
    let parts = spelling == .joda ? TimePattern.joda(text) : TimePattern.percent(text, spelling)
    guard let parts else { return nil }
    self.parts = parts
  }

  private static func percent(_ text: [UInt8], _ spelling: Spelling) -> [Part]? {
    var parts: [Part] = []
    var rest = text[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        parts.append(.literal([byte]))
        continue
      }
      guard let letter = rest.popFirst() else { return nil }
      guard let found = spelling == .mysql ? mysql(letter) : c(letter) else { return nil }
      parts += found
    }
    return parts
  }

  private static func mysql(_ letter: UInt8) -> [Part]? {
    switch Character(Unicode.Scalar(letter)) {
    case "c": [.number(.month, width: 1)]
    case "e": [.number(.day, width: 1)]
    case "f": [.fraction(digits: 6)]
    case "h", "I": [.number(.halfHourFrom1, width: 2)]
    case "i": [.number(.minute, width: 2)]
    case "k": [.number(.hour, width: 1)]
    case "l": [.number(.halfHourFrom1, width: 1)]
    case "M": [.monthName(isShort: false)]
    case "r": percent(Array("%I:%i:%s %p".utf8), .mysql)
    case "s", "S": [.number(.second, width: 2)]
    case "T": percent(Array("%H:%i:%s".utf8), .mysql)
    case "v": [.number(.week, width: 2)]
    case "W": [.weekdayName(isShort: false)]
    case "x": [.number(.weekYear, width: 4)]
    default: common(letter)
    }
  }

  private static func c(_ letter: UInt8) -> [Part]? {
    switch Character(Unicode.Scalar(letter)) {
    case "A": [.weekdayName(isShort: false)]
    case "B": [.monthName(isShort: false)]
    case "F": percent(Array("%Y-%m-%d".utf8), .c)
    case "f": [.fraction(digits: 6)]
    case "G": [.number(.weekYear, width: 4)]
    case "g": [.fraction(digits: 3)]
    case "I": [.number(.halfHourFrom1, width: 2)]
    case "M": [.number(.minute, width: 2)]
    case "n": [.fraction(digits: 9)]
    case "S": [.number(.second, width: 2)]
    case "T": percent(Array("%H:%M:%S".utf8), .c)
    case "u": [.number(.weekday, width: 1)]
    case "V": [.number(.week, width: 2)]
    case "Z": [.zoneName]
    case "z": [.offset(withColon: false)]
    default: common(letter)
    }
  }

  private static func common(_ letter: UInt8) -> [Part]? {
    switch Character(Unicode.Scalar(letter)) {
    case "a": [.weekdayName(isShort: true)]
    case "b": [.monthName(isShort: true)]
    case "d": [.number(.day, width: 2)]
    case "H": [.number(.hour, width: 2)]
    case "j": [.number(.dayOfYear, width: 3)]
    case "m": [.number(.month, width: 2)]
    case "p": [.halfDay]
    case "Y": [.number(.year, width: 4)]
    case "y": [.shortYear]
    case "%": [.literal([letter])]
    default: nil
    }
  }

  private static func joda(_ text: [UInt8]) -> [Part]? {
    var parts: [Part] = []
    var rest = text[...]
    while let byte = rest.first {
      if byte == UInt8(ascii: "'") {
        parts.append(.literal(quoted(&rest)))
        continue
      }
      let run = rest.prefix { $0 == byte }.count
      let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26
      rest = rest.dropFirst(run)
      guard isLetter else {
        parts.append(.literal([UInt8](repeating: byte, count: run)))
        continue
      }
      guard run <= longestRun, let part = joda(byte, run) else { return nil }
      parts.append(part)
    }
    return parts
  }

  /// `'text'`, or `''` for a quote. Without a closing quote all the rest is text, as Joda has it and published
  /// queries rely on.
  private static func quoted(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
    let quote = UInt8(ascii: "'")
    rest.removeFirst()
    if rest.first == quote {
      rest.removeFirst()
      return [quote]
    }
    var text: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte != quote {
        text.append(byte)
      } else if rest.first == quote {
        text.append(quote)
        rest.removeFirst()
      } else {
        return text
      }
    }
    return text
  }

  private static func joda(_ letter: UInt8, _ width: Int) -> Part? {
    switch Character(Unicode.Scalar(letter)) {
    case "y", "Y": width == 2 ? .shortYear : .number(.year, width: width)
    case "x": .number(.weekYear, width: width)
    case "M":
      width > 3
        ? .monthName(isShort: false) : width == 3 ? .monthName(isShort: true) : .number(.month, width: width)
    case "d": .number(.day, width: width)
    case "D": .number(.dayOfYear, width: width)
    case "w": .number(.week, width: width)
    case "e": .number(.weekday, width: width)
    case "E": .weekdayName(isShort: width < 4)
    case "a": .halfDay
    case "H": .number(.hour, width: width)
    case "k": .number(.hourFrom1, width: width)
    case "K": .number(.halfHour, width: width)
    case "h": .number(.halfHourFrom1, width: width)
    case "m": .number(.minute, width: width)
    case "s": .number(.second, width: width)
    case "S": .fraction(digits: width)
    case "Z": width == 1 ? .offset(withColon: false) : width == 2 ? .offset(withColon: true) : .zoneName
    case "z": .zoneName
    default: nil
    }
  }
}

/// What the functions with patterns do.
struct TimePatternFunction: Sendable {
  let spelling: TimePattern.Spelling
  /// Whether they read times; else they write them.
  let isReading: Bool

  static let table: [FunctionTable.Entry] = [
    .special("date_format", 2...2, .timePattern(.init(spelling: .mysql, isReading: false))),
    .special("date_parse", 2...2, .timePattern(.init(spelling: .mysql, isReading: true))),
    .special("strftime", 2...2, .timePattern(.init(spelling: .c, isReading: false))),
    .special("strptime", 2...2, .timePattern(.init(spelling: .c, isReading: true))),
    .special("format_datetime", 2...2, .timePattern(.init(spelling: .joda, isReading: false))),
    .special("parse_datetime", 2...2, .timePattern(.init(spelling: .joda, isReading: true))),
  ]

  /// How a function's patterns are spelled.
  static func spelling(of name: String) -> TimePattern.Spelling? {
    for entry in table where entry.name == name {
      if case .special(.timePattern(let function)) = entry.form { return function.spelling }
    }
    return nil
  }

  func value(_ value: EngineValue, _ pattern: TimePattern) -> EngineValue {
    if isReading {
      let time = value.text.map(pattern.time) ?? .null
      return spelling == .c ? time : time.changed { TimeUnit.millisecond.start(of: $0) }
    }
    guard value.timePoint != nil else { return .null }
    // Trino's patterns know no more than milliseconds.
    return .text(pattern.text(spelling == .c ? value : value.changed { $0.rounded(toDigits: 3) ?? $0 }))
  }
}
