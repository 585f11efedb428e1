import CairnStorage

/// What there is to know of an actor, an address or an account on one page.
public struct ActorProfile: Sendable {
  /// What a name is taken for.
  public enum Kind: String, Sendable {
    /// An access key.
    case key = "access key"
    /// A principal.
    case principal
    /// An IP address, or a service that stands where one would.
    case address
    /// A range of addresses.
    case network
    /// An account.
    case account
  }

  /// One line of the page: so many calls with this value.
  public struct Line: Sendable {
    /// `service`, `address`, `network`, `agent`, `region`, `principal`, `key`, `role assumed`, `new on`.
    public let section: String
    /// The value.
    public let value: String
    /// Calls.
    public let count: Int
    /// Those with an error.
    public let failed: Int
    /// Of those, refused ones.
    public let denied: Int
    /// eventTime of the first and the last.
    public let first: String
    /// eventTime of the last.
    public let last: String
    /// The first one's eventID.
    public let eventID: String
  }

  /// As given.
  public let name: String
  /// What it is taken for.
  public let kind: Kind
  /// All calls.
  public let calls: CallSummary
  /// The account that an access key encodes.
  public let keyAccount: String?
  /// The sections, in their order; each by number of calls.
  public let lines: [Line]

  /// Looks a name up; nil where no event has it.
  ///
  /// Throws `CairnError.usage` for an empty name, and as queries do.
  public init?(_ archive: Archive, of name: String, options: InvestigationOptions = InvestigationOptions())
    throws
  {
    let statements = Statements(archive: archive, options: options)
    self.name = name
    keyAccount = AccessKey.account(of: name)
    let (kind, conditions) = try Self.conditions(name)
    self.kind = kind
    for condition in conditions {
      let row = try statements.rows("SELECT \(CallSummary.columns) FROM events WHERE \(condition)").first
      guard let calls = row.map({ CallSummary($0, at: 0) }), calls.count > 0 else { continue }
      self.calls = calls
      lines = try Self.lines(kind, condition, statements)
      return
    }
    return nil
  }

  static func conditions(_ name: String) throws -> (Kind, [String]) {
    let value = SQLText.literal(name)
    if NetworkAddress(spelling: Array(name.utf8)) != nil || name == "AWS Internal"
      || name.hasSuffix(".amazonaws.com")
    {
      return (.address, ["sourceIPAddress = \(value)"])
    }
    if name.contains("/"), NetworkRange(spelling: Array(name.utf8)) != nil {
      // Services stand where addresses do, and are in no network.
      return (.network, ["contains(\(value), sourceIPAddress)"])
    }
    if name.utf8.count == 12, name.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      return (.account, ["(userIdentity.accountId = \(value) OR recipientAccountId = \(value))"])
    }
    return (AccessKey.isKey(name) ? .key : .principal, try ActorName(name).conditions)
  }

  private static func lines(_ kind: Kind, _ condition: String, _ statements: Statements) throws -> [Line] {
    var sections = [
      ("service", "eventSource"), ("address", "sourceIPAddress"), ("agent", "userAgent"),
      ("region", "awsRegion"),
    ]
    if kind != .key { sections.append(("key", "userIdentity.accessKeyId")) }
    if kind != .address, kind != .network { sections.append(("account", "recipientAccountId")) }
    sections.append(("principal", Denials.principal))
    sections.append(("role assumed", "requestParameters.roleArn"))
    var lines: [Line] = []
    for (section, column) in sections {
      var condition = condition
      if section == "role assumed" { condition += " AND eventName LIKE 'AssumeRole%'" }
      let found = try Self.lines(section, column, condition, statements)
      lines += found
      if section == "address" { lines += networks(found) }
    }
    return try lines + firsts(condition, statements)
  }

  private static func lines(
    _ section: String, _ column: String, _ condition: String, _ statements: Statements
  ) throws -> [Line] {
    try statements.rows(
      """
      SELECT \(column), count(*), count(errorCode), count_if(is_denied(errorCode, errorMessage)), min(eventTime), \
      max(eventTime), min_by(eventID, eventTime) FROM events WHERE \(condition) GROUP BY 1 ORDER BY 2 DESC, 1
      """
    ).compactMap { row in
      row[0].text.map { value in
        Line(
          section: section, value: value, count: number(row[1]), failed: number(row[2]),
          denied: number(row[3]),
          first: row[4].text ?? "", last: row[5].text ?? "", eventID: row[6].text ?? "")
      }
    }
  }

  private static func number(_ value: QueryValue) -> Int { value.text.flatMap { Int($0) } ?? 0 }

  /// Addresses by /24 and /48, where several are in one.
  private static func networks(_ addresses: [Line]) -> [Line] {
    var networks: [String: [Line]] = [:]
    for line in addresses {
      if let network = Network.around(line.value) { networks[network, default: []].append(line) }
    }
    return networks.filter { $0.value.count > 1 }.map { network, lines in
      let first = lines.min { $0.first < $1.first }
      return Line(
        section: "network", value: network, count: lines.reduce(0) { $0 + $1.count },
        failed: lines.reduce(0) { $0 + $1.failed }, denied: lines.reduce(0) { $0 + $1.denied },
        first: first?.first ?? "", last: lines.map(\.last).max() ?? "", eventID: first?.eventID ?? "")
    }.sorted { ($1.count, $0.value) < ($0.count, $1.value) }
  }

  /// Days on which something was called for the first time, and what.
  private static func firsts(_ condition: String, _ statements: Statements) throws -> [Line] {
    let rows = try statements.rows(
      """
      SELECT eventSource, eventName, count(*), min(eventTime), min_by(eventID, eventTime), \
      count_if(is_denied(errorCode, errorMessage)), count(errorCode) FROM events WHERE \(condition) \
      GROUP BY 1, 2 ORDER BY 4, 1, 2
      """)
    var days: [(day: String, calls: [String], line: [QueryValue], counts: [Int])] = []
    for row in rows {
      let day = String((row[3].text ?? "").prefix(10))
      let call = "\((row[0].text ?? "").prefix { $0 != "." }):\(row[1].text ?? "")"
      if days.last?.day != day { days.append((day, [], row, [0, 0, 0])) }
      let last = days.count - 1
      days[last].calls.append(call)
      for (index, column) in [2, 6, 5].enumerated() { days[last].counts[index] += number(row[column]) }
    }
    return days.map { day in
      Line(
        section: "new on", value: "\(day.day): \(day.calls.joined(separator: " "))", count: day.counts[0],
        failed: day.counts[1], denied: day.counts[2], first: day.line[3].text ?? "",
        last: day.line[3].text ?? "",
        eventID: day.line[4].text ?? "")
    }
  }
}

/// Networks as investigations count them.
enum Network {
  /// The /24 of an IPv4 and the /48 of an IPv6 address; nil for what is no address.
  static func around(_ text: String) -> String? {
    guard let address = NetworkAddress(spelling: Array(text.utf8)) else { return nil }
    if address.isIPv4 {
      let value = address.low & 0xFFFF_FFFF
      return "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).0/24"
    }
    let groups = [address.high >> 48, address.high >> 32 & 0xFFFF, address.high >> 16 & 0xFFFF]
    return groups.map { String($0, radix: 16) }.joined(separator: ":") + "::/48"
  }
}
