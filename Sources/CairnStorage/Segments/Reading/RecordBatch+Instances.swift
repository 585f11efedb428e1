extension RecordBatch {
  /// Calls `body` with the word of each value that stands in a shape column: the records themselves, objects whose words
  /// do not stand in their parents' shapes, and elements of arrays.
  package func visitInstances(_ body: (_ slot: Int, _ word: UInt32) -> Void) throws {
    var walk = InstanceWalk(flattening: try reader.flattening(), tape: tape)
    for start in rowStarts {
      walk.cursor = start
      try walk.instance(slot: 0, body)
    }
  }
}

/// A walk along the tape of a batch.
private struct InstanceWalk {
  private struct Key: Hashable {
    var slot: Int
    var word: UInt32
  }

  let flattening: ShapeFlattening
  let tape: RawVector<UInt32>
  var cursor = 0
  private var allowance = ShapeFlattening.Allowance()
  private var known: [Key: [ShapeFlattening.Step]] = [:]

  init(flattening: ShapeFlattening, tape: RawVector<UInt32>) {
    self.flattening = flattening
    self.tape = tape
  }

  private mutating func next() -> UInt32 {
    defer { cursor += 1 }
    return tape[cursor]
  }

  mutating func instance(slot: Int, _ body: (Int, UInt32) -> Void) throws {
    let word = next()
    body(slot, word)
    let key = Key(slot: slot, word: word)
    let steps = try known[key] ?? flattening.instanceSteps(slot: slot, word: word, &allowance)
    known[key] = steps
    for step in steps {
      switch step {
      case .value: cursor += 1
      case .object(_, let slot): try instance(slot: slot, body)
      case .array(_, let elementSlot):
        for _ in 0..<next() { try instance(slot: elementSlot, body) }
      }
    }
  }
}
