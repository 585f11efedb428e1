/// Texts that hold pairs of keys and values (S103). No argument is NULL.
enum SplitFunctions {
  static let table: [FunctionTable.Entry] = [
    .plain("split_to_map", 3...3) { arguments in
      guard let pairs = pairs(arguments) else { return .null }
      let map = MapValue(pairs)
      // A key that comes twice has no one value.
      return map.count == pairs.count ? .map(map) : .null
    },
    .plain("split_to_multimap", 3...3) { pairs($0).map { .map(MapValue(gathering: $0)) } ?? .null },
  ]

  /// The pairs of `(text, separator of entries, separator of key and value)`; nil where an entry has not exactly one
  /// of the latter, or where the separators are the same or empty.
  static func pairs(_ arguments: [EngineValue]) -> [(key: EngineValue, value: EngineValue)]? {
    guard let text = arguments[0].text, let entrySeparator = arguments[1].text,
      let keySeparator = arguments[2].text, !entrySeparator.isEmpty, !keySeparator.isEmpty,
      entrySeparator != keySeparator
    else { return nil }
    let places = TextFunctions.characterPlaces(of: entrySeparator, in: text)
    guard places.count < ResultLimits.elementCount else { return nil }
    var pairs: [(key: EngineValue, value: EngineValue)] = []
    var start = 0
    for end in places + [text.count] {
      // Nothing after the last separator is no entry.
      if start == text.count { break }
      let entry = Array(text[start..<end])
      let marks = TextFunctions.characterPlaces(of: keySeparator, in: entry, limit: 2)
      guard marks.count == 1 else { return nil }
      pairs.append(
        (
          key: .text(Array(entry[..<marks[0]])),
          value: .text(Array(entry[(marks[0] + keySeparator.count)...]))
        ))
      start = end + entrySeparator.count
    }
    return pairs
  }
}

extension MapValue {
  /// From each key to the array of its values, in order.
  init(gathering pairs: [(key: EngineValue, value: EngineValue)]) {
    var places: [GroupingKey: Int] = [:]
    var keys: [EngineValue] = []
    var values: [[EngineValue]] = []
    for pair in pairs {
      let key = GroupingKey(pair.key)
      if let place = places[key] {
        values[place].append(pair.value)
      } else {
        places[key] = keys.count
        keys.append(pair.key)
        values.append([pair.value])
      }
    }
    self.init(distinctKeys: keys, values: values.map { .array($0) })
  }
}
