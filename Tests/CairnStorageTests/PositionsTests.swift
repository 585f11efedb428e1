import CairnStorage
import CairnTestSupport
import Testing

/// Positions of which few are missing are the same as if each were looked at.
@Suite struct PositionsTests {
  @Test(arguments: 0..<12) func fewHidden(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let count = random.pick([1, 31, 32, 33, 64, 1000])
    let first = random.below(500)
    let hidden = (0..<UInt32(first + count + 40)).filter { _ in random.chance(random.pick([2, 20, 300])) }
    guard let marks = ShadowMarks(hidden) else { return }
    let start = random.below(count)
    let some = (0..<UInt32(count)).filter { _ in !random.chance(5) }
    for positions in [.run(0..<count), .run(start..<count), .run(start..<start), Positions(some)] {
      let visible = marks.visible(positions, from: first, count: count)
      let wanted = positions.list.filter { !hidden.contains(UInt32(first) + $0) }
      #expect(visible.list == wanted && visible.count == wanted.count)
      let values = (0..<count).map { _ in UInt16(random.below(1 << 16)) }
      #expect(visible.take(values) == wanted.map { values[Int($0)] })
      #expect(visible.firstIndex(atLeast: start) == wanted.count { $0 < start })
    }
  }
}
