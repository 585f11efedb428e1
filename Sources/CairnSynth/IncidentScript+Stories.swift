extension IncidentScript {
  private func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self)
  }

  private mutating func noteIntruder(_ actor: Actor) {
    note("principal", text(actor.arn))
    note("accessKeyId", text(actor.accessKeyID))
    note("sourceIPAddress", text(address))
  }

  /// A key from a public repository: who am I, what may I do, miners, and a second key to stay.
  mutating func playLeakedKey() {
    let user = stolen(model.factory.user(account: account, index: 0))
    noteIntruder(user)
    call("sts:GetCallerIdentity", as: user)
    for name in [
      "iam:ListUsers", "iam:ListRoles", "organizations:ListAccounts", "secretsmanager:ListSecrets",
    ] {
      call(name, as: user, after: 3, denied: true)
    }
    call("s3:ListBuckets", as: user, after: 20)
    for index in 0..<min(4, model.organization.regions.count) {
      region = index
      call("ec2:DescribeInstances", as: user, after: 4)
      call("ec2:CreateKeyPair#leaked", as: user, after: 6)
      for attempt in 0..<3 { call("ec2:RunInstances", as: user, after: 5, denied: attempt == 2) }
    }
    settings = { $0.pinnedUser = 0 }
    let created = call("iam:CreateAccessKey", as: user, after: 95)
    if let key = Self.lastAccessKey(in: created) { note("createdAccessKeyId", key) }
  }

  /// A policy version that allows everything, then another user's key and password.
  mutating func playEscalation() {
    account = model.organization.accounts.count > 1 ? 1 : 0
    region = model.organization.accounts[account].primaryRegion
    let user = stolen(model.factory.user(account: account, index: 1))
    noteIntruder(user)
    call("sts:GetCallerIdentity", as: user)
    call("iam:GetUser", as: user, after: 4)
    call("iam:ListUsers", as: user, after: 9, denied: true)
    call("iam:AttachUserPolicy#admin", as: user, after: 11, denied: true)
    call("iam:GetPolicy", as: user, after: 30)
    call("iam:CreatePolicyVersion#admin", as: user, after: 41)
    settings = { $0.pinnedUser = 1 }
    call("iam:AttachUserPolicy#admin", as: user, after: 15)
    settings = { $0.pinnedUser = 3 }
    call("iam:CreateLoginProfile#admin", as: user, after: 60)
    let created = call("iam:CreateAccessKey", as: user, after: 12)
    if let key = Self.lastAccessKey(in: created) { note("createdAccessKeyId", key) }
    note("takenOverUser", model.organization.accounts[account].users[3].name)
    call("secretsmanager:ListSecrets", as: user, after: 40)
    for _ in 0..<5 { call("secretsmanager:GetSecretValue", as: user, after: 2) }
  }

  /// A pipeline session of the first account becomes an auditor in the next and an administrator in the third.
  mutating func playRoleChain() {
    let organization = model.organization
    let chain = (0..<3).map { $0 % organization.accounts.count }
    var session: Actor?
    for (step, target) in chain.enumerated() {
      let profile: Profile = [.deploy, .audit, .human][step]
      let role = organization.accounts[target].roles(of: profile)[step == 2 ? 1 : 0]
      let next = stolen(
        model.factory.session(
          account: target, role: role, name: "ci-debug", origin: .principal, start: time + 21, &random))
      let caller = session ?? stolen(model.factory.user(account: chain[0], index: 1))
      if step == 0 { noteIntruder(caller) }
      assume(next, by: caller, recordedIn: [caller.account, target])
      note("assumedRole", text(next.arn))
      note("sessionAccessKeyId", text(next.accessKeyID))
      account = target
      region = organization.accounts[target].primaryRegion
      for name in ["sts:GetCallerIdentity", "iam:ListRoles", "s3:ListBuckets"] {
        call(name, as: next, after: 9)
      }
      session = next
    }
    guard let last = session else { return }
    for _ in 0..<6 { call("secretsmanager:GetSecretValue", as: last, after: 3) }
    for _ in 0..<12 { call("s3:GetObject", as: last, after: 1) }
  }

  private mutating func assume(_ session: Actor, by caller: Actor, recordedIn accounts: [Int]) {
    time += 21
    let kind = model.kinds.assumeRole
    var context = RecordContext(
      seed: random.next(), time: time, account: accounts[0],
      region: model.organization.accounts[accounts[0]].primaryRegion, actor: caller)
    context.session = session
    context.targetAccount = session.account
    context.targetRole = session.role
    context.isShared = accounts[0] != accounts[1]
    let template = model.catalog.successTemplate(kind)
    record(template, model.catalog.kinds[kind], context)
    guard context.isShared else { return }
    let uniqueID =
      caller.role >= 0
      ? model.organization.accounts[caller.account].roles[caller.role].uniqueID
      : model.organization.accounts[caller.account].users[1].uniqueID
    context.account = accounts[1]
    context.copy = 1
    context.actor = model.factory.foreign(caller, uniqueID: uniqueID)
    record(template, model.catalog.kinds[kind], context)
  }

  /// StopLogging, a quarter of an hour of reading, StartLogging.
  mutating func playDisabledTrail() {
    let owner = model.organization.accounts[account]
    let role = owner.roles(of: .human)[1]
    let session = stolen(
      model.factory.session(
        account: account, role: role, name: "samir.haddad@example.com", origin: .saml, start: time, &random))
    noteIntruder(session)
    settings = {
      $0.pinnedPool = .trail
      $0.pinnedIndex = 0
    }
    begin(session, kind: model.kinds.assumeWithSAML)
    call("cloudtrail:DescribeTrails", as: session)
    call("cloudtrail:GetTrailStatus", as: session, after: 5)
    call("cloudtrail:StopLogging", as: session, after: 12)
    var name = ByteBuffer(capacity: 96)
    name.appendResource(.trail, index: 0, account: owner, region: region)
    note("trail", String(decoding: name.bytes, as: UTF8.self))
    for _ in 0..<8 { call("secretsmanager:GetSecretValue", as: session, after: 31) }
    for _ in 0..<30 { call("s3:GetObject", as: session, after: 21) }
    call("cloudtrail:StartLogging", as: session, after: 44)
  }

  /// The call that returned a session's credentials.
  private mutating func begin(_ session: Actor, kind: Int) {
    var context = RecordContext(
      seed: random.next(), time: session.start, account: account, region: region,
      actor: stolen(model.factory.federated(session, origin: .saml)))
    context.session = session
    context.targetAccount = session.account
    context.targetRole = session.role
    record(model.catalog.successTemplate(kind), model.catalog.kinds[kind], context)
  }

  /// Versioning off, every object read and deleted, a note left.
  mutating func playRansomware() {
    let user = stolen(model.factory.user(account: account, index: 1))
    noteIntruder(user)
    call("sts:GetCallerIdentity", as: user)
    call("s3:ListBuckets", as: user, after: 8)
    settings = {
      $0.pinnedPool = .bucket
      $0.pinnedIndex = 5
    }
    var name = ByteBuffer(capacity: 96)
    name.appendResource(.bucket, index: 5, account: model.organization.accounts[account], region: region)
    note("bucket", String(decoding: name.bytes, as: UTF8.self))
    call("s3:GetBucketVersioning", as: user, after: 15)
    call("s3:PutBucketVersioning#suspended", as: user, after: 11)
    for _ in 0..<60 { call("s3:GetObject", as: user, after: 2) }
    for _ in 0..<60 { call("s3:DeleteObject", as: user, after: 1) }
    call("s3:PutObject#ransom", as: user, after: 30)
  }

  /// A new revision with a foreign image, taken up by the service of `my-ecs-cluster`.
  mutating func playImageSwap() {
    let role = model.organization.accounts[0].roles(of: .deploy)[0]
    let session = stolen(
      model.factory.session(
        account: 0, role: role, name: "GitHubActions", origin: .webIdentity, start: time - 50, &random))
    noteIntruder(session)
    let revision = model.renderer.deployments.revision(account: 0, service: 0, at: time)
    let image = "docker.io/xmrworks/sidecar:latest"
    settings = {
      $0.service = 0
      $0.revision = revision
      $0.imageOverride = Array(image.utf8)
    }
    region = model.organization.accounts[0].primaryRegion
    begin(session, kind: model.kinds.assumeWithWebIdentity)
    call("ecs:DescribeServices", as: session, after: 0)
    call("ecs:DescribeTaskDefinition", as: session, after: 8)
    call("ecs:RegisterTaskDefinition", as: session, after: 25)
    call("ecs:UpdateService", as: session, after: 9)
    call("ecs:DescribeServices", as: session, after: 40)
    var name = ByteBuffer(capacity: 64)
    name.appendService(0, account: model.organization.accounts[0])
    let service = String(decoding: name.bytes, as: UTF8.self)
    note("image", image)
    note("service", service)
    note("cluster", model.renderer.clusterName(account: 0, region: region))
    note("taskDefinition", "\(service):\(revision)")
  }

  /// The value of the last accessKeyId in a record: the one that its response returns.
  private static func lastAccessKey(in record: [UInt8]) -> String? {
    let marker = Array("\"accessKeyId\":\"AKIA".utf8)
    guard record.count > marker.count + 16 else { return nil }
    for start in stride(from: record.count - marker.count - 16, through: 0, by: -1)
    where record[start..<(start + marker.count)].elementsEqual(marker) {
      let from = start + marker.count - 4
      return String(decoding: record[from..<(from + 20)], as: UTF8.self)
    }
    return nil
  }
}
