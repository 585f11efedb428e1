import CairnStorage

/// Looks for indicators anywhere in records: in values and in keys.
///
/// ```swift
/// let search = try IndicatorSearch(archive, for: [Indicator("203.0.113.0/24")])
/// for hit in search.hits { print(hit.indicator.text, hit.count, hit.paths) }
/// ```
public struct IndicatorSearch: Sendable {
  /// Where an indicator was found.
  public struct Hit: Sendable {
    /// What was looked for.
    public let indicator: Indicator
    /// Events that have it.
    public internal(set) var count = 0
    /// How many of them have it at which path; elements of arrays together.
    public internal(set) var paths: [String: Int] = [:]
    /// eventTime of the first and last of them.
    public internal(set) var first: String?
    /// eventTime of the last.
    public internal(set) var last: String?
    /// The first one's eventID.
    public internal(set) var eventID: String?
  }

  /// An event that has one or more.
  public struct Event: Sendable {
    /// Its eventTime.
    public let time: String
    /// Its eventID.
    public let id: String
    /// `s3.amazonaws.com` and `GetObject`.
    public let source: String
    /// `GetObject`.
    public let name: String
    /// Its caller's ARN.
    public let principal: String?
    /// sourceIPAddress.
    public let address: String?
    /// errorCode.
    public let errorCode: String?
    /// What it has: the indicators' texts and the paths.
    public let found: [(text: String, path: String)]
  }

  /// Of each indicator, in the order in which they were given; also those that are nowhere.
  public private(set) var hits: [Hit]
  /// Events in order of time, the first of them where they are many.
  public private(set) var events: [Event] = []
  /// Events that have any.
  public private(set) var eventCount = 0

  /// Throws `CairnError.usage` for an expression that is none, and as queries do.
  ///
  /// - Parameter eventLimit: events that are kept.
  public init(
    _ archive: Archive, for indicators: [Indicator], ignoresCase: Bool = false, eventLimit: Int = 1000,
    options: InvestigationOptions = InvestigationOptions()
  ) throws {
    hits = indicators.map { Hit(indicator: $0) }
    let matcher = try IndicatorMatcher(indicators, ignoresCase: ignoresCase)
    var statements = Statements(archive: archive, options: options)
    statements.finder = matcher.finder
    let bound = TimeLimit()
    let texts = indicators.map(\.text)
    let shown = ["eventSource", "eventName", "userIdentity.arn", "sourceIPAddress", "errorCode"]
    let sql = """
      SELECT eventTime, eventID, \(shown.joined(separator: ", ")), "$found" FROM events
      """
    try statements.visit(sql) { batch, columns in
      try IndicatorPart(batch, columns, texts: texts, eventLimit: eventLimit, bound)
    } _: { (part: IndicatorPart) in
      add(part)
      if eventLimit == 0 { return }
      // Segments overlap in time: which are the first is known at the end.
      events += part.events
      keepFirst(eventLimit)
      if events.count == eventLimit { bound.time = events.last?.time }
    }
    keepFirst(eventLimit)
  }

  private mutating func add(_ part: IndicatorPart) {
    eventCount += part.eventCount
    for (number, sums) in part.sums {
      hits[number].count += sums.count
      hits[number].paths.merge(sums.paths) { $0 + $1 }
      guard let first = sums.first, let last = sums.last else {
        if hits[number].eventID == nil { hits[number].eventID = sums.untimedID }
        continue
      }
      if hits[number].first.map({ first.time < $0 }) ?? true {
        (hits[number].first, hits[number].eventID) = (first.time, first.id)
      }
      if hits[number].last.map({ last > $0 }) ?? true { hits[number].last = last }
    }
  }

  private mutating func keepFirst(_ limit: Int) {
    events.sort { ($0.time, $0.id) < ($1.time, $1.id) }
    if events.count > limit { events.removeLast(events.count - limit) }
  }
}

/// A time behind which no event is wanted any more.
final class TimeLimit: @unchecked Sendable {
  private let lock = Lock()
  private var known: String?

  var time: String? {
    get { lock.withLock { known } }
    set { lock.withLock { known = newValue } }
  }
}
