/// A pattern by which times are written and read (S78), in one of three spellings.
struct TimePattern: Sendable {
  enum Part: Sendable, Equatable {
    case literal([UInt8])
    /// A number with at least so many digits.
    case number(Number, width: Int)
    /// The first two letters of some, the last two digits of a year.
    case shortYear
    case monthName(isShort: Bool)
    case weekdayName(isShort: Bool)
    case halfDay
    /// Digits of the second's fraction.
    case fraction(digits: Int)
    case offset(withColon: Bool)
    case zoneName
  }

  enum Number: Sendable {
    case year, month, day, hour, hourFrom1, halfHour, halfHourFrom1, minute, second, dayOfYear, week, weekYear
    case weekday
  }

  let parts: [Part]

  init(parts: [Part]) { self.parts = parts }

  static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
  ].map { Array($0.utf8) }

  static let weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"].map {
    Array($0.utf8)
  }

  // MARK: Writing

  /// The time as its zone's clocks show it; empty for what is no time.
  func text(_ time: EngineValue) -> [UInt8] {
    guard let point = time.clock else { return [] }
    var offset = 0
    if case .zoned(let zoned) = time { offset = zoned.offset }
    var output: [UInt8] = []
    let date = EventTime.civil(days: point.day)
    for part in parts {
      switch part {
      case .literal(let bytes): output += bytes
      case .number(let number, let width):
        TimePoint.append(TimePattern.value(number, point), width: width, to: &output)
      case .shortYear: TimePoint.append(date.year % 100, width: 2, to: &output)
      case .monthName(let isShort):
        output += TimePattern.months[date.month - 1].prefix(isShort ? 3 : .max)
      case .weekdayName(let isShort):
        output += TimePattern.weekdays[TimeField.weekday(of: point.day) - 1].prefix(isShort ? 3 : .max)
      case .halfDay: output += point.secondOfDay < 43_200 ? "AM".utf8 : "PM".utf8
      case .fraction(let digits):
        var all: [UInt8] = []
        TimePoint.append(Int(point.fraction), width: 12, to: &all)
        output += (all + [UInt8](repeating: UInt8(ascii: "0"), count: max(0, digits - 12))).prefix(digits)
      case .offset(let withColon): output += TimePattern.offset(offset, withColon: withColon)
      case .zoneName: output += time.zone.name
      }
    }
    return output
  }

  /// `+09:00`, `+0900`.
  static func offset(_ seconds: Int, withColon: Bool = true) -> [UInt8] {
    var output: [UInt8] = [UInt8(ascii: seconds < 0 ? "-" : "+")]
    TimePoint.append(abs(seconds) / 3600, width: 2, to: &output)
    if withColon { output.append(UInt8(ascii: ":")) }
    TimePoint.append(abs(seconds) / 60 % 60, width: 2, to: &output)
    return output
  }

  private static func value(_ number: Number, _ point: TimePoint) -> Int {
    let date = EventTime.civil(days: point.day)
    let second = Int(point.secondOfDay)
    let hour = second / 3600
    switch number {
    case .year: return date.year
    case .month: return date.month
    case .day: return date.day
    case .hour: return hour
    case .hourFrom1: return hour == 0 ? 24 : hour
    case .halfHour: return hour % 12
    case .halfHourFrom1: return hour % 12 == 0 ? 12 : hour % 12
    case .minute: return second / 60 % 60
    case .second: return second % 60
    case .dayOfYear: return TimeField.dayOfYear(point.day)
    case .week: return TimeField.week(of: point.day).week
    case .weekYear: return TimeField.week(of: point.day).year
    case .weekday: return TimeField.weekday(of: point.day)
    }
  }
}
