import CairnSQL

/// Functions of arrays (S81), typed or of a record.
enum ArrayFunctions {
  static let table: [FunctionTable.Entry] = [
    .special("element_at", 2...2, .elementAt),
    .special("cardinality", 1...1, .cardinality),
    .plain("len", 1...1, count),
    .plain("array_length", 1...1) { $0[0].elements.map { EngineValue($0.count) } ?? .null },
    .plain("array_distinct", 1...1) { unary($0) { distinct($0) } },
    .plain("array_sort", 1...1) { unary($0, ValueOrder.sorted) },
    .plain("array_max", 1...1) { extreme($0, .greater) },
    .plain("array_min", 1...1) { extreme($0, .less) },
    .plain("array_join", 2...3, join),
    .plain("array_position", 2...2, position),
    .plain("array_remove", 2...2) { arguments in
      unary(arguments) { $0.filter { Comparison.order($0, arguments[1]) != 0 } }
    },
    .plain("array_union", 2...2) { binary($0) { distinct($0 + $1) } },
    .plain("array_intersect", 2...2) { binary($0, intersection) },
    .plain("array_except", 2...2) { binary($0) { left, right in selected(left, whereIn: right, false) } },
    .plain("arrays_overlap", 2...2, isCondition: true, overlap),
    .plain("slice", 3...3, slice),
    .plain("flatten", 1...1, flatten),
    .plain("sequence", 2...3, ArraySequence.sequence),
    .total("repeat", 2...2, repeated),
    .total("zip", 2...5, zip),
  ]

  private static func unary(_ arguments: [EngineValue], _ function: ([EngineValue]) -> [EngineValue])
    -> EngineValue
  {
    arguments[0].elements.map { EngineValue(limited: function($0)) } ?? .null
  }

  private static func binary(
    _ arguments: [EngineValue], _ function: ([EngineValue], [EngineValue]) -> [EngineValue]
  ) -> EngineValue {
    guard let left = arguments[0].elements, let right = arguments[1].elements else { return .null }
    return EngineValue(limited: function(left, right))
  }

  /// The number of elements, or of the characters of a text as DuckDB's `len` has it.
  @Sendable private static func count(_ arguments: [EngineValue]) -> EngineValue {
    arguments[0].elements.map { EngineValue($0.count) } ?? TextFunctions.length(arguments)
  }

  // MARK: Sets

  private static func distinct(_ items: [EngineValue]) -> [EngineValue] {
    var seen: Set<GroupingKey> = []
    return items.filter { seen.insert(GroupingKey($0)).inserted }
  }

  private static func selected(_ items: [EngineValue], whereIn others: [EngineValue], _ isIn: Bool)
    -> [EngineValue]
  {
    let keys = Set(others.map { GroupingKey($0) })
    return distinct(items).filter { keys.contains(GroupingKey($0)) == isIn }
  }

  /// In the order of the longer array.
  private static func intersection(_ left: [EngineValue], _ right: [EngineValue]) -> [EngineValue] {
    right.count > left.count
      ? selected(right, whereIn: left, true) : selected(left, whereIn: right, true)
  }

  /// NULL where nothing is found but a NULL is in one of the arrays.
  @Sendable private static func overlap(_ arguments: [EngineValue]) -> EngineValue {
    guard let left = arguments[0].elements, let right = arguments[1].elements else { return .null }
    let keys = Set(right.filter { !$0.isNull }.map { GroupingKey($0) })
    if left.contains(where: { !$0.isNull && keys.contains(GroupingKey($0)) }) { return .boolean(true) }
    let mayBeEqual = !left.isEmpty && !right.isEmpty && (left + right).contains { $0.isNull }
    return mayBeEqual ? .null : .boolean(false)
  }

  // MARK: Elements

  /// By the comparisons of S20; NULL where an element is.
  private static func extreme(_ arguments: [EngineValue], _ wanted: ComparisonOperator) -> EngineValue {
    guard let items = arguments[0].elements, var best = items.first, !items.contains(where: \.isNull) else {
      return .null
    }
    for item in items where wanted.holds(ValueOrder.compare(item, best)) { best = item }
    return best
  }

  /// `array_join(array, separator [, replacement of NULL])`.
  @Sendable private static func join(_ arguments: [EngineValue]) -> EngineValue {
    guard let items = arguments[0].elements, let separator = arguments[1].text else { return .null }
    let replacement = arguments.count > 2 ? arguments[2].text : nil
    return EngineValue(joining: items.compactMap { $0.text ?? replacement }, separator)
  }

  /// From 1; 0 where there is none.
  @Sendable private static func position(_ arguments: [EngineValue]) -> EngineValue {
    guard let items = arguments[0].elements else { return .null }
    return EngineValue((items.firstIndex { Comparison.order($0, arguments[1]) == 0 } ?? -1) + 1)
  }

