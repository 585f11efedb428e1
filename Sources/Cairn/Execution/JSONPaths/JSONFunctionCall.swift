import CairnSQL
import CairnStorage

/// A call of one of SQL's JSON functions with its arguments bound (S91).
struct BoundJSONCall: Sendable {
  let function: JSONCall.Function
  let path: SQLJSONPath?
  /// Places of values among the call's: those of variables by their names.
  let input: Int
  let variables: [(name: String, place: Int, isJSON: Bool)]
  let members: [(key: Int?, value: Int, isJSON: Bool)]
  let columns: [Column]
  let returning: CastTarget?
  let wrapper: JSONCall.Wrapper
  let omitsQuotes: Bool
  let onEmpty: Behavior
  let onError: Behavior
  let keepsNull: Bool
  let hasUniqueKeys: Bool
  var patterns: JSONPathPatterns

  enum Behavior: Sendable {
    case null
    case boolean(Bool)
    case place(Int)
    case json([UInt8])
  }

  indirect enum Column: Sendable {
    case ordinality
    case value(BoundJSONCall)
    case nested(SQLJSONPath, [Column])
  }

  func value(_ values: [EngineValue]) -> EngineValue {
    switch function {
    case .object: return object(values)
    case .array: return array(values)
    case .table: return rows(values).map { .array($0) } ?? .null
    case .value, .query, .exists:
      let input = values[self.input]
      if input.isNull { return .null }
      guard let root = BoundJSONCall.document(input) else { return answer(onError, values) }
      return outcome(of: root, values)
    }
  }

  // MARK: Paths

  /// The JSON that a value is, or that its text spells; nil for text that spells none.
  private static func document(_ value: EngineValue) -> EngineValue? {
    guard let text = value.string else { return value }
    return JSONDocument.compact(text).map { EngineValue(JSONText($0).field) }
  }

  /// The items that the path leads to from a value of JSON; nil where it fails.
  private func items(of root: EngineValue, _ values: [EngineValue]) -> [EngineValue]? {
    guard let path else { return nil }
    return evaluator(path, root, values).items(path.node)
  }

  private func evaluator(_ path: SQLJSONPath, _ root: EngineValue, _ values: [EngineValue])
    -> JSONPathEvaluator
  {
    var known: [String: [EngineValue]] = [:]
    for variable in variables {
      let value = values[variable.place]
      if variable.isJSON {
        known[variable.name] = value.isNull ? [] : BoundJSONCall.document(value).map { [$0] }
      } else {
        known[variable.name] = [value]
      }
    }
    return JSONPathEvaluator(isStrict: path.isStrict, root: root, variables: known, patterns: patterns)
  }

  /// The result for an input that has been read.
  func outcome(of root: EngineValue, _ values: [EngineValue]) -> EngineValue {
    guard let items = items(of: root, values) else { return answer(onError, values) }
    switch function {
    case .exists: return .boolean(!items.isEmpty)
    case .query: return query(items, values)
    default: return scalar(items, values)
    }
  }

  private func scalar(_ items: [EngineValue], _ values: [EngineValue]) -> EngineValue {
    guard let item = items.first else { return answer(onEmpty, values) }
    guard items.count == 1, item.elements == nil, item.entries == nil else { return answer(onError, values) }
    if item.isNull { return .null }
    guard let returning else { return .text(item.text ?? []) }
    let result = returning.cast(item)
    return result.isNull ? answer(onError, values) : result
  }

  private func query(_ items: [EngineValue], _ values: [EngineValue]) -> EngineValue {
    guard let first = items.first else { return answer(onEmpty, values) }
    var result = first
    let isContainer = first.elements != nil || first.entries != nil
    if wrapper == .unconditional || wrapper == .conditional && (items.count > 1 || !isContainer) {
      result = .record(.json(EngineValue.json(items)))
    } else if items.count > 1 {
      return answer(onError, values)
    }
    if omitsQuotes, let text = result.string { return returned(.text(text), values) }
    return returned(.text(result.json), values)
  }

  /// JSON's text as the type that is asked for.
  private func returned(_ value: EngineValue, _ values: [EngineValue]) -> EngineValue {
    guard let returning else { return value }
    let result = returning.cast(value)
    return result.isNull ? answer(onError, values) : result
  }

