import Glibc

/// Which coded columns are stored given another one that foretells them, found on a sample: one with as many values in
/// every row group, or one whose values belong to the same rows.
package struct GivenPlan {
  struct Parent: Equatable, Sendable {
    var column: Int
    /// Values are beside those of their row, not beside those of their position.
    var isByRow: Bool
  }

  private static let sampleCount = 8192
  /// Columns of equal counts that are compared with each other.
  private static let classLimit = 64
  /// Fewer values in a row group, and a column stands for itself.
  private static let minimumCount = 256
  /// Share of a sample that may not be as it was when the other column last had its word.
  private static let missShare = 0.65
  private static let missShareByRow = 0.75
  /// What is saved by row counts so much: it takes longer to read.
  private static let byRowWeight = 0.5
  /// One row in so many has a value of a column that is given another by row.
  private static let rowShare = 16

  /// By merged column: the column that it is given.
  private(set) var parents: [Parent?]

  private struct Choice {
    /// Bits.
    var saving: Double
    var child: Int
    var parent: Parent
  }

  /// Columns that are given others by row, and those others.
  var used: Set<Int> {
    var used: Set<Int> = []
    for (child, parent) in parents.enumerated() {
      if let parent, parent.isByRow { used.formUnion([child, parent.column]) }
    }
    return used
  }

  /// - Parameter coded: whether a column's chunks are codes, by merged column.
  init(coded: [Bool], _ groups: [RowGroupColumns], _ rows: ValueRows?) {
    parents = Array(repeating: nil, count: coded.count)
    var choices = Self.choices(coded, groups)
    if let rows { choices += Self.choices(coded, groups[rows.sample], rows) }
    choices.sort {
      ($1.saving, $0.child, $0.parent.isByRow ? 1 : 0, $0.parent.column)
        < ($0.saving, $1.child, $1.parent.isByRow ? 1 : 0, $1.parent.column)
    }
    var heights = Array(repeating: 0, count: coded.count)
    for choice in choices where parents[choice.child] == nil {
      let (child, parent) = (choice.child, choice.parent.column)
      guard let above = depth(parent), above + 1 + heights[child] <= ColumnDirectory.givenDepthLimit,
        !isAbove(child, parent)
      else { continue }
      parents[child] = choice.parent
      var (at, height) = (parent, heights[child] + 1)
      while true {
        heights[at] = max(heights[at], height)
        guard let next = parents[at]?.column else { break }
        (at, height) = (next, height + 1)
      }
    }
  }

  /// Of columns with as many values in every row group.
  private static func choices(_ coded: [Bool], _ groups: [RowGroupColumns]) -> [Choice] {
    var classes: [[Int]: [Int]] = [:]
    for column in coded.indices where coded[column] {
      let counts = groups.map { $0[column].count }
      if counts.contains(where: { $0 >= minimumCount }) { classes[counts, default: []].append(column) }
    }
    var choices: [Choice] = []
    for (counts, all) in classes where all.count > 1 {
      // Of very many, the first ones.
      let columns = Array(all.prefix(classLimit))
      guard let most = counts.max(), let group = counts.firstIndex(of: most) else { continue }
      let samples = columns.map { Sample(groups[group][$0], sampleCount) }
      for (index, child) in samples.enumerated() where child.entropy > 0.01 {
        for (other, parent) in samples.enumerated() where other != index && parent.entropy > 0.01 {
          let misses = Double(parent.misses(of: child)) / Double(child.codes.count)
          if misses > missShare { continue }
          let saving = (1 - misses) * child.entropy * Double(most)
          choices.append(
            Choice(
              saving: saving, child: columns[index], parent: Parent(column: columns[other], isByRow: false)))
        }
      }
    }
    return choices
  }

  /// Of columns of which rows have at most one value.
  private static func choices(_ coded: [Bool], _ group: RowGroupColumns, _ rows: ValueRows) -> [Choice] {
    let count = rows.sampleRowCount
    let step = max(1, count / sampleCount)
    let samples = rows.single.compactMap { column -> (column: Int, sample: Sample)? in
      guard coded[column], group[column].count >= max(minimumCount, count / rowShare) else {
        return nil
      }
      let sample = Sample(group[column], rows.sampled[column], rowCount: count, step: step)
      return sample.entropy > 0.01 ? (column, sample) : nil
    }.sorted {
      (-$0.sample.entropy * Double($0.sample.valueCount), $0.column)
        < (-$1.sample.entropy * Double($1.sample.valueCount), $1.column)
    }.prefix(classLimit)
    var choices: [Choice] = []
    for (child, own) in samples {
      for (parent, other) in samples where parent != child {
        let (misses, differences) = other.missesByRow(of: own)
        if Double(misses) > missShareByRow * Double(own.valueCount) { continue }
        // What it costs to tell which values stand beside each other.
        let share = Double(differences) / Double(own.codes.count)
        let gaps = share > 0 ? -share * log2(share) - (1 - share) * log2(max(1 - share, 1e-9)) : 0
        let saving = Double(own.valueCount - misses) * own.entropy - Double(own.codes.count) * gaps
        if saving <= 0 { continue }
        choices.append(
          Choice(
            saving: saving * Double(step) * byRowWeight, child: child,
            parent: Parent(column: parent, isByRow: true)))
      }
    }
    return choices
  }

  /// Columns from one to one that stands for itself.
  private func depth(_ column: Int) -> Int? {
    var (at, depth) = (column, 0)
    while let next = parents[at]?.column {
      (at, depth) = (next, depth + 1)
      if depth > ColumnDirectory.givenDepthLimit { return nil }
    }
    return depth
  }

  private func isAbove(_ column: Int, _ other: Int) -> Bool {
    var at = other
    while at != column {
      guard let next = parents[at]?.column else { return false }
      at = next
    }
    return true
  }

  /// Some words of a column, numbered as they come; of a column by row, -1 where a row has none.
  private struct Sample {
    var codes: [Int] = []
    var distinct = 0
    var valueCount = 0
    /// Bits of a word.
    var entropy = 0.0

    init(_ words: UnsafeBufferPointer<UInt32>, _ wanted: Int) {
      self.init(stride(from: 0, to: words.count, by: max(1, words.count / wanted)).map { words[$0] })
    }

    /// The words of some rows.
    init(_ words: UnsafeBufferPointer<UInt32>, _ rows: UnsafeBufferPointer<UInt32>, rowCount: Int, step: Int)
    {
      var at = 0
      self.init(
        stride(from: 0, to: rowCount, by: step).map { row -> UInt32? in
          while at < rows.count, Int(rows[at]) < row { at += 1 }
          return at < rows.count && Int(rows[at]) == row ? words[at] : nil
        })
    }

    private init(_ words: [UInt32?]) {
      var numbers: [UInt32: Int] = [:]
      var counts: [Int] = []
      for word in words {
        guard let word else {
          codes.append(-1)
          continue
        }
        let number = numbers[word] ?? counts.count
        if number == counts.count {
          numbers[word] = number
          counts.append(0)
        }
        counts[number] += 1
        codes.append(number)
      }
      distinct = counts.count
      valueCount = counts.reduce(0, +)
      let total = Double(valueCount)
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

    /// Values of `other` that differ from the one where this column last had the same word, or none; and rows that have a
    /// value of one of both only.
    func missesByRow(of other: Sample) -> (misses: Int, differences: Int) {
      var last = [Int](repeating: -1, count: distinct + 1)
      var (misses, differences) = (0, 0)
      last.withUnsafeMutableBufferPointer { last in
        codes.withUnsafeBufferPointer { codes in
          other.codes.withUnsafeBufferPointer { others in
            for index in 0..<min(codes.count, others.count) {
              let (code, word) = (codes[index], others[index])
              if (code < 0) != (word < 0) { differences &+= 1 }
              if word < 0 { continue }
              let place = code < 0 ? distinct : code
              if last[place] != word { misses &+= 1 }
              last[place] = word
            }
          }
        }
      }
      return (misses, differences)
    }
  }
}
