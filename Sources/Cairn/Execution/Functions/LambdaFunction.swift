/// A function some of whose arguments are lambdas (S83).
struct LambdaFunction: Sendable {
  /// For each argument how many parameters its lambda has; nil where it is a value.
  let parameterCounts: [Int?]
  /// Of the values of the arguments that are no lambdas.
  let apply: @Sendable ([EngineValue], inout LambdaEvaluator) -> EngineValue
  /// What it makes of the values of its one lambda, where these are all that it needs of its array.
  let elementResult: ElementForm.Result?
  /// Whether it gives the elements for which its lambda is true.
  let keepsElements: Bool

  init(
    parameterCounts: [Int?], elementResult: ElementForm.Result? = nil, keepsElements: Bool = false,
    apply: @escaping @Sendable ([EngineValue], inout LambdaEvaluator) -> EngineValue
  ) {
    self.parameterCounts = parameterCounts
    self.elementResult = elementResult
    self.keepsElements = keepsElements
    self.apply = apply
  }

  static let table: [FunctionTable.Entry] = [
    .lambda("transform", transform),
    .lambda("list_transform", transform),
    .lambda("filter", filter),
    .lambda("list_filter", filter),
    .lambda("reduce", reduce),
    .lambda("any_match", isCondition: true, match(decidedBy: true, outcome: true)),
    .lambda("all_match", isCondition: true, match(decidedBy: false, outcome: false)),
    .lambda("none_match", isCondition: true, match(decidedBy: true, outcome: false)),
    .lambda("zip_with", zipWith),
    .lambda("transform_keys", transformKeys),
    .lambda("transform_values", transformValues),
    .lambda("map_filter", mapFilter),
    .lambda("map_zip_with", mapZipWith),
  ]

  /// Functions that may also be called without a lambda, in the form that has one.
  static let forms: [String: LambdaFunction] = [
    "array_sort": sort, "split_to_map": splitToMap,
    "regexp_replace": LambdaFunction(parameterCounts: [nil, nil, 1]) { replaced($0, nil, &$1) },
  ]

  // MARK: Arrays

  private static let transform = LambdaFunction(parameterCounts: [nil, 1], elementResult: .list) {
    values, lambdas in
    guard let items = values[0].elements else { return .null }
    return EngineValue.limited(items) { lambdas.value(of: $0) }.map(EngineValue.array) ?? .null
  }

  private static let filter = LambdaFunction(parameterCounts: [nil, 1], keepsElements: true) {
    values, lambdas in
    guard let items = values[0].elements else { return .null }
    return .array(items.filter { lambdas.truth(of: $0) == true })
  }

  /// `reduce(array, start, (state, element) -> …, state -> …)`.
  private static let reduce = LambdaFunction(parameterCounts: [nil, nil, 2, 1]) { values, lambdas in
    guard let items = values[0].elements else { return .null }
    var state = values[1]
    for item in items {
      state = lambdas.value(of: state, item)
      if state.byteCount() == nil { return .null }
    }
    return lambdas.value(1, of: state)
  }

  /// The outcome where the lambda decides for an element; else NULL if it was NULL for one, else the opposite.
  private static func match(decidedBy truth: Bool, outcome: Bool) -> LambdaFunction {
    let result = ElementForm.Result.match(decidedBy: truth, outcome: outcome, withoutArray: nil)
    return LambdaFunction(parameterCounts: [nil, 1], elementResult: result) { values, lambdas in
      guard let items = values[0].elements else { return .null }
      var isUnknown = false
      for item in items {
        guard let found = lambdas.truth(of: item) else {
          isUnknown = true
          continue
        }
        if found == truth { return .boolean(outcome) }
      }
      return isUnknown ? .null : .boolean(!outcome)
    }
  }

  private static let zipWith = LambdaFunction(parameterCounts: [nil, nil, 2]) { values, lambdas in
    guard let left = values[0].elements, let right = values[1].elements else { return .null }
    let rows = EngineValue.limited(0..<max(left.count, right.count)) { index in
      lambdas.value(of: index < left.count ? left[index] : .null, index < right.count ? right[index] : .null)
    }
    return rows.map(EngineValue.array) ?? .null
  }

  /// `array_sort(array, (a, b) -> …)`, negative where `a` comes first; NULL where the lambda gives no whole number.
  private static let sort = LambdaFunction(parameterCounts: [nil, 2]) { values, lambdas in
    guard let items = values[0].elements else { return .null }
    var isKnown = true
    let sorted = items.sorted { left, right in
      guard isKnown, let order = lambdas.value(of: left, right).number?.whole else {
        isKnown = false
        return false
      }
      return order < 0
    }
    return isKnown ? .array(sorted) : .null
  }

  // MARK: Texts

  /// `regexp_replace(text, pattern, groups -> …)`; the pattern is compiled already where it is constant.
  static func replaced(
    _ values: [EngineValue], _ compiled: RegexFinder?, _ lambdas: inout LambdaEvaluator
  ) -> EngineValue {
    guard let text = values[0].text,
      let finder = compiled ?? values[1].text.flatMap({ try? RegexFinder($0) })
    else { return .null }
    return RegexFunction.replacing(text, finder) { match in
      let groups = match.groups.dropFirst().map { range in
        range.map { EngineValue.text(Array(text[$0])) } ?? .null
      }
      return lambdas.value(of: .array(groups)).text
    }
  }

