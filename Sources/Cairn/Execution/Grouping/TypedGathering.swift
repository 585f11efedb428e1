import CairnStorage

/// Gathers the rows of a batch into flat states: one pass over numbers, without a value in a box for each row.
struct TypedGathering {
  let groups: LocalGroups
  /// Whether each row is taken; nil for all.
  let passes: [Bool]?

  private var rowCount: Int { groups.numbers.count }

  /// Nil where the values are not of the kinds that flat states hold.
  func states(_ kernel: AggregateKernel, _ arguments: [Vector]) -> AggregateStates? {
    guard let value = arguments.first, let last = arguments.last else { return nil }
    switch kernel {
    case .extreme(let rule):
      if !rule.isByKey, let numbers = numbers(value, rule) { return .numbers(numbers) }
      return extremes(rule, key: last, value: value)
    case .sum, .average: return (wholeSums(value) ?? summed(value)).map { .sums($0) }
    case .variance: return summed(value).map { .moments($0) }
    case .countIf: return counts(value)
    case .logic(let isConjunction): return verdicts(value, isConjunction: isConjunction)
    }
  }

  /// How many rows that are taken have each combination of a group (by which they are ordered) and an entry; nil where
  /// the combinations are more than a share of the rows.
  private func pairCounts(_ codes: [UInt32], entryCount: Int) -> [UInt32]? {
    let (product, isOver) = groups.count.multipliedReportingOverflow(by: entryCount)
    if isOver || product > rowCount / Self.pairShare { return nil }
    // Neighbours that are alike are counted in two places, so that none waits for the one before it.
    var counts = [UInt32](repeating: 0, count: 2 * product)
    counts.withUnsafeMutableBufferPointer { counts in
      codes.withUnsafeBufferPointer { codes in
        eachRow { row, group in
          counts[(row & 1) &* product &+ group &* entryCount &+ Int(codes[row])] &+= 1
        }
      }
    }
    return (0..<product).map { counts[$0] + counts[product + $0] }
  }

  /// Rows for each combination that make these few.
  private static let pairShare = 8

  /// Calls `body` with each row that is taken and its group.
  @inline(__always)
  private func eachRow(_ body: (Int, Int) -> Void) {
    groups.numbers.withUnsafeBufferPointer { numbers in
      if let passes {
        for row in numbers.indices where passes[row] { body(row, Int(numbers[row])) }
      } else {
        for row in numbers.indices { body(row, Int(numbers[row])) }
      }
    }
  }

  // MARK: Extremes

  /// Nil where the values are no times of whole seconds or whole numbers.
  private func numbers(_ value: Vector, _ rule: ExtremeRule) -> FlatExtremes? {
    let kind: FlatExtremes.Kind
    let numbers: Vector.Numbers<Int64>
    if case .coded(let coded) = value, !rule.isByTime, let best = fewNumbers(coded, rule) { return best }
    switch value {
    case .times(let times): (kind, numbers) = (.time, Vector.Numbers(times.seconds))
    case .timestamps(let times): (kind, numbers) = (.timestamp, Vector.Numbers(times.seconds))
    case .wholes(let wholes) where !rule.isByTime: (kind, numbers) = (.whole, wholes)
    case .coded(let coded) where !rule.isByTime && coded.entries.allSatisfy(\.isComputedWhole):
      guard let wholes = value.wholes(count: rowCount) else { return nil }
      (kind, numbers) = (.whole, wholes)
    default: return nil
    }
    let unset = FlatExtremes.unset(rule)
    var best = [Int64](repeating: unset, count: groups.count)
    best.withUnsafeMutableBufferPointer { best in
      numbers.values.withUnsafeBufferPointer { values in
        switch (rule.end, numbers.isNull.isEmpty) {
        case (.least, true): eachRow { row, group in best[group] = min(best[group], values[row]) }
        case (.greatest, true): eachRow { row, group in best[group] = max(best[group], values[row]) }
        case (.least, false):
          eachRow { row, group in if !numbers.isNull[row] { best[group] = min(best[group], values[row]) } }
        case (.greatest, false):
          eachRow { row, group in if !numbers.isNull[row] { best[group] = max(best[group], values[row]) } }
        }
      }
    }
    switch kind {
    case .time, .timestamp:
      // Seconds that have no text are NULL.
      guard best.allSatisfy({ $0 == unset || EventTime.canonicalRange.contains($0) }) else { return nil }
    case .whole:
      // The number that stands for none may be one.
      if numbers.values.indices.contains(where: { numbers.values[$0] == unset && !numbers.isNull($0) }) {
        return nil
      }
    }
    return FlatExtremes(rule, kind, best)
  }

