import CairnSQL

/// Window functions (S69).
struct OracleWindows {
  let select: OracleSelect

  static let functions: [String: ClosedRange<Int>] = [
    "rank": 0...0, "dense_rank": 0...0, "row_number": 0...0, "percent_rank": 0...0, "cume_dist": 0...0,
    "ntile": 1...1, "lag": 1...3, "lead": 1...3, "first_value": 1...1, "last_value": 1...1,
    "nth_value": 2...2,
  ]

  /// The rows with the values of all window functions in the expressions.
  func evaluate(
    _ expressions: [Expression], _ rows: [OracleEvaluator]
  ) throws(OracleError) -> [OracleEvaluator] {
    var result = rows
    for node in expressions.flatMap(\.windowCalls) {
      guard case .call(let call) = node.kind, let reference = call.window else { continue }
      let window = try specification(reference)
      let values = try OracleWindow(call: call, window: window, rows: rows).values()
      for (index, value) in values.enumerated() {
        result[index].replacements[node.span] = OracleResolved(value: value.value, isTime: value.isTime)
      }
    }
    return result
  }

  /// A window with everything that the windows it extends say.
  private func specification(_ reference: WindowReference) throws(OracleError) -> WindowParts {
    switch reference {
    case .named(let name): return try named(name)
    case .specification(let window): return try extended(window)
    }
  }

  private func named(_ name: Identifier) throws(OracleError) -> WindowParts {
    guard let index = select.select.windows.firstIndex(where: { OracleScope.isSame($0.name.text, name.text) })
    else { throw .unsupported("window \(name.text)") }
    return try extended(select.select.windows[index].specification)
  }

  private func extended(_ window: WindowSpecification) throws(OracleError) -> WindowParts {
    var parts = try window.base.map { (name) throws(OracleError) in try named(name) } ?? WindowParts()
    if window.base != nil {
      if !window.partition.isEmpty || parts.frame != nil
        || !window.ordering.isEmpty && !parts.ordering.isEmpty
      {
        throw .unsupported("a window that changes its base")
      }
    } else {
      parts.partition = window.partition
    }
    if !window.ordering.isEmpty { parts.ordering = window.ordering }
    parts.frame = window.frame ?? parts.frame
    return parts
  }
}

struct WindowParts {
  var partition: [Expression] = []
  var ordering: [SortItem] = []
  var frame: WindowFrame?
}

/// One window function over rows.
struct OracleWindow {
  let call: FunctionCall
  let window: WindowParts
  let rows: [OracleEvaluator]

  typealias Value = (value: OracleValue, isTime: Bool)

  func values() throws(OracleError) -> [Value] {
    if call.isDistinct { throw .unsupported("DISTINCT in a window function") }
    let isAggregate = OracleAggregates.names.contains(call.key)
    if !isAggregate {
      guard let counts = OracleWindows.functions[call.key] else { throw .unsupported("window \(call.key)") }
      guard counts.contains(call.arguments.count), !call.isStar else { throw .wrongArguments(call.key) }
      if call.filter != nil || !call.ordering.isEmpty { throw .wrongArguments(call.key) }
    }
    var partitions: [[UInt8]: [Int]] = [:]
    var keys: [[OracleSortKey]] = []
    for (index, row) in rows.enumerated() {
      let key = OracleSameness.key(try row.conditionsOrValues(of: window.partition))
      partitions[key, default: []].append(index)
      var sortKeys: [OracleSortKey] = []
      for item in window.ordering { sortKeys.append(try row.sortKey(item)) }
      keys.append(sortKeys)
    }
    var result = [Value](repeating: (.null, false), count: rows.count)
    for members in partitions.values {
      let order = members.sorted { a, b in
        let order = OracleSortKey.compare(keys[a], keys[b])
        return order == 0 ? a < b : order < 0
      }
      let partition = OraclePartition(
        call: call, window: window, rows: order.map { rows[$0] }, keys: order.map { keys[$0] })
      for (place, index) in order.enumerated() {
        result[index] = try isAggregate ? partition.aggregate(place) : partition.value(place)
      }
    }
    return result
  }
}

/// The sorted rows of one partition.
struct OraclePartition {
  let call: FunctionCall
  let window: WindowParts
  let rows: [OracleEvaluator]
  let keys: [[OracleSortKey]]

  private func peers(_ place: Int) -> Range<Int> {
    var start = place
    var end = place + 1
    while start > 0, OracleSortKey.compare(keys[start - 1], keys[place]) == 0 { start -= 1 }
    while end < rows.count, OracleSortKey.compare(keys[end], keys[place]) == 0 { end += 1 }
    return start..<end
  }

