import CairnStorage

/// One event as the questions of an investigation see it.
public struct RecordedEvent: Sendable {
  /// Its eventID, the evidence; empty where the record has none.
  public let id: String
  /// Its eventTime as recorded; empty where the record has none.
  public let time: String
  /// Milliseconds since 1970; nil where the time cannot be read.
  public let milliseconds: Int64?
  /// `ecs.amazonaws.com`.
  public let source: String
  /// `UpdateService`.
  public let name: String
  /// awsRegion.
  public let region: String?
  /// The account whose trail has it.
  public let account: String?
  /// Who made the call.
  public let actor: Actor
  /// sourceIPAddress.
  public let address: String?
  /// userAgent.
  public let agent: String?
  /// errorCode; nil for what succeeded.
  public let errorCode: String?
  /// errorMessage.
  public let errorMessage: String?
  /// What the records of one call in several accounts have in common.
  public let sharedID: String?
  let requestID: String?
  let request: JSONText?
  let response: JSONText?
  let resources: JSONText?
  /// How a sign-in ended.
  let signIn: String?
  let additional: JSONText?
  /// What it gave out; nil where that was not asked for.
  let given: GivenCredentials?
  /// Whether it says so itself: reads are no changes.
  let readOnly: Bool?
  let isDataEvent: Bool

  /// What is read of an event: the rest costs as much and says nothing there.
  enum Part: Sendable {
    /// What it asked for and about what, without the random requestID.
    case change
    /// Whose credentials it gave out, and the requestID, which tells calls apart.
    case credentials
    /// Who called what from where, and how it ended.
    case call
  }

  static func columns(_ part: Part) -> String {
    let others =
      switch part {
      case .change: "NULL, requestParameters, responseElements, resources, additionalEventData, NULL"
      case .credentials:
        "requestID, NULL, NULL, NULL, NULL, responseElements.ConsoleLogin, \(GivenCredentials.columns)"
      case .call: "NULL, NULL, NULL, NULL, NULL, responseElements.ConsoleLogin"
      }
    return """
      eventID, eventTime, eventSource, eventName, awsRegion, recipientAccountId, userIdentity, sourceIPAddress, \
      userAgent, errorCode, errorMessage, sharedEventID, readOnly, eventCategory, \(others)
      """
  }

  init(_ row: [QueryValue]) {
    id = row[0].text ?? ""
    time = row[1].text ?? ""
    milliseconds = parseTime(time)
    source = row[2].text ?? ""
    name = row[3].text ?? ""
    region = row[4].text
    actor = Actor(JSONText(row[6].json), userAgent: row[8].text)
    account = row[5].text ?? actor.accountID
    address = row[7].text
    agent = row[8].text
    errorCode = row[9].text ?? (row[10].isNull ? nil : "error")
    errorMessage = row[10].text
    sharedID = row[11].text
    readOnly = row[12].text.map { $0 == "true" }
    isDataEvent = row[13].text == "Data"
    requestID = row[14].text
    request = Self.object(row[15])
    response = Self.object(row[16])
    resources = Self.object(row[17])
    additional = Self.object(row[18])
    signIn = row[19].text ?? response?.text("ConsoleLogin")
    given = row.count > 20 ? GivenCredentials(row, at: 20) : nil
  }

  private static func object(_ value: QueryValue) -> JSONText? {
    let text = JSONText(value.json)
    return text.isObject || text.isArray ? text : nil
  }

  /// Whether it was refused or failed. A sign-in fails in its response.
  public var hasFailed: Bool { errorCode != nil || signIn == "Failure" }

  /// `ecs` of `ecs.amazonaws.com`.
  public var service: String { String(source.prefix { $0 != "." }) }

  /// The service that made the call for somebody: CloudFormation, CodePipeline, and so on.
  public var via: String? {
    if let service = actor.invokedBy { return service }
    guard let address, address.hasSuffix(".amazonaws.com") else { return nil }
    return address
  }

  /// Whether it changes something: what says that it does, or, in old records that say nothing, what is not named
  /// like a question.
  var writes: Bool {
    if let readOnly { return !readOnly }
    return !Self.readingVerbs.contains { name.hasPrefix($0) }
  }

  private static let readingVerbs = [
    "Get", "List", "Describe", "Head", "Lookup", "Search", "Query", "Scan", "Select", "BatchGet",
    "BatchDescribe",
    "Assume", "Decrypt", "Check", "Validate", "Test", "Simulate", "Preview", "Estimate", "View", "Download",
  ]
}

/// Whose credentials a call gave out. Read path by path: the responses of thousands of calls are long.
struct GivenCredentials: Sendable {
  /// The access key of a session.
  let key: String?
  /// The session's ARN, of a role and of a federated user.
  let roleSession: String?
  let federatedUser: String?
  /// The access key that a user was made, and the user.
  let userKey: String?
  let user: String?
  /// Who changed the role in the console.
  let switchedFrom: String?

  static let columns = """
    responseElements.credentials.accessKeyId, responseElements.assumedRoleUser.arn, \
    responseElements.federatedUser.arn, responseElements.accessKey.accessKeyId, responseElements.accessKey.userName, \
    additionalEventData.SwitchFrom
    """

  /// The columns in a row from an index on.
  init(_ row: [QueryValue], at index: Int) {
    let texts = row[index...].map { value in value.text.flatMap { $0.isEmpty ? nil : $0 } }
    (key, roleSession, federatedUser) = (texts[0], texts[1], texts[2])
    (userKey, user, switchedFrom) = (texts[3], texts[4], texts[5])
  }
}

extension JSONText {
  /// The member of an exact name.
  subscript(_ name: String) -> JSONText? { member(PathName(bytes: Array(name.utf8), isExact: true)) }

  /// A member's text where it is a string, number or boolean that says something.
  func text(_ path: String...) -> String? {
    var value = self
    for name in path {
      guard let next = value[name] else { return nil }
      value = next
    }
    return value.scalar.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The text of a value that is neither object nor array nor null.
  var scalar: String? {
    switch field {
    case .string(let bytes), .number(let bytes): String(decoding: bytes, as: UTF8.self)
    case .boolean(let value): value ? "true" : "false"
    default: nil
    }
  }
}
