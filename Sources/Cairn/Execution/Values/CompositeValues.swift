/// Keys with values, in an order; no key twice (S84).
package struct MapValue: Sendable, Equatable {
  package let keys: [EngineValue]
  package let values: [EngineValue]

  /// Of keys and as many values; of equal keys the first one counts.
  init(_ pairs: [(key: EngineValue, value: EngineValue)]) {
    var seen: Set<GroupingKey> = []
    var keys: [EngineValue] = []
    var values: [EngineValue] = []
    keys.reserveCapacity(pairs.count)
    values.reserveCapacity(pairs.count)
    for pair in pairs where seen.insert(GroupingKey(pair.key)).inserted {
      keys.append(pair.key)
      values.append(pair.value)
    }
    self.keys = keys
    self.values = values
  }

  /// Of keys that are known to differ, with as many values.
  init(distinctKeys keys: [EngineValue], values: [EngineValue]) {
    self.keys = keys
    self.values = values
  }

  var count: Int { keys.count }

  var pairs: [(key: EngineValue, value: EngineValue)] { zip(keys, values).map { (key: $0, value: $1) } }

  /// The value of a key that is equal (S20).
  func value(of key: EngineValue) -> EngineValue? {
    keys.firstIndex { Comparison.order($0, key) == 0 }.map { values[$0] }
  }

  /// The value of a key that is named by a step of a path: the first exact one, else the first when ASCII letters
  /// are compared without case.
  func value(named name: PathName) -> EngineValue? {
    name.place(among: keys.lazy.map { $0.text ?? [] }).map { values[$0] }
  }

  /// The map as a JSON object.
  var json: [UInt8] { JSONText.object(zip(keys, values).lazy.map { ($0.jsonKey, $1.json) }) }
}

/// The fields of a row, with or without names (S84).
package struct RowValue: Sendable, Equatable {
  /// As many as values, or none.
  package let names: [[UInt8]]
  package let values: [EngineValue]

  init(names: [[UInt8]] = [], values: [EngineValue]) {
    self.names = names.count == values.count ? names : []
    self.values = values
  }

  /// The value of a field.
  func value(named name: PathName) -> EngineValue? { name.place(among: names).map { values[$0] } }

  /// A JSON object where the fields have names, else a JSON array.
  var json: [UInt8] {
    names.isEmpty || names.contains([])
      ? EngineValue.json(values) : JSONText.object(zip(names, values).lazy.map { ($0, $1.json) })
  }
}

extension PathName {
  /// The place of the key that the name reads (S2).
  fileprivate func place(among keys: some Sequence<[UInt8]>) -> Int? {
    var folded: Int?
    for (index, key) in keys.enumerated() {
      if key == bytes { return index }
      if !isExact, folded == nil, JSONText.isSameIgnoringCase(key, bytes) { folded = index }
    }
    return folded
  }
}

// MARK: Of typed values and of records alike

extension EngineValue {
  /// The elements of an array; nil for anything else.
  var elements: [EngineValue]? {
    switch self {
    case .array(let items): items
    case .record(.json(let bytes)): JSONText(bytes).elementFields?.map { EngineValue($0) }
    default: nil
    }
  }

  /// The keys and values of a map or an object; nil for anything else.
  var entries: MapValue? {
    switch self {
    case .map(let map): map
    case .record(.json(let bytes)):
      JSONText(bytes).members.map {
        MapValue($0.map { (key: .text($0.key), value: EngineValue($0.value.field)) })
      }
    default: nil
    }
  }

  /// Whether it is an array, typed or of a record.
  var isArray: Bool {
    switch self {
    case .array: true
    case .record(.json(let bytes)): bytes.first == UInt8(ascii: "[")
    default: false
    }
  }
}

extension EngineValue {
  /// A map's key as JSON has it: doubles as output has them.
  var jsonKey: [UInt8] {
    if case .number(let number) = self { number.json } else { text ?? [] }
  }
}
