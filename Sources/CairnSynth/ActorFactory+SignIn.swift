/// People before they have credentials: at the console's door and at Identity Center's portal.
extension ActorFactory {
  /// A person who signs in to the console: there is no access key yet.
  func signingIn(account: Int, index: Int) -> Actor {
    let owner = organization.accounts[account]
    let user = owner.users[index]
    let arn = "arn:aws:iam::\(owner.id):user/\(user.name)"
    let identity =
      #"{"type":"IAMUser","principalId":"\#(user.uniqueID)","arn":"\#(arn)","accountId":"\#(owner.id)","#
      + #""userName":"\#(user.name)""#
    var random = RandomStream(seed: user.salt)
    return Actor(
      profile: .user, account: account, identity: Array(identity.utf8), arn: Array(arn.utf8),
      sessionName: Array(user.name.utf8), sourceAddress: address(.human, user.salt, owner, &random),
      userAgent: Array(UserAgents.browser[Int(user.salt & 3)].utf8), salt: user.salt)
  }

  /// A user of Identity Center at its portal.
  func identityCenterUser(account: Int, person: Int) -> Actor {
    let owner = organization.accounts[account]
    let salt = mix(organization.seed, UInt64(person) &+ 0x1DC)
    var out = ByteBuffer(capacity: 512)
    out.append(#"{"type":"IdentityCenterUser","accountId":"\#(owner.id)","onBehalfOf":{"userId":""#)
    out.appendUUID(mix(salt, 1), mix(salt, 2))
    out.append(
      #"","identityStoreArn":"arn:aws:identitystore::\#(owner.id):identitystore/\#(organization.identityStoreID)"},"#
    )
    out.append(#""credentialId":""#)
    out.appendUUID(mix(salt, 3), mix(salt, 4))
    out.append(0x22)
    var random = RandomStream(seed: salt)
    return Actor(
      profile: .human, account: account, identity: out.copy(from: 0),
      arn: Array("arn:aws:iam::\(owner.id):root".utf8),
      sessionName: Array(Vocabulary.people[person & 31].utf8),
      sourceAddress: address(.human, salt, owner, &random),
      userAgent: Array(UserAgents.browser[Int(salt & 3)].utf8), salt: salt)
  }

  /// The root user while it signs in.
  func rootSigningIn(account: Int) -> Actor {
    let owner = organization.accounts[account]
    let arn = "arn:aws:iam::\(owner.id):root"
    let identity =
      #"{"type":"Root","principalId":"\#(owner.id)","arn":"\#(arn)","accountId":"\#(owner.id)","accessKeyId":"""#
    var random = RandomStream(seed: owner.seed)
    return Actor(
      profile: .root, account: account, identity: Array(identity.utf8), arn: Array(arn.utf8),
      sessionName: Array("root-account-mfa-device".utf8),
      sourceAddress: address(.human, owner.seed, owner, &random),
      userAgent: Array(UserAgents.browser[Int(owner.seed & 3)].utf8), salt: owner.seed)
  }
}