  /// The same of few combinations of groups and whole numbers.
  private func fewNumbers(_ coded: Vector.Coded, _ rule: ExtremeRule) -> FlatExtremes? {
    let entryCount = coded.entries.count
    guard entryCount <= rowCount / Self.pairShare, coded.entries.allSatisfy(\.isComputedWhole),
      let counts = pairCounts(coded.codes, entryCount: entryCount)
    else { return nil }
    let unset = FlatExtremes.unset(rule)
    var best = [Int64](repeating: unset, count: groups.count)
    for (pair, count) in counts.enumerated() where count > 0 {
      guard case .number(.integer(let whole)) = coded.entries[pair % entryCount] else { continue }
      if whole == unset { return nil }
      let group = pair / entryCount
      best[group] = rule.end == .least ? min(best[group], whole) : max(best[group], whole)
    }
    return FlatExtremes(rule, .whole, best)
  }

  private func extremes(_ rule: ExtremeRule, key: Vector, value: Vector) -> AggregateStates {
    // Texts that may be times are compared as values.
    if rule.isByTime, case .texts(let texts) = key {
      return extremes(rule, key: .coded(texts.coded()), value: value)
    }
    let rows: [UInt32]
    if !rule.isByKey, case .coded(let coded) = key,
      let order = Self.order(ofNumbers: coded.entries, rule.end == .least ? 1 : -1)
    {
      rows = bestRows(rule, coded.codes.map { order[Int($0)] }, value, areSpelledApart: true)
    } else if let order = order(rule, key) {
      rows = bestRows(rule, order, value)
    } else if case .texts(let texts) = key {
      rows = bestRows(rule, texts, value)
    } else {
      rows = bestRows(rule, key: key, value: value)
    }
    return .extremes(
      rows.map { row in
        if row == .max { return nil }
        return ExtremeRule.Candidate(key: key[Int(row)], value: value[Int(row)])
      }, rule)
  }

  /// A dictionary of more entries than this, and than a share of the rows, is not worth sorting.
  private static let rankedEntryCount = 256
  private static let rankedShare = 4

  /// A number for each row, less where the rule prefers the key; the largest where the key is NULL. Nil where
  /// comparing keys as they come is less work.
  func order(_ rule: ExtremeRule, _ key: Vector) -> [Int64]? {
    let sign: Int64 = rule.end == .least ? 1 : -1
    switch key {
    case .times(let times), .timestamps(let times):
      return times.seconds.map { EventTime.canonicalRange.contains($0) ? $0 * sign : .max }
    case .wholes(let numbers):
      return Self.order(numbers.values.indices.map { numbers.isNull($0) ? nil : numbers.values[$0] }, sign)
    case .coded(let coded):
      if let order = Self.order(of: coded.entries, sign) { return coded.codes.map { order[Int($0)] } }
      return ranked(coded, rule, sign)
    case .texts(let texts) where texts.entryCount <= max(Self.rankedEntryCount, rowCount / Self.rankedShare):
      return TextRanks.ofRows([texts]).map { $0 < 0 ? .max : $0 * sign }
    default: return nil
    }
  }

  /// Nil where there are too many entries.
  private func ranked(_ coded: Vector.Coded, _ rule: ExtremeRule, _ sign: Int64) -> [Int64]? {
    if coded.entries.count > max(Self.rankedEntryCount, rowCount / Self.rankedShare) { return nil }
    let ranks = Self.ranks(coded.entries, rule)
    return coded.codes.map { code in
      let rank = ranks[Int(code)]
      return rank < 0 ? .max : rank * sign
    }
  }

