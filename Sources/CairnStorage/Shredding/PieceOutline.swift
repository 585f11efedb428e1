/// Hashes of a piece's slots and shapes by what they are, so that those of several pieces can be counted together
/// before they are merged. Of pieces with keys of their own it takes more memory than is left of them once their values
/// lie in a file: it is made where it is needed, and not kept.
struct PieceOutline {
  private(set) var slots: [UInt64] = []
  private(set) var shapes: [UInt64] = []
  /// By shape.
  private(set) var memberCounts: [UInt32] = []

  init(_ automaton: borrowing ShapeAutomaton, seed: UInt64) {
    slots.reserveCapacity(automaton.slots.count)
    for index in 0..<automaton.slots.count {
      let slot = automaton.slots[index]
      if index == 0 {
        slots.append(seed)
      } else {
        let place = slots[Int(slot.parent)] &+ (slot.isElement ? 1 : 0)
        slots.append(checksum(automaton.name(of: UInt32(index)), seed: place))
      }
    }
    for index in 0..<automaton.shapes.count {
      var hash = slots[Int(automaton.shapes[index].slot)]
      var count: UInt32 = 0
      automaton.visitMembers(of: index) { slot, kind in
        hash = (hash ^ (slots[Int(slot)] &+ UInt64(kind))) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 29
        count += 1
      }
      shapes.append(hash)
      memberCounts.append(count)
    }
  }
}
