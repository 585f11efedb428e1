/// Milliseconds since 1970 of an RFC 3339 time or a date, UTC where no zone is given; nil for anything else.
public func parseTime(_ text: String) -> Int64? { EventTime.parse(text) }

/// `YYYY-MM-DDTHH:MM:SSZ`, with milliseconds only where there are some.
public func formatTime(_ milliseconds: Int64) -> String { EventTime.text(milliseconds) }
