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
  static let principal = """
    COALESCE(userIdentity.sessionContext.sessionIssuer.arn, userIdentity.arn, userIdentity.principalId, \
    userIdentity.invokedBy, userIdentity.accountId, userIdentity.type)
    """

  /// Finds refused calls: those of which `is_denied(errorCode, errorMessage)` holds.
  ///
  /// - Parameter who: only those of this principal; throws `CairnError.usage` for an empty one, and as queries do.
  public init(
    _ archive: Archive, of who: String? = nil, options: InvestigationOptions = InvestigationOptions()
  ) throws {
    let statements = Statements(archive: archive, options: options)
    var found: [[QueryValue]] = []
    for condition in try who.map({ try ActorName($0).conditions }) ?? ["TRUE"] where found.isEmpty {
      found = try statements.rows(
        """
        SELECT \(Self.principal), eventSource, eventName, count(*), min(eventTime), max(eventTime), \
        array_agg(DISTINCT errorCode), array_agg(DISTINCT sourceIPAddress), max_by(errorMessage, eventTime), \
        max_by(eventID, eventTime) FROM events \
        WHERE (errorCode IS NOT NULL OR errorMessage IS NOT NULL) AND is_denied(errorCode, errorMessage) \
        AND \(condition) GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3
        """)
    }
    let allowed = try Self.allowed(Set(found.compactMap { $0[2].text }), statements)
    rows = found.map { row in
      let (principal, source, name) = (row[0].text ?? "", row[1].text ?? "", row[2].text ?? "")
      return Row(
        principal: principal, source: source, name: name, count: row[3].text.flatMap { Int($0) } ?? 0,
        first: row[4].text ?? "", last: row[5].text ?? "", allowed: allowed[[principal, source, name]] ?? 0,
        codes: Self.texts(row[6]), addresses: Self.texts(row[7]), message: row[8].text,
        eventID: row[9].text ?? "")
    }
  }

  private static func texts(_ value: QueryValue) -> [String] {
    (JSONText(value.json).elements ?? []).compactMap(\.scalar).sorted()
  }

  private static func allowed(_ names: Set<String>, _ statements: Statements) throws -> [[String]: Int] {
    var counts: [[String]: Int] = [:]
    if names.isEmpty { return counts }
    try statements.run(
      """
      SELECT \(principal), eventSource, eventName, count(*) FROM events \
      WHERE \(SQLText.isOne("eventName", of: names)) AND errorCode IS NULL AND errorMessage IS NULL GROUP BY 1, 2, 3
      """
    ) { row in
      counts[[row[0].text ?? "", row[1].text ?? "", row[2].text ?? ""]] = row[3].text.flatMap { Int($0) } ?? 0
    }
    return counts
  }
}
