/// A point in time, UTC, in the years 1 to 9999.
package struct TimePoint: Sendable, Hashable {
  /// Seconds since 1970.
  package let seconds: Int64
  /// Nanoseconds behind them, 0 to 999,999,999.
  package let nanoseconds: Int32
  /// Picoseconds behind those, 0 to 999: literals and casts may have them.
  let picoseconds: Int32

  static let secondsPerDay: Int64 = 86_400

  /// A point in time, or nil outside the years 1 to 9999 (S54).
  package init?(seconds: Int64, nanoseconds: Int32 = 0) {
    guard EventTime.canonicalRange.contains(seconds) else { return nil }
    self.seconds = seconds
    self.nanoseconds = nanoseconds
    picoseconds = 0
  }

  /// A point with so many picoseconds behind the second, or nil outside the years 1 to 9999.
  init?(seconds: Int64, fraction: Int64) {
    guard EventTime.canonicalRange.contains(seconds) else { return nil }
    self.seconds = seconds
    nanoseconds = Int32(truncatingIfNeeded: fraction / 1000)
    picoseconds = Int32(truncatingIfNeeded: fraction % 1000)
  }

  /// Picoseconds behind the second.
  var fraction: Int64 { Int64(nanoseconds) * 1000 + Int64(picoseconds) }

  static let picosecondsPerSecond: Int64 = 1_000_000_000_000

  /// The midnight of a day, which must lie in the years 1 to 9999.
  init(days: Int) {
    seconds = Int64(days) * TimePoint.secondsPerDay
    nanoseconds = 0
    picoseconds = 0
  }

  /// Days that have a date.
  static let days = -719_162...2_932_896

  /// The day that it lies in.
  var day: Int {
    Int(seconds >= 0 ? seconds / TimePoint.secondsPerDay : (seconds + 1) / TimePoint.secondsPerDay - 1)
  }

  /// Seconds since the day's midnight.
  var secondOfDay: Int64 { seconds - Int64(day) * TimePoint.secondsPerDay }

  static func compare(_ lhs: TimePoint, _ rhs: TimePoint) -> Int {
    if lhs.seconds != rhs.seconds { return lhs.seconds < rhs.seconds ? -1 : 1 }
    return lhs.fraction == rhs.fraction ? 0 : lhs.fraction < rhs.fraction ? -1 : 1
  }

  // MARK: Text

  /// `YYYY-MM-DD HH:MM:SS` with as much fraction as it needs.
  var text: [UInt8] {
    var output = TimePoint.dateText(days: day)
    output.append(UInt8(ascii: " "))
    let second = Int(secondOfDay)
    TimePoint.append(second / 3600, width: 2, to: &output)
    output.append(UInt8(ascii: ":"))
    TimePoint.append(second / 60 % 60, width: 2, to: &output)
    output.append(UInt8(ascii: ":"))
    TimePoint.append(second % 60, width: 2, to: &output)
    guard fraction != 0 else { return output }
    output.append(UInt8(ascii: "."))
    TimePoint.append(Int(fraction), width: 12, to: &output)
    while output.last == UInt8(ascii: "0") { output.removeLast() }
    return output
  }

  /// `YYYY-MM-DD`.
  static func dateText(days: Int) -> [UInt8] {
    let date = EventTime.civil(days: days)
    var output: [UInt8] = []
    // Of a whole timestamp.
    output.reserveCapacity(19)
    append(date.year, width: 4, to: &output)
    output.append(UInt8(ascii: "-"))
    append(date.month, width: 2, to: &output)
    output.append(UInt8(ascii: "-"))
    append(date.day, width: 2, to: &output)
    return output
  }

  static func append(_ value: Int, width: Int, to output: inout [UInt8]) {
    // Years, days and clocks: the numbers of most results, without a text between.
    if width == 4, 100..<10_000 ~= value {
      append(value / 100, width: 2, to: &output)
      return append(value % 100, width: 2, to: &output)
    }
    if width == 2, 0..<100 ~= value {
      output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10))
      return output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }
    let digits = String(value).utf8
    for _ in 0..<max(0, width - digits.count) { output.append(UInt8(ascii: "0")) }
    output += digits
  }
}

// MARK: Reading (S16)

