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

  /// Calls `found` with the number of each network around the address until it returns true; whether it did.
  func visit(_ address: NetworkAddress, _ found: (Int) -> Bool) -> Bool {
    for bitCount in bitCounts {
      let numbers = networks[NetworkRange.Key(address, bitCount: bitCount)]
      if let numbers, numbers.contains(where: found) { return true }
    }
    return false
  }
}

/// The IP addresses that stand in a text as words: between bytes that no address has.
enum AddressWords {
  /// Calls `body` with each until it returns true; whether it did.
  static func visit(_ text: UnsafeBufferPointer<UInt8>, _ body: (NetworkAddress) -> Bool) -> Bool {
    var position = 0
    while position < text.count {
      var (dots, colons, digits) = (0, 0, 0)
      var (hasGap, hasLongGroup) = (false, false)
      let start = position
      while position < text.count, isOfAddress(text[position]) {
        switch text[position] {
        case UInt8(ascii: "."):
          dots &+= 1
          digits = 0
        case UInt8(ascii: ":"):
          colons &+= 1
          hasGap = hasGap || position > start && text[position &- 1] == UInt8(ascii: ":")
          digits = 0
        default:
          digits &+= 1
          hasLongGroup = hasLongGroup || digits > 4
        }
        position &+= 1
      }
      // Without dots it is eight groups of four digits at most, or has two colons together: ARNs and times are none.
      let mayBe = dots >= 3 || colons >= 2 && !hasLongGroup && (hasGap || colons >= 7)
      if mayBe, read(text[start..<position], body) { return true }
      position &+= 1
    }
    return false
  }

  private static func isOfAddress(_ byte: UInt8) -> Bool {
    // Digits and the colon stand together.
    byte &- 0x30 <= 10 || byte == UInt8(ascii: ".") || (byte | 0x20) &- 0x61 <= 5
  }

  /// A word may end a sentence (`1.2.3.4.`) and have a port (`1.2.3.4:443`).
  private static func read(_ word: Slice<UnsafeBufferPointer<UInt8>>, _ body: (NetworkAddress) -> Bool)
    -> Bool
  {
    if let address = NetworkAddress(spelling: Array(word)) { return body(address) }
    func isMark(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ".") || byte == UInt8(ascii: ":") }
    var core = word.drop(while: isMark)
    while let last = core.last, isMark(last) { core.removeLast() }
    if let address = NetworkAddress(spelling: Array(core)) { return body(address) }
    for part in core.split(separator: UInt8(ascii: ":")) where part.contains(UInt8(ascii: ".")) {
      if let address = NetworkAddress(spelling: Array(part.drop(while: isMark))), body(address) {
        return true
      }
    }
    return false
  }
}
