/// Families of named resources; a record refers to one as `<bucket/0>` in its template.
///
/// No list of resources is stored: a resource is its index, and its name follows from the account's seed,
/// so a hundred million events need no more memory than a thousand.
enum Pool: Int, CaseIterable {
  case bucket, function, table, queue, topic, secret, parameter, logGroup, repository, database, dbCluster
  case alarm, stack, stateMachine, rule, stream, keyAlias, glueDatabase, glueTable, crawler, job, workGroup
  case hostedZone, certificate, loadBalancer, targetGroup, scalingGroup, launchTemplate, project, pipeline
  case cacheCluster, eksCluster, domain, firehose, api, detector, distribution, kmsKey, trail, stackSet
  case instance, image, vpc, subnet, securityGroup, networkInterface, volume, snapshot, routeTable, gateway
  case natGateway, address, flowLog, fileSystem, hub, group, policy, profile, application, webACL, userPool
  case configRule, budget, backupVault, person
  case targetGroupID, loadBalancerID, stackID, secretID, secretVersion, query, jobRun, emrCluster, layer

  /// How the last part of a resource's name is made.
  enum Style {
    /// `checkout-api-prod`.
    case name
    /// `checkout-api-prod-4821`, globally unique names.
    case unique
    /// `0` and sixteen hexadecimal digits.
    case hex17
    /// Sixteen, thirty-two or sixty-four hexadecimal digits.
    case hex16, hex32, hex64
    /// Six letters and digits.
    case suffix
    /// A UUID.
    case uuid
    /// Capital letters and digits, thirteen of them.
    case capitals
    /// `ana.petrov`.
    case person
  }

  var style: Style {
    switch self {
    case .instance, .image, .vpc, .subnet, .securityGroup, .networkInterface, .volume, .snapshot, .routeTable,
      .gateway, .natGateway, .address, .flowLog, .fileSystem, .launchTemplate:
      return .hex17
    case .kmsKey, .certificate, .webACL, .stackID, .secretVersion, .query: return .uuid
    case .targetGroupID, .loadBalancerID: return .hex16
    case .jobRun, .layer: return .hex64
    case .secretID: return .suffix
    case .detector, .hub: return .hex32
    case .hostedZone, .distribution, .userPool, .emrCluster: return .capitals
    case .bucket: return .unique
    case .person: return .person
    default: return .name
    }
  }

  /// How many resources of the family one account has.
  var size: Int {
    switch self {
    case .person: return 32
    case .instance, .networkInterface, .volume, .snapshot, .query, .jobRun, .layer: return 96
    case .function, .parameter, .logGroup, .table, .bucket: return 48
    case .detector, .hub, .trail, .eksCluster, .application: return 2
    default: return 16
    }
  }

  /// The family whose draw decides the index: parts of one name have to agree.
  var owner: Pool {
    switch self {
    case .targetGroupID: return .targetGroup
    case .loadBalancerID: return .loadBalancer
    case .stackID: return .stack
    case .secretID: return .secret
    default: return self
    }
  }

  /// True when the same index means different resources in different regions.
  var isRegional: Bool {
    switch self {
    case .hostedZone, .distribution, .person, .policy, .group, .profile: return false
    default: return true
    }
  }
}

extension ByteBuffer {
  /// The name of a resource, without the prefix or ARN that its template spells out.
  mutating func appendResource(_ pool: Pool, index: Int, account: Account, region: Int) {
    let place = pool.isRegional ? UInt64(region) : 99
    let label = UInt64(pool.rawValue) << 32 | place << 24 | UInt64(index)
    let bits = mix(account.seed, label)
    switch pool.style {
    case .hex17:
      append(0x30)
      appendHex(bits, digits: 16)
    case .hex16: appendHex(bits, digits: 16)
    case .hex32, .hex64:
      var word = bits
      for _ in 0..<(pool.style == .hex32 ? 2 : 4) {
        appendHex(word, digits: 16)
        word = mix(word)
      }
    case .suffix: appendRandom(6, alphabet: Alphabet.mixed, bits: 6, seed: bits)
    case .uuid: appendUUID(bits, mix(bits))
    case .capitals: appendRandom(13, alphabet: Alphabet.crockford, bits: 5, seed: bits)
    case .person: append(Vocabulary.people[index & 31])
    case .name, .unique:
      append(Vocabulary.apps[Int(bits & 31)])
      append(0x2D)
      append(Vocabulary.components[Int(bits >> 8 & 15)])
      append(0x2D)
      append(account.environment)
      if pool.style == .unique {
        append(0x2D)
        append(account.id)
      }
      if index > 3 {
        append(0x2D)
        appendDecimal(index)
      }
    }
  }
}
