import ArgumentParser
import Cairn
import Glibc

/// A point in time on the command line: RFC 3339, a date, a month or a year (their beginnings), `now`, `today`,
/// `yesterday`, `epoch`, seconds or milliseconds since 1970, or a span back from now (`7d`, `-2h`, `T-7d`, `3 hours ago`).
/// Days begin in UTC.
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

  /// The beginning of an hour, a month or a year; seconds or milliseconds since 1970, told by how many digits there are.
  private static func beginning(_ text: String) -> Int64? {
    let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    switch text.utf8.count {
    case 4: return parseTime(text + "-01-01")
    case 7: return parseTime(text + "-01")
    case 10 where isNumber: return Int64(text).map { $0 * 1000 }
    case 13 where isNumber: return Int64(text)
    case 13: return parseTime(text + ":00")
    case 14 where text.hasSuffix("Z"): return parseTime(text.dropLast() + ":00Z")
    default: return nil
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
    default: return relative(span(text.lowercased()), now: now)
    }
  }

  /// `T-7d` and `7 days ago` as `7d`; anything else as it is.
  private static func span(_ text: String) -> String {
    if text.hasPrefix("t-") { return String(text.dropFirst(2)) }
    var words = text.split(separator: " ")
    guard words.last == "ago" else { return text }
    words.removeLast()
    let joined = words.joined()
    let digits = joined.prefix { "0"..."9" ~= $0 }
    let units: [(names: [String], letter: String)] = [
      (["s", "sec", "second"], "s"), (["m", "min", "minute"], "m"), (["h", "hr", "hour"], "h"),
      (["d", "day"], "d"),
      (["w", "week"], "w"),
    ]
    var unit = String(joined.dropFirst(digits.count))
    if unit.count > 1, unit.hasSuffix("s") { unit.removeLast() }
    guard !digits.isEmpty, let letter = units.first(where: { $0.names.contains(unit) })?.letter else {
      return text
    }
    return digits + letter
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

  /// What to say where nothing was found because the archive has nothing of that time.
  func emptyNote(_ archive: Archive) -> String? {
    guard since != nil || until != nil else { return nil }
    let segments = archive.snapshots.flatMap(\.manifest.segments)
    guard let first = segments.map(\.minimumTime).min(), let last = segments.map(\.maximumTime).max(),
      first <= last,
      since.map({ $0.milliseconds > last }) ?? false || until.map({ $0.milliseconds <= first }) ?? false
    else { return nil }
    return "the events of the archive are from \(formatTime(first)) to \(formatTime(last))"
  }

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
