import Glibc

/// Which coded columns are stored given another one that foretells them: one with as many values in every row group, or
/// one whose values belong to the same rows. A sample tells which may; of those that promise most it is tried how small
/// they make a column.
package struct GivenPlan {
  struct Parent: Equatable, Sendable {
    var column: Int
    /// Values are beside those of their row, not beside those of their position.
    var isByRow: Bool
    /// Another column whose value of the row tells with that of the first; only by row.
    var second: Int?

    var columns: [Int] { [column] + (second.map { [$0] } ?? []) }
  }

  static let sampleCount = 8192
  /// Columns of equal counts that are compared with each other.
  static let classLimit = 64
  /// Fewer values in a row group, and a column stands for itself.
  private static let minimumCount = 256
  /// Share of a sample that may not be as it was when the other column last had its word.
  private static let missShare = 0.65
  private static let missShareByRow = 0.75
  /// What may be left of a column that is given by row one that is given another itself: that takes long to read.
  private static let deepShareByRow = 0.5
  /// What is saved by row counts so much: it takes longer to read.
  private static let byRowWeight = 0.9
  /// How much a word counts as one that was not foretold where the other column's had not come before: of a sample of
  /// rows it is more often new than of all.
  private static let newShare = 0.25
  /// Columns that are tried for one by position, and by row, and rows on which they are.
  private static let trialLimit = 3
  private static let trialRowCount = 1 << 14
  /// What a time is worth as an entry of a dictionary, in bytes: of columns of times that have none unless they are given.
  private static let timeByteCount = 4
  /// One row in so many has a value of a column that is given another by row.
  private static let rowShare = 16

  /// By merged column: the column that it is given.
  private(set) var parents: [Parent?]

  struct Choice {
    /// Bits; of those that have been tried bytes.
    var saving: Double
    var child: Int
    var parent: Parent
    /// What is left of the child's size, once that has been tried.
    var share = 1.0
  }

  /// Columns that are given others by row, and those others.
  var used: Set<Int> {
    var used: Set<Int> = []
    for (child, parent) in parents.enumerated() {
      if let parent, parent.isByRow { used.formUnion([child] + parent.columns) }
    }
    return used
  }

  /// What a merged column's chunks are.
  enum Form {
    case coded
    /// Times, which are codes of a dictionary of so many entries only where they are given another column.
    case times(entryCount: Int)
    case other

    var isCoded: Bool { if case .coded = self { true } else { false } }
    var mayBeGiven: Bool { if case .other = self { false } else { true } }
  }

  /// - Parameter forms: by merged column.
  /// - Parameter isNested: by merged column, whether it is of members of members: what most questions are about are a
  ///   record's own, and pairs take longest to read.
  init(
    _ forms: [Form], isNested: [Bool], _ groups: [RowGroupColumns], _ rows: ValueRows?,
    _ compressor: ZstdCompressor
  ) {
    parents = Array(repeating: nil, count: forms.count)
    var choices = Self.choices(forms, groups)
    if let rows { choices += Self.choices(forms, groups[rows.sample], rows) }
    choices = Self.tried(choices, forms, groups, rows, compressor)
    if let rows {
      choices += Self.pairs(beside: choices, forms, isNested, groups[rows.sample], rows, compressor)
    }
    choices.sort {
      ($1.saving, $0.child, $0.parent.isByRow ? 1 : 0, $0.parent.column, $0.parent.second ?? -1)
        < ($0.saving, $1.child, $1.parent.isByRow ? 1 : 0, $1.parent.column, $1.parent.second ?? -1)
    }
    var children: [Int] = []
    for choice in choices where parents[choice.child] == nil {
      guard !choice.parent.columns.contains(where: { isAbove(choice.child, $0) }),
        !choice.parent.isByRow || choice.share < Self.deepShareByRow || depth(choice.parent.column) == 0
          || choice.parent.second != nil
      else { continue }
      parents[choice.child] = choice.parent
      children.append(choice.child)
      if children.contains(where: { depth($0) > ColumnDirectory.givenDepthLimit }) {
        parents[choice.child] = nil
        children.removeLast()
      }
    }
  }

  /// Of columns with as many values in every row group.
  private static func choices(_ forms: [Form], _ groups: [RowGroupColumns]) -> [Choice] {
    var classes: [[Int]: [Int]] = [:]
    for column in forms.indices where forms[column].mayBeGiven {
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
        for (other, parent) in samples.enumerated()
        where other != index && parent.entropy > 0.01 && forms[columns[other]].isCoded {
          let misses = parent.misses(of: child) / Double(child.codes.count)
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
  private static func choices(_ forms: [Form], _ group: RowGroupColumns, _ rows: ValueRows) -> [Choice] {
    let samples = samples(forms, group, rows)
    var choices: [Choice] = []
    for (child, own) in samples {
      for (parent, other) in samples where parent != child && forms[parent].isCoded {
        let (misses, differences) = other.missesByRow(of: own)
        if misses > missShareByRow * Double(own.valueCount) { continue }
        let saving = (Double(own.valueCount) - misses) * own.entropy - gapBits(differences, own)
        if saving <= 0 { continue }
        choices.append(
          Choice(
            saving: saving * Double(sampleStep(rows)), child: child,
            parent: Parent(column: parent, isByRow: true)))
      }
    }
    return choices
  }

  private static func sampleStep(_ rows: ValueRows) -> Int { max(1, rows.sampleRowCount / sampleCount) }

  /// Of columns of which rows have at most one value, those with the most to tell.
  static func samples(
    _ forms: [Form], _ group: RowGroupColumns, _ rows: ValueRows
  ) -> [(column: Int, sample: Sample)] {
    let count = rows.sampleRowCount
    let samples = rows.single.compactMap { column -> (column: Int, sample: Sample)? in
      guard forms[column].mayBeGiven, group[column].count >= max(minimumCount, count / rowShare) else {
        return nil
      }
      let sample = Sample(group[column], rows.sampled[column], rowCount: count, step: sampleStep(rows))
      return sample.entropy > 0.01 ? (column, sample) : nil
    }
    return Array(
      samples.sorted {
        (-$0.sample.entropy * Double($0.sample.valueCount), $0.column)
          < (-$1.sample.entropy * Double($1.sample.valueCount), $1.column)
      }.prefix(classLimit))
  }

  /// What it costs to tell which values stand beside those of another column.
  static func gapBits(_ differences: Int, _ own: Sample) -> Double {
    let share = Double(differences) / Double(own.codes.count)
    let bits = share > 0 ? -share * log2(share) - (1 - share) * log2(max(1 - share, 1e-9)) : 0
    return Double(own.codes.count) * bits
  }

  // MARK: Trials

  /// The choices of each column that promise most, with what they save on the first rows; those that save enough.
  private static func tried(
    _ choices: [Choice], _ forms: [Form], _ groups: [RowGroupColumns], _ rows: ValueRows?,
    _ compressor: ZstdCompressor
  ) -> [Choice] {
    var byChild: [Int: [Choice]] = [:]
    for choice in choices { byChild[choice.child, default: []].append(choice) }
    var saving: [Choice] = []
    for child in byChild.keys.sorted() {
      let best = (byChild[child] ?? []).sorted {
        ($1.saving, $0.parent.isByRow ? 1 : 0, $0.parent.column)
          < ($0.saving, $1.parent.isByRow ? 1 : 0, $1.parent.column)
      }
      // By position on the largest row group of the column, by row on the one whose rows are known.
      guard let largest = groups.indices.max(by: { groups[$0][child].count < groups[$1][child].count })
      else { continue }
      var own: [Bool: Int] = [:]
      var trials = [false: 0, true: 0]
      for choice in best where trials[choice.parent.isByRow, default: 0] < trialLimit {
        let isByRow = choice.parent.isByRow
        guard let sample = isByRow ? rows?.sample : largest,
          let trial = Trial(choice, groups[sample], isByRow ? rows?.sampled : nil)
        else { continue }
        let before = own[isByRow] ?? trial.ownByteCount(compressor)
        own[isByRow] = before
        // What has too many words for one of another's takes hardly any time.
        guard let after = trial.givenByteCount(compressor) else { continue }
        trials[isByRow, default: 0] += 1
        guard GivenCodes.isWorthIt(after, inPlaceOf: before, isByRow: isByRow)
        else { continue }
        var tried = choice
        let share = Double(groups[sample][child].count) / Double(trial.words.count)
        tried.share = Double(after) / Double(before)
        tried.saving = Double(before - after) * (isByRow ? byRowWeight : 1) * share
        if case .times(let entryCount) = forms[child],
          tried.saving * Double(groups.count) < Double(entryCount * timeByteCount)
        {
          continue
        }
        saving.append(tried)
      }
    }
    return saving
  }

  /// The first rows of a column and of one that it may be given.
  struct Trial {
    let words: UnsafeBufferPointer<UInt32>
    let others: UnsafeBufferPointer<UInt32>
    /// Nil by position.
    var rows: (own: UnsafeBufferPointer<UInt32>, others: UnsafeBufferPointer<UInt32>)?

    init?(_ choice: Choice, _ group: RowGroupColumns, _ owners: RowGroupColumns?) {
      func first(_ values: UnsafeBufferPointer<UInt32>, _ count: Int) -> UnsafeBufferPointer<UInt32> {
        UnsafeBufferPointer(rebasing: values.prefix(count))
      }
      let (child, parent) = (choice.child, choice.parent.column)
      guard let owners else {
        words = first(group[child], trialRowCount)
        others = first(group[parent], trialRowCount)
        return
      }
      let end = UInt32(trialRowCount)
      let count = owners[child].partitioningIndex { $0 >= end }
      let otherCount = owners[parent].partitioningIndex { $0 >= end }
      guard count > 0, count <= group[child].count, otherCount <= group[parent].count else { return nil }
      words = first(group[child], count)
      others = first(group[parent], otherCount)
      rows = (first(owners[child], count), first(owners[parent], otherCount))
    }

    func ownByteCount(_ compressor: ZstdCompressor) -> Int {
      var writer = ByteWriter()
      _ = WordEncoding.encodeCodes(words, into: &writer)
      return BlockBody.make(writer.bytes, compressor, .trial(compressor)).storedByteCount
    }

    func givenByteCount(_ compressor: ZstdCompressor) -> Int? {
      let codes =
        rows.map { GivenCodes.encode(words, rows: $0.own, given: others, rows: $0.others) }
        ?? GivenCodes.encode(words, given: others)
      return codes.map { BlockBody.make($0, compressor, .trial(compressor)).storedByteCount }
    }
  }

  // MARK: Trees

  /// Columns from one to one that stands for itself, on the longest way.
  private func depth(_ column: Int) -> Int {
    guard let parent = parents[column] else { return 0 }
    return 1 + (parent.columns.map { depth($0) }.max() ?? 0)
  }

  /// Whether a column is another one, or that is given it, directly or not.
  private func isAbove(_ column: Int, _ other: Int) -> Bool {
    column == other || (parents[other]?.columns.contains { isAbove(column, $0) } ?? false)
  }

  /// Some words of a column, numbered as they come; of a column by row, -1 where a row has none.
  struct Sample {
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
    func misses(of other: Sample) -> Double {
      var last = [Int](repeating: -1, count: distinct)
      var (misses, new) = (0, 0)
      for (code, word) in zip(codes, other.codes) {
        if last[code] < 0 { new += 1 } else if last[code] != word { misses += 1 }
        last[code] = word
      }
      return Double(misses) + newShare * Double(new)
    }

    /// Values of `other` that differ from the one where this column last had the same word, or none; and rows that have a
    /// value of one of both only.
    func missesByRow(of other: Sample) -> (misses: Double, differences: Int) {
      var last = [Int](repeating: -1, count: distinct + 1)
      var (misses, new, differences) = (0, 0, 0)
      last.withUnsafeMutableBufferPointer { last in
        codes.withUnsafeBufferPointer { codes in
          other.codes.withUnsafeBufferPointer { others in
            for index in 0..<min(codes.count, others.count) {
              let (code, word) = (codes[index], others[index])
              if (code < 0) != (word < 0) { differences &+= 1 }
              if word < 0 { continue }
              let place = code < 0 ? distinct : code
              if last[place] < 0 { new &+= 1 } else if last[place] != word { misses &+= 1 }
              last[place] = word
            }
          }
        }
      }
      return (Double(misses) + newShare * Double(new), differences)
    }
  }
}
