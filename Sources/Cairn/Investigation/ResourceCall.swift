import CairnStorage

/// What one call does to a resource.
struct ResourceCall {
  let event: RecordedEvent
  let call: CallName
  let match: Parameter
  let state: ResourceState
  private(set) var changes: [FieldChange] = []
  /// Where the call names the resource, when it is about something else and changes nothing of it.
  private(set) var mention: String?
  private var end: End?
  /// Rules of a security group by their IDs, as far as the call tells.
  private var ruleFields: [String: String] = [:]

  init(event: RecordedEvent, call: CallName, match: Parameter, state: ResourceState) {
    (self.event, self.call, self.match, self.state) = (event, call, match, state)
  }

  /// What becomes of the resource as a whole.
  private enum End { case created, deleted }

  /// Calls that take back what another verb does, and what both are called.
  private static let additions: Set<String> = ["Attach", "Add", "Associate", "Authorize"]
  private static let removals: [String: String] = [
    "Detach": "Attach", "Remove": "Add", "Disassociate": "Associate", "Revoke": "Authorize",
  ]
  private static let switches: [String: (on: Bool, words: String)] = [
    "Start": (true, "started"), "Stop": (false, "stopped"), "Enable": (true, "enabled"),
    "Disable": (false, "disabled"), "Reboot": (true, "rebooted"), "Schedule": (true, "scheduled"),
    "Cancel": (false, "cancelled"),
  ]
  /// Calls that use a resource and set nothing of it.
  private static let uses: Set<String> = ["Run", "Invoke", "Send", "Publish", "Execute", "Assume"]
  /// Said anew with each call.
  private static let noise: Set<String> = [
    "clientToken", "clientRequestToken", "ClientToken", "idempotencyToken", "creatorRequestId", "dryRun",
    "host",
    "Host", "x-amz-acl",
  ]

  /// The kind of thing that the match names: where its key says nothing (`ARN` of resources), its ARN may.
  private var stem: String {
    let stem = CallName.stem(match.key)
    guard stem.isEmpty, let kind = ARN(match.value)?.kind else { return stem }
    return kind.lowercased().filter { $0 != "-" }
  }

  /// Whether the match stands inside of what else the call asks for: not in a parameter of its own, nor in one of the
  /// object that some calls of EC2 have around all of theirs, nor in the record's list of resources.
  private var isInside: Bool {
    if match.path.hasPrefix("[") { return false }
    if match.path.hasSuffix("[]") { return true }
    let isWrapped = match.depth == 2 && match.path.prefix { $0 != "." }.hasSuffix("Request")
    return match.depth > 1 && !isWrapped
  }

  /// What is made in EC2 has an ID of its own, by which it is deleted: a subnet is no field of the VPC that it is made
  /// in. Those of `parts` are parts of what they are made in.
  private var isMadeApart: Bool {
    guard event.service == "ec2", ["Create", "Allocate", "Import", "Copy", "Request"].contains(call.verb)
    else {
      return false
    }
    let stem = stem
    guard !stem.isEmpty, !stem.hasPrefix("resource"), !call.isAbout(stem) else { return false }
    if ["Endpoint", "Connection", "Attachment", "Reservation"].contains(where: call.noun.hasSuffix) {
      return true
    }
    return !call.names(stem) && !Self.parts.contains(where: call.noun.hasSuffix)
  }

  private static let parts = ["Route", "Entry", "Tags", "Permission", "Version"]

  /// Whether the match is a thing of another service than the call's: a key that encrypts, a bucket that takes logs.
  private var isForeign: Bool {
    if Self.additions.contains(call.verb) || Self.removals[call.verb] != nil { return false }
    return ForeignThing.isNamed(by: match, in: event)
  }

