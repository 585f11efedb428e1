extension CellGenerator {
  /// Lets one principal make a few calls in a row; records go to the object or to the waiting ones.
  mutating func burst(_ window: inout EventWindow, limit: Int, _ out: inout ByteBuffer) {
    let before = remaining
    var time = window.burstTime(&random)
    let profile = drawProfile()
    guard var kind = drawKind(profile, window.region, inside: false) else { return fallback(&window, &out) }
    let actor = actor(profile, kind: kind, time: time, window: window, &out)
    guard let actor else { return }
    time = max(time, actor.start + 1)
    // A burst is about five calls; with three in ten the program goes on to another call.
    let isAlone = model.catalog.kinds[kind].isSignIn || model.catalog.kinds[kind].isIdentityCenter
    let length = min(limit - (before - remaining), isAlone ? 1 : 1 + random.below(8))
    for _ in 0..<max(length, 0) {
      emit(kind, actor, time: min(time, actor.expiry), region: window.region, &out)
      if random.chance(0.45) { time += random.below(4) }
      if profile != .service, random.chance(0.55), let next = drawKind(profile, window.region, inside: true) {
        kind = next
      }
    }
    window.cursor = max(window.cursor, time)
  }

  /// Who makes the next burst; quiet cells have only some of the roles at work.
  private mutating func drawProfile() -> Profile {
    let profile = Profile(rawValue: model.mix.profiles.index(&random)) ?? .app
    guard profile.isRole, !activeProfiles.contains(profile) else { return profile }
    return activeProfiles[random.below(activeProfiles.count)]
  }

  /// Some call is possible everywhere: identity checks keep an odd region going.
  private mutating func fallback(_ window: inout EventWindow, _ out: inout ByteBuffer) {
    let time = window.burstTime(&random)
    guard
      let kind = drawKind(.audit, window.region, inside: true) ?? drawKind(.app, window.region, inside: true),
      let actor = actor(.app, kind: kind, time: time, window: window, &out), remaining > 0
    else { return }
    emit(kind, actor, time: max(time, actor.start + 1), region: window.region, &out)
  }

  /// A kind that the profile uses and that is recorded in this region.
  ///
  /// Inside a burst nobody signs in: those calls have principals of their own.
  private mutating func drawKind(_ profile: Profile, _ region: Int, inside: Bool) -> Int? {
    let home = model.organization.accounts[cell.account].primaryRegion
    for _ in 0..<12 {
      let index = model.catalog.kind(for: profile, &random)
      let kind = model.catalog.kinds[index]
      if kind.isGlobal, region != model.organization.globalRegion { continue }
      if kind.isHome, region != home { continue }
      if inside, kind.isSignIn || kind.isIdentityCenter { continue }
      return index
    }
    return nil
  }

  /// The principal of a burst: a live session, a new one, or a principal without sessions.
  private mutating func actor(
    _ profile: Profile, kind: Int, time: Int, window: EventWindow, _ out: inout ByteBuffer
  ) -> Actor? {
    let info = model.catalog.kinds[kind]
    if info.isIdentityCenter {
      return model.factory.identityCenterUser(account: cell.account, person: random.below(32))
    }
    if info.isSignIn {
      return profile == .root
        ? model.factory.rootSigningIn(account: cell.account)
        : model.factory.signingIn(account: cell.account, index: 2 + random.below(4))
    }
    switch profile {
    case .service:
      let callers = info.services
      return callers.isEmpty ? nil : service(callers[random.below(callers.count)])
    case .user: return model.factory.user(account: cell.account, index: random.below(6))
    case .root: return model.factory.root(account: cell.account, start: time - random.below(1_800), &random)
    case .foreign: return foreignActor(time: time)
    default:
      if !random.chance(TrafficMix.newSessionShare), let live = liveSession(profile, time: time) {
        return live
      }
      return beginSession(profile, time: time, region: window.region, &out)
    }
  }

  /// One of the sessions of a profile that are valid at a time.
  private mutating func liveSession(_ profile: Profile, time: Int) -> Actor? {
    var found = 0
    var choice: Actor?
    for session in sessions
    where session.profile == profile && session.account == cell.account && session.start <= time
      && session.expiry > time + 120
    {
      found += 1
      // Keeping the n-th with probability 1/n leaves each with the same chance.
      if random.below(found) == 0 { choice = session }
    }
    return choice
  }

  /// An AWS service in this account, made once for the cell.
  mutating func service(_ principal: String) -> Actor {
    if let known = services[principal] { return known }
    let actor = model.factory.service(principal, account: cell.account)
    services[principal] = actor
    return actor
  }

  /// A caller from the next account, as this account's trail shows it.
  private mutating func foreignActor(time: Int) -> Actor? {
    let count = model.organization.accounts.count
    guard count > 1 else { return model.factory.user(account: cell.account, index: 0) }
    let other = (cell.account + 1 + random.below(count - 1)) % count
    let account = model.organization.accounts[other]
    let roles = account.roles(of: .data)
    let role = account.roles[roles[random.below(roles.count)]]
    let name = "GlueJobRunnerSession"
    let session = model.factory.session(
      account: other, role: roles[0], name: name, origin: .service("glue.amazonaws.com"),
      start: time - random.below(1_800), &random)
    return model.factory.foreign(session, uniqueID: role.uniqueID)
  }

  /// Renders one call and decides what becomes of its record: now, late, and perhaps again.
  mutating func emit(_ kind: Int, _ actor: Actor, time: Int, region: Int, _ out: inout ByteBuffer) {
    var context = RecordContext(
      seed: random.next(), time: time, account: cell.account, region: region, actor: actor)
    let kindInfo = model.catalog.kinds[kind]
    if !kindInfo.via.isEmpty, actor.profile != .service {
      context.via = Array(kindInfo.via[scaled(context.seed, below: kindInfo.via.count)].utf8)
    }
    context.isShared = actor.profile == .service || actor.profile == .foreign
    let fails = random.chance(TrafficMix.errorShare)
    let template = fails ? model.catalog.failureTemplate(kind, &random) : model.catalog.successTemplate(kind)
    emit(template, context, &out)
  }

  /// Renders a record of the cell's own account into the object.
  mutating func emit(_ template: Template, _ context: RecordContext, _ out: inout ByteBuffer) {
    remaining -= 1
    let mark = out.count
    if recordsInObject > 0 { out.append(0x2C) }
    let start = out.count
    model.renderer.render(template, context, into: &out)
    if random.chance(TrafficMix.lateShare) {
      wait(context, due: context.time + 1_200 + random.below(20_000), out.copy(from: start))
      out.truncate(to: mark)
      return
    }
    recordsInObject += 1
    if random.chance(model.duplicateShare) {
      duplicateCount += 1
      wait(context, due: context.time + 300 + random.below(1_500), out.copy(from: start))
    }
  }

  private mutating func wait(_ context: RecordContext, due: Int, _ bytes: [UInt8]) {
    pending.append(
      PendingRecord(account: context.account, region: context.region, due: due, bytes: bytes))
  }
}
