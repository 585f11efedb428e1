import CairnSQL

// What constants tell about the other side of a comparison, and what cannot be meant.
extension ExpressionBinder {
  /// The values that are compared with each other.
  mutating func operands(_ expressions: [Expression]) throws(BindError) -> [Operand] {
    var operands: [Operand?] = []
    var constants: [EngineValue] = []
    var columns: [(index: Int, events: EventsTable, column: VirtualColumn)] = []
    for (index, expression) in expressions.enumerated() {
      try refuseQuotedText(expression)
      if let (events, column) = try partition(expression) {
        columns.append((index, events, column))
        operands.append(nil)
        continue
      }
      let operand = try operand(expression)
      if let constant = operand.node.constant { constants.append(constant) }
      operands.append(operand)
    }
    for (index, events, column) in columns {
      let adapted = adapt(column, of: events, to: constants)
      operands[index] = Operand(
        node: ColumnNode(slot: table.slot(events.column(.virtual(adapted)))), isTimeColumn: false)
    }
    let all = operands.compactMap { $0 }
    try refuseImpossibleDates(all, expressions)
    return all
  }

  /// The node for a partition column that a LIKE pattern is matched with; nil for anything else.
  mutating func partition(_ expression: Expression, like pattern: [UInt8]?) throws(BindError) -> (any Node)? {
    guard let (events, column) = try partition(expression), let pattern else { return nil }
    let fixed = Array(pattern.prefix { $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "_") })
    var adapted = column
    adapted.format = column.format(ofText: fixed) ?? .standard
    return ColumnNode(slot: table.slot(events.column(.virtual(adapted))))
  }

  /// The partition column (S62) that an expression is.
  private func partition(_ expression: Expression) throws(BindError) -> (EventsTable, VirtualColumn)? {
    guard let path = expression.accessPath, path.steps.count <= 2, !scope.isGrouped,
      !isOfParameter(expression), try scope.replacement(of: expression) == nil,
      try scope.output(path, expression.span) == nil,
      case .virtual(let events, let column, let rest)? = try? scope.resolve(path, expression.span),
      rest.steps.isEmpty, column.isTime
    else { return nil }
    return (events, column)
  }

  private func adapt(
    _ column: VirtualColumn, of events: EventsTable, to constants: [EngineValue]
  ) -> VirtualColumn {
    if let adapted = column.adapted(to: constants) { return adapted }
    let shown = constants.compactMap { $0.text.map { "'\(String(decoding: $0, as: UTF8.self))'" } }
    events.add(
      note: "\(column.part.rawValue) is the delivery time of the row's object, spelled such as "
        + "\(column.examples): \(shown.joined(separator: ", ")) has none of these forms")
    return column
  }

  /// Refuses a name in double quotes that no record has where a text is meant.
  func refuseQuotedText(_ expression: Expression) throws(BindError) {
    guard case .path(let path) = expression.kind, path.root.isQuoted, path.steps.isEmpty,
      !isOfParameter(expression), let access = expression.accessPath,
      try scope.output(access, expression.span) == nil,
      case .events(let events, _)? = try? scope.resolve(access, expression.span),
      events.isUnknown(path.root.text)
    else { return }
    throw BindError(
      message: "\(expression) is a name, and no record has it: text stands in single quotes, "
        + "'\(path.root.text)'", span: expression.span)
  }

  /// Refuses dates such as 2023-13-45 beside a time column, where they would compare as text and find anything, and
  /// beside other times, where they would find nothing.
  private func refuseImpossibleDates(
    _ operands: [Operand], _ expressions: [Expression]
  ) throws(BindError) {
    guard operands.contains(where: \.isTimeColumn) || expressions.contains(where: \.isWrittenTime) else {
      return
    }
    for (operand, expression) in zip(operands, expressions) {
      guard case .text(let text)? = operand.node.constant, TimePoint.isImpossibleDate(text) else { continue }
      throw BindError(message: "\(expression): there is no such date", span: expression.span)
    }
  }
}

extension VirtualColumn {
  /// Spellings that it can be compared with.
  fileprivate var examples: String {
    switch part {
    case .year: "2024"
    case .month: "01, 1, 2024/01 or 2024-01"
    case .day: "09, 9, 2024/01/09, 2024-01-09 or 20240109"
    case .hour: "07, 7 or 2024/01/09/07"
    default: "2024/01/09, 2024-01-09 or 20240109"
    }
  }
}

extension TimePoint {
  /// Whether a text begins like a date, `dddd-dd-dd`, with a month or day that no calendar has.
  static func isImpossibleDate(_ text: [UInt8]) -> Bool {
    guard text.count >= 10 else { return false }
    for (index, byte) in text.prefix(10).enumerated() {
      guard index == 4 || index == 7 ? byte == UInt8(ascii: "-") : byte &- 0x30 <= 9 else { return false }
    }
    if text.count > 10, text[10] != UInt8(ascii: "T"), text[10] != UInt8(ascii: " ") { return false }
    return TimePoint(spelling: Array(text.prefix(10))) == nil
  }
}