  /// Whole numbers order as they are; nil where there is anything else but NULL.
  private static func order(of entries: [EngineValue], _ sign: Int64) -> [Int64]? {
    var wholes: [Int64?] = []
    wholes.reserveCapacity(entries.count)
    for entry in entries {
      switch entry {
      case .number(.integer(let whole)), .record(.integer(let whole)): wholes.append(whole)
      case .null: wholes.append(nil)
      default: return nil
      }
    }
    return order(wholes, sign)
  }

  /// Numbers of so few digits that doubles are exact, and doubles, order as these do, though equal ones may be spelled
  /// apart; nil where there is anything else but NULL.
  private static func order(ofNumbers entries: [EngineValue], _ sign: Int64) -> [Int64]? {
    var order: [Int64] = []
    order.reserveCapacity(entries.count)
    for entry in entries {
      let double: Double?
      switch entry {
      case .null:
        order.append(.max)
        continue
      case .record(.number(let text)): double = ShortDecimal(text)?.double
      case .record(.integer(let whole)), .number(.integer(let whole)): double = Double(exactly: whole)
      case .number(.double(let number)): double = number.isFinite ? number : nil
      default: double = nil
      }
      guard let double else { return nil }
      let magnitude = Int64(bitPattern: abs(double).bitPattern)
      order.append(sign * (double < 0 ? -magnitude : magnitude))
    }
    return order
  }

  /// Nil where a number has no place before that of NULL.
  private static func order(_ wholes: [Int64?], _ sign: Int64) -> [Int64]? {
    var order: [Int64] = []
    order.reserveCapacity(wholes.count)
    for whole in wholes {
      if let whole, whole == .min || whole == .max { return nil }
      order.append(whole.map { $0 * sign } ?? .max)
    }
    return order
  }

  /// Places of entries in the order of a rule, equal for what it does not tell apart; -1 for NULL.
  private static func ranks(_ entries: [EngineValue], _ rule: ExtremeRule) -> [Int64] {
    func order(_ lhs: Int, _ rhs: Int) -> Int {
      let order = rule.compare(entries[lhs], entries[rhs])
      if order != 0 || rule.isByKey { return order }
      // Of equal ones the least by text is wanted at either end.
      let byText = ValueOrder.compareAndText(entries[lhs], entries[rhs])
      return rule.end == .least ? byText : -byText
    }
    let sorted = entries.indices.filter { !entries[$0].isNull }.sorted { order($0, $1) < 0 }
    var ranks = [Int64](repeating: -1, count: entries.count)
    var rank: Int64 = 0
    for (place, entry) in sorted.enumerated() {
      if place > 0, order(sorted[place - 1], entry) != 0 { rank += 1 }
      ranks[entry] = rank
    }
    return ranks
  }

  /// The row of each group that is preferred, `UInt32.max` for none, where rows have numbers in the order of keys.
  ///
  /// - Parameter areSpelledApart: values of one number may have several texts, of which the least is wanted.
  private func bestRows(
    _ rule: ExtremeRule, _ order: [Int64], _ value: Vector, areSpelledApart: Bool = false
  ) -> [UInt32] {
    var best = [UInt32](repeating: .max, count: groups.count)
    var least = [Int64](repeating: .max, count: groups.count)
    eachRow { row, group in
      if order[row] < least[group] {
        least[group] = order[row]
        best[group] = UInt32(truncatingIfNeeded: row)
      } else if rule.isByKey || areSpelledApart, order[row] == least[group], order[row] != .max,
        isBefore(value, row, Int(best[group]))
      {
        best[group] = UInt32(truncatingIfNeeded: row)
      }
    }
    return best
  }

  /// Whether of equal keys the first row's value is wanted.
  private func isBefore(_ value: Vector, _ row: Int, _ other: Int) -> Bool {
    switch value {
    case .coded(let coded) where coded.codes[row] == coded.codes[other]: return false
    case .texts(let texts):
      let (left, right) = (texts.codes[row], texts.codes[other])
      // NULL comes last.
      if left == right || left == texts.null || right == texts.null { return left < right }
      return texts.entries.order(Int(left), Int(right)) < 0
    default: break
    }
    return ValueOrder.compareAndText(value[row], value[other]) < 0
  }

