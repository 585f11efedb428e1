import CairnStorage

/// Refused calls, by principal and call.
public struct Denials: Sendable {
  /// One principal's refused calls of one kind.
  public struct Row: Sendable {
    /// The role of a session, else the caller's ARN, ID or service.
    public let principal: String
    /// `iam.amazonaws.com`.
    public let source: String
    /// `ListUsers`.
    public let name: String
    /// Calls refused.
    public let count: Int
    /// eventTime of the first and the last.
    public let first: String
    /// eventTime of the last.
    public let last: String
    /// How often the same call of the same principal was not refused.
    public let allowed: Int
    /// Error codes.
    public let codes: [String]
    /// Addresses.
    public let addresses: [String]
    /// The last refusal's message: what is not allowed on what.
    public let message: String?
    /// The last refusal's eventID.
    public let eventID: String
  }

  /// Most refused first.
  public let rows: [Row]

  /// The role of a session together with its other sessions; who else has a name by that.
  static let principal = "COALESCE(\(principalPaths.joined(separator: ", ")))"
  static let principalPaths = [
    "userIdentity.sessionContext.sessionIssuer.arn", "userIdentity.arn", "userIdentity.principalId",
    "userIdentity.invokedBy", "userIdentity.accountId", "userIdentity.type",
  ]

  /// Finds refused calls: those of which `is_denied(errorCode, errorMessage)` holds.
  ///
  /// - Parameter who: only those of this principal; throws `CairnError.usage` for an empty one, and as queries do.
  public init(
    _ archive: Archive, of who: String? = nil, options: InvestigationOptions = InvestigationOptions()
  ) throws {
    let statements = Statements(archive: archive, options: options)
    var found: [CallCounts.Key: Sums] = [:]
    for condition in try who.map({ try ActorName($0).conditions }) ?? ["TRUE"] where found.isEmpty {
      try statements.run(
        """
        SELECT \(Self.principal), eventSource, eventName, eventTime, eventID, errorCode, sourceIPAddress, errorMessage \
        FROM events WHERE (errorCode IS NOT NULL OR errorMessage IS NOT NULL) \
        AND is_denied(errorCode, errorMessage) AND \(condition)
        """
      ) { row in found[CallCounts.Key(row), default: Sums()].add(row) }
    }
    let names = SQLText.isOne("eventName", of: Set(found.keys.map(\.name)))
    let allowed = try CallCounts(
      statements, where: "\(names) AND errorCode IS NULL AND errorMessage IS NULL", isNeeded: !found.isEmpty)
    // Rows are large: their places are sorted.
    let all = Array(found)
    let order = all.indices.sorted { lhs, rhs in
      let (left, right) = (all[lhs], all[rhs])
      if left.value.count != right.value.count { return left.value.count > right.value.count }
      return (left.key.principal, left.key.source, left.key.name)
        < (right.key.principal, right.key.source, right.key.name)
    }
    rows = order.map { index in
      let (key, sums) = all[index]
      return Row(
        principal: key.principal, source: key.source, name: key.name, count: sums.count, first: sums.first,
        last: sums.last, allowed: allowed[key], codes: sums.codes.sorted(),
        addresses: sums.addresses.sorted(),
        message: sums.message, eventID: sums.eventID)
    }
  }

  /// What refusals of one kind have together.
  private struct Sums {
    var count = 0
    var first = ""
    var last = ""
    var codes: Set<String> = []
    var addresses: Set<String> = []
    /// The last one's.
    var message: String?
    var eventID = ""

    mutating func add(_ row: [QueryValue]) {
      let (time, id) = (row[3].text ?? "", row[4].text ?? "")
      if count == 0 || time < first { first = time }
      // Of one second the greatest ID, whatever the order of the rows.
      if count == 0 || (time, id) > (last, eventID) {
        (last, eventID, message) = (time, id, row[7].text)
      }
      count += 1
      if let code = row[5].text { codes.insert(code) }
      if let address = row[6].text { addresses.insert(address) }
    }
  }
}
