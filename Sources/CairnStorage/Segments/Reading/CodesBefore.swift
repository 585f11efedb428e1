/// How often each code stands before some instances: told with one pass over the codes, and enough to find the values
/// that these instances have in any number of columns, where a `RankIndex` takes a pass for each.
package struct CodesBefore {
  private let codeCount: Int
  /// For each of the instances, and at last for the end, the number of each code before it.
  private let counts: [UInt32]

  /// With more numbers than this share of the codes a pass for each column is cheaper.
  private static let share = 4

  /// Nil where the instances (ascending, each with a code) are many.
  package init?(_ words: CodedWords, instances: Positions) {
    codeCount = words.words.count
    guard codeCount * (instances.count + 1) <= words.count / Self.share else { return nil }
    switch words.codes {
    case .constant: return nil
    case .bytes(let codes): counts = Self.counts(codes, codeCount, instances)
    case .shorts(let codes): counts = Self.counts(codes, codeCount, instances)
    case .longs(let codes): counts = Self.counts(codes, codeCount, instances)
    }
  }

  private static func counts<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code], _ codeCount: Int, _ instances: Positions
  ) -> [UInt32] {
    var output: [UInt32] = []
    output.reserveCapacity(codeCount * (instances.count + 1))
    var sums = [UInt32](repeating: 0, count: codeCount)
    var at = 0
    for index in 0...instances.count {
      let end = index < instances.count ? Int(instances[index]) : codes.count
      codes.withUnsafeBufferPointer { codes in
        sums.withUnsafeMutableBufferPointer { sums in
          while at < end {
            sums[Int(codes[at])] &+= 1
            at &+= 1
          }
        }
      }
      output += sums
    }
    return output
  }

  private func sum(_ index: Int, _ values: [UInt32]) -> UInt64 {
    counts.withUnsafeBufferPointer { counts in
      values.withUnsafeBufferPointer { values in
        var sum: UInt64 = 0
        for code in 0..<codeCount {
          sum &+= UInt64(counts[index &* codeCount &+ code]) &* UInt64(values[code])
        }
        return sum
      }
    }
  }

  /// Values that a column has, by its values for each code.
  package func valueCount(_ values: [UInt32]) -> Int {
    Int(truncatingIfNeeded: sum(counts.count / codeCount - 1, values))
  }

  /// Values that a column has before the instances at `indices` of those that were given.
  package func ranks(of indices: [UInt32], _ values: [UInt32]) -> [UInt32] {
    indices.map { UInt32(truncatingIfNeeded: sum(Int($0), values)) }
  }
}
