/// All kinds of events, compiled: templates for success and failure, and the draw of a kind for a profile.
struct Catalog: Sendable {
  let kinds: [EventKind]
  let program: TemplateProgram
  /// Services in the order of first use; their index is in the templates.
  let sources: [String]
  private let success: [Template]
  private let failures: [[Template]]
  private let choices: [WeightedChoice]
  private let choiceKinds: [[Int]]
  private let indexByName: [String: Int]

  init(kinds: [EventKind] = EventKind.all) {
    self.kinds = kinds
    var program = TemplateProgram()
    var sources = [String]()
    var success = [Template]()
    var failures = [[Template]]()
    for kind in kinds {
      let service = sources.firstIndex(of: kind.source) ?? sources.count
      if service == sources.count { sources.append(kind.source) }
      let layout = RecordLayout(kind: kind, service: service)
      success.append(program.compile(layout.text(error: nil)))
      failures.append(layout.errors.map { program.compile(layout.text(error: $0)) })
    }
    self.program = program
    self.sources = sources
    self.success = success
    self.failures = failures
    choiceKinds = Profile.allCases.map { profile in kinds.indices.filter { (kinds[$0].by[profile] ?? 0) > 0 }
    }
    choices = Profile.allCases.map { profile in
      WeightedChoice(weights: kinds.compactMap { $0.by[profile] }.filter { $0 > 0 })
    }
    indexByName = Dictionary(
      kinds.indices.map { (Self.key(kinds[$0]), $0) }, uniquingKeysWith: { first, _ in first })
  }

  private static func key(_ kind: EventKind) -> String {
    "\(kind.source.prefix { $0 != "." }):\(kind.name)" + (kind.story.isEmpty ? "" : "#\(kind.story)")
  }

  /// Draws a kind of event for a profile.
  func kind(for profile: Profile, _ random: inout RandomStream) -> Int {
    choiceKinds[profile.rawValue][choices[profile.rawValue].index(&random)]
  }

  /// The kind `service:Event`, which has to exist.
  func index(_ name: String) -> Int {
    guard let index = indexByName[name] else { fatalError("no event kind \(name)") }
    return index
  }

  func successTemplate(_ kind: Int) -> Template { success[kind] }

  func failureTemplate(_ kind: Int, _ random: inout RandomStream) -> Template {
    failures[kind][random.below(failures[kind].count)]
  }

  /// The failure of a kind for missing permissions.
  func deniedTemplate(_ kind: Int) -> Template { failures[kind][0] }
}

/// Puts the fields of a kind in AWS's order.
struct RecordLayout {
  let kind: EventKind
  let service: Int

  /// AccessDenied in the spelling of the service, then the kind's own failures.
  var errors: [KindError] {
    [denial] + kind.errors + (kind.readOnly && kind.requestID == .uuid ? [Self.throttling] : [])
  }

  private static let throttling = KindError("ThrottlingException", "Rate exceeded")

  private var denial: KindError {
    let endpoint = kind.source.prefix { $0 != "." }
    let action = "\(Self.actionPrefix(String(endpoint))):\(kind.name.prefix { !$0.isNumber })"
    switch kind.source {
    case "ec2.amazonaws.com":
      return KindError(
        "Client.UnauthorizedOperation",
        "You are not authorized to perform this operation. User: <caller> is not authorized to perform: \(action) "
          + "on resource: \(kind.denied) because no identity-based policy allows the \(action) action. "
          + "Encoded authorization failure message: <mixed:220>")
    case "s3.amazonaws.com" where kind.isDataEvent:
      return KindError("AccessDenied", "Access Denied")
    case "sso.amazonaws.com":
      return KindError("UnauthorizedException", "Session token not found or invalid")
    case "signin.amazonaws.com":
      return KindError("Failure", "Failed authentication")
    default:
      let code = Self.longCodes.contains(String(endpoint)) ? "AccessDeniedException" : "AccessDenied"
      return KindError(
        code,
        "User: <caller> is not authorized to perform: \(action) on resource: \(kind.denied) "
          + "because no identity-based policy allows the \(action) action")
    }
  }

  private static let longCodes: Set<String> = [
    "kms", "ssm", "secretsmanager", "dynamodb", "logs", "lambda", "ecs", "ecr", "athena", "glue", "config",
  ]

  private static func actionPrefix(_ endpoint: String) -> String {
    endpoint == "monitoring" ? "cloudwatch" : endpoint
  }

  /// The record's template; with an error there is no response.
  func text(error: KindError?) -> String {
    var text = #"{"eventVersion":"<ver:\#(service)>","userIdentity":<identity>,"eventTime":"<time>","#
    text += #""eventSource":"\#(kind.source)","eventName":"\#(kind.name)","awsRegion":"<region>","#
    text += #""sourceIPAddress":"<ip>","userAgent":""#
    text += kind.source == "s3.amazonaws.com" ? #"[<ua>]""# : #"<ua>""#
    if let error {
      if error.code != "Failure" { text += #","errorCode":"\#(error.code)""# }
      text += #","errorMessage":"\#(error.message)""#
    }
    text += #","requestParameters":\#(kind.request ?? "null")"#
    text += #","responseElements":\#(responseText(error))"#
    if let additional = kind.additional { text += #","additionalEventData":\#(additional)"# }
    switch kind.requestID {
    case .uuid: text += #","requestID":"<rid>""#
    case .s3: text += #","requestID":"<ridS3>""#
    case .dynamo: text += #","requestID":"<ridDynamo>""#
    case .none: break
    }
    text += #","eventID":"<eventID>","readOnly":\#(kind.readOnly)"#
    if let resources = kind.resources { text += #","resources":\#(resources)"# }
    text += #","eventType":"\#(kind.eventType)""#
    if let version = kind.apiVersion { text += #","apiVersion":"\#(version)""# }
    text += #","managementEvent":\#(!kind.isDataEvent),"recipientAccountId":"<recipient>""#
    if let details = kind.serviceDetails { text += #","serviceEventDetails":\#(details)"# }
    text += "<shared><vpce>"
    text += #","eventCategory":"\#(kind.isDataEvent ? "Data" : "Management")""#
    text += "<tls:\(kind.host.rawValue)/\(service)><console>}"
    return text
  }

  private func responseText(_ error: KindError?) -> String {
    guard let error else { return kind.response ?? "null" }
    return error.code == "Failure" ? #"{"\#(kind.name)":"Failure"}"# : "null"
  }
}