  /// `split_to_map(text, separator, separator, (key, first, second) -> …)`: of two values of a key what the lambda
  /// makes of them.
  private static let splitToMap = LambdaFunction(parameterCounts: [nil, nil, nil, 3]) { values, lambdas in
    guard let pairs = SplitFunctions.pairs(values) else { return .null }
    let gathered = MapValue(gathering: pairs)
    let merged = EngineValue.limited(gathered.pairs) { pair in
      let items = pair.value.elements ?? []
      return items.dropFirst().reduce(items.first ?? .null) { lambdas.value(of: pair.key, $0, $1) }
    }
    return merged.map { .map(MapValue(distinctKeys: gathered.keys, values: $0)) } ?? .null
  }

  // MARK: Maps

  /// `map_zip_with(map, map, (key, first, second) -> …)`: the keys of both, those of the first before.
  private static let mapZipWith = LambdaFunction(parameterCounts: [nil, nil, 3]) { values, lambdas in
    guard let left = values[0].entries, let right = values[1].entries else { return .null }
    let keys = MapValue(gathering: (left.keys + right.keys).map { (key: $0, value: .null) }).keys
    let (first, second) = (left.valuesByKey, right.valuesByKey)
    let results = EngineValue.limited(keys) { key in
      let place = GroupingKey(key)
      return lambdas.value(of: key, first[place] ?? .null, second[place] ?? .null)
    }
    return results.map { .map(MapValue(distinctKeys: keys, values: $0)) } ?? .null
  }

  /// Entries whose new key is NULL make the result NULL; of equal ones the first counts.
  private static let transformKeys = LambdaFunction(parameterCounts: [nil, 2]) { values, lambdas in
    guard let map = values[0].entries else { return .null }
    let keys = EngineValue.limited(map.pairs) { lambdas.value(of: $0.key, $0.value) }
    guard let keys, !keys.contains(where: \.isNull) else { return .null }
    return .map(MapValue(zip(keys, map.values).map { (key: $0, value: $1) }))
  }

  private static let transformValues = LambdaFunction(parameterCounts: [nil, 2]) { values, lambdas in
    guard let map = values[0].entries else { return .null }
    let changed = EngineValue.limited(map.pairs) { lambdas.value(of: $0.key, $0.value) }
    guard let changed else { return .null }
    return .map(MapValue(distinctKeys: map.keys, values: changed))
  }

  private static let mapFilter = LambdaFunction(parameterCounts: [nil, 2]) { values, lambdas in
    guard let map = values[0].entries else { return .null }
    let kept = map.pairs.filter { lambdas.truth(of: $0.key, $0.value) == true }
    return .map(MapValue(distinctKeys: kept.map(\.key), values: kept.map(\.value)))
  }
}

extension MapValue {
  fileprivate var valuesByKey: [GroupingKey: EngineValue] {
    Dictionary(zip(keys.map { GroupingKey($0) }, values)) { first, _ in first }
  }
}

/// A bound lambda: its body, and where its parameters are put for the body to read.
struct Lambda: Sendable {
  let slots: [Int]
  let body: any Node
}

/// Evaluates the lambdas of one call in one row.
struct LambdaEvaluator {
  private var row: Row
  private let lambdas: [Lambda]
  private var count = 0
  /// Once the query is to end no body is evaluated any more.
  private var isCancelled = false
  /// Elements between two looks at that.
  private static let stride = 64

  init(_ row: Row, _ lambdas: [Lambda]) {
    self.row = row
    self.lambdas = lambdas
    let slotCount = (lambdas.flatMap(\.slots).max() ?? -1) + 1
    while self.row.elements.count < slotCount { self.row.elements.append(.null) }
  }

  mutating func value(
    _ index: Int = 0, of first: EngineValue, _ second: EngineValue? = nil, _ third: EngineValue? = nil
  ) -> EngineValue {
    put(index, first, second)
    if let third { row.elements[lambdas[index].slots[2]] = third }
    if isCancelled { return .null }
    return lambdas[index].body.value(row)
  }

  mutating func truth(of first: EngineValue, _ second: EngineValue? = nil) -> Bool? {
    put(0, first, second)
    if isCancelled { return nil }
    return lambdas[0].body.truth(row)
  }

  private mutating func put(_ index: Int, _ first: EngineValue, _ second: EngineValue?) {
    if count % Self.stride == 0 { isCancelled = isCancelled || QueryCancellation.isCurrentCancelled }
    count += 1
    let slots = lambdas[index].slots
    row.elements[slots[0]] = first
    if let second { row.elements[slots[1]] = second }
  }
}

/// A call with lambdas.
final class LambdaNode: Node {
  private let arguments: [any Node]
  private let lambdas: [Lambda]
  private let function: LambdaFunction

  init(_ arguments: [any Node], _ lambdas: [Lambda], _ function: LambdaFunction) {
    self.arguments = arguments
    self.lambdas = lambdas
    self.function = function
  }

  func value(_ row: Row) -> EngineValue {
    let values = arguments.map { $0.value(row) }
    var evaluator = LambdaEvaluator(row, lambdas)
    return function.apply(values, &evaluator)
  }
}
