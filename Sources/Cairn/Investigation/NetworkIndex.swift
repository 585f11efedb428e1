/// Which of many networks an address is in: a look into a table for each length of prefix that there is.
struct NetworkIndex: Sendable {
  private var networks: [NetworkRange.Key: [Int]] = [:]
  private var bitCounts: Set<Int> = []

  var isEmpty: Bool { networks.isEmpty }

  mutating func add(_ range: NetworkRange, _ number: Int) {
    let key = range.key
    networks[key, default: []].append(number)
    bitCounts.insert(key.bitCount)
  }

  /// Calls `found` with the number of each network around the address.
  func visit(_ address: NetworkAddress, _ found: (Int) -> Void) {
    for bitCount in bitCounts { networks[NetworkRange.Key(address, bitCount: bitCount)]?.forEach(found) }
  }
}

/// The IP addresses that stand in a text as words: between bytes that no address has.
enum AddressWords {
  /// What bytes are in addresses: 0 is in none, 1 a digit.
  private static let dot: UInt8 = 2
  private static let colon: UInt8 = 3
  private static let kinds: [UInt8] = (0...255).map { (byte: UInt8) in
    switch byte {
    case UInt8(ascii: "."): dot
    case UInt8(ascii: ":"): colon
    default: Hexadecimal.value(byte) == nil ? 0 : 1
    }
  }

  /// Calls `body` with each.
  static func visit(_ text: UnsafeBufferPointer<UInt8>, _ body: (NetworkAddress) -> Void) {
    guard mayHaveSome(text) else { return }
    kinds.withUnsafeBufferPointer { kinds in
      var position = 0
      while position < text.count {
        var (dots, colons, digits) = (0, 0, 0)
        var (hasGap, hasLongGroup) = (false, false)
        let start = position
        while position < text.count {
          let kind = kinds[Int(text[position])]
          if kind == 0 { break }
          if kind == 1 {
            digits &+= 1
            hasLongGroup = hasLongGroup || digits > 4
          } else {
            if kind == dot {
              dots &+= 1
            } else {
              colons &+= 1
              hasGap = hasGap || position > start && text[position &- 1] == UInt8(ascii: ":")
            }
            digits = 0
          }
          position &+= 1
        }
        // Without dots it is eight groups of four digits at most, or has two colons together: ARNs and times are none.
        let mayBe = dots >= 3 || colons >= 2 && !hasLongGroup && (hasGap || colons >= 7)
        if mayBe { read(text[start..<position], body) }
        position &+= 1
      }
    }
  }

  /// Most texts have too few dots and colons: these are counted first, without a branch.
  private static func mayHaveSome(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var (dots, colons) = (0, 0)
    for byte in text {
      dots &+= byte == UInt8(ascii: ".") ? 1 : 0
      colons &+= byte == UInt8(ascii: ":") ? 1 : 0
    }
    return dots >= 3 || colons >= 2
  }

  /// A word may end a sentence (`1.2.3.4.`) and have a port (`1.2.3.4:443`).
  private static func read(_ word: Slice<UnsafeBufferPointer<UInt8>>, _ body: (NetworkAddress) -> Void) {
    if let address = NetworkAddress(spelling: Array(word)) { return body(address) }
    func isMark(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") }
    var core = word.drop(while: isMark)
    while let last = core.last, isMark(last) { core.removeLast() }
    if let address = NetworkAddress(spelling: Array(core)) { return body(address) }
    for part in core.split(separator: UInt8(ascii: ":")) where part.contains(UInt8(ascii: ".")) {
      if let address = NetworkAddress(spelling: Array(part.drop(while: isMark))) { body(address) }
    }
  }
}