  /// The numbers of the groups of peers.
  private var groups: [Int] {
    var groups: [Int] = []
    for place in rows.indices {
      let isPeer = place > 0 && OracleSortKey.compare(keys[place - 1], keys[place]) == 0
      groups.append(place == 0 ? 0 : groups[place - 1] + (isPeer ? 0 : 1))
    }
    return groups
  }

  func aggregate(_ place: Int) throws(OracleError) -> OracleWindow.Value {
    let places = try frame(place)
    let value = try OracleAggregates.evaluate(call, places.map { rows[$0] }, sample: rows[place])
    let isExtreme = ["min", "max"].contains(call.key) && call.arguments.count == 1
    let isTime = isExtreme ? try rows[place].isTimeColumn(call.arguments[0]) : false
    return (value, isTime)
  }

  func value(_ place: Int) throws(OracleError) -> OracleWindow.Value {
    let row = rows[place]
    let count = rows.count
    switch call.key {
    case "row_number": return (OracleValue(Int64(place + 1)), false)
    case "rank": return (OracleValue(Int64(peers(place).lowerBound + 1)), false)
    case "dense_rank": return (OracleValue(Int64(groups[place] + 1)), false)
    case "percent_rank":
      let rank = Double(peers(place).lowerBound)
      return (double(count == 1 ? 0 : rank / Double(count - 1)), false)
    case "cume_dist":
      return (double(Double(peers(place).upperBound) / Double(count)), false)
    case "ntile":
      guard let parts = try whole(call.arguments[0], row, least: 1) else { return (.null, false) }
      let tile = parts >= count ? place : self.tile(place, Int(parts), count)
      return (OracleValue(Int64(tile + 1)), false)
    case "lag", "lead":
      return (try shifted(place), false)
    default:
      return (try inFrame(place), false)
    }
  }

  private func double(_ value: Double) -> OracleValue { OracleValue(double: value) }

  /// The first `count % parts` parts have one row more.
  private func tile(_ place: Int, _ parts: Int, _ count: Int) -> Int {
    let (size, larger) = (count / parts, count % parts)
    let inLarger = larger * (size + 1)
    return place < inLarger ? place / (size + 1) : larger + (place - inLarger) / size
  }

  /// A count or distance; nil where it is none. A constant that is none is refused.
  private func whole(
    _ expression: Expression, _ row: OracleEvaluator, least: Int64
  ) throws(OracleError) -> Int64? {
    if let number = try row.value(of: expression).decimal?.wholeNumber, number >= least { return number }
    if expression.isConstant { throw .invalidLiteral("\(expression)") }
    return nil
  }

  private func shifted(_ place: Int) throws(OracleError) -> OracleValue {
    let row = rows[place]
    let fallback = call.arguments.count > 2 ? try row.conditionOrValue(of: call.arguments[2]) : .null
    var distance: Int64 = 1
    if call.arguments.count > 1 {
      guard let given = try whole(call.arguments[1], row, least: 0) else { return .null }
      distance = given
    }
    let step = call.key == "lag" ? -1 : 1
    if distance == 0 { return try row.conditionOrValue(of: call.arguments[0]) }
    var index = place
    while true {
      index += step
      guard rows.indices.contains(index) else { return fallback }
      let value = try rows[index].conditionOrValue(of: call.arguments[0])
      if call.ignoresNulls == true, value.isNull { continue }
      distance -= 1
      if distance == 0 { return value }
    }
  }

  private func inFrame(_ place: Int) throws(OracleError) -> OracleValue {
    var wanted: Int64 = 1
    if call.key == "nth_value" {
      guard let given = try whole(call.arguments[1], rows[place], least: 1) else { return .null }
      wanted = given
    }
    var values: [OracleValue] = []
    for index in try frame(place) {
      let value = try rows[index].conditionOrValue(of: call.arguments[0])
      if call.ignoresNulls == true, value.isNull { continue }
      values.append(value)
    }
    if call.key == "last_value" { return values.last ?? .null }
    return wanted <= values.count ? values[Int(wanted) - 1] : .null
  }

  // MARK: Frames

  /// The places in the frame of a row.
  private func frame(_ place: Int) throws(OracleError) -> [Int] {
    guard let frame = window.frame else {
      return Array(window.ordering.isEmpty ? 0..<rows.count : 0..<peers(place).upperBound)
    }
    let start = try bound(frame.start, frame.unit, place, isStart: true)
    let end = try bound(frame.end ?? .currentRow, frame.unit, place, isStart: false)
    guard let start, let end else { return [] }
    return rows.indices.filter { start($0) && end($0) }
  }

