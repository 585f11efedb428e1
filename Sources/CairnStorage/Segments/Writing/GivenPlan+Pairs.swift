/// Columns that two others foretell together where each alone does not: a host's name follows from the service, and for
/// one service from the bucket.
extension GivenPlan {
  /// Columns that pairs are looked for, of those the ones that have at least this share of what all samples tell.
  private static let pairedLimit = 4
  private static let pairedShare = 0.01
  /// What foretells such a column best alone, and what is tried beside it.
  private static let firstLimit = 4
  private static let secondLimit = 24
  /// Pairs of a column that are tried.
  private static let pairTrialLimit = 4
  /// What may be left of a column, and of what is left where it is given the better one alone.
  private static let pairedLeft = 0.65
  private static let pairedLeftOfSingle = 0.75
  /// What is saved counts so much: pairs take longer to read than one column.
  private static let pairedWeight = 0.85
  /// Pairs of samples' words, at most.
  private static let samplePairLimit = 1 << 21

  /// - Parameter tried: what columns may be given alone.
  static func pairs(
    beside tried: [Choice], _ forms: [Form], _ isNested: [Bool], _ group: RowGroupColumns, _ rows: ValueRows,
    _ compressor: ZstdCompressor
  ) -> [Choice] {
    let samples = samples(forms, group, rows)
    let total = samples.reduce(0) { $0 + $1.sample.entropy * Double($1.sample.valueCount) }
    var left: [Int: Double] = [:]
    for choice in tried { left[choice.child] = min(left[choice.child] ?? 1, choice.share) }
    let children = samples.filter {
      isNested[$0.column] && forms[$0.column].isCoded
        && $0.sample.entropy * Double($0.sample.valueCount) * (left[$0.column] ?? 1) >= pairedShare * total
    }
    let others = samples.filter { forms[$0.column].isCoded }
    var known = LastWords(samplePairLimit)
    defer { known.free() }
    return children.prefix(pairedLimit).flatMap { child, own in
      let found = pairs(child, own, others, &known)
      return found.prefix(pairTrialLimit).compactMap { pair -> Choice? in
        choice(pair, child, left[child] ?? 1, group, rows, compressor)
      }
    }
  }

  /// What a column may be given, what promises most first.
  private static func pairs(
    _ child: Int, _ own: Sample, _ others: [(column: Int, sample: Sample)], _ known: inout LastWords
  ) -> [Parent] {
    let firsts = others.enumerated().filter { $0.element.column != child }.map { place, other in
      (place: place, misses: other.sample.missesByRow(of: own).misses)
    }.sorted { ($0.misses, $0.place) < ($1.misses, $1.place) }.prefix(firstLimit)
    var found: [(saving: Double, parent: Parent)] = []
    for (place, _) in firsts {
      let first = others[place]
      for second in others.prefix(secondLimit) where second.column != child && second.column != first.column {
        guard (first.sample.distinct + 1) * (second.sample.distinct + 1) <= samplePairLimit,
          !found.contains(where: { $0.parent.columns == [second.column, first.column] })
        else { continue }
        let misses = known.misses(of: own, first.sample, second.sample)
        let saving =
          (Double(own.valueCount) - misses) * own.entropy
          - gapBits(first.sample.missesByRow(of: own).differences, own)
          - gapBits(second.sample.missesByRow(of: own).differences, own)
        let parent = Parent(column: first.column, isByRow: true, second: second.column)
        if saving > 0 { found.append((saving, parent)) }
      }
    }
    return found.sorted {
      ($1.saving, $0.parent.column, $0.parent.second ?? -1)
        < ($0.saving, $1.parent.column, $1.parent.second ?? -1)
    }.map(\.parent)
  }

  /// The choice, where it leaves clearly less of the sample's row group than what the column may be given alone does.
  private static func choice(
    _ parent: Parent, _ child: Int, _ left: Double, _ group: RowGroupColumns, _ rows: ValueRows,
    _ compressor: ZstdCompressor
  ) -> Choice? {
    func sided(_ column: Int) -> GivenCodes.Sided {
      GivenCodes.Sided(group[column], rows: rows.sampled[column])
    }
    guard let second = parent.second,
      let codes = GivenCodes.encode(sided(child), given: sided(parent.column), sided(second))
    else { return nil }
    func size(_ bytes: [UInt8]) -> Double {
      Double(BlockBody.make(bytes, compressor, .trial(compressor)).storedByteCount)
    }
    var own = ByteWriter()
    _ = WordEncoding.encodeCodes(group[child], into: &own)
    let (before, after) = (size(own.bytes), size(codes))
    guard after < before * min(pairedLeft, left * pairedLeftOfSingle) else { return nil }
    return Choice(
      saving: (before - after) * pairedWeight, child: child, parent: parent, share: after / before)
  }

  /// The words that stood last beside pairs of others. For many pairs of columns one after another, without being cleared.
  private struct LastWords {
    private var words: RawVector<UInt64>
    private var round: UInt64 = 0

    init(_ count: Int) {
      words = RawVector(capacity: count)
      words.appendUninitialized(count: count).update(repeating: 0, count: count)
    }

    func free() { words.free() }

    /// Words that differ from the one that stood last beside the same pair of words of the two columns, or none: of new
    /// pairs too, for each has its place in a table.
    mutating func misses(of own: Sample, _ first: Sample, _ second: Sample) -> Double {
      round += 1
      let width = second.distinct + 1
      var (misses, new) = (0, 0)
      own.codes.withUnsafeBufferPointer { own in
        first.codes.withUnsafeBufferPointer { first in
          second.codes.withUnsafeBufferPointer { second in
            for index in 0..<min(own.count, first.count, second.count) {
              let word = own[index]
              if word < 0 { continue }
              let place = (first[index] &+ 1) &* width &+ second[index] &+ 1
              let (last, this) = (words[place], round << 32 | UInt64(word))
              if last >> 32 != round { new &+= 1 } else if last != this { misses &+= 1 }
              words[place] = this
            }
          }
        }
      }
      return Double(misses + new)
    }
  }
}
