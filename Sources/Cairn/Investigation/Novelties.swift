import CairnStorage

/// What is new since a time, against all history before it.
public struct Novelties: Sendable {
  /// How well known a value was.
  public enum Frequency: String, Sendable, CaseIterable {
    /// Never before.
    case unseen = "UNSEEN"
    /// In 1 to 3 events before.
    case rare = "RARE"
    /// In 4 to 20 events before.
    case infrequent = "INFREQUENT"
    /// In more.
    case frequent = "FREQUENT"

    /// By the number of events before.
    public init(earlier: Int) {
      self = earlier == 0 ? .unseen : earlier <= 3 ? .rare : earlier <= 20 ? .infrequent : .frequent
    }
  }

  /// A value that the time since has.
  public struct Row: Sendable {
    /// How well known it was.
    public let frequency: Frequency
    /// `principal`, `network`, `address`, `region`, `agent`, `call` or `error`.
    public let kind: String
    /// The value; of calls and errors the principal comes first.
    public let value: String
    /// Events since, and before.
    public let count: Int
    /// Events before.
    public let earlier: Int
    /// Its first eventTime since, and that event's ID.
    public let first: String
    /// The evidence.
    public let eventID: String
  }

  /// The least known first; then by kind, then the most frequent since.
  public let rows: [Row]
  /// The time from which on values count as new, milliseconds since 1970.
  public let since: Int64
  /// Events before it: nothing can be told from none.
  public let earlierEventCount: Int

  private static let order = ["principal", "network", "address", "region", "agent", "call", "error"]

  /// Compares the time from `options.since` on with all before; without one the last day of the archive.
  ///
  /// Throws as queries do.
  ///
  /// - Parameter shown: frequencies that are wanted.
  public init(
    _ archive: Archive, shown: Set<Frequency> = [.unseen, .rare, .infrequent],
    options: InvestigationOptions = InvestigationOptions()
  ) throws {
    var options = options
    let everything = Statements(archive: archive, options: options)
    if options.since == nil {
      let last = try everything.rows("SELECT max(eventTime) FROM events", .before).first?.first?.text
      options.since = last.flatMap(parseTime).map { $0 - 86_399_000 }
    }
    since = options.since ?? .min
    var before = InvestigationOptions()
    (before.until, before.threads, before.cancellation, before.progress) = (
      options.since, options.threads, options.cancellation, options.progress
    )
    before.memoryLimit = options.memoryLimit
    before.usesLogstashTime = options.usesLogstashTime
    let (now, earlier) = (
      Statements(archive: archive, options: options), Statements(archive: archive, options: before)
    )
    earlierEventCount =
      try earlier.rows("SELECT count(*) FROM events").first?.first?.text.flatMap { Int($0) } ?? 0
    var rows: [Row] = []
    let calls = try Self.recent([Denials.principal, "eventSource", "eventName"], now, where: "TRUE")
    let earlierCalls = calls.isEmpty ? [:] : try CallCounts(earlier, where: "TRUE").counts
    let knownCalls = Dictionary(
      uniqueKeysWithValues: earlierCalls.map { ([$0.key.principal, $0.key.source, $0.key.name], $0.value) })
    rows += Self.rows("call", calls.filter { !$0.values[2].isEmpty }, knownCalls)
    func principal(_ values: [String]) -> String? { values[0].isEmpty ? nil : values[0] }
    rows += Self.rows(
      "principal", Self.summed(calls, by: principal), Self.summed(knownCalls, by: principal))
    let addresses = try Self.recent(["sourceIPAddress"], now)
    let knownAddresses = try Self.earlier(["sourceIPAddress"], addresses, earlier)
    rows += Self.rows("address", addresses, knownAddresses)
    rows += Self.rows(
      "network", Self.summed(addresses) { Network.around($0[0]) },
      Self.summed(knownAddresses) { Network.around($0[0]) })
    for (kind, columns) in [
      ("region", ["awsRegion"]), ("agent", ["userAgent"]), ("error", [Denials.principal, "errorCode"]),
    ] {
      let found = try Self.recent(columns, now)
      rows += Self.rows(kind, found, try Self.earlier(columns, found, earlier))
    }
    rows.removeAll { !shown.contains($0.frequency) }
    func rank(_ row: Row) -> (Int, Int) {
      (Frequency.allCases.firstIndex(of: row.frequency) ?? 0, Self.order.firstIndex(of: row.kind) ?? 0)
    }
    self.rows = rows.sorted { lhs, rhs in
      rank(lhs) != rank(rhs) ? rank(lhs) < rank(rhs) : (rhs.count, lhs.value) < (lhs.count, rhs.value)
    }
  }

