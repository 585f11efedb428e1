extension CellGenerator {
  private static let mostLiveSessions = 96

  /// Makes the call that returns a new session's credentials, then the session itself.
  mutating func beginSession(
    _ profile: Profile, time: Int, region: Int, _ out: inout ByteBuffer
  ) -> Actor? {
    guard remaining > 0 else { return nil }
    let chainer = chainingSession(profile, time: time)
    let isCrossAccount =
      chainer != nil && model.organization.accounts.count > 1 && remaining > 4
      && random.chance(TrafficMix.crossAccountShare)
    if let chainer, isCrossAccount { crossAccount(chainer, time: time, region: region, &out) }
    guard remaining > 0 else { return nil }
    let account = model.organization.accounts[cell.account]
    let roles = account.roles(of: profile)
    // A few roles do most of the work.
    let role = roles[min(random.below(roles.count), random.below(roles.count))]
    let origin = self.origin(profile, chainer)
    let session = model.factory.session(
      account: cell.account, role: role, name: sessionName(profile, role: role, region: region),
      origin: origin,
      start: time, &random)
    emitAssumption(of: session, origin: origin, by: chainer, time: time, region: region, &out)
    // Busy cells would otherwise keep thousands; the oldest are soon to expire.
    if sessions.count >= Self.mostLiveSessions { sessions.removeFirst() }
    sessions.append(session)
    return session
  }

  /// A live session that assumes the next role, for the profiles that chain roles.
  private mutating func chainingSession(_ profile: Profile, time: Int) -> Actor? {
    guard profile == .audit || profile == .data, random.chance(0.7) else { return nil }
    let live = sessions.filter { $0.account == cell.account && $0.start <= time && $0.expiry > time }
    return live.isEmpty ? nil : live[random.below(live.count)]
  }

  private mutating func origin(_ profile: Profile, _ chainer: Actor?) -> ActorFactory.Origin {
    if chainer != nil { return .principal }
    switch profile {
    case .app:
      return .service(
        ["lambda.amazonaws.com", "ecs-tasks.amazonaws.com", "lambda.amazonaws.com"][random.below(3)])
    case .data: return .service("glue.amazonaws.com")
    case .node: return .service("ec2.amazonaws.com")
    case .deploy: return .webIdentity
    case .human: return .saml
    default: return .principal
    }
  }

  /// Session names as the services and people choose them.
  mutating func sessionName(_ profile: Profile, role: Int, region: Int) -> String {
    let account = model.organization.accounts[cell.account]
    let salt = account.roles[role].salt
    var name = ByteBuffer(capacity: 96)
    switch profile {
    case .app:
      if salt & 1 == 0 {
        name.appendResource(.function, index: Int(salt >> 4 & 31), account: account, region: region)
      } else {
        name.appendHex(random.next(), digits: 16)
        name.appendHex(random.next(), digits: 16)
      }
    case .data: name.append("GlueJobRunnerSession")
    case .deploy: name.append("GitHubActions")
    case .audit: name.append(salt & 1 == 0 ? "datadog" : "audit-scan")
    case .node:
      name.append("i-")
      name.appendResource(
        .instance, index: random.below(Pool.instance.size), account: account, region: region)
    default:
      name.append(Vocabulary.people[random.below(32)])
      name.append("@example.com")
    }
    return String(decoding: name.bytes, as: UTF8.self)
  }

  private mutating func emitAssumption(
    of session: Actor, origin: ActorFactory.Origin, by chainer: Actor?, time: Int, region: Int,
    _ out: inout ByteBuffer
  ) {
    let caller: Actor
    switch origin {
    case .service(let principal): caller = service(principal)
    case .webIdentity, .saml: caller = model.factory.federated(session, origin: origin)
    case .principal: caller = chainer ?? model.factory.user(account: cell.account, index: 0)
    }
    var context = RecordContext(
      seed: random.next(), time: time, account: cell.account, region: region, actor: caller)
    context.session = session
    context.targetAccount = session.account
    context.targetRole = session.role
    context.isShared = caller.profile == .service
    emit(model.catalog.successTemplate(assumptionKind(origin)), context, &out)
  }

  private func assumptionKind(_ origin: ActorFactory.Origin) -> Int {
    switch origin {
    case .webIdentity: return model.kinds.assumeWithWebIdentity
    case .saml: return model.kinds.assumeWithSAML
    default: return model.kinds.assumeRole
    }
  }

  /// A session of this account assumes a role of another one and works there: both trails record the call.
  private mutating func crossAccount(_ caller: Actor, time: Int, region: Int, _ out: inout ByteBuffer) {
    let count = model.organization.accounts.count
    let other = (cell.account + 1 + random.below(count - 1)) % count
    let roles = model.organization.accounts[other].roles(of: .audit)
    let role = roles[random.below(roles.count)]
    let session = model.factory.session(
      account: other, role: role, name: String(decoding: caller.sessionName, as: UTF8.self),
      origin: .principal,
      start: time, &random)
    var context = RecordContext(
      seed: random.next(), time: time, account: cell.account, region: region, actor: caller)
    context.session = session
    context.targetAccount = other
    context.targetRole = role
    context.isShared = true
    let template = model.catalog.successTemplate(model.kinds.assumeRole)
    emit(template, context, &out)
    guard remaining > 2 else { return }
    context.account = other
    context.copy = 1
    context.actor = model.factory.foreign(
      caller, uniqueID: model.organization.accounts[caller.account].roles[max(caller.role, 0)].uniqueID)
    setAside(template, context, &out)
    for step in 1...min(remaining, 1 + random.below(4)) {
      let kind = model.catalog.kind(for: .audit, &random)
      let info = model.catalog.kinds[kind]
      if info.isHome || info.isGlobal && region != model.organization.globalRegion { continue }
      var work = RecordContext(
        seed: random.next(), time: time + step * 2, account: other, region: region, actor: session)
      work.isShared = false
      setAside(model.catalog.successTemplate(kind), work, &out)
    }
  }

  /// Renders a record behind the object's end, moves it to the waiting ones and counts it.
  mutating func setAside(
    _ template: Template, _ context: RecordContext, _ out: inout ByteBuffer
  ) {
    remaining -= 1
    let start = out.count
    model.renderer.render(template, context, into: &out)
    pending.append(
      PendingRecord(
        account: context.account, region: context.region, due: context.time, bytes: out.copy(from: start)))
    out.truncate(to: start)
  }

  /// Places the deployments of the cell: sign-in through web identity, new revision, service update, polling.
  mutating func planDeployments(_ aside: inout ByteBuffer) {
    let region = model.organization.accounts[cell.account].primaryRegion
    let deployments = model.renderer.deployments.deployments(
      account: cell.account, from: cell.start, to: cell.end)
    for deployment in deployments where remaining >= 4 {
      let roles = model.organization.accounts[cell.account].roles(of: .deploy)
      let role = roles[deployment.service % roles.count]
      let session = model.factory.session(
        account: cell.account, role: role, name: "GitHubActions", origin: .webIdentity,
        start: deployment.time - 40, &random)
      var context = RecordContext(
        seed: random.next(), time: deployment.time - 40, account: cell.account, region: region,
        actor: model.factory.federated(session, origin: .webIdentity))
      context.session = session
      context.targetAccount = cell.account
      context.targetRole = role
      context.service = deployment.service
      context.revision = deployment.revision
      setAside(
        model.catalog.successTemplate(model.kinds.assumeWithWebIdentity), context, &aside)
      context.actor = session
      let steps = [
        (model.kinds.registerTaskDefinition, 0), (model.kinds.updateService, 12),
        (model.kinds.describeServices, 40),
      ]
      for (kind, delay) in steps {
        context.seed = random.next()
        context.time = deployment.time + delay
        setAside(model.catalog.successTemplate(kind), context, &aside)
      }
    }
  }
}
