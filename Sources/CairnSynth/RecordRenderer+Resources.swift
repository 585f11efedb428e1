extension RecordRenderer {
  /// Slots that name resources or parts of names.
  func fillResource(
    _ step: TemplateStep, _ word: UInt64, _ context: RecordContext, _ out: inout ByteBuffer
  ) {
    let account = organization.accounts[context.account]
    switch step.slot {
    case .pool:
      guard let pool = Pool(rawValue: Int(step.argument)) else { return }
      appendPool(pool, word: word, context, &out)
    case .objectKey: appendObjectKey(word, context, &out)
    case .app: out.append(Vocabulary.apps[Int(mix(context.actor.salt ^ word & 3) & 31)])
    case .component: out.append(Vocabulary.components[Int(mix(context.actor.salt ^ word & 3) & 15)])
    case .environment: out.append(account.environment)
    case .instanceType: out.append(Vocabulary.instanceTypes[workingSet.rank(word)])
    case .runtime: out.append(Vocabulary.runtimes[workingSet.rank(word)])
    case .privateIP:
      out.append("10.")
      out.appendDecimal(Int(account.seed & 63))
      out.append(0x2E)
      out.appendDecimal(Int(word >> 40 & 15))
      out.append(0x2E)
      out.appendDecimal(scaled(word, below: 250) + 4)
    case .publicIP: Addresses.append(index: scaled(word, below: 2_048), &out)
    default:
      out.append("10.")
      out.appendDecimal(Int(account.seed & 63))
      out.append(0x2E)
      out.appendDecimal(Int(word & 15) * 16)
      out.append(".0/20")
    }
  }

  /// A resource of the account: principals work on eight of each family, the first ones most.
  ///
  /// Real principals touch few resources often; drawing from the whole pool each time would make the text
  /// far less repetitive than real trails are.
  func appendPool(_ pool: Pool, word: UInt64, _ context: RecordContext, _ out: inout ByteBuffer) {
    if context.pinnedPool == pool.owner {
      out.appendResource(
        pool, index: context.pinnedIndex, account: organization.accounts[context.account],
        region: context.region)
      return
    }
    let rank = UInt64(workingSet.rank(word))
    let place = mix(context.actor.salt &+ UInt64(pool.owner.rawValue) &* 0x51_7CC1, rank)
    // Every sixteenth reference leaves the working set.
    let index = word >> 60 == 0 ? scaled(word, below: pool.owner.size) : scaled(place, below: pool.owner.size)
    out.appendResource(
      pool, index: index, account: organization.accounts[context.account], region: context.region)
  }

  /// `curated/orders/2025/01/31/part-00042-….parquet` and its relatives.
  private func appendObjectKey(_ word: UInt64, _ context: RecordContext, _ out: inout ByteBuffer) {
    let salt = mix(context.actor.salt, word >> 58 & 3)
    out.append(Vocabulary.datasets[Int(salt & 15)])
    out.append(0x2F)
    out.append(Vocabulary.apps[Int(salt >> 8 & 31)])
    let time = CivilTime(epochSeconds: context.time)
    switch salt >> 16 & 3 {
    case 0:
      out.append("/dt%3D")
      out.appendDate(time, separator: 0x2D)
      out.append("/part-")
      out.appendPadded(scaled(word, below: 200), width: 5)
      out.append("-c000.snappy.parquet")
    case 1:
      out.append(0x2F)
      out.appendDate(time, separator: 0x2F)
      out.append(0x2F)
      out.appendPadded(time.hour, width: 2)
      out.append(0x2F)
      out.appendHex(word, digits: 12)
      out.append(Vocabulary.extensions[Int(salt >> 24 & 7)])
    case 2:
      out.append("/batch-")
      out.appendDecimal(scaled(word, below: 5_000))
      out.append(Vocabulary.extensions[Int(salt >> 24 & 7)])
    default:
      out.append("/year=")
      out.appendPadded(time.year, width: 4)
      out.append("/month=")
      out.appendPadded(time.month, width: 2)
      out.append("/data-")
      out.appendPadded(scaled(word, below: 1_000), width: 4)
      out.append(Vocabulary.extensions[Int(salt >> 24 & 7)])
    }
  }
}

/// Public addresses: a few thousand, grouped in networks as those of clouds, offices and homes are.
enum Addresses {
  private static let networks: [StaticString] = [
    "52.94.", "54.240.", "3.218.", "18.206.", "34.201.", "44.192.", "203.0.", "198.51.", "81.2.", "92.40.",
    "104.28.",
    "176.32.", "13.58.", "35.180.", "99.77.", "185.60.",
  ]

  static func append(index: Int, _ out: inout ByteBuffer) {
    let bits = mix(UInt64(index) &+ 0xADD2)
    out.append(networks[Int(bits & 15)])
    out.appendDecimal(scaled(bits, below: 254) + 1)
    out.append(0x2E)
    out.appendDecimal(Int(bits >> 8 & 0xFF))
  }
}
