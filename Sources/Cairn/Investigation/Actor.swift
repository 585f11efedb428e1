/// Who made a call, as `userIdentity` says.
public struct Actor: Sendable {
  /// `IAMUser`, `AssumedRole`, `AWSService` and so on; empty where the record says nothing.
  public let type: String
  /// The ARN of the principal: of a session, not of its role.
  public let arn: String?
  /// `AIDA…`, or `AROA…:session`.
  public let principalID: String?
  /// The account of the principal.
  public let accountID: String?
  /// The key that signed the call.
  public let accessKeyID: String?
  /// The service that called for the principal.
  public let invokedBy: String?
  /// The role or user that a session belongs to.
  public let issuerARN: String?
  /// Who began the chain of sessions, where its identity provider or caller has set it.
  public let sourceIdentity: String?
  /// When the session's credentials were made.
  public let sessionStart: String?
  /// Whether the session was used in the console.
  public let isFromConsole: Bool
  /// The identity provider of a federated caller.
  public let provider: String?
  let userName: String?
  let onBehalfOf: String?

  init(_ identity: JSONText, userAgent: String? = nil) {
    type = identity.text("type") ?? ""
    arn = identity.text("arn")
    principalID = identity.text("principalId")
    accessKeyID = identity.text("accessKeyId")
    userName = identity.text("userName")
    let service = identity.text("invokedBy")
    // Some services name themselves as the agent only; the console says `AWS Internal`, which tells nothing.
    invokedBy = service ?? (userAgent.flatMap { $0.hasSuffix(".amazonaws.com") ? $0 : nil })
    let session = identity["sessionContext"]
    issuerARN = session?.text("sessionIssuer", "arn")
    accountID =
      identity.text("accountId") ?? session?.text("sessionIssuer", "accountId")
      ?? arn.flatMap { ARN($0)?.account }
    sourceIdentity = session?.text("sourceIdentity")
    sessionStart = session?.text("attributes", "creationDate")
    isFromConsole =
      identity.text("sessionCredentialFromConsole") == "true"
      || session?.text("sessionCredentialFromConsole") == "true"
    provider =
      identity.text("identityProvider") ?? session?.text("webIdFederationData", "federatedProvider")
    onBehalfOf = identity.text("onBehalfOf", "userId")
  }

  /// A principal of which an ARN or a key is all that is known.
  init(arn: String?, accessKeyID: String?) {
    let name = arn.flatMap(ARN.init)
    type =
      switch (name?.service, name?.kind, name?.resource) {
      case ("sts", "assumed-role", _): "AssumedRole"
      case ("sts", "federated-user", _): "FederatedUser"
      case ("iam", "user", _): "IAMUser"
      case ("iam", _, "root"): "Root"
      default: ""
      }
    self.arn = arn
    self.accessKeyID = accessKeyID
    accountID = name?.account ?? accessKeyID.flatMap(AccessKey.account)
    (principalID, invokedBy, issuerARN, sourceIdentity, sessionStart) = (nil, nil, nil, nil, nil)
    (provider, userName, onBehalfOf) = (nil, nil, nil)
    isFromConsole = false
  }

  /// How much a record says of it: the caller's own account names it with its key, other accounts know less.
  var knowledge: Int { accessKeyID != nil ? 2 : arn != nil ? 1 : 0 }

  /// Whether it calls with credentials that somebody was given for a time.
  var isSession: Bool {
    switch type {
    case "AssumedRole", "FederatedUser": true
    case "AWSService", "AWSAccount", "SAMLUser", "WebIdentityUser": false
    default: sessionStart != nil || accessKeyID?.hasPrefix("ASIA") == true
    }
  }

  /// The session's name: the last part of its ARN.
  public var sessionName: String? {
    guard type == "AssumedRole" else { return nil }
    if let arn, let resource = ARN(arn)?.resource, let slash = resource.lastIndex(of: "/") {
      return String(resource[resource.index(after: slash)...])
    }
    guard let principalID, let colon = principalID.firstIndex(of: ":") else { return nil }
    return String(principalID[principalID.index(after: colon)...])
  }

  /// The role's name, without its path.
  public var roleName: String? {
    if let issuerARN, let name = ARN(issuerARN)?.name { return name }
    guard type == "AssumedRole", let arn, let parts = ARN(arn)?.resource.split(separator: "/"),
      parts.count > 1
    else { return nil }
    return String(parts[1])
  }

  /// One line for people; the ARN is the exact name.
  public var description: String {
    switch type {
    case "AssumedRole":
      let name = [roleName, sessionName].compactMap(\.self).joined(separator: "/")
      return name.isEmpty ? arn ?? principalID ?? "a role session" : "role \(name)"
    case "IAMUser":
      return "user \(userName ?? arn.flatMap { ARN($0)?.name } ?? principalID ?? "without a name")"
    case "Root": return "root of \(accountID ?? "an account")"
    case "AWSService": return "service \(invokedBy ?? "of AWS")"
    case "AWSAccount": return "account \(accountID ?? "unknown") (\(principalID ?? "no principal"))"
    case "SAMLUser", "WebIdentityUser":
      return "\(type == "SAMLUser" ? "SAML" : "web identity") \(userName ?? principalID ?? "user")"
        + (provider.map { " of \($0)" } ?? "")
    case "IdentityCenterUser": return "identity center user \(onBehalfOf ?? userName ?? principalID ?? "")"
    case "FederatedUser": return "federated user \(arn.flatMap { ARN($0)?.name } ?? principalID ?? "")"
    default: return arn ?? principalID ?? invokedBy ?? (type.isEmpty ? "nobody named" : type)
    }
  }
}

