/// The parts of times that `format` writes behind `%t`, with Java's letters (S71).
enum FormatTime {
  /// A part of a time as its zone's clocks show it; nil for another letter or what is no time.
  static func text(_ value: EngineValue, _ letter: UInt8) -> [UInt8]? {
    guard let point = value.timePoint, let clock = value.clock else { return nil }
    switch Character(Unicode.Scalar(letter)) {
    case "s": return Array(String(point.seconds).utf8)
    case "Q": return Array(String(point.seconds * 1000 + Int64(point.nanoseconds) / 1_000_000).utf8)
    case "p": return clock.secondOfDay < 43_200 ? Array("am".utf8) : Array("pm".utf8)
    case "C":
      var century: [UInt8] = []
      TimePoint.append(EventTime.civil(days: clock.day).year / 100, width: 2, to: &century)
      return century
    default: return parts(letter).map { TimePattern(parts: $0).text(value) }
    }
  }

  /// Java's text of a time: `2024-01-01T09:05`, with seconds and three, six or nine digits of a fraction where they
  /// are not zero, and for one with a zone `+09:00[Asia/Tokyo]` behind it.
  static func javaText(_ value: EngineValue) -> [UInt8] {
    guard let clock = value.changed({ $0.rounded(toDigits: 9) ?? $0 }).clock else { return [] }
    var output = TimePoint.dateText(days: clock.day) + [UInt8(ascii: "T")]
    let nanoseconds = clock.nanoseconds
    let digits =
      nanoseconds == 0 ? 0 : nanoseconds % 1_000_000 == 0 ? 3 : nanoseconds % 1000 == 0 ? 6 : 9
    var parts: [TimePattern.Part] = [
      .number(.hour, width: 2), .literal([UInt8(ascii: ":")]), .number(.minute, width: 2),
    ]
    if digits > 0 || clock.secondOfDay % 60 != 0 {
      parts += [.literal([UInt8(ascii: ":")]), .number(.second, width: 2)]
    }
    if digits > 0 { parts += [.literal([UInt8(ascii: ".")]), .fraction(digits: digits)] }
    output += TimePattern(parts: parts).text(.timestamp(clock))
    guard case .zoned(let time) = value else { return output }
    let offset = TimePattern.offset(time.offset)
    return output + offset
      + (offset == time.zone.name ? [] : [UInt8(ascii: "[")] + time.zone.name + [UInt8(ascii: "]")])
  }

  private static func parts(_ letter: UInt8) -> [TimePattern.Part]? {
    switch Character(Unicode.Scalar(letter)) {
    case "H": [.number(.hour, width: 2)]
    case "I": [.number(.halfHourFrom1, width: 2)]
    case "k": [.number(.hour, width: 1)]
    case "l": [.number(.halfHourFrom1, width: 1)]
    case "M": [.number(.minute, width: 2)]
    case "S": [.number(.second, width: 2)]
    case "L": [.fraction(digits: 3)]
    case "N": [.fraction(digits: 9)]
    case "z": [.offset(withColon: false)]
    case "Z": [.zoneName]
    case "B": [.monthName(isShort: false)]
    case "b", "h": [.monthName(isShort: true)]
    case "A": [.weekdayName(isShort: false)]
    case "a": [.weekdayName(isShort: true)]
    case "Y": [.number(.year, width: 4)]
    case "y": [.shortYear]
    case "j": [.number(.dayOfYear, width: 3)]
    case "m": [.number(.month, width: 2)]
    case "d": [.number(.day, width: 2)]
    case "e": [.number(.day, width: 1)]
    case "R": joined("HM", ":")
    case "T": joined("HMS", ":")
    case "r": joined("IMS", ":").map { $0 + [.literal([0x20]), .halfDay] }
    case "D": joined("mdy", "/")
    case "F": joined("Ymd", "-")
    case "c": joined("abdTZY", " ")
    default: nil
    }
  }

  /// Parts with a mark between them.
  private static func joined(_ letters: String, _ mark: String) -> [TimePattern.Part]? {
    var output: [TimePattern.Part] = []
    for letter in letters.utf8 {
      guard let parts = parts(letter) else { return nil }
      if !output.isEmpty { output.append(.literal(Array(mark.utf8))) }
      output += parts
    }
    return output
  }
}