  /// The same where texts are keys.
  private func bestRows(_ rule: ExtremeRule, _ keys: Vector.Texts, _ value: Vector) -> [UInt32] {
    var best = [UInt32](repeating: .max, count: groups.count)
    let (entries, null) = (keys.entries, keys.null)
    eachRow { row, group in
      let code = keys.codes[row]
      if code == null { return }
      if best[group] != .max {
        let known = keys.codes[Int(best[group])]
        let order = code == known ? 0 : entries.order(Int(code), Int(known))
        if order == 0
          ? !(rule.isByKey && isBefore(value, row, Int(best[group]))) : (order < 0) != (rule.end == .least)
        {
          return
        }
      }
      best[group] = UInt32(truncatingIfNeeded: row)
    }
    return withExtendedLifetime(keys) { best }
  }

  private func bestRows(_ rule: ExtremeRule, key: Vector, value: Vector) -> [UInt32] {
    var best = [UInt32](repeating: .max, count: groups.count)
    var candidates = [ExtremeRule.Candidate?](repeating: nil, count: groups.count)
    eachRow { row, group in
      let candidate = ExtremeRule.Candidate(key: key[row], value: value[row])
      if candidate.key.isNull { return }
      if let known = candidates[group], !rule.isBefore(candidate, known) { return }
      candidates[group] = candidate
      best[group] = UInt32(truncatingIfNeeded: row)
    }
    return best
  }

  // MARK: Sums and counts

  /// Sums and numbers of whole numbers that are so small that no sum of a batch leaves 64 bits; nil for others, and
  /// where counting combinations is less work.
  private func wholeSums(_ vector: Vector) -> [FlatSum]? {
    let limit = UInt64(Int64.max) / UInt64(max(1, rowCount))
    var sums = [Int64](repeating: 0, count: groups.count)
    var counts = [Int64](repeating: 0, count: groups.count)
    func add(_ number: (Int) -> Int64, _ count: (Int) -> Int64) {
      sums.withUnsafeMutableBufferPointer { sums in
        counts.withUnsafeMutableBufferPointer { counts in
          eachRow { row, group in
            sums[group] &+= number(row)
            counts[group] &+= count(row)
          }
        }
      }
    }
    switch vector {
    case .wholes(let numbers):
      let (values, isNull) = (numbers.values, numbers.isNull)
      guard values.allSatisfy({ $0.magnitude <= limit }) else { return nil }
      if isNull.isEmpty {
        add({ values[$0] }, { _ in 1 })
      } else {
        add({ isNull[$0] ? 0 : values[$0] }, { isNull[$0] ? 0 : 1 })
      }
    case .coded(let coded):
      let (product, isOver) = groups.count.multipliedReportingOverflow(by: coded.entries.count)
      if !isOver, product <= rowCount / Self.pairShare { return nil }
      var entries: [(number: Int64, count: Int64)] = []
      for entry in coded.entries {
        switch entry {
        case .null: entries.append((0, 0))
        case .number(.integer(let whole)), .record(.integer(let whole)):
          guard whole.magnitude <= limit else { return nil }
          entries.append((whole, 1))
        default: return nil
        }
      }
      coded.codes.withUnsafeBufferPointer { codes in
        entries.withUnsafeBufferPointer { entries in
          add({ entries[Int(codes[$0])].number }, { entries[Int(codes[$0])].count })
        }
      }
    default: return nil
    }
    return zip(sums, counts).map { FlatSum(whole: $0, count: Int($1)) }
  }

