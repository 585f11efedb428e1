/// An IP address as the 16 bytes of IPv6; IPv4 in its mapped form, which equals it (S53).
package struct NetworkAddress: Sendable, Hashable {
  let high: UInt64
  let low: UInt64

  private static let mappedPrefix: UInt64 = 0xFFFF << 32

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  init(ipv4 value: UInt32) {
    high = 0
    low = NetworkAddress.mappedPrefix | UInt64(value)
  }

  /// Whether it is an IPv4 address, mapped or not.
  var isIPv4: Bool { high == 0 && low & ~0xFFFF_FFFF == NetworkAddress.mappedPrefix }

  static func compare(_ lhs: NetworkAddress, _ rhs: NetworkAddress) -> Int {
    if lhs.high != rhs.high { return lhs.high < rhs.high ? -1 : 1 }
    return lhs.low == rhs.low ? 0 : lhs.low < rhs.low ? -1 : 1
  }

  // MARK: Reading

  /// A dotted quad without leading zeros, or an IPv6 address without a zone; nil for other text.
  package init?(spelling: [UInt8]) {
    guard spelling.count >= 2, spelling.count <= 45 else { return nil }
    if let value = NetworkAddress.quad(spelling) {
      self.init(ipv4: value)
      return
    }
    guard spelling.contains(UInt8(ascii: ":")), spelling.allSatisfy(NetworkAddress.isDigit),
      let groups = NetworkAddress.groups(spelling)
    else { return nil }
    self.init(high: NetworkAddress.joined(groups[..<4]), low: NetworkAddress.joined(groups[4...]))
  }

  /// A dotted quad without leading zeros; nil for other text.
  init?(quad text: UnsafeBufferPointer<UInt8>) {
    guard let value = NetworkAddress.quad(text) else { return nil }
    self.init(ipv4: value)
  }

  /// Whether a byte stands in addresses.
  private static func isDigit(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") || Hexadecimal.value(byte) != nil
  }

  private static func joined(_ groups: ArraySlice<UInt16>) -> UInt64 {
    groups.reduce(0) { $0 << 16 | UInt64($1) }
  }

  private static func quad(_ text: some Collection<UInt8>) -> UInt32? {
    var (value, number): (UInt32, UInt32) = (0, 0)
    var (digitCount, dotCount) = (0, 0)
    for byte in text {
      if byte == UInt8(ascii: ".") {
        if digitCount == 0 || dotCount == 3 { return nil }
        value = value << 8 | number
        (number, digitCount, dotCount) = (0, 0, dotCount + 1)
        continue
      }
      let digit = UInt32(byte &- UInt8(ascii: "0"))
      // No zero before other digits.
      if digit > 9 || digitCount > 0 && number == 0 { return nil }
      number = number * 10 + digit
      digitCount += 1
      if number > 255 { return nil }
    }
    return digitCount > 0 && dotCount == 3 ? value << 8 | number : nil
  }

  /// The eight groups of an IPv6 address.
  private static func groups(_ text: [UInt8]) -> [UInt16]? {
    let colon = UInt8(ascii: ":")
    guard let gap = text.indices.dropLast().first(where: { text[$0] == colon && text[$0 + 1] == colon })
    else {
      return run(text[...]).flatMap { $0.count == 8 ? $0 : nil }
    }
    guard let before = gap == 0 ? [] : run(text[..<gap], allowsQuad: false),
      let after = gap + 2 == text.count ? [] : run(text[(gap + 2)...]), before.count + after.count <= 7
    else { return nil }
    return before + [UInt16](repeating: 0, count: 8 - before.count - after.count) + after
  }

  /// Groups with single colons between them; the last two may be a dotted quad.
  private static func run(_ text: ArraySlice<UInt8>, allowsQuad: Bool = true) -> [UInt16]? {
    let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var groups: [UInt16] = []
    for (index, part) in parts.enumerated() {
      if allowsQuad, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
        guard let value = quad(part) else { return nil }
        groups += [UInt16(value >> 16), UInt16(value & 0xFFFF)]
        continue
      }
      guard (1...4).contains(part.count) else { return nil }
      var group: UInt16 = 0
      for byte in part {
        guard let digit = Hexadecimal.value(byte) else { return nil }
        group = group << 4 | UInt16(digit)
      }
      groups.append(group)
    }
    return groups
  }

  // MARK: Text

  /// The dotted quad, or RFC 5952's text of an IPv6 address.
  var text: [UInt8] {
    if isIPv4 {
      let shifts: [UInt64] = [24, 16, 8, 0]
      let parts = shifts.map { (shift: UInt64) in String((low >> shift) & 0xFF) }
      return Array(parts.joined(separator: ".").utf8)
    }
    let groups = groups
    let gap = NetworkAddress.longestZeroRun(groups)
    func hex(_ range: Range<Int>) -> String {
      groups[range].map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard let gap else { return Array(hex(0..<8).utf8) }
    return Array((hex(0..<gap.lowerBound) + "::" + hex(gap.upperBound..<8)).utf8)
  }

  /// The sixteen bytes as an IPv6 address is written.
  var groups: [UInt16] {
    (0..<8).map { (group: Int) -> UInt16 in
      let half: UInt64 = group < 4 ? high : low
      return UInt16(truncatingIfNeeded: half >> UInt64(48 - group % 4 * 16))
    }
  }

  /// The first of the longest runs of two or more zero groups.
  private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int>? {
    var best: Range<Int>?
    var start = 0
    while start < groups.count {
      let end = groups[start...].firstIndex { $0 != 0 } ?? groups.count
      if end - start >= 2, end - start > best?.count ?? 0 { best = start..<end }
      start = end + 1
    }
    return best
  }
}