/// `arn:partition:service:region:account:resource`.
struct ARN: Hashable, Sendable {
  let text: String
  let service: String
  let region: String
  let account: String
  /// Behind the fifth colon.
  let resource: String

  init?(_ text: String) {
    guard text.hasPrefix("arn:") else { return nil }
    let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    guard parts.count == 6, !parts[5].isEmpty else { return nil }
    self.text = text
    (service, region, account) = (String(parts[2]), String(parts[3]), String(parts[4]))
    resource = String(parts[5])
  }

  /// Of an ARN, or of the URL that SQS names a queue by: `https://sqs.REGION.amazonaws.com/ACCOUNT/NAME`, in older calls
  /// `https://REGION.queue.amazonaws.com/ACCOUNT/NAME`.
  static func naming(_ text: String) -> ARN? {
    guard text.hasPrefix("https://") else { return ARN(text) }
    let parts = text.dropFirst("https://".count).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[1].utf8.count == 12, parts[1].utf8.allSatisfy({ $0 &- 0x30 <= 9 }) else {
      return nil
    }
    let host = parts[0].split(separator: ".")
    let region: Substring
    if host.count > 3, host[0] == "sqs", host[2] == "amazonaws" {
      region = host[1]
    } else if host.count > 3, host[1] == "queue", host[2] == "amazonaws" {
      region = host[0]
    } else {
      return nil
    }
    return ARN("arn:\(partition(of: region)):sqs:\(region):\(parts[1]):\(parts[2])")
  }

  /// `aws-cn` of `cn-north-1`.
  static func partition(of region: some StringProtocol) -> String {
    region.hasPrefix("cn-") ? "aws-cn" : region.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
  }

  /// What stands before the first `/` or `:` of the resource: `role`, `function`, `service`; nil for buckets and others
  /// that are named at once.
  var kind: String? {
    guard service != "s3", service != "sns", service != "sqs",
      let end = resource.firstIndex(where: { $0 == "/" || $0 == ":" })
    else { return nil }
    return String(resource[..<end])
  }

  /// Behind the kind.
  private var identifier: Substring {
    guard let kind else { return resource[...] }
    return resource.dropFirst(kind.count + 1)
  }

  /// The resource's own name: without its kind, path and version.
  var name: String {
    if service == "s3" { return resource }
    if kind == "log-group" || kind == "parameter" {
      let text = identifier.hasSuffix(":*") ? identifier.dropLast(2) : identifier
      return String(text)
    }
    let last = identifier.split(separator: "/").last ?? identifier
    return String(last)
  }

  /// `name` of an ARN as it lies in memory; nil for other texts.
  static func name(in text: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
    let colon = UInt8(ascii: ":")
    let slash = UInt8(ascii: "/")
    var ends: [Int] = []
    for (place, byte) in text.enumerated() where byte == colon {
      ends.append(place)
      if ends.count == 5 { break }
    }
    guard ends.count == 5, ends[4] + 1 < text.count else { return nil }
    let service = text[(ends[1] + 1)..<ends[2]]
    var rest = text[(ends[4] + 1)...]
    func isService(_ names: StaticString...) -> Bool {
      names.contains { name in name.withUTF8Buffer { $0.elementsEqual(service) } }
    }
    if isService("s3") { return UnsafeBufferPointer(rebasing: rest) }
    if !isService("sns", "sqs"), let end = rest.firstIndex(where: { $0 == slash || $0 == colon }) {
      let kind = rest[..<end]
      rest = rest[(end + 1)...]
      if kind.elementsEqual("log-group".utf8) || kind.elementsEqual("parameter".utf8) {
        return UnsafeBufferPointer(
          rebasing: rest.suffix(2).elementsEqual(":*".utf8) ? rest.dropLast(2) : rest)
      }
    }
    // Empty parts are no names.
    var end = rest.endIndex
    while end > rest.startIndex, rest[end - 1] == slash { end -= 1 }
    if end == rest.startIndex { return UnsafeBufferPointer(rebasing: rest) }
    let start = rest[..<end].lastIndex(of: slash).map { $0 + 1 } ?? rest.startIndex
    return UnsafeBufferPointer(rebasing: rest[start..<end])
  }

  /// All that a call may name it by instead of the ARN.
  var names: Set<String> {
    var names: Set<String> = [name, String(identifier), resource]
    switch kind {
    case "function", "log-group": names.insert(String(identifier.prefix { $0 != ":" }))
    case "task-definition": names.insert(String(name.prefix { $0 != ":" }))
    case "secret" where name.count > 7 && name.dropLast(6).hasSuffix("-"):
      names.insert(String(identifier.dropLast(7)))
    case "parameter": names.insert("/" + identifier)
    default: break
    }
    return names
  }
}
