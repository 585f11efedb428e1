/// Makes the principals of a cell and renders their identities.
struct ActorFactory {
  let organization: Organization

  /// What begins a session besides its role: who asked, and with which credentials.
  enum Origin {
    /// A service that runs the role: Lambda, ECS, EC2.
    case service(String)
    /// A token of an OIDC provider.
    case webIdentity
    /// Identity Center or another SAML provider.
    case saml
    /// Another principal of the organisation.
    case principal
  }

  /// A session of a role with an hour of validity; its key is what the AssumeRole call returns.
  func session(
    account: Int, role roleIndex: Int, name: String, origin: Origin, start: Int, _ random: inout RandomStream
  ) -> Actor {
    let owner = organization.accounts[account]
    let role = owner.roles[roleIndex]
    var out = ByteBuffer(capacity: 1_024)
    out.append("ASIA")
    out.append(owner.keyPrefix)
    out.appendRandom(8, alphabet: Alphabet.base32, bits: 5, seed: random.next())
    let key = out.copy(from: 0)
    out.removeAll()
    out.append("arn:aws:sts::\(owner.id):assumed-role/\(role.name)/\(name)")
    let arn = out.copy(from: 0)
    out.removeAll()
    out.append(#"{"type":"AssumedRole","principalId":"\#(role.uniqueID):\#(name)","arn":""#)
    out.append(arn)
    out.append(#"","accountId":"\#(owner.id)","accessKeyId":""#)
    out.append(key)
    out.append(#"","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"\#(role.uniqueID)","#)
    out.append(
      #""arn":"arn:aws:iam::\#(owner.id):role\#(role.path)\#(role.name)","accountId":"\#(owner.id)","#)
    out.append(#""userName":"\#(role.name)"}"#)
    appendSessionContext(origin, role, owner, start: start, &out)
    var traits = self.traits(role.profile, &random)
    if role.profile == .human, random.chance(0.6) { traits.insert(.console) }
    return Actor(
      profile: role.profile, account: account, identity: out.copy(from: 0), arn: arn, accessKeyID: key,
      sessionName: Array(name.utf8), sourceAddress: address(role.profile, role.salt, owner, &random),
      userAgent: userAgent(role.profile, salt: role.salt, traits, &random), salt: role.salt, start: start,
      expiry: start + 3_600, traits: traits, role: roleIndex)
  }

  private func appendSessionContext(
    _ origin: Origin, _ role: Role, _ owner: Account, start: Int, _ out: inout ByteBuffer
  ) {
    switch origin {
    case .webIdentity:
      out.append(
        #","webIdFederationData":{"federatedProvider":"arn:aws:iam::\#(owner.id):oidc-provider/"#
          + #"token.actions.githubusercontent.com","attributes":{}}"#)
    case .service where role.salt & 1 == 0, .saml where role.salt & 1 == 0:
      // Records until eventVersion 1.09 show the empty object, later ones leave it out.
      out.append(#","webIdFederationData":{}"#)
    default: break
    }
    out.append(#","attributes":{"creationDate":""#)
    out.appendISOTime(start)
    out.append(#"","mfaAuthenticated":""#)
    out.append(role.profile == .human && role.salt & 2 == 0 ? "true" : "false")
    out.append(#""}"#)
    if role.profile == .node { out.append(#","ec2RoleDelivery":"2.0""#) }
    out.append(0x7D)
    if role.profile == .human, role.salt & 4 == 0 {
      out.append(#","onBehalfOf":{"userId":""#)
      out.appendUUID(mix(role.salt, 1), mix(role.salt, 2))
      out.append(
        #"","identityStoreArn":"arn:aws:identitystore::\#(owner.id):identitystore/\#(organization.identityStoreID)"}"#
      )
    }
  }

  /// An IAM user with its long-lived key.
  func user(account: Int, index: Int) -> Actor {
    let owner = organization.accounts[account]
    let user = owner.users[index]
    let arn = "arn:aws:iam::\(owner.id):user/\(user.name)"
    let identity =
      #"{"type":"IAMUser","principalId":"\#(user.uniqueID)","arn":"\#(arn)","accountId":"\#(owner.id)","#
      + #""accessKeyId":"\#(user.accessKeyID)","userName":"\#(user.name)""#
    var random = RandomStream(seed: user.salt)
    let traits = self.traits(.user, &random)
    return Actor(
      profile: .user, account: account, identity: Array(identity.utf8), arn: Array(arn.utf8),
      accessKeyID: Array(user.accessKeyID.utf8), sessionName: Array(user.name.utf8),
      sourceAddress: address(.user, user.salt, owner, &random),
      userAgent: userAgent(.user, salt: user.salt, traits, &random), salt: user.salt, traits: traits)
  }

  /// An AWS service that acts on its own.
  func service(_ principal: String, account: Int) -> Actor {
    let name = Array(principal.utf8)
    return Actor(
      profile: .service, account: account,
      identity: Array(#"{"type":"AWSService","invokedBy":"\#(principal)""#.utf8),
      arn: Array("arn:aws:iam::\(organization.accounts[account].id):root".utf8), sourceAddress: name,
      userAgent: name,
      salt: mix(organization.accounts[account].seed, UInt64(name.count)), traits: .service)
  }

  /// The root user in the console.
  func root(account: Int, start: Int, _ random: inout RandomStream) -> Actor {
    let owner = organization.accounts[account]
    var out = ByteBuffer(capacity: 512)
    let arn = "arn:aws:iam::\(owner.id):root"
    out.append(
      #"{"type":"Root","principalId":"\#(owner.id)","arn":"\#(arn)","accountId":"\#(owner.id)","accessKeyId":"ASIA"#
    )
    out.append(owner.keyPrefix)
    out.appendRandom(8, alphabet: Alphabet.base32, bits: 5, seed: random.next())
    out.append(#"","sessionContext":{"attributes":{"creationDate":""#)
    out.appendISOTime(start)
    out.append(#"","mfaAuthenticated":"true"}}"#)
    return Actor(
      profile: .root, account: account, identity: out.copy(from: 0), arn: Array(arn.utf8),
      sourceAddress: address(.human, owner.seed, owner, &random),
      userAgent: userAgent(.human, salt: owner.seed, .console, &random), salt: owner.seed, start: start,
      expiry: start + 3_600, traits: .console)
  }

  /// How a principal of another account appears in the trail of the account that it reaches.
  func foreign(_ actor: Actor, uniqueID: String) -> Actor {
    let owner = organization.accounts[actor.account]
    var out = ByteBuffer(capacity: 256)
    out.append(#"{"type":"AWSAccount","principalId":"\#(uniqueID):"#)
    out.append(actor.sessionName)
    out.append(#"","accountId":"\#(owner.id)""#)
    return Actor(
      profile: .foreign, account: actor.account, identity: out.copy(from: 0), arn: actor.arn,
      accessKeyID: actor.accessKeyID, sessionName: actor.sessionName, sourceAddress: actor.sourceAddress,
      userAgent: actor.userAgent, salt: actor.salt, start: actor.start, expiry: actor.expiry,
      traits: actor.traits)
  }

  /// An identity that is only a token's subject: the caller of AssumeRoleWithWebIdentity or with SAML.
  func federated(_ session: Actor, origin: Origin) -> Actor {
    let owner = organization.accounts[session.account]
    var out = ByteBuffer(capacity: 256)
    if case .webIdentity = origin {
      let subject = "repo:example-org/\(Vocabulary.apps[Int(session.salt & 31)]):ref:refs/heads/main"
      let provider = "arn:aws:iam::\(owner.id):oidc-provider/token.actions.githubusercontent.com"
      out.append(
        #"{"type":"WebIdentityUser","principalId":"\#(provider):sts.amazonaws.com:\#(subject)","#
          + #""userName":"\#(subject)","identityProvider":"\#(provider)""#)
    } else {
      out.append(#"{"type":"SAMLUser","principalId":"TUVJSUIxMjM0NTY3ODkw:"#)
      out.append(session.sessionName)
      out.append(#"","userName":""#)
      out.append(session.sessionName)
      out.append(#"","identityProvider":"TUVJSUIxMjM0NTY3ODkw""#)
    }
    return Actor(
      profile: session.profile, account: session.account, identity: out.copy(from: 0), arn: session.arn,
      sourceAddress: session.sourceAddress, userAgent: session.userAgent, salt: session.salt)
  }
}