/// A CIDR range (S53).
package struct NetworkRange: Sendable, Hashable {
  private let base: NetworkAddress
  private let isIPv4: Bool
  private let maskHigh: UInt64
  private let maskLow: UInt64

  /// `10.0.0.0/8`, `2001:db8::/32`; nil for other text.
  package init?(spelling: [UInt8]) {
    guard let slash = spelling.firstIndex(of: UInt8(ascii: "/")),
      let address = NetworkAddress(spelling: Array(spelling[..<slash]))
    else { return nil }
    let digits = spelling[(slash + 1)...]
    guard (1...3).contains(digits.count), digits.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }) else {
      return nil
    }
    let bits = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    self.init(address, bitCount: bits)
  }

  /// The network of an address's first bits; nil where the address has not so many.
  init?(_ address: NetworkAddress, bitCount: Int) {
    // A mapped address is an IPv4 one, its network too.
    isIPv4 = address.isIPv4
    guard 0...(isIPv4 ? 32 : 128) ~= bitCount else { return nil }
    let prefix = isIPv4 ? bitCount + 96 : bitCount
    base = address
    maskHigh = NetworkRange.mask(prefix)
    maskLow = NetworkRange.mask(prefix - 64)
  }

  var first: NetworkAddress { NetworkAddress(high: base.high & maskHigh, low: base.low & maskLow) }

  var last: NetworkAddress { NetworkAddress(high: base.high | ~maskHigh, low: base.low | ~maskLow) }

  /// The first address and how many bits all have in common, in CIDR notation.
  var text: [UInt8] {
    let bitCount = maskHigh.leadingOnes + maskLow.leadingOnes - (isIPv4 ? 96 : 0)
    return first.text + Array("/\(bitCount)".utf8)
  }

  /// Whether all addresses of another range lie in this one.
  func contains(_ range: NetworkRange) -> Bool { contains(range.first) && contains(range.last) }

  /// The number and the length of an IPv4 network; nil for IPv6.
  var ipv4: (address: UInt32, bitCount: Int)? {
    isIPv4 ? (UInt32(truncatingIfNeeded: base.low), maskLow.leadingOnes - 32) : nil
  }

  /// What all addresses of a network, and no other, have in common: for finding one of many networks by a table.
  struct Key: Hashable, Sendable {
    let isIPv4: Bool
    /// Of the 128 bits of the sixteen bytes.
    let bitCount: Int
    let first: NetworkAddress

    /// The network of so many bits that an address is in.
    init(_ address: NetworkAddress, bitCount: Int) {
      isIPv4 = address.isIPv4
      self.bitCount = bitCount
      first = NetworkAddress(
        high: address.high & NetworkRange.mask(bitCount), low: address.low & NetworkRange.mask(bitCount - 64))
    }
  }

  var key: Key { Key(base, bitCount: maskHigh.leadingOnes + maskLow.leadingOnes) }

  /// A word whose first `bits` bits are set.
  private static func mask(_ bits: Int) -> UInt64 {
    bits <= 0 ? 0 : bits >= 64 ? .max : ~(UInt64.max >> UInt64(bits))
  }

  /// Whether an address of the same family lies in the range.
  func contains(_ address: NetworkAddress) -> Bool {
    address.isIPv4 == isIPv4 && (address.high ^ base.high) & maskHigh == 0
      && (address.low ^ base.low) & maskLow == 0
  }
}

/// Hexadecimal digits.
enum Hexadecimal {
  static func value(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}

extension UInt64 {
  fileprivate var leadingOnes: Int { (~self).leadingZeroBitCount }
}
