import CairnSQL

/// Functions of arrays (S81).
enum OracleArrays {
  /// `||` and `concat` where arrays take part: nil where they join texts.
  static func concatenated(_ values: [OracleValue]) -> OracleValue? {
    let hasTyped = values.contains { if case .array = $0 { true } else { false } }
    guard hasTyped || values.allSatisfy({ $0.elements != nil }) else { return nil }
    if values.contains(.null) { return .null }
    let isNested = values.contains { value in
      (value.elements ?? []).allSatisfy { $0.elements != nil } && value.elements?.isEmpty == false
    }
    let items = values.flatMap { value -> [OracleValue] in
      guard let elements = value.elements else { return [value] }
      return isNested && !elements.isEmpty && elements.allSatisfy { $0.elements == nil } ? [value] : elements
    }
    return .array(OracleDecimalShape.unified(items))
  }

  static func call(_ name: String, _ values: [OracleValue]) -> OracleValue? {
    let first = values.first?.elements
    switch name {
    case "array_length":
      return first.map { OracleValue(Int64($0.count)) } ?? .null
    case "array_sort":
      return first.map { .array(sorted($0)) } ?? .null
    case "array_max", "array_min":
      guard let items = first, !items.isEmpty, !items.contains(.null) else { return .null }
      return (name == "array_min" ? sorted(items).first : reversedFirst(items)) ?? .null
    case "array_distinct":
      return first.map { .array(distinct($0)) } ?? .null
    case "array_union", "array_intersect", "array_except":
      guard values.count == 2, let a = first, let b = values[1].elements else { return .null }
      switch name {
      case "array_union": return .array(distinct(a + b))
      case "array_intersect":
        let (longer, other) = b.count > a.count ? (b, a) : (a, b)
        return .array(distinct(longer.filter { isIn(other, $0) }))
      default: return .array(distinct(a.filter { !isIn(b, $0) }))
      }
    case "arrays_overlap":
      guard values.count == 2, let a = first, let b = values[1].elements else { return .null }
      if a.contains(where: { !$0.isNull && isIn(b, $0) }) { return .boolean(true) }
      return !a.isEmpty && !b.isEmpty && (a + b).contains(.null) ? .null : .boolean(false)
    case "array_position", "array_remove":
      guard values.count == 2, let items = first, !values[1].isNull else { return .null }
      let equal = items.map { isEqual($0, values[1]) }
      if name == "array_remove" {
        return .array(zip(items, equal).filter { $0.1 != true }.map(\.0))
      }
      return OracleValue(Int64((equal.firstIndex(of: true) ?? -1) + 1))
    case "array_join":
      guard let items = first, let separator = values[1].text else { return .null }
      if values.count > 2, values[2].isNull { return .null }
      let texts = items.compactMap { $0.text ?? (values.count > 2 ? values[2].text : nil) }
      return .text(Array(texts.joined(separator: separator)))
    case "slice":
      guard let items = first, let start = values[1].decimal?.wholeNumber,
        let length = values[2].decimal?.wholeNumber, start != 0, length >= 0
      else { return .null }
      let from = start > 0 ? start - 1 : Int64(items.count) + start
      guard from >= 0, from < items.count else { return .array([]) }
      return .array(Array(items[Int(from)...].prefix(Int(min(length, Int64(items.count))))))
    case "flatten":
      guard let items = first else { return .null }
      let inner = items.filter { !$0.isNull }.map(\.elements)
      return inner.contains { $0 == nil } ? .null : .array(inner.flatMap { $0 ?? [] })
    case "repeat":
      guard let count = values[1].decimal?.wholeNumber, count <= 10_000 else { return .null }
      return .array([OracleValue](repeating: values[0], count: Int(max(0, count))))
    case "zip":
      let arrays = values.compactMap(\.elements)
      guard arrays.count == values.count else { return .null }
      let count = arrays.map(\.count).max() ?? 0
      return .array(
        (0..<count).map { index in
          .row(arrays.map { OracleField(name: nil, value: index < $0.count ? $0[index] : .null) })
        })
    case "len":
      if let items = first { return OracleValue(Int64(items.count)) }
      return values[0].text.map { OracleValue(Int64(OracleText.characters($0).count)) } ?? .null
    case "sequence":
      return sequence(values)
    default: return nil
    }
  }

  static func sorted(_ items: [OracleValue]) -> [OracleValue] {
    items.indices.sorted { a, b in
      let order = OracleOrdering.compare(items[a], items[b])
      return order == 0 ? a < b : order < 0
    }.map { items[$0] }
  }

  /// The first of the greatest.
  private static func reversedFirst(_ items: [OracleValue]) -> OracleValue? {
    var best = items.first
    for item in items {
      if let known = best, OracleOrdering.compare(item, known) > 0 { best = item }
    }
    return best
  }

  private static func isIn(_ items: [OracleValue], _ value: OracleValue) -> Bool {
    items.contains { OracleOrdering.compare($0, value) == 0 }
  }

  static func distinct(_ items: [OracleValue]) -> [OracleValue] {
    var kept: [OracleValue] = []
    for item in items where !isIn(kept, item) { kept.append(item) }
    return kept
  }

  static func isEqual(_ lhs: OracleValue, _ rhs: OracleValue) -> Bool? {
    OracleComparison.compare(
      .init(value: lhs, isTimeColumn: false), .equal, .init(value: rhs, isTimeColumn: false))
  }