extension TimePoint {
  /// The time that a text spells, or nil.
  package init?(spelling: [UInt8]) {
    let canonical = spelling.withUnsafeBufferPointer { text in
      text.baseAddress.flatMap { EventTime.canonicalSeconds($0, text.count) }
    }
    if let canonical {
      self.init(seconds: canonical)
      return
    }
    // The shortest time is a date; nothing longer than every part in full can be one.
    guard spelling.count >= 8, spelling.count <= 43 else { return nil }
    var reader = TimeReader(text: spelling)
    guard let days = reader.date() else { return nil }
    guard !reader.isAtEnd else {
      self.init(days: days)
      return
    }
    guard let time = reader.time(), let offset = reader.zone(), reader.isAtEnd else { return nil }
    self.init(
      seconds: Int64(days) * TimePoint.secondsPerDay + time.seconds - offset, fraction: time.fraction)
  }
}

extension TimePoint {
  /// What clocks show in a text that names an offset which is not UTC's, and that offset; nil for other texts.
  static func clock(spelling: [UInt8]) -> (clock: TimePoint, zone: FixedZone)? {
    guard spelling.count >= 8, spelling.count <= 43 else { return nil }
    var reader = TimeReader(text: spelling)
    guard let days = reader.date(), let time = reader.time(), let offset = reader.zone(), reader.isAtEnd,
      offset != 0,
      let clock = TimePoint(
        seconds: Int64(days) * TimePoint.secondsPerDay + time.seconds, fraction: time.fraction)
    else { return nil }
    return (clock, FixedZone(seconds: Int(offset)))
  }

  /// Rounded to so many digits of the second's fraction, half up; nil behind the last year.
  func rounded(toDigits digits: Int) -> TimePoint? {
    if digits >= 12 { return self }
    let unit = (0..<(12 - max(0, digits))).reduce(Int64(1)) { product, _ in product * 10 }
    let rounded = (fraction + unit / 2) / unit * unit
    let isNext = rounded >= TimePoint.picosecondsPerSecond
    return TimePoint(seconds: isNext ? seconds + 1 : seconds, fraction: isNext ? 0 : rounded)
  }
}

private struct TimeReader {
  let text: [UInt8]
  var position = 0

  init(text: [UInt8]) { self.text = text }

  var isAtEnd: Bool { position == text.count }

  private var byte: UInt8? { position < text.count ? text[position] : nil }

  private mutating func skip(_ wanted: Character) -> Bool {
    guard let byte, byte == wanted.asciiValue else { return false }
    position += 1
    return true
  }

  /// As many digits as there are, if their number is in a range.
  private mutating func digits(_ counts: ClosedRange<Int>) -> Int? {
    let run = text[position...].prefix(counts.upperBound) { $0 &- UInt8(ascii: "0") <= 9 }
    guard run.count >= counts.lowerBound else { return nil }
    position += run.count
    return run.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }

  /// Days since 1970 of `YYYY-MM-DD`.
  mutating func date() -> Int? {
    guard let year = digits(4...4), year >= 1, skip("-"), let month = digits(1...2), skip("-"),
      (1...12).contains(month), let day = digits(1...2), day >= 1,
      day <= EventTime.daysInMonth(year: year, month: month)
    else { return nil }
    return EventTime.days(year: year, month: month, day: day)
  }

  /// `T` or a space, and a time of day.
  mutating func time() -> (seconds: Int64, fraction: Int64)? {
    guard skip("T") || skip("t") || skip(" "), let hour = digits(1...2), hour < 24, skip(":"),
      let minute = digits(1...2), minute < 60
    else { return nil }
    let seconds = Int64(hour * 3600 + minute * 60)
    guard skip(":") else { return (seconds, 0) }
    guard let second = digits(1...2), second < 60 else { return nil }
    guard skip(".") else { return (seconds + Int64(second), 0) }
    let start = position
    guard var fraction = digits(1...12) else { return nil }
    for _ in (position - start)..<12 { fraction *= 10 }
    return (seconds + Int64(second), Int64(fraction))
  }

  /// Seconds east of UTC of a zone or of nothing.
  mutating func zone() -> Int64? {
    if isAtEnd { return 0 }
    _ = skip(" ")
    if skip("Z") || skip("z") { return 0 }
    let word = text[position...].prefix(3).map { $0 & 0xDF }
    if word == Array("UTC".utf8) {
      position += 3
      return 0
    }
    let isNegative = skip("-")
    guard isNegative || skip("+"), let hours = digits(2...2), hours < 24 else { return nil }
    if isAtEnd { return Int64(hours * 3600) * (isNegative ? -1 : 1) }
    _ = skip(":")
    guard let minutes = digits(2...2), minutes < 60 else { return nil }
    return Int64(hours * 3600 + minutes * 60) * (isNegative ? -1 : 1)
  }
}

extension ArraySlice<UInt8> {
  /// The first elements, at most `limit`, for which a condition holds.
  fileprivate func prefix(_ limit: Int, while holds: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    prefix(limit).prefix(while: holds)
  }
}
