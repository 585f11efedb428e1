/// IP addresses as 16 bytes, IPv4 in its mapped form (S53).
enum OracleAddress {
  private static let mapped: [UInt8] = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

  static func isIPv4(_ address: [UInt8]) -> Bool { address.starts(with: mapped) }

  static func parse(_ text: [UInt8]) -> [UInt8]? {
    guard let string = String(validating: text, as: UTF8.self) else { return nil }
    if let four = parseIPv4(string[...]) { return mapped + four }
    return string.contains(":") ? parseIPv6(string) : nil
  }

  private static func parseIPv4(_ text: Substring) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var bytes: [UInt8] = []
    for part in parts {
      guard part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), part == "0" || part.first != "0",
        let value = UInt8(part)
      else { return nil }
      bytes.append(value)
    }
    return bytes
  }

  private static func parseIPv6(_ text: String) -> [UInt8]? {
    // `::` splits the text into the groups before and after the run of zeros.
    let halves = text.split(separator: "::", omittingEmptySubsequences: false)
    guard halves.count <= 2, !text.contains(":::"),
      let head = groups(halves[0], mayEndDotted: halves.count == 1)
    else { return nil }
    if halves.count == 1 { return head.count == 16 ? head : nil }
    guard let tail = groups(halves[1], mayEndDotted: true), head.count + tail.count <= 14 else { return nil }
    return head + [UInt8](repeating: 0, count: 16 - head.count - tail.count) + tail
  }

  /// The bytes of groups between colons; the address's last may be a dotted quad.
  private static func groups(_ text: Substring, mayEndDotted: Bool) -> [UInt8]? {
    if text.isEmpty { return [] }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      if mayEndDotted, index == parts.count - 1, part.contains(".") {
        guard let four = parseIPv4(part) else { return nil }
        bytes += four
        continue
      }
      guard (1...4).contains(part.utf8.count), part.first != "+", part.first != "-",
        let value = UInt16(part, radix: 16)
      else { return nil }
      bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
    }
    return bytes
  }

  /// Whether the CIDR range contains the address; nil if the text is no range.
  static func contains(network text: [UInt8], _ address: [UInt8]) -> Bool? {
    guard let (base, length) = parseNetwork(text) else { return nil }
    guard isIPv4(base) == isIPv4(address) else { return false }
    let bits = isIPv4(base) ? length + 96 : length
    for bit in 0..<bits {
      let mask: UInt8 = 0x80 >> UInt8(bit % 8)
      if base[bit / 8] & mask != address[bit / 8] & mask { return false }
    }
    return true
  }

  static func parseNetwork(_ text: [UInt8]) -> (base: [UInt8], length: Int)? {
    let parts = text.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2, let base = parse(Array(parts[0])), (1...3).contains(parts[1].count),
      parts[1].allSatisfy({ (0x30...0x39).contains($0) }),
      let length = Int(String(decoding: parts[1], as: UTF8.self)), length <= (isIPv4(base) ? 32 : 128)
    else { return nil }
    return (base, length)
  }

  /// The address as people write it: a dotted quad, or groups with the longest run of zeros left out.
  static func text(_ address: [UInt8]) -> String {
    if isIPv4(address) { return address.suffix(4).map(String.init).joined(separator: ".") }
    let groups = stride(from: 0, to: 16, by: 2).map { UInt16(address[$0]) << 8 | UInt16(address[$0 + 1]) }
    var best = 0..<0
    for start in groups.indices {
      var end = start
      while end < groups.count, groups[end] == 0 { end += 1 }
      if end - start > max(best.count, 1) { best = start..<end }
    }
    func joined(_ part: ArraySlice<UInt16>) -> String {
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard !best.isEmpty else { return joined(groups[...]) }
    return joined(groups[..<best.lowerBound]) + "::" + joined(groups[best.upperBound...])
  }
}