  /// A load balancer in a security group, a target group's target, the group that a rule of another one lets in.
  private var isMention: Bool {
    if isForeign || isMadeApart { return true }
    guard isInside else { return false }
    if isRuleCall { return match.path.hasPrefix("ipPermissions") }
    if Self.additions.contains(call.verb) || Self.removals[call.verb] != nil { return false }
    if Self.uses.contains(call.verb), call.verb != "Run" { return false }
    let stem = stem
    if stem.isEmpty { return ["Register", "Deregister", "Create", "Delete"].contains(call.verb) }
    return !stem.hasPrefix("resource") && !call.isAbout(stem) && !call.names(stem)
  }

  private var isRuleCall: Bool {
    event.service == "ec2" && call.noun.hasPrefix("SecurityGroup")
      && (call.verb == "Authorize" || call.verb == "Revoke")
  }

  mutating func read() {
    if isMention {
      mention = match.path
      return
    }
    let stem = stem
    let isOwn = call.isAbout(stem)
    if ["Create", "Run", "Allocate", "Register"].contains(call.verb), isOwn { end = .created }
    if ["Delete", "Terminate", "Deregister"].contains(call.verb), isOwn {
      end = .deleted
      add("state", "deleted")
    } else if isRuleCall {
      readRules()
    } else if event.service == "ec2", event.name == "ModifySecurityGroupRules" {
      readModifiedRules()
    } else if event.service == "iam", call.noun.hasSuffix("PolicyVersion"), readPolicyVersion() {
    } else if Self.additions.contains(call.verb) || Self.removals[call.verb] != nil {
      readMembership()
    } else if call.verb == "Delete" || call.verb == "Untag" {
      readRemoval()
    } else if let change = Self.switches[call.verb] {
      add(call.noun.isEmpty || !stem.isEmpty && isOwn ? "state" : call.noun, change.words)
      if call.verb == "Schedule" { readFields() }
    } else {
      readFields()
      readCode()
    }
  }

  func apply(to state: inout ResourceState) {
    if mention != nil { return }
    switch end {
    case .created: state.begin(isWhole: true)
    case .deleted: state.begin(isWhole: false)
    case nil: if Self.uses.contains(call.verb) { return }
    }
    for change in changes { state.set(change, noun: call.noun, by: event) }
    state.ruleFields.merge(ruleFields) { _, new in new }
    if call.verb == "Create", let version = policyVersion { state.versions[version] = policyDocument }
  }

  private mutating func add(_ field: String, _ value: String?) {
    if let change = base.change(field, to: value) { changes.append(change) }
  }

  /// A new resource has no old values.
  private var base: ResourceState {
    guard end == .created else { return state }
    var fresh = ResourceState()
    fresh.begin(isWhole: true)
    return fresh
  }

  // MARK: Parameters

  /// The request without what names the resource.
  private var parameters: [Parameter] {
    EventParameters.all(of: event.request).filter {
      $0.path != match.path && !Self.noise.contains($0.key)
        && !($0.value == match.value && CallName.stem($0.key) == CallName.stem(match.key))
        // S3 lists the request's query: `policy` without a value.
        && !($0.value.isEmpty && event.service == "s3")
    }
  }

  /// A part of the resource that the call is about (`policyName` of PutRolePolicy): each has fields of its own.
  private var scopes: [Parameter] {
    parameters.filter {
      $0.depth == 1 && $0.key != match.key && call.names(CallName.stem($0.key)) && isName($0.key)
    }
  }

  private func isName(_ key: String) -> Bool {
    let key = key.lowercased()
    return ["name", "id", "arn", "identifier", "service"].contains { key.hasSuffix($0) }
  }

  private func scope(_ scopes: [Parameter]) -> String {
    scopes.isEmpty ? "" : call.noun + "[" + scopes.map(\.value).joined(separator: ", ") + "]."
  }