  private struct Recent {
    var values: [String]
    var count: Int
    var first: String
    var eventID: String
  }

  private static func recent(
    _ columns: [String], _ statements: Statements, where condition: String? = nil
  ) throws -> [Recent] {
    let groups = columns.indices.map { String($0 + 1) }.joined(separator: ", ")
    var found: [Recent] = []
    try statements.run(
      """
      SELECT \(columns.joined(separator: ", ")), count(*), min(eventTime), min_by(eventID, eventTime) FROM events \
      WHERE \(condition ?? "\(columns[columns.count - 1]) IS NOT NULL") GROUP BY \(groups)
      """
    ) { row in
      found.append(
        Recent(
          values: row[..<columns.count].map { $0.text ?? "" },
          count: row[columns.count].text.flatMap { Int($0) } ?? 0,
          first: row[columns.count + 1].text ?? "", eventID: row[columns.count + 2].text ?? ""))
    }
    return found
  }

  /// How often each value was before; of addresses all are wanted, for their networks.
  private static func earlier(
    _ columns: [String], _ found: [Recent], _ statements: Statements
  ) throws -> [[String]: Int] {
    if found.isEmpty { return [:] }
    let groups = columns.indices.map { String($0 + 1) }.joined(separator: ", ")
    let last = columns[columns.count - 1]
    // Few errors make most rows needless.
    let few =
      columns.count > 1 ? SQLText.isOneIfFew(last, of: found.map { $0.values[columns.count - 1] }) : nil
    let condition = few ?? "\(last) IS NOT NULL"
    var known: [[String]: Int] = [:]
    try statements.run(
      "SELECT \(columns.joined(separator: ", ")), count(*) FROM events WHERE \(condition) GROUP BY \(groups)"
    ) { row in
      known[row[..<columns.count].map { $0.text ?? "" }] = row[columns.count].text.flatMap { Int($0) } ?? 0
    }
    return known
  }

  private static func rows(_ kind: String, _ found: [Recent], _ known: [[String]: Int]) -> [Row] {
    found.map { recent in
      let earlier = known[recent.values] ?? 0
      var text = recent.values[0]
      if kind == "call" {
        text += " \(recent.values[1].prefix { $0 != "." }):\(recent.values[2])"
      } else if kind == "error" {
        text += " \(recent.values[1])"
      }
      return Row(
        frequency: Frequency(earlier: earlier), kind: kind, value: text, count: recent.count,
        earlier: earlier,
        first: recent.first, eventID: recent.eventID)
    }
  }

  /// Values of several kinds as one: calls by their principal, addresses by their network. Those without one are left
  /// out.
  private static func summed(_ found: [Recent], by key: ([String]) -> String?) -> [Recent] {
    var sums: [String: Recent] = [:]
    for value in found {
      guard let key = key(value.values) else { continue }
      var sum =
        sums[key] ?? Recent(values: [key], count: 0, first: value.first, eventID: value.eventID)
      sum.count += value.count
      if value.first < sum.first { (sum.first, sum.eventID) = (value.first, value.eventID) }
      sums[key] = sum
    }
    return Array(sums.values)
  }

  private static func summed(_ known: [[String]: Int], by key: ([String]) -> String?) -> [[String]: Int] {
    var sums: [[String]: Int] = [:]
    for (values, count) in known {
      if let key = key(values) { sums[[key], default: 0] += count }
    }
    return sums
  }
}
