import Glibc

/// Which coded columns are stored given another one, found on a sample: columns with as many values in every row group,
/// of which one foretells the other.
package struct GivenPlan {
  /// Columns from a column to one that stands for itself, at most.
  package static let depthLimit = 3
  private static let sampleCount = 8192
  /// Columns of equal counts that are compared with each other.
  private static let classLimit = 64
  /// Fewer values in a row group, and a column stands for itself.
  private static let minimumCount = 256
  /// Share of a sample that may not be as it was when the other column last had its word.
  private static let missShare = 0.65

  /// By merged column: the column that it is given.
  private(set) var parents: [Int?]

  /// - Parameter coded: whether a column's chunks are codes, by merged column.
  init(coded: [Bool], _ groups: [RowGroupColumns]) {
    parents = Array(repeating: nil, count: coded.count)
    var classes: [[Int]: [Int]] = [:]
    for column in coded.indices where coded[column] {
      let counts = groups.map { $0[column].count }
      if counts.contains(where: { $0 >= Self.minimumCount }) { classes[counts, default: []].append(column) }
    }
    var choices: [(saving: Double, child: Int, parent: Int)] = []
    for (counts, all) in classes where all.count > 1 {
      // Of very many, the first ones.
      let columns = Array(all.prefix(Self.classLimit))
      guard let most = counts.max(), let group = counts.firstIndex(of: most) else { continue }
      let samples = columns.map { Sample(groups[group][$0], Self.sampleCount) }
      for (index, child) in samples.enumerated() where child.entropy > 0.01 {
        for (other, parent) in samples.enumerated() where other != index && parent.entropy > 0.01 {
          let misses = Double(parent.misses(of: child)) / Double(child.codes.count)
          if misses > Self.missShare { continue }
          let saving = (1 - misses) * child.entropy * Double(most)
          choices.append((saving, columns[index], columns[other]))
        }
      }
    }
    choices.sort { ($1.saving, $0.child, $0.parent) < ($0.saving, $1.child, $1.parent) }
    var heights = Array(repeating: 0, count: coded.count)
    for (_, child, parent) in choices where parents[child] == nil {
      let above = depth(parent)
      guard let above, above + 1 + heights[child] <= Self.depthLimit, !isAbove(child, parent) else {
        continue
      }
      parents[child] = parent
      var (at, height) = (parent, heights[child] + 1)
      while true {
        heights[at] = max(heights[at], height)
        guard let next = parents[at] else { break }
        (at, height) = (next, height + 1)
      }
    }
  }

  /// Columns from one to one that stands for itself.
  private func depth(_ column: Int) -> Int? {
    var (at, depth) = (column, 0)
    while let next = parents[at] {
      (at, depth) = (next, depth + 1)
      if depth > Self.depthLimit { return nil }
    }
    return depth
  }

  private func isAbove(_ column: Int, _ other: Int) -> Bool {
    var at = other
    while at != column {
      guard let next = parents[at] else { return false }
      at = next
    }
    return true
  }

  /// Some words of a column, numbered as they come.
  private struct Sample {
    var codes: [Int] = []
    var distinct = 0
    /// Bits of a word.
    var entropy = 0.0

    init(_ words: UnsafeBufferPointer<UInt32>, _ wanted: Int) {
      var numbers: [UInt32: Int] = [:]
      var counts: [Int] = []
      for index in stride(from: 0, to: words.count, by: max(1, words.count / wanted)) {
        let number = numbers[words[index]] ?? counts.count
        if number == counts.count {
          numbers[words[index]] = number
          counts.append(0)
        }
        counts[number] += 1
        codes.append(number)
      }
      distinct = counts.count
      let total = Double(codes.count)
      for count in counts { entropy -= Double(count) / total * log2(Double(count) / total) }
    }

    /// Words of `other` that differ from the one where this column last had the same word.
    func misses(of other: Sample) -> Int {
      var last = [Int](repeating: -1, count: distinct)
      var misses = 0
      for (code, word) in zip(codes, other.codes) {
        if last[code] != word { misses += 1 }
        last[code] = word
      }
      return misses
    }
  }
}