  /// Fields that are set; what a Put no longer says is gone.
  private mutating func readFields() {
    let scopes = scopes
    let isPart = end == nil
    var prefix = isPart ? scope(scopes) : ""
    // What is made and told by the response alone has fields of its own, too.
    let part = isPart && call.verb == "Create" ? createdPart : nil
    if prefix.isEmpty, let part, part.key.lowercased().hasSuffix("id"), !call.isAbout(stem) {
      prefix = "\(call.noun)[\(part.value)]."
    }
    var said: Set<String> = []
    var lists: [String: [String]] = [:]
    for parameter in parameters where !isPart || !scopes.contains(where: { $0.path == parameter.path }) {
      let field = prefix + name(parameter.path)
      if parameter.path.hasSuffix("[]") {
        lists[field, default: []].append(parameter.value)
      } else if said.insert(field).inserted {
        add(field, parameter.value)
      }
    }
    for (field, values) in lists.sorted(by: { $0.key < $1.key }) {
      said.insert(field)
      add(field, values.sorted().joined(separator: ", "))
    }
    if said.isEmpty, isPart, !prefix.isEmpty {
      add(String(prefix.dropLast()), "present")
    } else if said.isEmpty, let part {
      add("\(call.noun)[\(part.value)]", "present")
    }
    guard call.verb == "Put" || call.noun == "AssumeRolePolicy" else { return }
    var gone = Set(state.fields(of: call.noun, prefix))
    if call.noun == "AssumeRolePolicy" { gone.formUnion(state.fields(below: "assumeRolePolicyDocument")) }
    for field in gone.subtracting(said).sorted() { add(field, nil) }
  }

  /// Requests have no code of a function; responses have its hash.
  private mutating func readCode() {
    guard event.service == "lambda", call.noun.hasPrefix("Function"), !event.hasFailed else { return }
    if let hash = event.response?.text("codeSha256") { add("codeSha256", hash) }
  }

  /// A part that the response names: the new key of CreateAccessKey.
  private var createdPart: Parameter? {
    guard end == nil, !event.hasFailed else { return nil }
    return EventParameters.all(of: event.response).first {
      $0.value != match.value && call.names(CallName.stem($0.key)) && isName($0.key)
    }
  }

  /// A role's own policy is set under two names.
  private func name(_ path: String) -> String {
    guard call.noun == "AssumeRolePolicy", path.hasPrefix("policyDocument") else { return path }
    return "assumeRolePolicyDocument" + path.dropFirst("policyDocument".count)
  }

  private mutating func readRemoval() {
    let prefix = scope(scopes)
    if call.verb == "Untag" {
      for parameter in parameters where parameter.key.lowercased().contains("key") {
        add("tags[\(parameter.value)].value", nil)
      }
      return
    }
    let whole = prefix.isEmpty ? call.noun : String(prefix.dropLast())
    for field in state.fields(of: call.noun, prefix) { add(field, nil) }
    if state.fields[whole]?.value != nil { add(whole, nil) }
    if changes.isEmpty { changes.append(removal(whole)) }
  }

  private func removal(_ field: String) -> FieldChange {
    FieldChange(field: field, old: nil, new: nil, isOldKnown: false)
  }

  /// Something that is in a set or not: a policy of a role, a user of a group.
  private mutating func readMembership() {
    let members = parameters.map {
      $0.depth == 1 && parameters.count == 1 ? $0.value : "\($0.path)=\($0.value)"
    }
    let isRemoved = Self.removals[call.verb] != nil
    let member = members.isEmpty ? match.value : members.joined(separator: ", ")
    let noun = call.noun.hasPrefix("Role") && !isRemoved ? call.noun : call.noun
    let field = "\(membership(noun))[\(member)]"
    if isRemoved {
      var fields = state.fields[field] == nil ? self.fields(havingAll: parameters, of: membership(noun)) : []
      // Or all that is told of it.
      if fields.isEmpty { fields = state.fields(below: field + ".").sorted() }
      if fields.isEmpty { return changes.append(base.change(field, to: nil) ?? removal(field)) }
      for field in fields { add(field, nil) }
    } else {
      add(field, "present")
    }
  }

