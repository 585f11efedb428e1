import CairnStorage

/// Which accounts and regions have events on which days, and where none came.
public struct Coverage: Sendable {
  /// An account and a region.
  public struct Place: Sendable {
    /// recipientAccountId; empty where records have none.
    public let account: String
    /// awsRegion.
    public let region: String
    /// Events.
    public let count: Int
    /// Data events among them: none may mean that the trail has none.
    public let dataCount: Int
    /// First and last eventTime.
    public let first: String
    /// The last eventTime.
    public let last: String
    /// Events by day, `2025-01-31`.
    public let days: [String: Int]
    /// Days between its first and the end of the range without an event, as first and last day of each gap.
    public let gaps: [(from: String, to: String)]
    /// Data events by day.
    public let dataDays: [String: Int]
  }

  /// A call that begins, ends or changes recording.
  public struct Switch: Sendable {
    /// The record.
    public let event: RecordedEvent
    /// The trail that it names.
    public let trail: String?
  }

  /// By account and region.
  public let places: [Place]
  /// In order of time.
  public let switches: [Switch]
  /// Objects that came late, the latest first.
  public let lateObjects: [LateObject]
  /// All days of the range, `2025-01-31`.
  public let days: [String]

  private static let switchingCalls = [
    "StartLogging", "StopLogging", "CreateTrail", "DeleteTrail", "UpdateTrail", "PutEventSelectors",
    "PutInsightSelectors", "StartEventDataStoreIngestion", "StopEventDataStoreIngestion",
    "DeleteEventDataStore",
  ]
  private static let dayLength: Int64 = 86_400_000
  /// Longer ranges are told by their first years.
  private static let mostDays = 36_600

  /// Counts by account, region and day. Throws as queries do.
  public init(_ archive: Archive, options: InvestigationOptions = InvestigationOptions()) throws {
    let statements = Statements(archive: archive, options: options)
    var found: [String: Sums] = [:]
    try statements.run(
      """
      SELECT COALESCE(recipientAccountId, userIdentity.accountId), awsRegion, \
      date_trunc('day', from_iso8601_timestamp(eventTime)), eventCategory, count(*), min(eventTime), max(eventTime) \
      FROM events GROUP BY 1, 2, 3, 4
      """
    ) { row in
      let (account, region) = (row[0].text ?? "", row[1].text ?? "")
      found["\(account) \(region)", default: Sums(account: account, region: region)].add(row)
    }
    let allDays = found.values.flatMap { $0.days.keys }
    days = Self.days(from: allDays.min(), to: allDays.max(), options)
    let range = days
    places = found.values.map { $0.place(range) }.sorted { ($0.account, $0.region) < ($1.account, $1.region) }
    switches = try statements.events(
      where:
        "eventSource = 'cloudtrail.amazonaws.com' AND \(SQLText.isOne("eventName", of: Self.switchingCalls))"
    ).map { event in
      Switch(event: event, trail: event.request?.text("name") ?? event.request?.text("trailName"))
    }
    lateObjects = try LateObject.all(statements)
  }

  /// What is counted of one place.
  private struct Sums {
    let account: String
    let region: String
    var count = 0
    var dataCount = 0
    var first = ""
    var last = ""
    var days: [String: Int] = [:]
    var dataDays: [String: Int] = [:]

    mutating func add(_ row: [QueryValue]) {
      let added = row[4].text.flatMap { Int($0) } ?? 0
      let isData = row[3].text == "Data"
      count += added
      if isData { dataCount += added }
      if let text = row[5].text, first.isEmpty || text < first { first = text }
      if let text = row[6].text, text > last { last = text }
      guard let day = row[2].text.map({ String($0.prefix(10)) }) else { return }
      days[day, default: 0] += added
      if isData { dataDays[day, default: 0] += added }
    }

    func place(_ range: [String]) -> Place {
      var gaps: [(from: String, to: String)] = []
      var isInGap = false
      for day in range.drop(while: { days[$0] == nil }) {
        if days[day] != nil {
          isInGap = false
        } else if isInGap {
          gaps[gaps.count - 1].to = day
        } else {
          gaps.append((day, day))
          isInGap = true
        }
      }
      return Place(
        account: account, region: region, count: count, dataCount: dataCount, first: first, last: last,
        days: days, gaps: gaps, dataDays: dataDays)
    }
  }

  /// All days from the first to the last event, and those of the range that was asked for.
  private static func days(from: String?, to: String?, _ options: InvestigationOptions) -> [String] {
    guard let first = from.flatMap(parseTime), let last = to.flatMap(parseTime), first <= last else {
      return []
    }
    let from = options.since.map { min(first, $0) } ?? first
    let to = options.until.map { max(last, $0 - 1) } ?? last
    let begin = from - (from % dayLength + dayLength) % dayLength
    let count = min((to - begin) / dayLength, Int64(mostDays))
    return (0...count).map { String(formatTime(begin + $0 * dayLength).prefix(10)) }
  }
}
