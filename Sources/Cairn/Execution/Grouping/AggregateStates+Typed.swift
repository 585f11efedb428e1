extension AggregateCall {
  /// What keeps flat states for it; nil where rows have to be kept, or more than one value for a group.
  var kernel: AggregateKernel? {
    guard !isDistinct, ordering.isEmpty, let kernel = function.kernel else { return nil }
    if case .extreme(let rule) = kernel, arguments.count != rule.argumentCount { return nil }
    return kernel
  }
}

// MARK: Flat states

extension AggregateStates {
  /// Flat states of no groups; they become more general when values come that they cannot hold.
  init(_ kernel: AggregateKernel) {
    self =
      switch kernel {
      case .extreme(let rule): rule.isByKey ? .extremes([], rule) : .numbers(FlatExtremes(rule))
      case .sum, .average: .sums([])
      case .variance: .moments([])
      case .countIf: .counts([])
      case .logic(let isConjunction): .verdicts([], isConjunction: isConjunction)
      }
  }

  /// Takes in flat states of the same form; gives the bytes that this adds, nil where the forms differ or cannot hold
  /// what comes together.
  mutating func mergeTyped(_ later: AggregateStates, _ targets: [Int]) -> Int? {
    // Taken apart one after the other: a pair of both would be a second owner of what is changed.
    switch later {
    case .numbers(let more):
      guard case .numbers(var numbers) = self, numbers.isAlike(more) else { return nil }
      self = .counts([])
      numbers.merge(more, targets)
      self = .numbers(numbers)
      return 0
    case .extremes(let more, _):
      guard case .extremes(var best, let rule) = self else { return nil }
      self = .counts([])
      var added = 0
      for (group, target) in targets.enumerated() {
        guard let candidate = more[group] else { continue }
        if let known = best[target] {
          if !rule.isBefore(candidate, known) { continue }
          added -= known.heldByteCount
        }
        added += candidate.heldByteCount
        best[target] = candidate
      }
      self = .extremes(best, rule)
      return added
    case .sums(let more):
      guard case .sums(var sums) = self else { return nil }
      self = .counts([])
      for (group, target) in targets.enumerated() {
        sums[target].merge(more[group])
      }
      self = .sums(sums)
      return 0
    case .moments(let more):
      guard case .moments(var moments) = self else { return nil }
      self = .counts([])
      // Several groups may be one: what is not to stay is taken back, the last first.
      var before: [FlatMoments] = []
      var fits = true
      for (group, target) in targets.enumerated() where fits {
        before.append(moments[target])
        moments[target].merge(more[group])
        fits = moments[target].fits
      }
      if !fits {
        for (target, old) in zip(targets, before).reversed() { moments[target] = old }
      }
      self = .moments(moments)
      return fits ? 0 : nil
    case .verdicts(let more, _):
      guard case .verdicts(var verdicts, let isConjunction) = self else { return nil }
      self = .counts([])
      for (group, target) in targets.enumerated() { verdicts[target] = max(verdicts[target], more[group]) }
      self = .verdicts(verdicts, isConjunction: isConjunction)
      return 0
    default: return nil
    }
  }

  /// How general the form is: values that one cannot hold need a higher one.
  var generality: Int {
    switch self {
    case .numbers: 0
    case .extremes, .sums, .moments: 1
    default: Self.mostGeneral
    }
  }

  static let mostGeneral = 2

  /// The same in the next more general form.
  func generalized(_ call: AggregateCall) -> AggregateStates {
    switch self {
    case .numbers(let numbers): return .extremes(numbers.candidates, numbers.rule)
    case .extremes(let best, let rule): return .states(best.map { ExtremeState(rule, best: $0) })
    case .sums(let sums):
      if case .average = call.kernel { return .states(sums.map { AverageState($0.exact) }) }
      return .states(sums.map { SumState($0.exact) })
    case .moments(let moments):
      guard case .variance(let rule) = call.kernel else { return self }
      return .states(moments.map { VarianceState(rule, $0) })
    default: return self
    }
  }

  /// The same with a state of its own for each group.
  func general(_ call: AggregateCall) -> AggregateStates {
    var states = self
    while states.generality < Self.mostGeneral { states = states.generalized(call) }
    return states
  }

  /// Bytes of the values that states hold, roughly.
  var heldByteCount: Int {
    switch self {
    case .extremes(let best, _): best.reduce(0) { $0 + ($1?.heldByteCount ?? 0) }
    case .states(let states): states.reduce(0) { $0 + $1.heldByteCount }
    default: 0
    }
  }

  /// The results of flat states; nil where these are others.
  func typedResults(_ call: AggregateCall, _ range: Range<Int>) -> Vector? {
    switch self {
    case .counts(let counts): return .wholes(Vector.Numbers(counts[range].map { Int64($0) }))
    case .distinctCounts(let sets): return .wholes(Vector.Numbers(sets[range].map { Int64($0.count) }))
    case .numbers(let numbers): return numbers.results(range)
    case .extremes(let best, _): return .plain(best[range].map { $0?.value ?? .null })
    case .sums(let sums):
      let isAverage = if case .average = call.kernel { true } else { false }
      if let flat = Self.ofWholes(sums[range], isAverage: isAverage) { return flat }
      return .plain(
        sums[range].map { sum in
          guard sum.count > 0 else { return .null }
          return (isAverage ? sum.exact.average : sum.exact.number).map(EngineValue.number) ?? .null
        })
    case .moments(let moments):
      guard case .variance(let rule) = call.kernel else { return nil }
      return .plain(moments[range].map { rule.result($0) })
    case .verdicts(let verdicts, let isConjunction):
      return .coded(
        Vector.Coded(
          entries: [.null, .boolean(isConjunction), .boolean(!isConjunction)],
          codes: verdicts[range].map { UInt32($0.rawValue) }))
    default: return nil
    }
  }

  /// Sums or averages of whole numbers; nil where there are others.
  private static func ofWholes(_ sums: ArraySlice<FlatSum>, isAverage: Bool) -> Vector? {
    var wholes: [Int64] = []
    wholes.reserveCapacity(sums.count)
    for sum in sums {
      guard let whole = sum.whole else { return nil }
      wholes.append(whole)
    }
    let isNull = sums.contains { $0.count == 0 } ? sums.map { $0.count == 0 } : []
    if !isAverage { return .wholes(Vector.Numbers(wholes, isNull: isNull)) }
    let averages = zip(wholes, sums).map { whole, sum in Double(whole) / Double(max(1, sum.count)) }
    return .doubles(Vector.Numbers(averages, isNull: isNull))
  }
}

/// What the conditions of a group came to, the later one the stronger: none was true or false, none has decided, one
/// has.
enum LogicVerdict: UInt8, Comparable, BitwiseCopyable, Sendable {
  case none, open, decided

  init(_ truth: Bool?, isConjunction: Bool) {
    self = truth.map { $0 == isConjunction ? .open : .decided } ?? .none
  }

  static func < (lhs: LogicVerdict, rhs: LogicVerdict) -> Bool { lhs.rawValue < rhs.rawValue }
}
