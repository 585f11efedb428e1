/// What a role is for: it decides who assumes it and which calls its sessions make.
enum Profile: Int, CaseIterable, Sendable {
  /// Programs on Lambda, ECS and EC2.
  case app
  /// Pipelines over S3, Glue and Athena.
  case data
  /// Continuous delivery through OIDC web identity.
  case deploy
  /// Scanners and monitoring that list and describe everything.
  case audit
  /// People through Identity Center, in the console and with the CLI.
  case human
  /// Agents on instances.
  case node
  /// AWS services acting on their own.
  case service
  /// IAM users with long-lived keys.
  case user
  /// The root user.
  case root
  /// Callers from another account of the organisation.
  case foreign

  /// True for the profiles that act through sessions of roles.
  var isRole: Bool { rawValue <= Profile.node.rawValue }
}

/// An IAM role of one account.
struct Role: Sendable {
  let name: String
  let path: String
  let uniqueID: String
  let profile: Profile
  let salt: UInt64
}

/// An IAM user of one account with one active key.
struct User: Sendable {
  let name: String
  let uniqueID: String
  let accessKeyID: String
  let salt: UInt64
}

/// One account with its principals; resources are derived from `seed` when they are named.
struct Account: Sendable {
  let id: String
  let environment: String
  /// Eight characters that all of an account's access keys and principal IDs share.
  let keyPrefix: String
  let seed: UInt64
  let primaryRegion: Int
  let roles: [Role]
  let users: [User]
  private let rolesByProfile: [[Int]]

  init(index: Int, seed organizationSeed: UInt64, regionCount: Int) {
    seed = mix(organizationSeed, UInt64(index) &+ 0xACC0)
    var random = RandomStream(seed: seed)
    // A distinct number for each index: 1,000 accounts at most, so the low digits keep them apart.
    id = String(100_000_000_000 + random.below(899_999_999) * 1_000 + index)
    environment = Vocabulary.environments[index % 8]
    let prefix = Account.text(Alphabet.base32, 8, &random)
    keyPrefix = prefix
    primaryRegion = index == 0 ? 0 : index % min(3, regionCount)
    var roles = [Role]()
    for plan in Account.rolePlans {
      for _ in 0..<plan.count {
        let salt = random.next()
        let name = Account.roleName(plan.profile, salt: salt, environment: environment, ordinal: roles.count)
        roles.append(
          Role(
            name: name, path: plan.path,
            uniqueID: "AROA" + keyPrefix + Account.text(Alphabet.base32, 9, &random),
            profile: plan.profile, salt: salt))
      }
    }
    self.roles = roles
    rolesByProfile = Profile.allCases.map { profile in roles.indices.filter { roles[$0].profile == profile } }
    users = (0..<6).map { ordinal in
      let name =
        ordinal < 2
        ? "svc-" + Vocabulary.apps[random.below(32)] + "-\(ordinal)"
        : Vocabulary.people[(index + ordinal * 5) % 32]
      return User(
        name: name, uniqueID: "AIDA" + prefix + Account.text(Alphabet.base32, 9, &random),
        accessKeyID: "AKIA" + prefix + Account.text(Alphabet.base32, 8, &random), salt: random.next())
    }
  }

  /// Indices into `roles` of the roles with a profile; empty for profiles that are not roles.
  func roles(of profile: Profile) -> [Int] {
    rolesByProfile[profile.rawValue]
  }

  private static let rolePlans: [(profile: Profile, count: Int, path: String)] = [
    (.app, 10, "/"), (.data, 4, "/service-role/"), (.deploy, 3, "/"), (.audit, 3, "/"),
    (.human, 3, "/aws-reserved/sso.amazonaws.com/"), (.node, 3, "/"),
  ]

  private static func roleName(
    _ profile: Profile, salt: UInt64, environment: String, ordinal: Int
  ) -> String {
    let app = Vocabulary.apps[Int(salt & 31)]
    let component = Vocabulary.components[Int(salt >> 8 & 15)]
    switch profile {
    case .app: return "\(app)-\(component)-\(environment)-role-\(ordinal)"
    case .data: return "AWSGlueServiceRole-\(app)-\(environment)-\(ordinal)"
    case .deploy: return "github-actions-\(app)-deploy-\(ordinal)"
    case .audit: return ["SecurityAudit", "DatadogIntegrationRole", "CloudHealthReadOnly"][ordinal % 3]
    case .human:
      let set = ["AdministratorAccess", "PowerUserAccess", "ReadOnlyAccess"][ordinal % 3]
      var suffix = ByteBuffer(capacity: 16)
      suffix.appendHex(salt, digits: 16)
      return "AWSReservedSSO_\(set)_\(String(decoding: suffix.bytes, as: UTF8.self))"
    default: return "\(app)-node-\(environment)-\(ordinal)"
    }
  }

  private static func text(_ alphabet: StaticString, _ length: Int, _ random: inout RandomStream) -> String {
    var buffer = ByteBuffer(capacity: 32)
    buffer.appendRandom(length, alphabet: alphabet, bits: 5, seed: random.next())
    return String(decoding: buffer.bytes, as: UTF8.self)
  }
}

/// The accounts and regions of the history; immutable once made and shared by all threads.
struct Organization: Sendable {
  let seed: UInt64
  let accounts: [Account]
  let regions: [String]
  /// Index of `us-east-1`, where global services are recorded.
  let globalRegion = 0
  let identityStoreID: String

  init(seed: UInt64, accountCount: Int, regionCount: Int) {
    self.seed = mix(seed, 0x0126_A412)
    let own = self.seed
    accounts = (0..<accountCount).map { Account(index: $0, seed: own, regionCount: regionCount) }
    regions = Array(Region.all.prefix(regionCount))
    var buffer = ByteBuffer(capacity: 16)
    buffer.appendHex(mix(own, 77), digits: 10)
    identityStoreID = "d-" + String(decoding: buffer.bytes, as: UTF8.self)
  }
}