  /// Whether a place is on the inner side of a bound; nil where the bound is NULL.
  private func bound(
    _ bound: WindowFrame.Bound, _ unit: WindowFrame.Unit, _ place: Int, isStart: Bool
  ) throws(OracleError) -> ((Int) -> Bool)? {
    let groups = groups
    let (expression, sign): (Expression, Int)
    switch bound {
    case .unboundedPreceding: return { _ in isStart }
    case .unboundedFollowing: return { _ in !isStart }
    case .currentRow:
      if unit == .rows { return { isStart ? $0 >= place : $0 <= place } }
      return { isStart ? groups[$0] >= groups[place] : groups[$0] <= groups[place] }
    case .preceding(let distance): (expression, sign) = (distance, -1)
    case .following(let distance): (expression, sign) = (distance, 1)
    }
    if unit == .range { return try rangeBound(expression, sign, place, isStart: isStart) }
    guard let distance = try whole(expression, rows[place], least: 0) else { return nil }
    let places = unit == .rows ? Array(rows.indices) : groups
    let (limit, isOver) = Int64(places[place]).addingReportingOverflow(Int64(sign) * distance)
    if isOver { return { _ in isStart == (sign < 0) } }
    return { isStart ? Int64(places[$0]) >= limit : Int64(places[$0]) <= limit }
  }

  private func rangeBound(
    _ expression: Expression, _ sign: Int, _ place: Int, isStart: Bool
  ) throws(OracleError) -> ((Int) -> Bool)? {
    guard keys[place].count == 1, let item = window.ordering.first else {
      throw .unsupported("RANGE with \(keys[place].count) ORDER BY items")
    }
    let distance = try rows[place].value(of: expression)
    if expression.isConstant {
      let isNegative = OracleRangeKey.isNegative(distance) ?? true
      if isNegative { throw .invalidLiteral("\(expression)") }
    }
    guard OracleRangeKey.isNegative(distance) == false else { return nil }
    let groups = groups
    let isUp = (sign > 0) != item.isDescending
    guard let own = OracleRangeKey(keys[place][0]), let limit = own.moved(by: distance, isUp: isUp) else {
      return { isStart ? groups[$0] >= groups[place] : groups[$0] <= groups[place] }
    }
    let isLower = isStart != item.isDescending
    return { index in
      guard let key = OracleRangeKey(keys[index][0]), let order = key.compare(limit) else {
        // Rows of other kinds are before or behind all of these.
        return isStart ? index > place : index < place
      }
      return isLower ? order >= 0 : order <= 0
    }
  }
}

/// A key that RANGE can take a distance from: a number or a point in time.
enum OracleRangeKey {
  case number(OracleDecimal)
  case instant(OracleInstant)

  init?(_ key: OracleSortKey) {
    if key.isTime, let instant = key.value.instant {
      self = .instant(instant)
      return
    }
    switch key.value {
    case .timestamp, .zoned, .date:
      guard let instant = key.value.instant else { return nil }
      self = .instant(instant)
    case .number, .exact, .double, .real:
      guard let number = key.value.decimal else { return nil }
      self = .number(number)
    case .record(let record) where record.isNumber:
      guard let number = key.value.decimal else { return nil }
      self = .number(number)
    default: return nil
    }
  }

  static func isNegative(_ distance: OracleValue) -> Bool? {
    switch distance {
    case .dayInterval(let seconds, _): seconds < 0
    case .monthInterval(let months): months < 0
    case .number, .exact, .double, .real: distance.decimal.map { $0.isNegative && !$0.isZero }
    default: nil
    }
  }

  func moved(by distance: OracleValue, isUp: Bool) -> OracleRangeKey? {
    let operation = isUp ? BinaryOperator.add : .subtract
    switch self {
    case .number(let number):
      guard distance.decimal != nil, !distance.isTextual else { return nil }
      return (try? OracleArithmetic.combine(.number(spelling: number.text), operation, distance))?.decimal
        .map(OracleRangeKey.number)
    case .instant(let instant):
      switch distance {
      case .dayInterval, .monthInterval:
        return (try? OracleArithmetic.combine(OracleValue(instant), operation, distance))?.instant
          .map(OracleRangeKey.instant)
      default: return nil
      }
    }
  }

  func compare(_ other: OracleRangeKey) -> Int? {
    switch (self, other) {
    case (.number(let a), .number(let b)): OracleDecimal.compare(a, b)
    case (.instant(let a), .instant(let b)): OracleInstant.compare(a, b)
    default: nil
    }
  }
}

extension Expression {
  /// The window functions in it, outside of subqueries.
  fileprivate var windowCalls: [Expression] {
    if case .call(let call) = kind, call.window != nil { return [self] }
    return children.flatMap(\.windowCalls)
  }
}
