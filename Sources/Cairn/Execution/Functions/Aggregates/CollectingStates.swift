/// `array_agg`: every value, NULL too, in order.
struct ArrayState: AggregateState {
  private var values: [EngineValue] = []

  mutating func add(_ arguments: [EngineValue], times: Int) {
    values += repeatElement(arguments.first ?? .null, count: times)
  }

  mutating func merge(_ later: ArrayState) { values += later.values }

  var result: EngineValue { values.isEmpty ? .null : .array(values) }
}

/// `first`: the first row's value, be it NULL.
struct FirstState: AggregateState {
  private var value: EngineValue?

  mutating func add(_ arguments: [EngineValue], times: Int) { value = value ?? arguments.first }

  mutating func merge(_ later: FirstState) { value = value ?? later.value }

  var result: EngineValue { value ?? .null }
}

/// `last`: the last row's value, be it NULL.
struct LastState: AggregateState {
  private var value: EngineValue?

  mutating func add(_ arguments: [EngineValue], times: Int) { value = arguments.first ?? value }

  mutating func merge(_ later: LastState) { value = later.value ?? value }

  var result: EngineValue { value ?? .null }
}

/// `string_agg` and `listagg`: the texts in order with a separator between them.
struct TextState: AggregateState {
  private var separator: [UInt8]
  private var text: [UInt8]?

  init(separator: [UInt8]) { self.separator = separator }

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard let part = arguments.first?.text else { return }
    if arguments.count > 1, let given = arguments[1].text { separator = given }
    for _ in 0..<times { append(part) }
  }

  private mutating func append(_ part: [UInt8]) {
    if text == nil {
      text = part
    } else {
      text?.append(contentsOf: separator)
      text?.append(contentsOf: part)
    }
  }

  mutating func merge(_ later: TextState) {
    guard let part = later.text else { return }
    separator = later.separator
    append(part)
  }

  var result: EngineValue { text.map(EngineValue.text) ?? .null }
}

/// Values by their keys; the maps that aggregates give have their keys in ascending order (S26).
private struct KeyedValues<Value: Sendable>: Sendable {
  private(set) var entries: [GroupingKey: (key: EngineValue, value: Value)] = [:]

  /// Changes the value of a key. Of keys that are the same (S63) the first one by S26 and by text is kept.
  mutating func update(_ key: EngineValue, initial: Value, _ change: (inout Value) -> Void) {
    let place = GroupingKey(key)
    var entry = entries.removeValue(forKey: place) ?? (key: key, value: initial)
    if ValueOrder.compareAndText(key, entry.key) < 0 { entry.key = key }
    change(&entry.value)
    entries[place] = entry
  }

  var sorted: [(key: EngineValue, value: Value)] {
    entries.values.sorted { ValueOrder.compareAndText($0.key, $1.key) < 0 }
  }

  func map(_ value: (Value) -> EngineValue) -> EngineValue {
    if entries.isEmpty { return .null }
    let sorted = sorted
    return .map(MapValue(distinctKeys: sorted.map(\.key), values: sorted.map { value($0.value) }))
  }
}

/// `set_agg`: the distinct values in ascending order, NULL last.
struct SetState: AggregateState {
  private var values = KeyedValues<Void>()

  mutating func add(_ arguments: [EngineValue], times: Int) {
    values.update(arguments.first ?? .null, initial: ()) { _ in }
  }

  mutating func merge(_ later: SetState) {
    for entry in later.values.entries.values { values.update(entry.key, initial: ()) { _ in } }
  }

  var result: EngineValue { values.entries.isEmpty ? .null : .array(values.sorted.map(\.key)) }
}

/// `histogram`: how often each value occurs.
struct HistogramState: AggregateState {
  private var counts = KeyedValues<Int>()

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard let value = arguments.first, !value.isNull else { return }
    counts.update(value, initial: 0) { $0 += times }
  }

  mutating func merge(_ later: HistogramState) {
    for entry in later.counts.entries.values { counts.update(entry.key, initial: 0) { $0 += entry.value } }
  }

  var result: EngineValue { counts.map { .number(.integer(Int64($0))) } }
}

/// `map_agg(key, value)`: of equal keys the first one's value.
struct MapState: AggregateState {
  private var values = KeyedValues<EngineValue?>()

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard arguments.count > 1, !arguments[0].isNull else { return }
    values.update(arguments[0], initial: nil) { $0 = $0 ?? arguments[1] }
  }

  mutating func merge(_ later: MapState) {
    for entry in later.values.entries.values {
      values.update(entry.key, initial: nil) { $0 = $0 ?? entry.value }
    }
  }

  var result: EngineValue { values.map { $0 ?? .null } }
}

/// `multimap_agg(key, value)`: all values of each key in order.
struct MultimapState: AggregateState {
  private var values = KeyedValues<[EngineValue]>()

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard arguments.count > 1, !arguments[0].isNull else { return }
    values.update(arguments[0], initial: []) { $0 += repeatElement(arguments[1], count: times) }
  }

  mutating func merge(_ later: MultimapState) {
    for entry in later.values.entries.values { values.update(entry.key, initial: []) { $0 += entry.value } }
  }

  var result: EngineValue { values.map { .array($0) } }
}
