/// Ascending, distinct positions: a run of neighbours, or listed.
package enum Positions: Sendable {
  case run(Range<Int>)
  case listed([UInt32])

  /// Ascending distinct positions as given from outside; neighbours are seen by first and last.
  package init(_ list: [UInt32]) {
    if let first = list.first, let last = list.last, Int(last) - Int(first) == list.count - 1 {
      self = .run(Int(first)..<(Int(last) + 1))
    } else {
      self = .listed(list)
    }
  }

  /// The positions of a range but for some of them, which ascend.
  init(between others: [Int], in range: Range<Int>) {
    let kept = [UInt32](unsafeUninitializedCapacity: range.count) { output, count in
      var position = range.lowerBound
      for end in others + [range.upperBound] {
        while position < end {
          output[count] = UInt32(truncatingIfNeeded: position)
          count &+= 1
          position &+= 1
        }
        position = end + 1
      }
    }
    self.init(kept)
  }

  package var count: Int {
    switch self {
    case .run(let range): range.count
    case .listed(let list): list.count
    }
  }

  package var isEmpty: Bool { count == 0 }

  package var last: Int? {
    switch self {
    case .run(let range): range.last
    case .listed(let list): list.last.map { Int($0) }
    }
  }

  @inline(__always)
  package subscript(index: Int) -> UInt32 {
    switch self {
    case .run(let range): UInt32(truncatingIfNeeded: range.lowerBound &+ index)
    case .listed(let list): list[index]
    }
  }

  /// Index of the first that is not below a position.
  package func firstIndex(atLeast position: Int) -> Int {
    switch self {
    case .run(let range): min(max(position - range.lowerBound, 0), range.count)
    case .listed(let list): list.partitioningIndex { Int($0) >= position }
    }
  }

  /// Whether these are all positions below `count`.
  package func isAll(of count: Int) -> Bool {
    if case .run(let range) = self { return range == 0..<count }
    return count == 0 && self.count == 0
  }

  package var list: [UInt32] {
    switch self {
    case .run(let range): range.map { UInt32(truncatingIfNeeded: $0) }
    case .listed(let list): list
    }
  }

  /// The first of them, at most `limit`.
  package func prefix(_ limit: Int) -> Positions {
    count <= limit ? self : select(.run(0..<max(0, limit)))
  }

  /// The positions at ascending `indices`.
  package func select(_ indices: Positions) -> Positions {
    switch (self, indices) {
    case (.run(let range), .run(let chosen)):
      .run((range.lowerBound + chosen.lowerBound)..<(range.lowerBound + chosen.upperBound))
    case (.run(let range), .listed(let chosen)) where range.lowerBound == 0: .listed(chosen)
    case (.listed, .run(0..<count)): self
    case (.listed(let list), .run(let chosen)): .listed(Array(list[chosen]))
    default: .listed((0..<indices.count).map { self[Int(indices[$0])] })
    }
  }

  /// The elements at the positions, each of which `values` has.
  package func take<Value: BitwiseCopyable>(_ values: [Value]) -> [Value] {
    switch self {
    case .run(let range): range == values.indices ? values : Array(values[range])
    case .listed(let list): Self.take(list, values)
    }
  }

  /// Neighbours that are looked at together: of rows of which few are hidden most are such.
  private static let blockCount = 32

  private static func take<Value: BitwiseCopyable>(_ list: [UInt32], _ values: [Value]) -> [Value] {
    guard let greatest = list.max() else { return [] }
    precondition(Int(greatest) < values.count)
    return [Value](unsafeUninitializedCapacity: list.count) { output, count in
      count = list.count
      guard let target = output.baseAddress else { return }
      list.withUnsafeBufferPointer { list in
        values.withUnsafeBufferPointer { values in
          guard let source = values.baseAddress else { return }
          var index = 0
          while index < list.count {
            let end = min(index &+ blockCount, list.count)
            let first = Int(list[index])
            if Int(list[end &- 1]) &- first == end &- 1 &- index {
              (target + index).initialize(from: source + first, count: end &- index)
            } else {
              for place in index..<end { target[place] = source[Int(list[place])] }
            }
            index = end
          }
        }
      }
    }
  }
}
