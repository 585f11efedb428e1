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
    // One text is found soonest by its bytes; everything else is judged once for each distinct value.
    let condition = indicators.count == 1 && !ignoresCase ? indicators[0].condition : nil
    if condition == nil { statements.judge = matcher.judge }
    let shown = ["eventSource", "eventName", "userIdentity.arn", "sourceIPAddress", "errorCode"]
    let columns = eventLimit > 0 ? shown : shown.map { _ in "NULL" }
    let sql = """
      SELECT eventTime, eventID, \(columns.joined(separator: ", ")), eventJson FROM events \
      WHERE \(condition ?? "TRUE")
      """
    try statements.map(sql) { row in
      let found = matcher.found(in: row[7].json)
      return found.isEmpty ? nil : (row[..<7].map(\.text), found)
    } _: { (texts: [String?], found: [IndicatorMatcher.Found]) in
      add(texts, found, limit: eventLimit)
    }
    keepFirst(eventLimit)
  }

  private mutating func add(_ texts: [String?], _ found: [IndicatorMatcher.Found], limit: Int) {
    eventCount += 1
    for number in Set(found.map(\.indicator)) {
      hits[number].count += 1
      guard let time = texts[0] else {
        if hits[number].eventID == nil { hits[number].eventID = texts[1] }
        continue
      }
      if hits[number].first.map({ time < $0 }) ?? true {
        (hits[number].first, hits[number].eventID) = (time, texts[1])
      }
      if hits[number].last.map({ time > $0 }) ?? true { hits[number].last = time }
    }
    for place in Set(found) { hits[place.indicator].paths[place.path, default: 0] += 1 }
    if limit == 0 { return }
    events.append(
      Event(
        time: texts[0] ?? "", id: texts[1] ?? "", source: texts[2] ?? "", name: texts[3] ?? "",
        principal: texts[4], address: texts[5], errorCode: texts[6],
        found: found.map { (hits[$0.indicator].indicator.text, $0.path) }))
    // Segments overlap in time: which are the first is known at the end, and as many as two limits are kept till then.
    if events.count - limit > max(limit, Self.leastPruned) { keepFirst(limit) }
  }

  /// Fewer events are not worth sorting.
  private static let leastPruned = 4096

  private mutating func keepFirst(_ limit: Int) {
    events.sort { ($0.time, $0.id) < ($1.time, $1.id) }
    if events.count > limit { events.removeLast(events.count - limit) }
  }
}
