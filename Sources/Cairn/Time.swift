import Glibc

/// Milliseconds since 1970 of an RFC 3339 time or a date, UTC where no zone is given; nil for anything else.
public func parseTime(_ text: String) -> Int64? { EventTime.parse(text) }

/// `YYYY-MM-DDTHH:MM:SSZ`, with milliseconds only where there are some.
public func formatTime(_ milliseconds: Int64) -> String { EventTime.text(milliseconds) }

/// Milliseconds since 1970.
func currentMilliseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec / 1_000_000)
}

/// A clock for measuring, in nanoseconds.
func monotonicNanoseconds() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
