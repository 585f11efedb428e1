import CairnStorage

/// A resource as a person names it: an ARN, an ID, a name, or `service:name`, of an ECS service `ecs:cluster/service`.
public struct ResourceName: Sendable {
  /// As given.
  public let text: String
  /// `ecs`, `iam`: the first part of eventSource; nil where any service is meant.
  let service: String?
  /// `role`, `user`: what it must be; nil for anything.
  let kind: String?
  let account: String?
  let region: String?
  /// What a value may be to mean it, other than an ARN.
  let names: Set<String>
  let arn: ARN?

  /// Services of which `service:kind/name` says what is meant.
  private static let kinds: [String: Set<String>] = [
    "iam": ["role", "user", "group", "policy", "instance-profile"]
  ]

  /// Throws `CairnError.usage` for an empty name.
  ///
  /// - Parameter services: first parts of the eventSources that there are; another word before a colon is a part of
  ///   the name.
  public init(_ text: String, services: Set<String>) throws {
    guard !text.isEmpty else { throw CairnError.usage("the name of a resource must not be empty") }
    self.text = text
    if let arn = ARN.naming(text) {
      self.arn = arn
      service = Self.eventService(arn)
      kind = arn.service == "iam" ? arn.kind : nil
      account = arn.account.isEmpty ? nil : arn.account
      region = arn.region.isEmpty ? nil : arn.region
      names = arn.names
      return
    }
    arn = nil
    (account, region) = (nil, nil)
    guard let colon = text.firstIndex(of: ":"), services.contains(String(text[..<colon]).lowercased()),
      text.index(after: colon) < text.endIndex
    else {
      (service, kind, names) = (nil, nil, [text])
      return
    }
    let service = String(text[..<colon]).lowercased()
    self.service = service
    let rest = text[text.index(after: colon)...]
    let parts = rest.split(separator: "/", maxSplits: 1)
    if parts.count == 2, Self.kinds[service]?.contains(String(parts[0])) == true {
      kind = String(parts[0])
      names = [String(parts[1].split(separator: "/").last ?? parts[1])]
    } else {
      kind = nil
      names = [String(rest)]
    }
  }

  /// ARNs and eventSources spell some services differently.
  private static func eventService(_ arn: ARN) -> String {
    switch arn.service {
    case "elasticloadbalancing": "elasticloadbalancing"
    case "cloudwatch": "monitoring"
    default: arn.service
    }
  }

  /// The texts of which a record that names it has one.
  var needles: Set<String> {
    guard let arn else { return names }
    return arn.service == "s3" ? [arn.resource] : [arn.name, String(arn.name.prefix { $0 != ":" })]
  }

  /// Whether a value of a record means the resource.
  ///
  /// - Parameter key: the key that it stands at.
  func isMeant(by value: String, at key: String, in event: RecordedEvent) -> Bool {
    if let named = ARN.naming(value) {
      if let arn { return named == arn || (arn.resource == named.resource && isSamePlace(named)) }
      if let kind, named.kind != kind { return false }
      return named.names.contains { names.contains($0) }
    }
    guard names.contains(value) else { return false }
    if let service, event.service != service { return false }
    if arn != nil, let account, let recorded = event.account, recorded != account { return false }
    if arn != nil, let region, let recorded = event.region, recorded != region { return false }
    // Users, roles and groups may have one name.
    if let kind {
      let key = key.lowercased()
      return key.hasPrefix(kind.filter { $0 != "-" }) || key == "resourcename" || key == "arn"
    }
    return true
  }

  /// S3's ARNs name no place.
  private func isSamePlace(_ named: ARN) -> Bool {
    guard let arn else { return true }
    return named.service == arn.service && (named.account.isEmpty || arn.account.isEmpty)
  }
}
