import Glibc

/// SplitMix64's finalizer: a bijection whose output passes for random.
@inline(__always)
func mix(_ value: UInt64) -> UInt64 {
  var z = value &+ 0x9E37_79B9_7F4A_7C15
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

/// Derives an independent value from a seed and a label.
@inline(__always)
func mix(_ seed: UInt64, _ label: UInt64) -> UInt64 {
  mix(seed ^ mix(label &* 0xD6E8_FEB8_6659_FD93))
}

/// Scales 32 random bits to `0 ..< bound` without the modulo bias that small bounds would show.
@inline(__always)
func scaled(_ bits: UInt64, below bound: Int) -> Int {
  Int(((bits >> 32) &* UInt64(truncatingIfNeeded: bound)) >> 32)
}

/// A seeded stream of numbers; every cell of the history owns one, so cells never depend on each other.
struct RandomStream {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  @inline(__always)
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return mix(state)
  }

  @inline(__always)
  mutating func below(_ bound: Int) -> Int {
    scaled(next(), below: bound)
  }

  /// True with the given probability.
  @inline(__always)
  mutating func chance(_ probability: Double) -> Bool {
    unit() < probability
  }

  /// Uniform in `0 ..< 1`.
  @inline(__always)
  mutating func unit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// A standard normal value, by summing: exact tails do not matter for sizes of objects.
  mutating func normal() -> Double {
    var sum = 0.0
    for _ in 0..<12 { sum += unit() }
    return sum - 6
  }
}

/// Draws ranks with Zipf frequencies (exponent 1) from ten random bits and one table look-up.
struct ZipfTable: Sendable {
  private let ranks: [UInt16]

  init(count: Int) {
    var weights = [Double]()
    var total = 0.0
    for rank in 0..<count {
      total += 1 / Double(rank + 1)
      weights.append(total)
    }
    var table = [UInt16]()
    var rank = 0
    for slot in 0..<1024 {
      while weights[rank] / total * 1024 <= Double(slot), rank < count - 1 { rank += 1 }
      table.append(UInt16(rank))
    }
    ranks = table
  }

  @inline(__always)
  func rank(_ bits: UInt64) -> Int {
    Int(ranks[Int(bits & 1023)])
  }
}

/// Draws an index in proportion to fixed weights: Walker's alias method, constant time.
struct WeightedChoice: Sendable {
  private var threshold: [Double]
  private var alias: [Int]

  var isEmpty: Bool { threshold.isEmpty }

  init(weights: [Double]) {
    let count = weights.count
    let total = weights.reduce(0, +)
    threshold = weights.map { total > 0 ? $0 * Double(count) / total : 0 }
    alias = Array(0..<count)
    var small = threshold.indices.filter { threshold[$0] < 1 }
    var large = threshold.indices.filter { threshold[$0] >= 1 }
    while let low = small.popLast(), let high = large.last {
      alias[low] = high
      threshold[high] -= 1 - threshold[low]
      if threshold[high] < 1 {
        large.removeLast()
        small.append(high)
      }
    }
  }

  @inline(__always)
  func index(_ random: inout RandomStream) -> Int {
    let column = random.below(threshold.count)
    return random.unit() < threshold[column] ? column : alias[column]
  }
}
