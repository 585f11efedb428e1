/// Reads the texts that spell a time (S16), part by part.
struct OracleTimeText {
  private var rest: ArraySlice<UInt8>

  /// The instant that a text spells.
  static func instant(_ text: [UInt8]) -> OracleInstant? {
    var reader = OracleTimeText(rest: text[...])
    return reader.read()
  }

  /// Seconds east of UTC that a text which spells a time names; 0 without.
  static func offset(_ text: [UInt8]) -> Int64 {
    let tail = String(decoding: text.suffix(6), as: UTF8.self)
    for count in [6, 5, 3] {
      let zone = tail.suffix(count)
      // A date's last part looks like an offset of hours.
      guard let sign = zone.first, "+-".contains(sign), text.contains(0x3A),
        let offset = OracleTimeFunctions.offset(String(zone))
      else { continue }
      return offset
    }
    return 0
  }

  private mutating func read() -> OracleInstant? {
    guard let year = number(4...4), accept("-"), let month = number(1...2), accept("-"),
      let day = number(1...2), year > 0, (1...12).contains(month), day > 0,
      day <= OracleCalendar.dayCount(year: year, month: month)
    else { return nil }
    var instant = OracleInstant(
      seconds: OracleCalendar.days(year: year, month: month, day: day) * OracleCalendar.secondsPerDay,
      nanoseconds: 0)
    if rest.isEmpty { return instant }
    guard accept("T") || accept("t") || (startsTime && accept(" ")) else { return nil }
    guard let hour = number(1...2), hour < 24, accept(":"), let minute = number(1...2), minute < 60 else {
      return nil
    }
    instant.seconds += hour * 3600 + minute * 60
    if accept(":") {
      guard let second = number(1...2), second < 60 else { return nil }
      instant.seconds += second
      if accept(".") {
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard (1...12).contains(digits.count) else { return nil }
        let padded =
          String(decoding: digits, as: UTF8.self) + String(repeating: "0", count: 12 - digits.count)
        instant.nanoseconds = Int64(padded.prefix(9)) ?? 0
        instant.picoseconds = Int64(padded.suffix(3)) ?? 0
        rest = rest.dropFirst(digits.count)
      }
    }
    guard let offset = zone() else { return nil }
    instant.seconds -= offset
    return rest.isEmpty ? instant : nil
  }

  /// Whether a digit follows the space, so that the space before a zone is not taken for it.
  private var startsTime: Bool { rest.dropFirst().first.map { (0x30...0x39).contains($0) } ?? false }

  /// Seconds east of UTC; 0 where no zone is written.
  private mutating func zone() -> Int64? {
    if rest.isEmpty { return 0 }
    _ = accept(" ")
    if accept("Z") || accept("z") { return 0 }
    if String(decoding: rest, as: UTF8.self).uppercased() == "UTC" {
      rest = []
      return 0
    }
    let isWest = rest.first == UInt8(ascii: "-")
    guard accept("+") || accept("-"), let hours = number(2...2), hours < 24 else { return nil }
    var minutes: Int64 = 0
    if !rest.isEmpty {
      _ = accept(":")
      guard let written = number(2...2), written < 60 else { return nil }
      minutes = written
    }
    let offset = hours * 3600 + minutes * 60
    return isWest ? -offset : offset
  }

  private mutating func accept(_ character: Character) -> Bool {
    guard rest.first == character.asciiValue else { return false }
    rest = rest.dropFirst()
    return true
  }

  private mutating func number(_ widths: ClosedRange<Int>) -> Int64? {
    let digits = rest.prefix { (0x30...0x39).contains($0) }
    guard widths.contains(digits.count) else {
      // `+0530`: take two digits of four.
      guard widths == 2...2, digits.count == 4 else { return nil }
      rest = rest.dropFirst(2)
      return Int64(String(decoding: digits.prefix(2), as: UTF8.self))
    }
    rest = rest.dropFirst(digits.count)
    return Int64(String(decoding: digits, as: UTF8.self))
  }
}
