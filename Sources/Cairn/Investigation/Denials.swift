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
    var found: [CallCounts.Key: DenialSums] = [:]
    for condition in try who.map({ try ActorName($0).conditions }) ?? ["TRUE"] where found.isEmpty {
      let sql = """
        SELECT \(Self.principal), eventSource, eventName, eventTime, eventID, errorCode, sourceIPAddress, errorMessage \
        FROM events WHERE (errorCode IS NOT NULL OR errorMessage IS NOT NULL) \
        AND is_denied(errorCode, errorMessage) AND \(condition)
        """
      try statements.visit(sql) { batch, columns in
        try DenialSums.all(
          columns.map { try batch.columns[$0]?.vector() ?? .constant(.null) }, batch.rowCount)
      } _: { (part: [(key: CallCounts.Key, sums: DenialSums)]) in
        for (key, sums) in part { found[key, default: DenialSums()].add(sums) }
      }
    }
    let names = SQLText.isOneIfFew("eventName", of: Set(found.keys.map(\.name))) ?? "TRUE"
    let allowed = try CallCounts(
      statements, where: "\(names) AND errorCode IS NULL AND errorMessage IS NULL", isNeeded: !found.isEmpty)
    // Rows are large: their places are sorted, by names that are made once.
    let all = Array(found)
    let sortKeys = all.map { "\($0.key.principal)\u{0}\($0.key.source)\u{0}\($0.key.name)" }
    let counts = all.map(\.value.count)
    let order = all.indices.sorted { lhs, rhs in
      counts[lhs] != counts[rhs] ? counts[lhs] > counts[rhs] : sortKeys[lhs] < sortKeys[rhs]
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
}

/// What refusals of one kind have together.
private struct DenialSums: Sendable {
  private(set) var count = 0
  private(set) var first = ""
  private(set) var last = ""
  private(set) var codes: Set<String> = []
  private(set) var addresses: Set<String> = []
  /// The last one's.
  private(set) var message: String?
  private(set) var eventID = ""

  init() {}

  /// Refusals of a batch by kind. The columns: principal, source, name, time, ID, error code, address and message.
  static func all(_ columns: [Vector], _ rowCount: Int) throws -> [(key: CallCounts.Key, sums: DenialSums)] {
    let kinds = columns[..<3].map { RowTexts($0, count: rowCount) }
    let codes = RowTexts(columns[5], count: rowCount)
    let addresses = RowTexts(columns[6], count: rowCount)
    let times = RowTimes(columns[3], count: rowCount)
    func id(_ row: Int) -> String { QueryValue(value: columns[4][row]).text ?? "" }
    var groups: [Group] = []
    var numbers: [SIMD4<UInt32>: Int] = [:]
    for row in 0..<rowCount {
      let key = SIMD4(kinds[0].codes[row], kinds[1].codes[row], kinds[2].codes[row], 0)
      let number = numbers[key] ?? groups.count
      if number == groups.count {
        numbers[key] = number
        groups.append(Group(first: row, last: row))
      }
      groups[number].count += 1
      groups[number].codes.insert(codes.codes[row])
      groups[number].addresses.insert(addresses.codes[row])
      if times.keys[row] < times.keys[groups[number].first] { groups[number].first = row }
      let last = groups[number].last
      // Of one second the greatest ID, whatever the order of the rows.
      if times.keys[row] > times.keys[last] || times.keys[row] == times.keys[last] && id(row) > id(last) {
        groups[number].last = row
      }
    }
    return groups.map { group in
      let row = group.last
      var sums = DenialSums()
      sums.count = group.count
      sums.first = times.text(group.first) ?? ""
      sums.last = times.text(row) ?? ""
      sums.codes = Set(group.codes.compactMap { codes.texts[Int($0)] })
      sums.addresses = Set(group.addresses.compactMap { addresses.texts[Int($0)] })
      (sums.eventID, sums.message) = (id(row), QueryValue(value: columns[7][row]).text)
      let names = kinds.map { $0[row] ?? "" }
      return (CallCounts.Key(principal: names[0], source: names[1], name: names[2]), sums)
    }
  }

  /// Rows of a batch, by their indices and by the codes of their texts.
  private struct Group {
    var count = 0
    var codes: Set<UInt32> = []
    var addresses: Set<UInt32> = []
    var first: Int
    var last: Int

    init(first: Int, last: Int) { (self.first, self.last) = (first, last) }
  }

  mutating func add(_ other: DenialSums) {
    if count == 0 {
      self = other
      return
    }
    first = min(first, other.first)
    if (other.last, other.eventID) > (last, eventID) {
      (last, eventID, message) = (other.last, other.eventID, other.message)
    }
    count += other.count
    codes.formUnion(other.codes)
    addresses.formUnion(other.addresses)
  }
}
