import CairnSQL

/// JSON_VALUE and its kin (S91).
extension OracleEvaluator {
  func json(_ call: JSONCall) throws(OracleError) -> OracleValue {
    switch call.function {
    case .object, .array: return try made(call)
    case .table:
      let input = try call.input.map { (input) throws(OracleError) in try value(of: input) } ?? .null
      let variables = try variables(of: call)
      // Refused where a column could not be evaluated, also without rows.
      _ = try rows(call.columns, of: .null, number: 1, variables)
      guard let path = call.path, let root = OracleEvaluator.document(input),
        let items = OracleJSONPath(isStrict: path.isStrict, root: root, variables: variables).items(path.node)
      else { return .null }
      var result: [OracleValue] = []
      for (index, item) in items.enumerated() {
        guard let rows = try rows(call.columns, of: item, number: index + 1, variables) else { return .null }
        result += rows.map { row in
          row.count == 1 ? row[0] : .row(row.map { OracleField(name: nil, value: $0) })
        }
      }
      return .array(result)
    case .value, .query, .exists:
      let input = try call.input.map { (input) throws(OracleError) in try value(of: input) } ?? .null
      let variables = try variables(of: call)
      let answers = (empty: try answer(call.onEmpty, call), error: try answer(call.onError, call))
      if input.isNull { return .null }
      guard let root = OracleEvaluator.document(input) else { return answers.error }
      return try outcome(call, root, variables, answers)
    }
  }

  /// The JSON that a value is, or that its text spells.
  private static func document(_ value: OracleValue) -> OracleJSON? {
    if value.isNull { return nil }
    if value.isTextual { return value.text.flatMap { OracleJSONParser.parse($0) } }
    return value.asJSON
  }

  private func variables(of call: JSONCall) throws(OracleError) -> [String: [OracleJSON]] {
    var result: [String: [OracleJSON]] = [:]
    for passed in call.passed {
      let value = try value(of: passed.value)
      // An unquoted name means the variable in any case.
      let name = passed.name.isQuoted ? passed.name.text : "?" + passed.name.text.lowercased()
      if passed.isJSON || passed.value.makesJSON {
        result[name] = value.isNull ? [] : OracleEvaluator.document(value).map { [$0] }
      } else {
        result[name] = [value.asJSON]
      }
    }
    return result
  }

  private func answer(_ behavior: JSONCall.Behavior, _ call: JSONCall) throws(OracleError) -> OracleValue {
    switch behavior {
    case .null: return .null
    case .boolean(let value): return .boolean(value)
    case .emptyArray: return try returned("[]", call)
    case .emptyObject: return try returned("{}", call)
    case .value(let expression):
      let value = try value(of: expression)
      guard let type = call.returning else { return value }
      return try OracleCast.cast(value, to: type)
    }
  }

  private func outcome(
    _ call: JSONCall, _ root: OracleJSON, _ variables: [String: [OracleJSON]],
    _ answers: (empty: OracleValue, error: OracleValue)
  ) throws(OracleError) -> OracleValue {
    guard let path = call.path,
      let items = OracleJSONPath(isStrict: path.isStrict, root: root, variables: variables).items(path.node)
    else { return answers.error }
    if call.function == .exists { return .boolean(!items.isEmpty) }
    guard let first = items.first else { return answers.empty }
    var result: OracleValue
    if call.function == .value {
      switch first {
      case .array, .object: return answers.error
      default: if items.count > 1 { return answers.error }
      }
      if first == .null { return .null }
      result = call.returning == nil ? .text(first.text) : OracleValue(first)
    } else {
      var isWrapped = call.wrapper == .unconditional || call.wrapper == .conditional && items.count > 1
      switch first {
      case .array, .object: result = .text(first.compact)
      default:
        isWrapped = isWrapped || call.wrapper == .conditional
        result = .text(call.omitsQuotes ? first.text : first.respelled.compact)
      }
      if isWrapped {
        result = .text(OracleJSON.array(items.map(\.respelled)).compact)
      } else if items.count > 1 {
        return answers.error
      }
    }
    guard let type = call.returning else { return result }
    let cast = try OracleCast.cast(result, to: type)
    return cast.isNull ? answers.error : cast
  }

  // MARK: Making JSON

  private func made(_ call: JSONCall) throws(OracleError) -> OracleValue {
    var members: [OracleJSON.Member] = []
    var isNothing = false
    for member in call.members {
      let key = try member.key.map { (key) throws(OracleError) in try self.value(of: key).text } ?? []
      let value = try conditionOrValue(of: member.value)
      let isJSON = member.isJSON || member.value.makesJSON
      guard let key, let json = isJSON && value.isTextual ? OracleEvaluator.document(value) : value.asJSON
      else {
        isNothing = true
        continue
      }
      if json == .null, !call.keepsNull { continue }
      if call.hasUniqueKeys, members.contains(where: { $0.key == key }) { isNothing = true }
      members.append(OracleJSON.member(key: key, json.respelled))
    }
    if isNothing { return .null }
    let made = call.function == .object ? OracleJSON.object(members) : .array(members.map(\.value))
    return try returned(String(decoding: made.compact, as: UTF8.self), call)
  }

  /// JSON's text as the type that is asked for.
  private func returned(_ json: String, _ call: JSONCall) throws(OracleError) -> OracleValue {
    guard let type = call.returning else { return OracleValue(json) }
    return try OracleCast.cast(OracleValue(json), to: type)
  }

  // MARK: JSON_TABLE

  private func rows(
    _ columns: [JSONCall.Column], of item: OracleJSON, number: Int, _ variables: [String: [OracleJSON]]
  ) throws(OracleError) -> [[OracleValue]]? {
    var own: [[OracleValue]] = []
    var nested: [(place: Int, rows: [[OracleValue]])] = []
    for column in columns {
      switch column {
      case .ordinality: own.append([OracleValue(Int64(number))])
      case .value(_, let call):
        let answers = (empty: try answer(call.onEmpty, call), error: try answer(call.onError, call))
        own.append([try outcome(call, item, variables, answers)])
      case .nested(let path, _, let inner):
        guard
          let items = OracleJSONPath(isStrict: path.isStrict, root: item, variables: variables).items(
            path.node)
        else { return nil }
        var rows: [[OracleValue]] = []
        for (index, part) in items.enumerated() {
          guard let more = try self.rows(inner, of: part, number: index + 1, variables) else { return nil }
          rows += more
        }
        nested.append((own.count, rows))
        own.append(column.names.map { _ in .null })
      }
    }
    var result: [[OracleValue]] = []
    for (place, rows) in nested {
      for row in rows {
        var parts = own
        parts[place] = row
        result.append(Array(parts.joined()))
      }
    }
    return result.isEmpty ? [Array(own.joined())] : result
  }
}

extension Expression {
  fileprivate var makesJSON: Bool {
    guard case .json(let call) = kind else { return false }
    return [.object, .array, .query].contains(call.function)
  }
}