  /// Nil where a number has too many digits, and for intervals.
  private func summed<State: SummandState>(_ vector: Vector) -> [State]? {
    var sums = [State](repeating: State(), count: groups.count)
    var fits = true
    sums.withUnsafeMutableBufferPointer { sums in
      switch vector {
      case .times, .timestamps: break
      case .wholes(let numbers):
        eachRow { row, group in
          if !numbers.isNull(row) { sums[group].add(FlatSum.Summand(numbers.values[row])) }
        }
      case .doubles(let numbers):
        eachRow { row, group in
          if numbers.isNull(row) { return }
          guard let summand = FlatSum.Summand(numbers.values[row]) else { return fits = false }
          sums[group].add(summand)
        }
      case .plain(let values):
        eachRow { row, group in
          switch Self.summand(values[row]) {
          case .number(let summand): sums[group].add(summand)
          case .none: break
          case .other: fits = false
          }
        }
      case .constant, .coded, .texts:
        let coded = vector.coded(count: rowCount)
        let entryCount = coded.entries.count
        if entryCount <= rowCount / Self.pairShare,
          let counts = pairCounts(coded.codes, entryCount: entryCount)
        {
          for (pair, count) in counts.enumerated() where count > 0 {
            switch Self.summand(coded.entries[pair % entryCount]) {
            case .number(let summand): sums[pair / entryCount].add(summand, times: Int(count))
            case .none: break
            case .other: fits = false
            }
          }
          return
        }
        var summands = [Summand?](repeating: nil, count: coded.entries.count)
        eachRow { row, group in
          let code = Int(coded.codes[row])
          let summand = summands[code] ?? Self.summand(coded.entries[code])
          summands[code] = summand
          switch summand {
          case .number(let summand): sums[group].add(summand)
          case .none: break
          case .other: fits = false
          }
        }
      }
    }
    return fits && sums.allSatisfy(\.fits) ? sums : nil
  }

  private enum Summand: BitwiseCopyable {
    case number(FlatSum.Summand)
    /// Nothing that is added.
    case none
    /// What flat states do not hold.
    case other
  }

  private static func summand(_ value: EngineValue) -> Summand {
    switch value {
    case .null: return .none
    case .number(.integer(let whole)), .record(.integer(let whole)):
      return .number(FlatSum.Summand(whole))
    case .number(.double(let double)): return FlatSum.Summand(double).map { .number($0) } ?? .other
    case .text(let text), .record(.string(let text)), .record(.number(let text)):
      if let summand = ShortDecimal(text).flatMap({ FlatSum.Summand($0) }) { return .number(summand) }
      return value.number == nil ? .none : .other
    case .interval, .number: return .other
    default: return value.number == nil ? .none : .other
    }
  }

  private func verdicts(_ vector: Vector, isConjunction: Bool) -> AggregateStates {
    var verdicts = [LogicVerdict](repeating: .none, count: groups.count)
    let coded = vector.coded(count: rowCount)
    let entries = coded.entries.map { LogicVerdict($0.truth, isConjunction: isConjunction) }
    verdicts.withUnsafeMutableBufferPointer { verdicts in
      eachRow { row, group in verdicts[group] = max(verdicts[group], entries[Int(coded.codes[row])]) }
    }
    return .verdicts(verdicts, isConjunction: isConjunction)
  }

  private func counts(_ vector: Vector) -> AggregateStates {
    let isTrue = vector.truths(count: rowCount)
    var counts = [Int](repeating: 0, count: groups.count)
    eachRow { row, group in if isTrue[row] { counts[group] += 1 } }
    return .counts(counts)
  }
}

extension Vector {
  /// Whether each of `count` rows is true.
  func truths(count: Int) -> [Bool] {
    switch self {
    case .constant(let value): return Array(repeating: value.truth == true, count: count)
    case .coded(let coded):
      let truths = coded.entries.map { $0.truth == true }
      return coded.codes.map { truths[Int($0)] }
    case .texts(let texts):
      let truths = (0..<UInt32(texts.entryCount)).map { texts.value($0).truth == true }
      return texts.codes.map { truths[Int($0)] }
    case .times, .timestamps, .wholes, .doubles: return Array(repeating: false, count: count)
    case .plain(let values): return values.map { $0.truth == true }
    }
  }
}

extension EngineValue {
  /// Whether it is a whole number that a function has made, or NULL: one of a record has a kind of its own.
  fileprivate var isComputedWhole: Bool {
    switch self {
    case .null, .number(.integer): true
    default: false
    }
  }
}
