/// Networks, as texts in CIDR notation (S53).
enum NetworkFunctions {
  static let table: [FunctionTable.Entry] = [
    .plain("ip_prefix", 2...2, prefix),
    .plain("ip_subnet_min", 1...1) { network($0[0]).map { .address($0.first) } ?? .null },
    .plain("ip_subnet_max", 1...1) { network($0[0]).map { .address($0.last) } ?? .null },
    .plain("ip_subnet_range", 1...1) {
      network($0[0]).map { .array([.address($0.first), .address($0.last)]) } ?? .null
    },
    .plain("is_subnet_of", 2...2, isCondition: true, isSubnet),
  ]

  /// A network's text, or an address: a network of itself.
  static func network(_ value: EngineValue) -> NetworkRange? {
    if let address = value.networkAddress {
      return NetworkRange(address, bitCount: address.isIPv4 ? 32 : 128)
    }
    return value.string.flatMap { NetworkRange(spelling: $0) }
  }

  /// `ip_prefix(address, bits)`.
  private static func prefix(_ arguments: [EngineValue]) -> EngineValue {
    guard let address = arguments[0].networkAddress, let bits = arguments[1].number?.whole,
      let range = NetworkRange(address, bitCount: Int(bits))
    else { return .null }
    return .text(range.text)
  }

  /// `is_subnet_of(network, address or network)`.
  private static func isSubnet(_ arguments: [EngineValue]) -> EngineValue {
    guard let outer = network(arguments[0]), let inner = network(arguments[1]) else { return .null }
    return .boolean(outer.contains(inner))
  }
}