  /// Members that a removal names by a part of what added them: a permission by its `statementId`.
  private func fields(havingAll parameters: [Parameter], of noun: String) -> [String] {
    if parameters.isEmpty { return [] }
    return state.fields(below: "\(noun)[").filter { field in
      let parts = ", \(field.dropFirst(noun.count + 1).dropLast()), "
      return parameters.allSatisfy { parts.contains(", \($0.path)=\($0.value), ") }
    }.sorted()
  }

  /// `UserToGroup` and `UserFromGroup` are one set.
  private func membership(_ noun: String) -> String {
    for (word, other) in [("FromGroup", "ToGroup"), ("FromInstanceProfile", "ToInstanceProfile")]
    where noun.hasSuffix(word) {
      return noun.dropLast(word.count) + other
    }
    return noun
  }

  private mutating func readRules() {
    guard let request = event.request else { return }
    let direction = call.noun.contains("Egress") ? "egress" : "ingress"
    var fields = SecurityGroupRules.rules(request).map { "\(direction)[\($0)]" }
    fields += SecurityGroupRules.ids(request).map { state.ruleFields[$0] ?? "\(direction)[rule \($0)]" }
    for field in fields {
      if call.verb == "Authorize" {
        add(field, "open")
      } else {
        changes.append(state.change(field, to: nil) ?? removal(field))
      }
    }
    if call.verb == "Authorize" {
      ruleFields = SecurityGroupRules.identified(event.response).mapValues { "\(direction)[\($0)]" }
    }
  }

  /// Rules that become others under their IDs.
  private mutating func readModifiedRules() {
    guard let request = event.request else { return }
    for (id, rule) in SecurityGroupRules.modified(request) {
      let old = state.ruleFields[id]
      let direction = old.map { String($0.prefix { $0 != "[" }) } ?? "rule \(id)"
      let field = "\(direction)[\(rule)]"
      if let old, old != field { changes.append(state.change(old, to: nil) ?? removal(old)) }
      add(field, "open")
      ruleFields[id] = field
    }
  }
}

// MARK: Versions of policies

extension ResourceCall {
  /// The version that a call makes or names.
  private var policyVersion: String? {
    guard event.service == "iam", call.noun == "Policy" || call.noun.hasSuffix("PolicyVersion") else {
      return nil
    }
    if call.verb == "Create", event.hasFailed { return nil }
    return event.request?.text("versionId") ?? event.response?.text("policyVersion", "versionId")
      ?? event.response?.text("policy", "defaultVersionId")
  }

  /// The document that a request has, member by member.
  private var policyDocument: [String: String] {
    let members = EventParameters.all(of: event.request).filter { $0.path.hasPrefix("policyDocument") }
    return Dictionary(grouping: members, by: \.path).mapValues {
      $0.map(\.value).sorted().joined(separator: ", ")
    }
  }

  /// A policy says what its default version says; false where the call is none of versions.
  private mutating func readPolicyVersion() -> Bool {
    switch call.verb + call.noun {
    case "CreatePolicyVersion":
      let isDefault = event.request?.text("setAsDefault") == "true"
      if isDefault {
        makeDefault(policyVersion, policyDocument)
      } else {
        let prefix = "PolicyVersion[\(policyVersion ?? "new")]."
        for (member, value) in policyDocument.sorted(by: { $0.key < $1.key }) { add(prefix + member, value) }
      }
    case "SetDefaultPolicyVersion":
      let version = policyVersion
      makeDefault(version, version.flatMap { state.versions[$0] })
    default: return false
    }
    return true
  }

  private mutating func makeDefault(_ version: String?, _ document: [String: String]?) {
    if let version { add("defaultVersionId", version) }
    let document = document ?? ["policyDocument": "of version \(version ?? "?"), which no record has"]
    for (member, value) in document.sorted(by: { $0.key < $1.key }) { add(member, value) }
    for member in state.fields(below: "policyDocument").sorted() where document[member] == nil {
      add(member, nil)
    }
  }
}
