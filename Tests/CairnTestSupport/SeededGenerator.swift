/// SplitMix64: the same numbers for the same seed on every machine.
package struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  /// Bytes that are the choices themselves, as far as they go.
  private var choices: ArraySlice<UInt8> = []

  package init(seed: UInt64) {
    state = seed
    // Neighbouring seeds would give the same numbers one step apart.
    for _ in 0..<2 { state = next() ^ seed &* 0xD134_2543_DE82_EF95 }
  }

  /// Choices that come from outside: a fuzzer changes one by changing a byte.
  package init(choices: [UInt8]) {
    self.init(seed: UInt64(choices.count))
    self.choices = choices[...]
  }

  /// The lowest byte first; zeros behind the last.
  private mutating func takeChoice(_ byteCount: Int) -> UInt64 {
    let taken = choices.prefix(byteCount)
    choices = choices.dropFirst(byteCount)
    return taken.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  package mutating func next() -> UInt64 {
    if !choices.isEmpty { return takeChoice(8) }
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// 0 ..< bound.
  package mutating func below(_ bound: Int) -> Int {
    if choices.isEmpty { return Int.random(in: 0..<bound, using: &self) }
    return Int(takeChoice(bound <= 1 << 8 ? 1 : bound <= 1 << 16 ? 2 : 7) % UInt64(bound))
  }

  package mutating func chance(_ oneIn: Int) -> Bool { below(oneIn) == 0 }

  package mutating func pick<T>(_ list: [T]) -> T { list[below(list.count)] }
}
