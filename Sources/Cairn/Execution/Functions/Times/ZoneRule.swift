import CairnStorage

/// When a zone's clocks change each year, as POSIX's TZ variable spells it: `EST5EDT,M3.2.0,M11.1.0`.
struct ZoneRule: Sendable {
  /// Seconds east of UTC in standard time.
  private let standard: Int
  private let summer: Summer?

  fileprivate struct Summer {
    var offset: Int
    var start: Change
    var end: Change
  }

  /// A day of each year and the clock's time on it when the clock changes.
  fileprivate struct Change {
    var day: Day
    var second: Int
  }

  fileprivate enum Day {
    /// From 1; February 29th is not counted.
    case julian(Int)
    /// From 0.
    case ofYear(Int)
    /// Month, week of it (5 is the last), weekday from Sunday as 0.
    case weekday(Int, Int, Int)
  }

  /// Seconds east of UTC at a point in time.
  func offset(at seconds: Int64) -> Int {
    guard let summer else { return standard }
    let year = EventTime.civil(days: Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)).year
    // The clock's year can be another one than UTC's.
    for year in (year - 1)...(year + 1) {
      let start = summer.start.second(of: year) - Int64(standard)
      let end = summer.end.second(of: year) - Int64(summer.offset)
      // South of the equator summer ends in the year after.
      let next = start < end ? end : summer.end.second(of: year + 1) - Int64(summer.offset)
      if seconds >= start, seconds < next { return summer.offset }
    }
    return standard
  }

  /// Nil where the text is no rule.
  init?(_ text: ArraySlice<UInt8>) {
    var reader = RuleReader(rest: text)
    guard reader.name(), let west = reader.seconds() else { return nil }
    standard = -west
    guard !reader.rest.isEmpty else {
      summer = nil
      return
    }
    guard reader.name() else { return nil }
    var offset = standard + 3600
    if reader.rest.first != UInt8(ascii: ",") {
      guard let west = reader.seconds() else { return nil }
      offset = -west
    }
    guard let start = reader.change(), let end = reader.change(), reader.rest.isEmpty else { return nil }
    summer = Summer(offset: offset, start: start, end: end)
  }
}

extension ZoneRule.Change {
  /// The clock's time of the change, as seconds since 1970 began on that clock.
  fileprivate func second(of year: Int) -> Int64 { Int64(day.number(in: year)) * 86_400 + Int64(second) }
}

extension ZoneRule.Day {
  /// Days since 1970.
  fileprivate func number(in year: Int) -> Int {
    let first = EventTime.days(year: year, month: 1, day: 1)
    switch self {
    case .julian(let day):
      let isLeap = EventTime.daysInMonth(year: year, month: 2) == 29
      return first + day - 1 + (isLeap && day >= 60 ? 1 : 0)
    case .ofYear(let day): return first + day
    case .weekday(let month, let week, let weekday):
      let start = EventTime.days(year: year, month: month, day: 1)
      // 1970-01-01 was a Thursday.
      let startWeekday = ((start + 4) % 7 + 7) % 7
      let day = (weekday - startWeekday + 7) % 7 + (week - 1) * 7
      return start + (day < EventTime.daysInMonth(year: year, month: month) ? day : day - 7)
    }
  }
}

/// A cursor over a rule's text.
private struct RuleReader {
  var rest: ArraySlice<UInt8>

  private mutating func skip(_ byte: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: byte) else { return false }
    rest = rest.dropFirst()
    return true
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int? {
    let digits = rest.prefix { $0 &- UInt8(ascii: "0") <= 9 }
    guard (1...3).contains(digits.count) else { return nil }
    let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    rest = rest.dropFirst(digits.count)
    return range.contains(value) ? value : nil
  }

  /// `EST`, `<+03>`.
  mutating func name() -> Bool {
    let isQuoted = skip("<")
    let name = rest.prefix { byte in
      let letter = byte | 0x20
      let isLetter = letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z")
      return isLetter || isQuoted && (byte &- UInt8(ascii: "0") <= 9 || "+-".utf8.contains(byte))
    }
    rest = rest.dropFirst(name.count)
    return name.count >= 3 && (!isQuoted || skip(">"))
  }

  /// `[+-]hh[:mm[:ss]]`, up to a week.
  mutating func seconds() -> Int? {
    let isNegative = skip("-")
    if !isNegative { _ = skip("+") }
    guard var value = number(0...167).map({ $0 * 3600 }) else { return nil }
    for unit in [60, 1] where skip(":") {
      guard let part = number(0...59) else { return nil }
      value += part * unit
    }
    return isNegative ? -value : value
  }

  /// `,M3.2.0/2`.
  mutating func change() -> ZoneRule.Change? {
    guard skip(","), let day = day() else { return nil }
    guard skip("/") else { return ZoneRule.Change(day: day, second: 7200) }
    return seconds().map { ZoneRule.Change(day: day, second: $0) }
  }

  private mutating func day() -> ZoneRule.Day? {
    if skip("J") { return number(1...365).map { .julian($0) } }
    guard skip("M") else { return number(0...365).map { .ofYear($0) } }
    guard let month = number(1...12), skip("."), let week = number(1...5), skip("."),
      let weekday = number(0...6)
    else { return nil }
    return .weekday(month, week, weekday)
  }
}
