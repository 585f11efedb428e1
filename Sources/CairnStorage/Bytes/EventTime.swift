/// Times of events, in milliseconds since 1970-01-01T00:00:00Z.
package enum EventTime {
  /// Stands for "this record has no readable eventTime"; sorts before every real time.
  package static let unknown = Int64.min

  /// The canonical CloudTrail spelling `YYYY-MM-DDTHH:MM:SSZ`.
  package static let canonicalByteCount = 20

  /// Days since 1970-01-01 of a proleptic Gregorian date (H. Hinnant, "days_from_civil").
  package static func days(year: Int, month: Int, day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  package static func civil(days: Int) -> (year: Int, month: Int, day: Int) {
    let z = days + 719_468
    let era = (z >= 0 ? z : z - 146_096) / 146_097
    let dayOfEra = z - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let mp = (5 * dayOfYear + 2) / 153
    let month = mp < 10 ? mp + 3 : mp - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * mp + 2) / 5 + 1)
  }

  package static func daysInMonth(year: Int, month: Int) -> Int {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// Seconds since 1970 of exactly the canonical spelling, else nil. Years 0001 to 9999.
  @inline(__always)
  package static func canonicalSeconds(_ text: UnsafePointer<UInt8>, _ byteCount: Int) -> Int64? {
    guard byteCount == canonicalByteCount, text[4] == 0x2D, text[7] == 0x2D, text[10] == 0x54,
      text[13] == 0x3A, text[16] == 0x3A, text[19] == 0x5A
    else { return nil }
    var bad: UInt8 = 0
    func two(_ at: Int) -> Int {
      let high = text[at] &- 0x30
      let low = text[at + 1] &- 0x30
      if high > 9 || low > 9 { bad = 1 }
      return Int(high) * 10 + Int(low)
    }
    let year = two(0) * 100 + two(2)
    let (month, day, hour, minute, second) = (two(5), two(8), two(11), two(14), two(17))
    guard bad == 0, year >= 1, month >= 1, month <= 12, day >= 1, hour < 24, minute < 60, second < 60,
      day <= daysInMonth(year: year, month: month)
    else { return nil }
    return Int64(days(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second)
  }

  /// Writes the canonical spelling of `seconds`, which must lie in the years 0001 to 9999.
  @inline(__always)
  package static func writeCanonical(_ seconds: Int64, to output: UnsafeMutablePointer<UInt8>) {
    let day = Int(seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400)
    let rest = Int(seconds) - day * 86_400
    let date = civil(days: day)
    func two(_ value: Int, _ at: Int) {
      output[at] = 0x30 + UInt8(truncatingIfNeeded: value / 10 % 10)
      output[at + 1] = 0x30 + UInt8(truncatingIfNeeded: value % 10)
    }
    two(date.year / 100, 0)
    two(date.year % 100, 2)
    output[4] = 0x2D
    two(date.month, 5)
    output[7] = 0x2D
    two(date.day, 8)
    output[10] = 0x54
    two(rest / 3600, 11)
    output[13] = 0x3A
    two(rest / 60 % 60, 14)
    output[16] = 0x3A
    two(rest % 60, 17)
    output[19] = 0x5A
  }

  /// Seconds that `writeCanonical` can spell.
  package static let canonicalRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

  /// Milliseconds that `parse` can give: zones and a leap second reach over the years' ends.
  package static let range: ClosedRange<Int64> =
    (canonicalRange.lowerBound - 86_400) * 1000...(canonicalRange.upperBound + 86_460) * 1000 + 999

  /// The canonical spelling, with milliseconds only where there are some.
  package static func text(_ milliseconds: Int64) -> String {
    let seconds = milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000
    guard canonicalRange.contains(seconds) else { return "unknown" }
    var bytes = [UInt8](repeating: 0, count: canonicalByteCount)
    bytes.withUnsafeMutableBufferPointer { buffer in
      if let base = buffer.baseAddress { writeCanonical(seconds, to: base) }
    }
    let fraction = Int(milliseconds - seconds * 1000)
    if fraction != 0 {
      bytes.removeLast()
      let digits = String(fraction + 1000).dropFirst()
      bytes.append(contentsOf: Array(".\(digits)Z".utf8))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Milliseconds of a date-time as logs and people write it: `2023-07-10`, `2023-07-10T11:54`, a space for
  /// the `T`, a fraction of any length (cut to milliseconds), `Z`, `+02:00`, `+0200`, or nothing for UTC.
  package static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    if let base = text.baseAddress, let seconds = canonicalSeconds(base, text.count) { return seconds * 1000 }
    var scanner = TimeScanner(text: text)
    guard let year = scanner.digits(4), scanner.skip(0x2D), let month = scanner.digits(2), scanner.skip(0x2D),
      let day = scanner.digits(2), year >= 1, (1...12).contains(month), day >= 1,
      day <= daysInMonth(year: year, month: month)
    else { return nil }
    var milliseconds = Int64(days(year: year, month: month, day: day)) * 86_400_000
    if scanner.isAtEnd { return milliseconds }
    guard scanner.skip(0x54) || scanner.skip(0x74) || scanner.skip(0x20), let hour = scanner.digits(2),
      scanner.skip(0x3A), let minute = scanner.digits(2), hour < 24, minute < 60
    else { return nil }
    milliseconds += Int64(hour * 3600 + minute * 60) * 1000
    if scanner.skip(0x3A) {
      guard let second = scanner.digits(2), second <= 60 else { return nil }
      milliseconds += Int64(second) * 1000
      if scanner.skip(0x2E) || scanner.skip(0x2C) {
        guard let fraction = scanner.fraction() else { return nil }
        milliseconds += Int64(fraction)
      }
    }
    guard let offsetMinutes = scanner.zone(), scanner.isAtEnd else { return nil }
    return milliseconds - Int64(offsetMinutes) * 60_000
  }

  package static func parse(_ text: String) -> Int64? {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBufferPointer { parse($0) }
  }
}

private struct TimeScanner {
  let text: UnsafeBufferPointer<UInt8>
  var position = 0

  init(text: UnsafeBufferPointer<UInt8>) { self.text = text }

  var isAtEnd: Bool { position == text.count }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard position < text.count, text[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func digits(_ count: Int) -> Int? {
    guard position + count <= text.count else { return nil }
    var value = 0
    for _ in 0..<count {
      let digit = text[position] &- 0x30
      if digit > 9 { return nil }
      value = value * 10 + Int(digit)
      position += 1
    }
    return value
  }

  /// Digits after the point, as milliseconds.
  mutating func fraction() -> Int? {
    var value = 0
    var seen = 0
    while position < text.count, text[position] &- 0x30 <= 9 {
      if seen < 3 { value = value * 10 + Int(text[position] &- 0x30) }
      seen += 1
      position += 1
    }
    if seen == 0 { return nil }
    for _ in min(seen, 3)..<3 { value *= 10 }
    return value
  }

  /// Minutes east of UTC.
  mutating func zone() -> Int? {
    if isAtEnd { return 0 }
    if skip(0x5A) || skip(0x7A) { return 0 }
    let negative = skip(0x2D)
    guard negative || skip(0x2B), let hours = digits(2) else { return nil }
    _ = skip(0x3A)
    let minutes = isAtEnd ? 0 : digits(2)
    guard let minutes, hours < 24, minutes < 60 else { return nil }
    return (negative ? -1 : 1) * (hours * 60 + minutes)
  }
}
