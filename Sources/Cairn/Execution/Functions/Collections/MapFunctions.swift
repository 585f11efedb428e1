/// Functions of maps and rows (S82), and of a record's objects.
enum MapFunctions {
  static let table: [FunctionTable.Entry] = [
    .plain("map", 0...2, make),
    .plain("map_keys", 1...1) { $0[0].entries.map { .array($0.keys) } ?? .null },
    .plain("map_values", 1...1) { $0[0].entries.map { .array($0.values) } ?? .null },
    .plain("map_entries", 1...1) { arguments in
      arguments[0].entries.map { .array($0.pairs.map { .row(RowValue(values: [$0.key, $0.value])) }) }
        ?? .null
    },
    .plain("map_from_entries", 1...1) { entries($0).map { .map(MapValue($0)) } ?? .null },
    .plain("multimap_from_entries", 1...1) { entries($0).map { .map(MapValue(gathering: $0)) } ?? .null },
    .plain("map_concat", 1...Int.max, concatenate),
  ]

  /// `map(keys, values)`; NULL where their numbers differ or a key is NULL.
  @Sendable private static func make(_ arguments: [EngineValue]) -> EngineValue {
    if arguments.isEmpty { return .map(MapValue([])) }
    guard arguments.count == 2, let keys = arguments[0].elements, let values = arguments[1].elements,
      keys.count == values.count, !keys.contains(where: \.isNull)
    else { return .null }
    return .map(MapValue(zip(keys, values).map { (key: $0, value: $1) }))
  }

  /// Of an array of pairs, rows or arrays, whose keys are not NULL.
  private static func entries(_ arguments: [EngineValue]) -> [(key: EngineValue, value: EngineValue)]? {
    guard let items = arguments[0].elements else { return nil }
    var pairs: [(key: EngineValue, value: EngineValue)] = []
    for item in items {
      var fields = item.elements ?? []
      if case .row(let row) = item { fields = row.values }
      guard fields.count == 2, !fields[0].isNull else { return nil }
      pairs.append((key: fields[0], value: fields[1]))
    }
    return pairs
  }

  /// Of keys in several maps the last one's value counts, at the place of the first.
  @Sendable private static func concatenate(_ arguments: [EngineValue]) -> EngineValue {
    var places: [GroupingKey: Int] = [:]
    var pairs: [(key: EngineValue, value: EngineValue)] = []
    for argument in arguments {
      guard let map = argument.entries else { return .null }
      for pair in map.pairs {
        if let place = places[GroupingKey(pair.key)] {
          pairs[place].value = pair.value
        } else {
          places[GroupingKey(pair.key)] = pairs.count
          pairs.append(pair)
        }
      }
      if pairs.count > ResultLimits.elementCount { return .null }
    }
    return .map(MapValue(pairs))
  }
}