  private func answer(_ behavior: Behavior, _ values: [EngineValue]) -> EngineValue {
    switch behavior {
    case .null: return .null
    case .boolean(let value): return .boolean(value)
    case .place(let place): return returning?.cast(values[place]) ?? values[place]
    case .json(let bytes): return returning?.cast(.text(bytes)) ?? .text(bytes)
    }
  }

  // MARK: Making JSON

  private func object(_ values: [EngineValue]) -> EngineValue {
    var pairs: [([UInt8], [UInt8])] = []
    var seen: Set<[UInt8]> = []
    for member in members {
      guard let key = member.key.flatMap({ values[$0].text }),
        let value = json(values[member.value], member.isJSON)
      else { return .null }
      if value == EngineValue.jsonNull, !keepsNull { continue }
      if !seen.insert(key).inserted, hasUniqueKeys { return .null }
      pairs.append((key, value))
    }
    return made(JSONText.object(pairs))
  }

  private func array(_ values: [EngineValue]) -> EngineValue {
    var output: [UInt8] = [UInt8(ascii: "[")]
    for member in members {
      guard let value = json(values[member.value], member.isJSON) else { return .null }
      if value == EngineValue.jsonNull, !keepsNull { continue }
      if output.count > 1 { output.append(UInt8(ascii: ",")) }
      output += value
    }
    output.append(UInt8(ascii: "]"))
    return made(output)
  }

  private func made(_ json: [UInt8]) -> EngineValue {
    guard json.count <= ResultLimits.textByteCount else { return .null }
    return returning?.cast(.text(json)) ?? .text(json)
  }

  /// A value as JSON; nil for text that should spell it and does not.
  private func json(_ value: EngineValue, _ isJSON: Bool) -> [UInt8]? {
    guard isJSON, let text = value.string else { return value.json }
    return JSONDocument.compact(text)
  }

  // MARK: JSON_TABLE

  /// A row for each item, the only column's value where there is one; nil for none.
  private func rows(_ values: [EngineValue]) -> [EngineValue]? {
    let input = values[self.input]
    guard !input.isNull, let path, let root = BoundJSONCall.document(input),
      let rows = rows(path, columns, from: root, values)
    else { return nil }
    return rows.map { $0.count == 1 ? $0[0] : .row(RowValue(values: $0)) }
  }

  private func rows(
    _ path: SQLJSONPath, _ columns: [Column], from root: EngineValue, _ values: [EngineValue]
  ) -> [[EngineValue]]? {
    guard let items = evaluator(path, root, values).items(path.node) else { return nil }
    var output: [[EngineValue]] = []
    for (number, item) in items.enumerated() {
      guard let rows = rows(of: item, number: number + 1, columns, values),
        output.count + rows.count <= ResultLimits.elementCount, !QueryCancellation.isCurrentCancelled
      else { return nil }
      output += rows
    }
    return output
  }

  /// An item's rows: those of each nested path, one after the other, with NULL for the columns of the others; one
  /// where they have none.
  private func rows(
    of item: EngineValue, number: Int, _ columns: [Column], _ values: [EngineValue]
  ) -> [[EngineValue]]? {
    var parts: [[EngineValue]] = []
    var nested: [(place: Int, rows: [[EngineValue]])] = []
    for column in columns {
      switch column {
      case .ordinality: parts.append([EngineValue(number)])
      case .value(let call): parts.append([call.outcome(of: item, values)])
      case .nested(let path, let inner):
        guard let rows = rows(path, inner, from: item, values) else { return nil }
        nested.append((parts.count, rows))
        parts.append([EngineValue](repeating: .null, count: inner.reduce(0) { $0 + $1.width }))
      }
    }
    let filled = nested.flatMap { place, rows in
      rows.map { row in
        var parts = parts
        parts[place] = row
        return parts.flatMap { $0 }
      }
    }
    return filled.isEmpty ? [parts.flatMap { $0 }] : filled
  }
}

extension BoundJSONCall.Column {
  fileprivate var width: Int {
    if case .nested(_, let inner) = self { inner.reduce(0) { $0 + $1.width } } else { 1 }
  }
}

extension EngineValue {
  fileprivate static let jsonNull = Array("null".utf8)
}
