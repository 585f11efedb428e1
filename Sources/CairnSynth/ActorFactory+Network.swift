extension ActorFactory {
  /// Traits that follow from what a principal is.
  func traits(_ profile: Profile, _ random: inout RandomStream) -> Actor.Traits {
    var traits: Actor.Traits = []
    if profile == .app || profile == .data || profile == .node, random.chance(0.3) {
      traits.insert(.vpcEndpoint)
    }
    if random.chance(0.2) { traits.insert(.oldTLS) }
    return traits
  }

  /// Where a principal calls from: programs from a few addresses of their account, people from offices.
  func address(_ profile: Profile, _ salt: UInt64, _ owner: Account, _ random: inout RandomStream) -> [UInt8]
  {
    var out = ByteBuffer(capacity: 64)
    switch profile {
    case .app, .data,
      .node where salt & 1 == 0:
      out.append("10.")
      out.appendDecimal(Int(owner.seed & 63))
      out.append(0x2E)
      out.appendDecimal(Int(salt >> 8 & 15))
      out.append(0x2E)
      out.appendDecimal(random.below(24) + Int(salt >> 16 & 127))
    default:
      let spread = profile == .human ? 24 : 4
      Addresses.append(index: Int(mix(owner.seed, UInt64(random.below(spread))) & 2_047), &out)
    }
    return out.copy(from: 0)
  }

  /// A program that suits the principal; one role keeps to three programs.
  func userAgent(
    _ profile: Profile, salt: UInt64, _ traits: Actor.Traits, _ random: inout RandomStream
  ) -> [UInt8] {
    let list = traits.contains(.console) ? UserAgents.console : UserAgents.list(for: profile)
    let index = Int(mix(salt, UInt64(random.below(3))) % UInt64(list.count))
    return Array(list[index].utf8)
  }
}