  private static func sequence(_ values: [OracleValue]) -> OracleValue {
    var items: [OracleValue] = []
    let (start, stop) = (values[0], values[1])
    let isTime = OracleOrdering.isTime(start) || OracleOrdering.isTime(stop)
    if !isTime, start.decimal?.wholeNumber == nil || stop.decimal?.wholeNumber == nil { return .null }
    let order = OracleOrdering.compareNumbersOrTimes(start, stop)
    let unit: OracleValue = isTime ? .dayInterval(seconds: 86_400, nanoseconds: 0) : OracleValue(1)
    let step = values.count > 2 ? values[2] : order <= 0 ? unit : OracleArithmetic.signed(.minus, unit)
    var next = start
    var index: Int64 = 0
    let probe = (try? OracleArithmetic.combine(start, .add, step)) ?? .null
    if probe.isNull { return .null }
    let direction = OracleOrdering.compareNumbersOrTimes(start, probe)
    if direction == 0 || (order != 0 && direction != order) { return .null }
    while true {
      if next.isNull { return .null }
      let place = OracleOrdering.compareNumbersOrTimes(next, stop)
      if place != 0, place != direction { break }
      items.append(next)
      if items.count > 10_000 { return .null }
      index += 1
      next = moved(start, by: step, times: index)
    }
    return .array(items)
  }

  /// The start with some steps: months count from the start, so that the last day of a month comes back.
  private static func moved(_ start: OracleValue, by step: OracleValue, times: Int64) -> OracleValue {
    switch step {
    case .monthInterval(let months):
      return (try? OracleArithmetic.combine(start, .add, .monthInterval(months * times))) ?? .null
    case .dayInterval(let seconds, let nanoseconds):
      let whole = OracleInstant(seconds: seconds * times, nanoseconds: 0).adding(
        seconds: 0, nanoseconds: nanoseconds * times)
      return
        (try? OracleArithmetic.combine(
          start, .add, .dayInterval(seconds: whole.seconds, nanoseconds: whole.nanoseconds))) ?? .null
    default:
      let far = (try? OracleArithmetic.combine(step, .multiply, OracleValue(times))) ?? .null
      return (try? OracleArithmetic.combine(start, .add, far)) ?? .null
    }
  }
}

extension OracleOrdering {
  static func isTime(_ value: OracleValue) -> Bool {
    switch value {
    case .timestamp, .zoned, .date: true
    default: false
    }
  }

  /// The order of two numbers or two times.
  static func compareNumbersOrTimes(_ lhs: OracleValue, _ rhs: OracleValue) -> Int {
    if isTime(lhs) || isTime(rhs), let a = lhs.instant, let b = rhs.instant {
      return OracleInstant.compare(a, b)
    }
    guard let a = lhs.decimal, let b = rhs.decimal else { return 0 }
    return OracleDecimal.compare(a, b)
  }
}

/// Functions of maps (S82).
enum OracleMaps {
  static func call(_ name: String, _ values: [OracleValue]) -> OracleValue? {
    switch name {
    case "map":
      if values.isEmpty { return .map([]) }
      guard values.count == 2, let keys = values[0].elements, let items = values[1].elements,
        keys.count == items.count, !keys.contains(.null)
      else { return .null }
      return .map(distinct(zip(keys, items).map { OracleEntry(key: $0, value: $1) }))
    case "map_from_entries":
      guard let pairs = values[0].elements else { return .null }
      var entries: [OracleEntry] = []
      for pair in pairs {
        guard let parts = pair.unnamedFields ?? pair.elements, parts.count == 2, !parts[0].isNull else {
          return .null
        }
        entries.append(OracleEntry(key: parts[0], value: parts[1]))
      }
      return .map(distinct(entries))
    case "map_keys": return values[0].entries.map { .array($0.map(\.key)) } ?? .null
    case "map_values": return values[0].entries.map { .array($0.map(\.value)) } ?? .null
    case "map_entries":
      return values[0].entries.map { entries in
        .array(
          entries.map { entry in
            .row([OracleField(name: nil, value: entry.key), OracleField(name: nil, value: entry.value)])
          })
      } ?? .null
    case "map_concat":
      var result: [OracleEntry] = []
      for value in values {
        guard let entries = value.entries else { return .null }
        for entry in entries {
          if let place = result.firstIndex(where: { isSame($0.key, entry.key) }) {
            result[place] = OracleEntry(key: result[place].key, value: entry.value)
          } else {
            result.append(entry)
          }
        }
      }
      return .map(result)
    default: return nil
    }
  }

  private static func isSame(_ lhs: OracleValue, _ rhs: OracleValue) -> Bool {
    OracleOrdering.compare(lhs, rhs) == 0
  }

  /// Of equal keys the first counts.
  static func distinct(_ entries: [OracleEntry]) -> [OracleEntry] {
    var kept: [OracleEntry] = []
    for entry in entries where !kept.contains(where: { isSame($0.key, entry.key) }) { kept.append(entry) }
    return kept
  }

  /// The value of the first key that equals a subscript.
  static func value(of key: OracleValue, in entries: [OracleEntry]) -> OracleValue {
    entries.first { OracleArrays.isEqual($0.key, key) == true }?.value ?? .null
  }
}
