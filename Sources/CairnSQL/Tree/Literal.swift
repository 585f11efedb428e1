/// A literal. Texts are kept as written; what a typed one means is for the binder to say.
public enum Literal: Sendable, Hashable {
  /// NULL.
  case null
  /// TRUE or FALSE.
  case boolean(Bool)
  /// A number, its sign included where it was written directly before.
  case number(String)
  /// `'text'`.
  case string(String)
  /// `X'4869'`.
  case binary([UInt8])
  /// `TIMESTAMP '…'`, `DATE '…'`, `IPADDRESS '…'`, `JSON '…'`; the type's name in lower case.
  case typed(type: String, String)
  /// `INTERVAL [+|-] 'n' unit [TO unit]`.
  case interval(IntervalLiteral)
}

/// `INTERVAL '7' DAY`.
public struct IntervalLiteral: Sendable, Hashable {
  /// Whether a minus stands before the text.
  public let isNegative: Bool
  /// The text between the quotes.
  public let text: String
  /// The unit.
  public let from: IntervalUnit
  /// The last unit of `YEAR TO MONTH`, `DAY TO SECOND`.
  public let to: IntervalUnit?
}

/// The units of intervals.
public enum IntervalUnit: String, Sendable, CaseIterable {
  case year = "YEAR"
  case month = "MONTH"
  case week = "WEEK"
  case day = "DAY"
  case hour = "HOUR"
  case minute = "MINUTE"
  case second = "SECOND"
}
