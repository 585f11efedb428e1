import CairnSQL

// Functions that name a unit, a part of a time or a zone.
extension ExpressionBinder {
  mutating func dateTrunc(_ unit: Expression, _ time: Expression) throws(BindError) -> any Node {
    let (unitNode, timeNode) = (try value(unit), try value(time))
    try checkUnit(unitNode, unit.span)
    let node = FunctionNode([unitNode, timeNode], kernel: .truncation) { values in
      guard let unit = values[0].text.flatMap({ TimeUnit(name: $0) }),
        let start = values[1].clock.flatMap(unit.start)
      else { return .null }
      if case .date = values[1] { return .date(start.day) }
      return EngineValue(clock: start, in: values[1].zone)
    }
    return fold(node, [unitNode, timeNode])
  }

  /// Refuses a constant that names no unit.
  private func checkUnit(_ node: any Node, _ span: SourceSpan) throws(BindError) {
    guard let name = node.constant?.text, TimeUnit(name: name) == nil else { return }
    throw BindError(
      message: "expected a unit of time such as 'hour'", span: span,
      suggestion: NearNames.nearest(
        to: String(decoding: name, as: UTF8.self), among: TimeUnit.allCases.map(\.rawValue)))
  }

  mutating func timeUnit(
    _ function: TimeUnitFunction, _ arguments: [Expression], _ expression: Expression
  ) throws(BindError) -> any Node {
    // DuckDB's date_add(time, interval).
    if arguments.count == 2 { return try binary(.add, arguments[0], arguments[1], expression) }
    let nodes = try values(arguments)
    try checkUnit(nodes[0], arguments[0].span)
    // What is added is rounded to the digits of the type.
    let digits = function == .add ? arguments[2].writtenFractionDigits : nil
    let node = FunctionNode(
      nodes, kernel: function.kernel,
      ExpressionBinder.passingNull { values in
        guard let unit = values[0].text.flatMap({ TimeUnit(name: $0) }) else { return .null }
        let result = function.value(unit, Array(values[1...]))
        guard let digits else { return result }
        return result.timePoint?.rounded(toDigits: digits).map { EngineValue($0, shownIn: result.zone) }
          ?? .null
      })
    return fold(node, nodes)
  }

  /// `EXTRACT(field FROM value)`.
  mutating func extract(_ field: Identifier, _ operand: Expression) throws(BindError) -> any Node {
    guard let known = TimeField(name: field.text) else {
      throw BindError(
        message: "times have no \(field.text)", span: field.span,
        suggestion: NearNames.nearest(to: field.text, among: TimeField.names))
    }
    let node = try value(operand)
    return fold(UnaryNode(node, kernel: .timeField(known), known.value), [node])
  }

  /// `value AT TIME ZONE zone` and its functions.
  mutating func zoned(_ operand: Expression, _ zone: Expression, isShownIn: Bool) throws(BindError)
    -> any Node
  {
    try zoned(operand, zone) { TimeFunctions.zoned($0, $1, isShownIn: isShownIn) }
  }

  /// `from_unixtime(seconds)`, shown in a zone, or in that of hours and minutes from UTC.
  mutating func unixTime(_ arguments: [Expression]) throws(BindError) -> any Node {
    if arguments.count == 2 {
      return try zoned(arguments[0], arguments[1]) {
        TimeFunctions.zoned(TimeFunctions.fromUnixTime($0), $1, isShownIn: true)
      }
    }
    let nodes = try values(arguments)
    let node = FunctionNode(
      nodes,
      ExpressionBinder.passingNull { values in
        let time = TimeFunctions.fromUnixTime(values[0])
        if values.count == 1 { return time }
        guard let hours = values[1].count, let minutes = values[2].count,
          let zone = FixedZone(hours: hours, minutes: minutes)
        else { return .null }
        return TimeFunctions.zoned(time, NamedZone(zone), isShownIn: true)
      })
    return fold(node, nodes)
  }

  /// A function of a value and of a zone that a constant or, as an offset, a record names.
  private mutating func zoned(
    _ operand: Expression, _ zone: Expression,
    _ function: @escaping @Sendable (EngineValue, NamedZone) -> EngineValue
  ) throws(BindError) -> any Node {
    let nodes = [try value(operand), try value(zone)]
    let known = try nodes[1].constant.flatMap { constant throws(BindError) -> NamedZone? in
      if case .interval = constant { return nil }
      return try constant.text.map { name throws(BindError) in try self.zone(name, zone.span) }
    }
    let node = FunctionNode(
      nodes,
      ExpressionBinder.passingNull { [known] values in
        // Names of records open no files: they have offsets only.
        guard let zone = known ?? FixedZone(of: values[1]).map({ NamedZone($0) }) else { return .null }
        return function(values[0], zone)
      })
    return fold(node, nodes)
  }
}

extension EngineValue {
  /// What names a zone: a text, or the interval of days to seconds that is its offset, of whole minutes.
  fileprivate var zoneName: [UInt8]? {
    guard case .interval(let span) = self else { return text }
    guard case .nanoseconds(let nanoseconds) = span, nanoseconds % 60_000_000_000 == 0,
      let minutes = Int(exactly: nanoseconds / 60_000_000_000), (-24 * 60 + 1..<24 * 60).contains(minutes)
    else { return text }
    return TimePattern.offset(minutes * 60)
  }
}

extension ExpressionBinder {
  /// The zone of a constant name.
  private func zone(_ name: [UInt8], _ span: SourceSpan) throws(BindError) -> NamedZone {
    let text = String(decoding: name, as: UTF8.self)
    do throws(ZoneRules.Failure) {
      return try NamedZone.named(name)
    } catch {
      let message =
        switch error {
        case .unknown:
          "there is no time zone '\(text)'; expected a name such as 'America/New_York', 'UTC' or an offset "
            + "such as '+02:00'"
        case .noDatabase:
          "this system has no time zones in \(ZoneRules.directory); write an offset such as '+02:00'"
        case .damaged: "\(ZoneRules.directory)/\(text) is no time zone that can be read"
        case .unreadable(let cause): throw BindError(cause: cause, span: span)
        }
      throw BindError(message: message, span: span)
    }
  }
}

extension TimeUnit {
  /// The unit of a name, in any case.
  init?(name: [UInt8]) {
    self.init(rawValue: String(decoding: Characters.lower(name), as: UTF8.self))
  }
}
