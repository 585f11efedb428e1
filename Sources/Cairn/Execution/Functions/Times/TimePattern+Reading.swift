extension TimePattern {
  /// The time that a whole text spells by the pattern; parts that are not there are those of 1970-01-01 00:00 UTC.
  /// With the offset that the text names.
  func time(_ text: [UInt8]) -> EngineValue {
    var reader = Reader(rest: text[...])
    for part in parts {
      guard reader.read(part) else { return .null }
    }
    guard reader.rest.isEmpty, let point = reader.point else { return .null }
    return EngineValue(point, shownIn: NamedZone(FixedZone(seconds: reader.offset)))
  }

  private struct Reader {
    var rest: ArraySlice<UInt8>
    private var numbers: [Number: Int] = [:]
    private var isAfternoon: Bool?
    private var nanoseconds = 0
    private(set) var offset = 0

    init(rest: ArraySlice<UInt8>) { self.rest = rest }

    mutating func read(_ part: Part) -> Bool {
      switch part {
      case .literal(let bytes):
        guard rest.starts(with: bytes) else { return false }
        rest = rest.dropFirst(bytes.count)
        return true
      case .number(let number, let width):
        guard let value = digits(most: Reader.mostDigits(number, width)) else { return false }
        numbers[number] = value
        return true
      case .shortYear:
        guard let value = digits(most: 2) else { return false }
        numbers[.year] = value >= 70 ? 1900 + value : 2000 + value
        return true
      case .monthName:
        guard let index = name(TimePattern.months) else { return false }
        numbers[.month] = index + 1
        return true
      case .weekdayName: return name(TimePattern.weekdays) != nil
      case .halfDay:
        guard let index = name([Array("AM".utf8), Array("PM".utf8)]) else { return false }
        isAfternoon = index == 1
        return true
      case .fraction: return readFraction()
      case .offset, .zoneName: return readOffset()
      }
    }

    /// A year has up to four digits, the day of the year three, everything else two.
    private static func mostDigits(_ number: Number, _ width: Int) -> Int {
      switch number {
      case .year, .weekYear: max(width, 4)
      case .dayOfYear: 3
      case .weekday: 1
      default: 2
      }
    }

    private mutating func digits(most: Int) -> Int? {
      let run = rest.prefix(most).prefix { $0 &- UInt8(ascii: "0") <= 9 }
      guard !run.isEmpty, run.count <= 9 else { return nil }
      rest = rest.dropFirst(run.count)
      return run.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    /// The index of the name, whole or its first three letters, that stands next in any case.
    private mutating func name(_ names: [[UInt8]]) -> Int? {
      for isShort in [false, true] {
        for (index, name) in names.enumerated() {
          let wanted = isShort ? Array(name.prefix(3)) : name
          guard JSONText.isSameIgnoringCase(rest.prefix(wanted.count), wanted) else { continue }
          rest = rest.dropFirst(wanted.count)
          return index
        }
      }
      return nil
    }

    private mutating func readFraction() -> Bool {
      let run = rest.prefix(9).prefix { $0 &- UInt8(ascii: "0") <= 9 }
      guard !run.isEmpty else { return false }
      rest = rest.dropFirst(run.count)
      nanoseconds = run.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
      for _ in run.count..<9 { nanoseconds *= 10 }
      return true
    }

    private mutating func readOffset() -> Bool {
      guard let zone = FixedZone.read(&rest) else { return false }
      offset = zone.seconds
      return true
    }

    /// The point that the parts make; nil where one is out of range.
    var point: TimePoint? {
      guard let day = day, let hour = hour else { return nil }
      let (minute, second) = (numbers[.minute] ?? 0, numbers[.second] ?? 0)
      guard minute < 60, second < 60 else { return nil }
      return TimePoint(
        seconds: Int64(day) * TimePoint.secondsPerDay + Int64(hour * 3600 + minute * 60 + second - offset),
        nanoseconds: Int32(truncatingIfNeeded: nanoseconds))
    }

    private var hour: Int? {
      if let hour = numbers[.hour] { return hour < 24 ? hour : nil }
      if let hour = numbers[.hourFrom1] { return (1...24).contains(hour) ? hour % 24 : nil }
      let half: Int
      if let hour = numbers[.halfHourFrom1] {
        guard (1...12).contains(hour) else { return nil }
        half = hour % 12
      } else {
        half = numbers[.halfHour] ?? 0
        guard half < 12 else { return nil }
      }
      return half + (isAfternoon == true ? 12 : 0)
    }

    private var day: Int? {
      if let week = numbers[.week] {
        guard let year = numbers[.weekYear] ?? numbers[.year], (1...9999).contains(year) else { return nil }
        let weekday = numbers[.weekday] ?? 1
        // The fourth of January is always in the first week.
        let january = EventTime.days(year: year, month: 1, day: 4)
        let day = january - TimeField.weekday(of: january) + 1 + (week - 1) * 7 + weekday - 1
        guard (1...7).contains(weekday), TimeField.week(of: day) == (year: year, week: week) else {
          return nil
        }
        return day
      }
      let year = numbers[.year] ?? 1970
      guard (1...9999).contains(year) else { return nil }
      if let dayOfYear = numbers[.dayOfYear] {
        let day = EventTime.days(year: year, month: 1, day: 1) + dayOfYear - 1
        return dayOfYear > 0 && EventTime.civil(days: day).year == year ? day : nil
      }
      let (month, day) = (numbers[.month] ?? 1, numbers[.day] ?? 1)
      guard (1...12).contains(month), day >= 1, day <= EventTime.daysInMonth(year: year, month: month) else {
        return nil
      }
      return EventTime.days(year: year, month: month, day: day)
    }
  }
}