  /// `slice(array, start, length)`, the start from 1 or from -1 at the end.
  @Sendable private static func slice(_ arguments: [EngineValue]) -> EngineValue {
    guard let items = arguments[0].elements, let start = arguments[1].count, let length = arguments[2].count,
      start != 0, length >= 0
    else { return .null }
    let first = start > 0 ? start - 1 : items.count + start
    guard items.indices.contains(first) else { return .array([]) }
    return .array(Array(items[first...].prefix(length)))
  }

  // MARK: Building

  /// Arrays one after another; NULLs among them are left out, anything else is NULL.
  @Sendable private static func flatten(_ arguments: [EngineValue]) -> EngineValue {
    guard let items = arguments[0].elements else { return .null }
    var output: [EngineValue] = []
    for item in items where !item.isNull {
      guard let inner = item.elements else { return .null }
      output += inner
      if output.count > ResultLimits.elementCount { return .null }
    }
    return .array(output)
  }

  @Sendable private static func repeated(_ arguments: [EngineValue]) -> EngineValue {
    guard let count = arguments[1].count, count <= ResultLimits.generatedCount,
      let byteCount = arguments[0].byteCount(depth: ResultLimits.nesting - 1),
      count <= ResultLimits.compositeByteCount / byteCount
    else { return .null }
    return .array(Array(repeating: arguments[0], count: max(count, 0)))
  }

  /// Rows of the elements at the same place, NULL where an array is shorter.
  @Sendable private static func zip(_ arguments: [EngineValue]) -> EngineValue {
    let arrays = arguments.compactMap(\.elements)
    guard arrays.count == arguments.count else { return .null }
    let count = arrays.map(\.count).max() ?? 0
    return .array(
      (0..<count).map { index in
        .row(RowValue(values: arrays.map { $0.indices.contains(index) ? $0[index] : .null }))
      })
  }

  // MARK: concat and ||

  /// Whether `concat` and `||` of the values make an array: one is a typed array, or all are arrays.
  static func areConcatenated(_ values: [EngineValue]) -> Bool {
    var areAll = true
    for value in values {
      if case .array = value { return true }
      if areAll, !value.isArray { areAll = false }
    }
    return areAll && !values.isEmpty
  }

  /// What is no array counts as an element, as does an array without arrays beside one of arrays.
  static func concatenate(_ values: [EngineValue]) -> EngineValue {
    let parts = values.map(\.elements)
    let isNested = parts.contains { part in part?.isEmpty == false && part?.allSatisfy(\.isArray) == true }
    var output: [EngineValue] = []
    for (value, part) in Swift.zip(values, parts) {
      let isElement = isNested && part?.isEmpty == false && part?.contains(where: \.isArray) == false
      output += isElement ? [value] : part ?? [value]
      if output.count > ResultLimits.elementCount { return .null }
    }
    return EngineValue(limited: CommonNumbers.unified(output))
  }
}

/// `sequence(start, stop [, step])` of whole numbers, dates or timestamps.
enum ArraySequence {
  @Sendable static func sequence(_ arguments: [EngineValue]) -> EngineValue {
    if let start = arguments[0].count, let stop = arguments[1].count {
      let step = arguments.count > 2 ? arguments[2].count : start <= stop ? 1 : -1
      guard let step, step != 0, start == stop || (step > 0) == (start < stop) else { return .null }
      return numbers(from: start, through: stop, by: step)
    }
    return times(arguments)
  }

  private static func numbers(from start: Int, through stop: Int, by step: Int) -> EngineValue {
    var items: [EngineValue] = []
    for value in stride(from: start, through: stop, by: step) {
      items.append(EngineValue(value))
      if items.count > ResultLimits.generatedCount { return .null }
    }
    return .array(items)
  }

  private static func times(_ arguments: [EngineValue]) -> EngineValue {
    guard let start = arguments[0].timePoint, let stop = arguments[1].timePoint else { return .null }
    var span = TimeSpan(count: TimePoint.compare(start, stop) <= 0 ? 1 : -1, unit: .day)
    if arguments.count > 2 {
      guard case .interval(let given) = arguments[2] else { return .null }
      span = given
    }
    guard let second = start.adding(span), var total = TimeSpan.sum(span, span.negated) else { return .null }
    let direction = TimePoint.compare(second, start)
    guard direction != 0, direction * TimePoint.compare(stop, start) >= 0 else { return .null }
    var isDate = false
    if case .date = arguments[0] { isDate = true }
    var items: [EngineValue] = []
    // Each is counted from the start, so that months do not lose days on the way.
    while let point = start.adding(total), TimePoint.compare(point, stop) * direction <= 0 {
      items.append(isDate && point.secondOfDay == 0 ? .date(point.day) : .timestamp(point))
      guard items.count <= ResultLimits.generatedCount, let next = TimeSpan.sum(total, span) else {
        return .null
      }
      total = next
    }
    return .array(items)
  }
}
