/// Who makes a call: everything about a principal that its records repeat, rendered once.
final class Actor: Sendable {
  let profile: Profile
  let account: Int
  /// The userIdentity object without its closing brace, so that `invokedBy` can follow.
  let identity: [UInt8]
  /// The principal's ARN, or its account's root for principals without one.
  let arn: [UInt8]
  let accessKeyID: [UInt8]
  let sessionName: [UInt8]
  let sourceAddress: [UInt8]
  let userAgent: [UInt8]
  /// Chooses the resources that this principal works on.
  let salt: UInt64
  let start: Int
  let expiry: Int
  let traits: Traits
  /// Index of the role in its account, or -1.
  let role: Int

  /// Properties that add or remove fields of a record.
  struct Traits: OptionSet, Sendable {
    let rawValue: UInt8
    /// The credentials come from the console: `sessionCredentialFromConsole`, no tlsDetails.
    static let console = Traits(rawValue: 1)
    /// Calls go through a VPC endpoint.
    static let vpcEndpoint = Traits(rawValue: 2)
    /// The caller is an AWS service: shared event IDs, no tlsDetails.
    static let service = Traits(rawValue: 4)
    /// The TLS stack is old.
    static let oldTLS = Traits(rawValue: 8)
  }

  init(
    profile: Profile, account: Int, identity: [UInt8], arn: [UInt8], accessKeyID: [UInt8] = [],
    sessionName: [UInt8] = [], sourceAddress: [UInt8], userAgent: [UInt8], salt: UInt64, start: Int = 0,
    expiry: Int = .max, traits: Traits = [], role: Int = -1
  ) {
    self.profile = profile
    self.account = account
    self.identity = identity
    self.arn = arn
    self.accessKeyID = accessKeyID
    self.sessionName = sessionName
    self.sourceAddress = sourceAddress
    self.userAgent = userAgent
    self.salt = salt
    self.start = start
    self.expiry = expiry
    self.traits = traits
    self.role = role
  }
}
