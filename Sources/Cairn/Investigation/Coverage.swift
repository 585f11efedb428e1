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
      date_trunc('day', from_iso8601_timestamp(eventTime)), count(*), count_if(eventCategory = 'Data'), min(eventTime), \
      max(eventTime) FROM events GROUP BY 1, 2, 3
      """
    ) { row in
      let (account, region) = (row[0].text ?? "", row[1].text ?? "")
      var sums = found["\(account) \(region)"] ?? Sums(account: account, region: region)
      sums.add(row)
      found["\(account) \(region)"] = sums
    }
    let allDays = found.values.flatMap { $0.days.keys }
    days = Self.days(from: allDays.min(), to: allDays.max())
    let range = days
    places = found.values.map { $0.place(range) }.sorted { ($0.account, $0.region) < ($1.account, $1.region) }
    switches = try statements.events(
      where:
        "eventSource = 'cloudtrail.amazonaws.com' AND \(SQLText.isOne("eventName", of: Self.switchingCalls))"
    ).map { event in
      Switch(event: event, trail: event.request?.text("name") ?? event.request?.text("trailName"))
    }
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

    mutating func add(_ row: [QueryValue]) {
      func number(_ index: Int) -> Int { row[index].text.flatMap { Int($0) } ?? 0 }
      count += number(3)
      dataCount += number(4)
      if let text = row[5].text, first.isEmpty || text < first { first = text }
      if let text = row[6].text, text > last { last = text }
      if let day = row[2].text { days[String(day.prefix(10)), default: 0] += number(3) }
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
        days: days,
        gaps: gaps)
    }
  }

  private static func days(from: String?, to: String?) -> [String] {
    guard let from = from.flatMap(parseTime), let to = to.flatMap(parseTime), from <= to else { return [] }
    let count = min((to - from) / dayLength, Int64(mostDays))
    return (0...count).map { String(formatTime(from + $0 * dayLength).prefix(10)) }
  }
}
