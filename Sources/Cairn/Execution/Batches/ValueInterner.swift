import CairnStorage

/// Numbers for the distinct values of a column over all batches of a query, by S63. A value that storage has a
/// number for is looked at once a segment; from then on grouping works on numbers alone.
///
/// Safe to use from several threads. Numbers depend on which batch came first, so no order may be made of them.
final class ValueInterner: @unchecked Sendable {
  private let lock = Lock()
  private var numbers: [GroupingKey: UInt32] = [:]
  /// By segment: number + 1 of a storage number's value.
  private var known: [Int: [UInt64: UInt32]] = [:]
  private var bytes = 0

  /// What an entry costs beside its key's bytes, roughly.
  private static let entryByteCount = 120

  /// Bytes held, roughly.
  var byteCount: Int { lock.withLock { bytes } }

  /// The numbers of the entries that some codes stand for.
  func numbers(of coded: Vector.Coded, codes: [UInt32]) -> [UInt32] {
    lock.withLock {
      if coded.keys.count != coded.entries.count { return codes.map { number(of: coded.entries[Int($0)]) } }
      var segment = known.removeValue(forKey: coded.segment) ?? [:]
      defer { known[coded.segment] = segment }
      return codes.map { code in
        if let number = segment[coded.keys[Int(code)]] { return number }
        let number = number(of: coded.entries[Int(code)])
        segment[coded.keys[Int(code)]] = number
        return number
      }
    }
  }

  private func number(of value: EngineValue) -> UInt32 {
    let key = GroupingKey(value)
    if let known = numbers[key] { return known }
    let number = UInt32(truncatingIfNeeded: numbers.count)
    numbers[key] = number
    bytes += Self.entryByteCount + key.bytes.count
    return number
  }
}

/// A set of numbers that are mostly small.
struct NumberSet: Sendable {
  private var words: [UInt64] = []
  private(set) var count = 0

  mutating func insert(_ number: UInt32) {
    let place = Int(number >> 6)
    if place >= words.count {
      words.append(contentsOf: repeatElement(0, count: max(place + 1, words.count * 2) - words.count))
    }
    let bit: UInt64 = 1 << UInt64(number & 63)
    if words[place] & bit == 0 {
      words[place] |= bit
      count += 1
    }
  }

  mutating func formUnion(_ other: NumberSet) {
    if words.count < other.words.count {
      words.append(contentsOf: repeatElement(0, count: other.words.count - words.count))
    }
    count = 0
    for index in words.indices {
      if index < other.words.count { words[index] |= other.words[index] }
      count += words[index].nonzeroBitCount
    }
  }

  var byteCount: Int { words.count * 8 }
}
