/// Many texts that are looked for at once: an automaton after Aho and Corasick, which takes each byte of a text once
/// however many needles there are.
///
/// States near the root, where almost all of a text is spent, have a row of all transitions; the others have their
/// children in a table and fall back to the state of their longest suffix.
struct NeedleAutomaton: Sendable {
  private let denseCount: Int
  /// For each dense state its 256 transitions.
  private let rows: [Int32]
  /// Children of the other states, by state and byte.
  private let children: [UInt64: Int32]
  private let suffix: [Int32]
  /// The needle that ends at a state, and the next state on the way of suffixes where one does; -1 for none.
  private let needle: [Int32]
  private let next: [Int32]

  /// States with a row of their own: 4 MiB.
  private static let mostDense = 4096

  /// - Parameter needles: none empty, none twice.
  init(_ needles: [[UInt8]]) {
    // A trie, then its states numbered level by level, so that suffixes have smaller numbers.
    var trie: [UInt64: Int32] = [:]
    var trieNeedle: [Int32] = [-1]
    for (index, text) in needles.enumerated() {
      var state: Int32 = 0
      for byte in text {
        let key = Self.key(state, byte)
        if let child = trie[key] {
          state = child
        } else {
          let child = Int32(trieNeedle.count)
          trieNeedle.append(-1)
          trie[key] = child
          state = child
        }
      }
      trieNeedle[Int(state)] = Int32(index)
    }
    let edges = trie.sorted { $0.key < $1.key }
    var first = [Int](repeating: edges.count, count: trieNeedle.count + 1)
    for (index, edge) in edges.enumerated().reversed() { first[Int(edge.key >> 8)] = index }
    for state in stride(from: trieNeedle.count - 1, through: 0, by: -1) {
      first[state] = min(first[state], first[state + 1])
    }

    let count = trieNeedle.count
    let denseCount = min(count, Self.mostDense)
    var rows = [Int32](repeating: 0, count: denseCount * 256)
    var children: [UInt64: Int32] = [:]
    var suffix = [Int32](repeating: 0, count: count)
    var needle = [Int32](repeating: -1, count: count)
    var next = [Int32](repeating: -1, count: count)
    var order: [Int32] = [0]
    order.reserveCapacity(count)
    func step(_ from: Int32, _ byte: UInt8) -> Int32 {
      var state = from
      while Int(state) >= denseCount {
        if let child = children[Self.key(state, byte)] { return child }
        state = suffix[Int(state)]
      }
      return rows[Int(state) * 256 + Int(byte)]
    }
    var place = 0
    while place < order.count {
      let old = Int(order[place])
      let state = Int32(place)
      needle[place] = trieNeedle[old]
      let fallback = suffix[place]
      next[place] = needle[Int(fallback)] >= 0 && fallback != state ? fallback : next[Int(fallback)]
      if place < denseCount, place > 0 {
        for byte in 0..<256 { rows[place * 256 + byte] = rows[Int(fallback) * 256 + byte] }
      }
      for edge in edges[first[old]..<first[old + 1]] {
        let byte = UInt8(truncatingIfNeeded: edge.key)
        let child = Int32(order.count)
        order.append(edge.value)
        suffix[Int(child)] = place == 0 ? 0 : step(fallback, byte)
        if place < denseCount {
          rows[place * 256 + Int(byte)] = child
        } else {
          children[Self.key(state, byte)] = child
        }
      }
      place += 1
    }
    self.denseCount = denseCount
    self.rows = rows
    self.children = children
    self.suffix = suffix
    self.needle = needle
    self.next = next
  }

  private static func key(_ state: Int32, _ byte: UInt8) -> UInt64 { UInt64(state) << 8 | UInt64(byte) }

  /// Calls `found` with the number of each needle where one ends, until it returns true; whether it did.
  func search(_ text: [UInt8], _ found: (Int) -> Bool) -> Bool {
    text.withUnsafeBufferPointer { search($0, found) }
  }

  /// The same in bytes as they lie in memory.
  ///
  /// - Parameter foldsASCII: whether capital letters of ASCII count as small ones.
  func search(_ text: UnsafeBufferPointer<UInt8>, foldsASCII: Bool = false, _ found: (Int) -> Bool) -> Bool {
    rows.withUnsafeBufferPointer { rows in
      needle.withUnsafeBufferPointer { needle in
        next.withUnsafeBufferPointer { next in
          var state: Int32 = 0
          for var byte in text {
            if foldsASCII, byte &- 0x41 <= 25 { byte |= 0x20 }
            if Int(state) < denseCount {
              state = rows[Int(state) * 256 + Int(byte)]
            } else {
              state = deepStep(state, byte)
            }
            if needle[Int(state)] < 0, next[Int(state)] < 0 { continue }
            var match = needle[Int(state)] >= 0 ? state : next[Int(state)]
            while match >= 0 {
              if found(Int(needle[Int(match)])) { return true }
              match = next[Int(match)]
            }
          }
          return false
        }
      }
    }
  }

  private func deepStep(_ from: Int32, _ byte: UInt8) -> Int32 {
    var state = from
    while Int(state) >= denseCount {
      if let child = children[Self.key(state, byte)] { return child }
      state = suffix[Int(state)]
    }
    return rows[Int(state) * 256 + Int(byte)]
  }
}
