import CairnTestSupport
import Testing

@testable import Cairn

/// Numbers of pairs against a dictionary of them.
@Suite struct PairNumbersTests {
  @Test(arguments: 0..<12) func sameAsADictionary(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    // Many of few numbers, few of many, and those that differ in one half alone.
    let (a, b) = (1 << random.below(20), 1 << random.below(20))
    var table = PairNumbers(capacity: random.below(2) * 1000)
    var known: [UInt64: UInt32] = [:]
    var next: UInt32 = 0
    for _ in 0..<6 {
      let count = random.below(5000)
      var firsts = (0..<count).map { _ in random.chance(50) ? UInt32.max : UInt32(random.below(a)) }
      let seconds = (0..<count).map { _ in random.chance(50) ? UInt32.max : UInt32(random.below(b)) }
      let keys = zip(firsts, seconds).map { UInt64($0) << 32 | UInt64($1) }
      if random.chance(3) {
        for (index, key) in keys.enumerated() {
          firsts[index] = table.number(of: key, next: next)
          if firsts[index] == next { next += 1 }
        }
      } else {
        table.replace(&firsts, with: seconds, next: &next)
      }
      for (number, key) in zip(firsts, keys) {
        if known[key] == nil { known[key] = UInt32(known.count) }
        #expect(known[key] == number)
      }
      #expect(Int(next) == known.count)
    }
    for (key, number) in known { #expect(table.known(key) == number) }
    for _ in 0..<100 {
      let key = UInt64(random.below(1 << 40)) << 20
      #expect(table.known(key) == known[key] ?? .max)
    }
  }

  /// Orders by numbers of every width, equal ones as they stood.
  @Test(arguments: 0..<24) func rowsAreOrdered(seed: UInt64) {
    var random = SeededGenerator(seed: 100 + seed)
    let bits = 1 + random.below(62)
    let count = random.pick([0, 1, 2, 300, 5000])
    let numbers = (0..<count).map { _ in
      random.chance(40)
        ? random.pick([Int64.min, .max]) : Int64(random.below(1 << bits)) - Int64(random.below(3))
    }
    var order = RadixOrder(rowCount: count)
    order.sort { numbers[$0] }
    let wanted = (0..<count).sorted { numbers[$0] != numbers[$1] ? numbers[$0] < numbers[$1] : $0 < $1 }
    #expect(order.rows == wanted.map { UInt32($0) })
  }
}
