/// Divides instances by the target of their word, and finds where each one's value stands in the target's column.
///
/// An instance is a row, or an element of an array, or an object with a shape column of its own: whatever has a
/// value word. A column's values stand in instance order, so an instance's value stands behind those of all
/// instances before it. One pass over narrow codes with a few counters.
struct InstanceSplit {
  private let targetOfCode: [Int]
  private let instances: Positions
  /// Target numbers that occur, ascending.
  private let used: [Int]
  /// By used target, then by code: values in its column. Empty for targets without a column.
  private let counts: [[UInt32]]
  private let codeCount: Int

  init(_ table: PathTable, list: [UInt32], targetOfCode: [Int], instances: Positions) {
    self.targetOfCode = targetOfCode
    self.instances = instances
    codeCount = list.count
    used = Set(targetOfCode).sorted()
    counts = used.map { target in
      let byWord = table.counts(target: target)
      return byWord.isEmpty ? [] : list.map { byWord[Int($0)] }
    }
  }

  /// For each target with instances: their indices and the positions of their values, where they have some.
  /// Positions beyond 32 bits, which only forged shapes have, are given as the last one: behind every column.
  mutating func run(_ words: CodedWords) -> [(target: Int, indices: Positions, positions: Positions)] {
    switch words.codes {
    case .constant: split([UInt8](repeating: 0, count: words.count))
    case .bytes(let codes): split(codes)
    case .shorts(let codes): split(codes)
    case .longs(let codes): split(codes)
    }
  }

  private func split<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code]
  ) -> [(target: Int, indices: Positions, positions: Positions)] {
    var place = [Int](repeating: 0, count: codeCount)
    for (index, target) in used.enumerated() {
      for code in place.indices where targetOfCode[code] == target { place[code] = index }
    }
    var output = used.map { _ in RawVector<UInt32>() }
    var positions = used.map { _ in RawVector<UInt32>() }
    defer {
      for vector in output + positions { vector.free() }
    }
    // All counts by code, then by target that has a column.
    let columns = used.indices.filter { !counts[$0].isEmpty }
    let width = columns.count
    var steps = [Int](repeating: 0, count: codeCount * width)
    for (at, index) in columns.enumerated() {
      for code in 0..<codeCount { steps[code * width + at] = Int(counts[index][code]) }
    }
    var columnPlace = [Int](repeating: -1, count: used.count)
    for (at, index) in columns.enumerated() { columnPlace[index] = at }
    var cursor = [Int](repeating: 0, count: width)
    codes.withUnsafeBufferPointer { codes in
      steps.withUnsafeBufferPointer { steps in
        cursor.withUnsafeMutableBufferPointer { cursor in
          @inline(__always)
          func pass(_ instance: Int) {
            let start = Int(codes[instance]) &* width
            for at in 0..<width { cursor[at] &+= steps[start &+ at] }
          }
          var instance = 0
          for index in 0..<instances.count {
            let wanted = Int(instances[index])
            while instance < wanted {
              pass(instance)
              instance &+= 1
            }
            let target = place[Int(codes[wanted])]
            output[target].append(UInt32(truncatingIfNeeded: index))
            if columnPlace[target] >= 0 {
              positions[target].append(UInt32(clamping: cursor[columnPlace[target]]))
            }
          }
        }
      }
    }
    return used.indices.filter { output[$0].count > 0 }.map {
      (used[$0], Positions(Array(output[$0].buffer)), Positions(Array(positions[$0].buffer)))
    }
  }
}
