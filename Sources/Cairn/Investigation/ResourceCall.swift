import CairnStorage

/// What one call does to a resource.
struct ResourceCall {
  let event: RecordedEvent
  let call: CallName
  let match: Parameter
  let state: ResourceState
  private(set) var changes: [FieldChange] = []
  private var end: End?

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

  mutating func read() {
    let stem = CallName.stem(match.key)
    let isOwn = call.isAbout(stem)
    if ["Create", "Run", "Allocate", "Register"].contains(call.verb), isOwn { end = .created }
    if ["Delete", "Terminate", "Deregister"].contains(call.verb), isOwn {
      end = .deleted
      add("state", "deleted")
    } else if event.service == "ec2", call.noun.hasPrefix("SecurityGroup"),
      call.verb == "Authorize" || call.verb == "Revoke"
    {
      readRules()
    } else if Self.additions.contains(call.verb) || Self.removals[call.verb] != nil {
      readMembership()
    } else if call.verb == "Delete" || call.verb == "Untag" {
      readRemoval()
    } else if let change = Self.switches[call.verb] {
      add(call.noun.isEmpty || !stem.isEmpty && isOwn ? "state" : call.noun, change.words)
      if call.verb == "Schedule" { readFields() }
    } else {
      readFields()
    }
  }

  func apply(to state: inout ResourceState) {
    switch end {
    case .created: state.begin(isWhole: true)
    case .deleted: state.begin(isWhole: false)
    case nil: if Self.uses.contains(call.verb) { return }
    }
    for change in changes { state.set(change, noun: call.noun, by: event) }
    if call.verb == "Authorize" {
      state.ruleNames.merge(SecurityGroupRules.identified(event.response)) { _, new in new }
    }
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
    let prefix = isPart ? scope(scopes) : ""
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
    if said.isEmpty, isPart, !prefix.isEmpty { add(String(prefix.dropLast()), "present") }
    if said.isEmpty, call.verb == "Create", let part = createdPart { add(part, "present") }
    guard call.verb == "Put" || call.noun == "AssumeRolePolicy" else { return }
    var gone = Set(state.fields(of: call.noun, prefix))
    if call.noun == "AssumeRolePolicy" { gone.formUnion(state.fields(below: "assumeRolePolicyDocument")) }
    for field in gone.subtracting(said).sorted() { add(field, nil) }
  }

  /// A part that the response names: the new key of CreateAccessKey.
  private var createdPart: String? {
    guard end == nil, !event.hasFailed else { return nil }
    let named = EventParameters.all(of: event.response).first {
      $0.value != match.value && call.names(CallName.stem($0.key)) && isName($0.key)
    }
    return named.map { "\(call.noun)[\($0.value)]" }
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
      changes.append(base.change(field, to: nil) ?? removal(field))
    } else {
      add(field, "present")
    }
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
    var rules = SecurityGroupRules.rules(request)
    rules += SecurityGroupRules.ids(request).map { state.ruleNames[$0] ?? "rule \($0)" }
    for rule in rules {
      let field = "\(direction)[\(rule)]"
      if call.verb == "Authorize" {
        add(field, "open")
      } else {
        changes.append(state.change(field, to: nil) ?? removal(field))
      }
    }
  }
}
