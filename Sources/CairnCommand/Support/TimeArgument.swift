import ArgumentParser
import Cairn
import Glibc

/// A point in time on the command line: RFC 3339, a date, a month or a year (their beginnings), `now`, `today`,
/// `yesterday`, `epoch`, or a span back from now (`7d`, `-2h`). Days begin in UTC.
struct TimeArgument: ExpressibleByArgument {
  /// Milliseconds since 1970.
  let milliseconds: Int64

  init?(argument: String) {
    if let time = parseTime(argument) {
      milliseconds = time
      return
    }
    guard let time = Self.beginning(argument) ?? Self.named(argument, now: Self.now()) else { return nil }
    milliseconds = time
  }

  /// The beginning of a month or a year.
  private static func beginning(_ text: String) -> Int64? {
    switch text.utf8.count {
    case 4: parseTime(text + "-01-01")
    case 7: parseTime(text + "-01")
    default: nil
    }
  }

  /// What a word or a span back from now means.
  static func named(_ text: String, now: Int64) -> Int64? {
    let day: Int64 = 86_400_000
    let today = now - (now % day + day) % day
    switch text.lowercased() {
    case "now": return now
    case "today": return today
    case "yesterday": return today - day
    case "epoch": return 0
    default: return relative(text, now: now)
    }
  }

  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// `7d`, `-90m`, `2w`: spans count back from `now`.
  static func relative(_ text: String, now: Int64) -> Int64? {
    let body = text.hasPrefix("-") ? text.dropFirst() : text[...]
    guard let unit = body.last, let amount = Int64(body.dropLast()), amount >= 0 else { return nil }
    let seconds: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    guard let scale = seconds[unit] else { return nil }
    let (span, overflow) = amount.multipliedReportingOverflow(by: scale * 1000)
    guard !overflow else { return nil }
    let (time, below) = now.subtractingReportingOverflow(span)
    return below ? nil : time
  }
}

/// `--since` and `--until`, shared by the commands that read.
struct TimeRangeOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Events at or after this time: 2023-07-10T12:00:00Z, 2023-07-10, 2023-07, 7d, -2h, today, yesterday, now, epoch. UTC where no zone is given.",
      valueName: "time"))
  var since: TimeArgument?

  @Option(parsing: .unconditional, help: ArgumentHelp("Events before this time.", valueName: "time"))
  var until: TimeArgument?

  @Flag(
    name: .customLong("no-logstash-time"),
    help: "Do not take Logstash's @timestamp for the eventTime of events that have none.")
  var ignoresLogstashTime = false

  func validate() throws {
    if let since, let until, since.milliseconds >= until.milliseconds {
      throw ValidationError("--since must be before --until")
    }
  }

  /// The resolved range for a person; nil where there is none.
  var description: String? {
    if since == nil, until == nil { return nil }
    let from = since.map { formatTime($0.milliseconds) + " <= " } ?? ""
    let to = until.map { " < " + formatTime($0.milliseconds) } ?? ""
    return from + "eventTime" + to
  }
}
