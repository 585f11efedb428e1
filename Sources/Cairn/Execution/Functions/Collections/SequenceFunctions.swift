/// Functions that choose from arrays by their places (S105). No argument is NULL.
enum SequenceFunctions {
  static let table: [FunctionTable.Entry] = [
    .plain("contains_sequence", 2...2, isCondition: true, containsSequence),
    .plain("ngrams", 2...2, ngrams),
    .plain("combinations", 2...2, combinations),
    .plain("trim_array", 2...2, trimmed),
    .plain("array_first", 1...1) { $0[0].elements.map { $0.first ?? .null } ?? .null },
    .plain("array_last", 1...1) { $0[0].elements.map { $0.last ?? .null } ?? .null },
    .plain("array_histogram", 1...1, histogram),
  ]

  /// Whether the elements of the second array stand one after another in the first; NULLs are the same (S63).
  @Sendable private static func containsSequence(_ arguments: [EngineValue]) -> EngineValue {
    guard let items = arguments[0].elements, let part = arguments[1].elements else { return .null }
    return .boolean(holds(items.map { GroupingKey($0) }, part.map { GroupingKey($0) }))
  }

  /// In time that grows with the sum of both lengths.
  private static func holds(_ items: [GroupingKey], _ part: [GroupingKey]) -> Bool {
    if part.isEmpty { return true }
    // How much of the part's beginning ends at each of its places.
    var borders = [0]
    var matched = 0
    for place in part.indices.dropFirst() {
      while matched > 0, part[place] != part[matched] { matched = borders[matched - 1] }
      if part[place] == part[matched] { matched += 1 }
      borders.append(matched)
    }
    matched = 0
    for item in items {
      while matched > 0, item != part[matched] { matched = borders[matched - 1] }
      if item == part[matched] { matched += 1 }
      if matched == part.count { return true }
    }
    return false
  }

  /// `ngrams(array, n)`: all runs of `n` elements, or the array itself where it has no more.
  @Sendable private static func ngrams(_ arguments: [EngineValue]) -> EngineValue {
    guard let items = arguments[0].elements, let size = arguments[1].count, size > 0 else { return .null }
    if size >= items.count { return EngineValue(limited: [.array(items)]) }
    let runs = items.count - size + 1
    guard runs <= ResultLimits.elementCount / size else { return .null }
    return EngineValue(limited: (0..<runs).map { .array(Array(items[$0..<$0 + size])) })
  }

  /// Elements that are chosen together at most, and those of all choices, as in Trino.
  private static let mostChosen = 5
  private static let mostElements = 100_000

  /// `combinations(array, n)`: all choices of `n` places, those of the first places first.
  @Sendable private static func combinations(_ arguments: [EngineValue]) -> EngineValue {
    guard let items = arguments[0].elements, let size = arguments[1].count, (0...mostChosen).contains(size)
    else {
      return .null
    }
    if size == 0 { return .array([.array([])]) }
    guard size <= items.count else { return .array([]) }
    var count = 1
    for step in 1...size {
      let (product, overflow) = count.multipliedReportingOverflow(by: items.count - size + step)
      guard !overflow else { return .null }
      count = product / step
      guard count <= mostElements else { return .null }
    }
    guard count * size <= mostElements else { return .null }
    var places = Array(0..<size)
    var output: [EngineValue] = []
    for _ in 0..<count {
      output.append(.array(places.map { items[$0] }))
      // The first place that may go on does, and those before it begin anew.
      guard
        let next = places.indices.first(where: { index in
          places[index] + 1 < (index + 1 < size ? places[index + 1] : items.count)
        })
      else { break }
      places[next] += 1
      for index in 0..<next { places[index] = index }
    }
    return EngineValue(limited: output)
  }

  /// `trim_array(array, n)`: without the last `n` elements.
  @Sendable private static func trimmed(_ arguments: [EngineValue]) -> EngineValue {
    guard let items = arguments[0].elements, let count = arguments[1].count, count >= 0, count <= items.count
    else {
      return .null
    }
    return .array(Array(items.dropLast(count)))
  }

  /// How often each element comes that is not NULL.
  @Sendable private static func histogram(_ arguments: [EngineValue]) -> EngineValue {
    guard let items = arguments[0].elements else { return .null }
    let gathered = MapValue(gathering: items.filter { !$0.isNull }.map { (key: $0, value: .null) })
    return .map(
      MapValue(
        distinctKeys: gathered.keys, values: gathered.values.map { EngineValue($0.elements?.count ?? 0) }))
  }
}
