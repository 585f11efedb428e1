/// `array_agg`: every value, NULL too, in order.
struct ArrayState: AggregateState {
  private var values: [EngineValue] = []
  private var size = CollectedSize()

  mutating func add(_ arguments: [EngineValue], times: Int) {
    if size.isOver { return }
    let value = arguments.first ?? .null
    size.add(value, times: times)
    if size.isOver { values = [] } else { values += repeatElement(value, count: times) }
  }

  mutating func merge(_ later: ArrayState) {
    if size.isOver { return }
    size.merge(later.size)
    if size.isOver { values = [] } else { values += later.values }
  }

  var heldByteCount: Int { size.heldByteCount }

  var result: EngineValue { values.isEmpty ? .null : .array(values) }
}

/// `first`: the first row's value, be it NULL.
struct FirstState: AggregateState {
  private var value: EngineValue?

  mutating func add(_ arguments: [EngineValue], times: Int) { value = value ?? arguments.first }

  mutating func merge(_ later: FirstState) { value = value ?? later.value }

  var heldByteCount: Int { value?.heldByteCount ?? 0 }

  var result: EngineValue { value ?? .null }
}

/// `last`: the last row's value, be it NULL.
struct LastState: AggregateState {
  private var value: EngineValue?

  mutating func add(_ arguments: [EngineValue], times: Int) { value = arguments.first ?? value }

  mutating func merge(_ later: LastState) { value = later.value ?? value }

  var heldByteCount: Int { value?.heldByteCount ?? 0 }

  var result: EngineValue { value ?? .null }
}

/// `string_agg` and `listagg`: the texts in order with a separator between them; NULL beyond the limit (S86).
struct TextState: AggregateState {
  private var separator: [UInt8]
  private var text: [UInt8]?
  private var isOver = false

  init(separator: [UInt8]) { self.separator = separator }

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard let part = arguments.first?.text else { return }
    if arguments.count > 1, let given = arguments[1].text { separator = given }
    for _ in 0..<times where !isOver { append(part) }
  }

  private mutating func append(_ part: [UInt8]) {
    let byteCount = (text.map { $0.count + separator.count } ?? 0) + part.count
    if byteCount > ResultLimits.textByteCount {
      (text, isOver) = (nil, true)
    } else if text == nil {
      text = part
    } else {
      text?.append(contentsOf: separator)
      text?.append(contentsOf: part)
    }
  }

  mutating func merge(_ later: TextState) {
    isOver = isOver || later.isOver
    if isOver { text = nil }
    guard !isOver, let part = later.text else { return }
    separator = later.separator
    append(part)
  }

  var heldByteCount: Int { text?.count ?? 0 }

  var result: EngineValue { text.map(EngineValue.text) ?? .null }
}

/// Values by their keys; the maps that aggregates give have their keys in ascending order (S26).
private struct KeyedValues<Value: Sendable>: Sendable {
  private(set) var entries: [GroupingKey: (key: EngineValue, value: Value)] = [:]
  /// Of keys and values.
  private var size = CollectedSize()

  /// Changes the value of a key. Of keys that are the same (S63) the first one by S26 and by text is kept.
  mutating func update(_ key: EngineValue, initial: Value, _ change: (inout Value) -> Void) {
    if size.isOver { return }
    let place = GroupingKey(key)
    var entry: (key: EngineValue, value: Value)
    if let known = entries.removeValue(forKey: place) {
      entry = known
    } else {
      entry = (key: key, value: initial)
      count(key)
      if size.isOver { return }
    }
    if ValueOrder.compareAndText(key, entry.key) < 0 { entry.key = key }
    change(&entry.value)
    entries[place] = entry
  }

  /// Counts what becomes part of the result.
  mutating func count(_ value: EngineValue, times: Int = 1) {
    size.add(value, times: times)
    if size.isOver { entries = [:] }
  }

  /// Takes in what another state has gathered.
  mutating func merge(
    _ later: KeyedValues<Value>, _ take: (inout KeyedValues<Value>, EngineValue, Value) -> Void
  ) {
    for entry in later.entries.values { take(&self, entry.key, entry.value) }
    if later.size.isOver {
      size = later.size
      entries = [:]
    }
  }

  /// Whether there is nothing, also nothing that was let go.
  var isEmpty: Bool { entries.isEmpty && !size.isOver }

  /// What a key takes beside the value itself, roughly.
  private static var keyByteCount: Int { 112 }

  var heldByteCount: Int { 2 * size.heldByteCount + entries.count * Self.keyByteCount }

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
    values.merge(later.values) { values, key, _ in values.update(key, initial: ()) { _ in } }
  }

  var heldByteCount: Int { values.heldByteCount }

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
    counts.merge(later.counts) { counts, key, more in counts.update(key, initial: 0) { $0 += more } }
  }

  var heldByteCount: Int { counts.heldByteCount }

  var result: EngineValue { counts.map { .number(.integer(Int64($0))) } }
}

/// `map_agg(key, value)`: of equal keys the first one's value.
struct MapState: AggregateState {
  private var values = KeyedValues<EngineValue?>()

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard arguments.count > 1, !arguments[0].isNull else { return }
    Self.add(&values, arguments[0], arguments[1])
  }

  private static func add(
    _ values: inout KeyedValues<EngineValue?>, _ key: EngineValue, _ value: EngineValue?
  ) {
    var isFirst = false
    values.update(key, initial: nil) {
      isFirst = $0 == nil
      $0 = $0 ?? value
    }
    if isFirst, let value { values.count(value) }
  }

  mutating func merge(_ later: MapState) { values.merge(later.values) { Self.add(&$0, $1, $2) } }

  /// Whether it has taken no entry at all.
  var isEmpty: Bool { values.isEmpty }

  var heldByteCount: Int { values.heldByteCount }

  var result: EngineValue { values.map { $0 ?? .null } }
}

/// `map_union`: the entries of all maps, of equal keys the first one's value.
struct MapUnionState: AggregateState {
  private var entries = MapState()
  private var hasMap = false

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard let map = arguments.first?.entries else { return }
    hasMap = true
    for pair in map.pairs { entries.add([pair.key, pair.value], times: 1) }
  }

  mutating func merge(_ later: MapUnionState) {
    hasMap = hasMap || later.hasMap
    entries.merge(later.entries)
  }

  var heldByteCount: Int { entries.heldByteCount }

  var result: EngineValue {
    // Maps without entries have an empty union, and those with too many have none.
    hasMap && entries.isEmpty ? .map(MapValue([])) : entries.result
  }
}

/// `multimap_agg(key, value)`: all values of each key in order.
struct MultimapState: AggregateState {
  private var values = KeyedValues<[EngineValue]>()

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard arguments.count > 1, !arguments[0].isNull else { return }
    values.update(arguments[0], initial: []) { $0 += repeatElement(arguments[1], count: times) }
    values.count(arguments[1], times: times)
  }

  mutating func merge(_ later: MultimapState) {
    values.merge(later.values) { values, key, more in
      values.update(key, initial: []) { $0 += more }
      for value in more { values.count(value) }
    }
  }

  var heldByteCount: Int { values.heldByteCount }

  var result: EngineValue { values.map { .array($0) } }
}
