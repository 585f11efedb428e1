/// Functions of networks (S53): bit by bit.
extension OracleAddress {
  typealias Network = (base: [UInt8], length: Int)

  /// A network as its text says it, or an address alone.
  static func network(_ value: OracleValue) -> Network? {
    if let address = value.address { return (address, isIPv4(address) ? 32 : 128) }
    return value.text.flatMap { parseNetwork($0) }
  }

  /// The address with all bits behind the network's set to `bit`.
  private static func bound(_ network: Network, _ bit: Int) -> [UInt8] {
    var digits = network.base.flatMap { byte in (0..<8).map { Int(byte) >> (7 - $0) & 1 } }
    for place in (isIPv4(network.base) ? 96 + network.length : network.length)..<128 { digits[place] = bit }
    return (0..<16).map { byte in UInt8(digits[byte * 8..<byte * 8 + 8].reduce(0) { $0 * 2 + $1 }) }
  }

  static func text(ofNetwork network: Network) -> String { "\(text(bound(network, 0)))/\(network.length)" }

  static func call(_ name: String, _ values: [OracleValue]) -> OracleValue? {
    switch name {
    case "ip_prefix":
      guard let address = values[0].address, let bits = values[1].decimal?.wholeNumber,
        (0...(isIPv4(address) ? 32 : 128)).contains(bits)
      else { return .null }
      return OracleValue(text(ofNetwork: (address, Int(bits))))
    case "ip_subnet_min": return network(values[0]).map { .address(bound($0, 0)) } ?? .null
    case "ip_subnet_max": return network(values[0]).map { .address(bound($0, 1)) } ?? .null
    case "ip_subnet_range":
      return network(values[0]).map { .array([.address(bound($0, 0)), .address(bound($0, 1))]) } ?? .null
    case "is_subnet_of":
      guard let outer = network(values[0]), let inner = network(values[1]) else { return .null }
      let range = Array(text(ofNetwork: outer).utf8)
      return .boolean(
        contains(network: range, bound(inner, 0)) == true && contains(network: range, bound(inner, 1)) == true
      )
    default: return nil
    }
  }
}
