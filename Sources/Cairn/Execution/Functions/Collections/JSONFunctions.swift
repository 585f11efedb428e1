import CairnSQL

/// Functions of JSON (S80): objects and arrays of a record, typed arrays and maps, and text that holds JSON (S7).
enum JSONFunctions {
  static let table: [FunctionTable.Entry] = [
    .special("json_extract", 2...2, .jsonExtract),
    .special("json_extract_scalar", 2...2, .jsonExtractScalar),
    .special("json_extract_string", 2...2, .jsonExtractString),
    .plain("json_parse", 1...1) { document($0[0]) },
    .plain("json_format", 1...1) { .text($0[0].json) },
    .plain("json_array_length", 1...1) { document($0[0]).elements.map { EngineValue($0.count) } ?? .null },
    .plain("json_array_get", 2...2, element),
    .plain("json_array_contains", 2...2, isCondition: true, arrayContains),
    .plain("json_contains", 2...2, isCondition: true, contains),
    .plain("json_size", 2...2, size),
    .special("is_json_scalar", 1...1, isCondition: true, .jsonScalar),
    .plain("json_object_keys", 1...2, keys),
    .plain("json_keys", 1...2, keys),
  ]

  /// A string is replaced by the JSON that it spells, or NULL.
  static func document(_ value: EngineValue) -> EngineValue {
    switch value {
    case .boolean, .number: value
    default: StepsNode.follow(value, [.document])
    }
  }

  /// `json_array_get(array, index)`, from 0 or from -1 at the end.
  @Sendable private static func element(_ arguments: [EngineValue]) -> EngineValue {
    guard let items = document(arguments[0]).elements, let index = arguments[1].count else { return .null }
    let place = index < 0 ? items.count + index : index
    return items.indices.contains(place) ? items[place] : .null
  }

  /// Whether an element has the same kind and value.
  @Sendable private static func arrayContains(_ arguments: [EngineValue]) -> EngineValue {
    guard let items = document(arguments[0]).elements else { return .null }
    let wanted = GroupingKey(arguments[1])
    return .boolean(items.contains { GroupingKey($0) == wanted })
  }

  @Sendable private static func size(_ arguments: [EngineValue]) -> EngineValue {
    guard let value = member(arguments[0], arguments[1]), !value.isNull else { return .null }
    return EngineValue(value.elements?.count ?? value.entries?.count ?? 0)
  }

  /// Whether a value is neither object nor array; a text is read as JSON first unless it is a value of JSON itself.
  static func isScalar(_ argument: EngineValue, isJSON: Bool) -> EngineValue {
    if argument.isNull { return .null }
    let value = isJSON ? argument : document(argument)
    if value.isNull {
      // JSON's null is a scalar; text that is no JSON is neither.
      let isNull = argument.string.flatMap(JSONDocument.compact) == Array("null".utf8)
      return isNull ? .boolean(true) : .null
    }
    return .boolean(value.elements == nil && value.entries == nil)
  }

  /// `json_keys(object [, path])`.
  @Sendable private static func keys(_ arguments: [EngineValue]) -> EngineValue {
    let value = arguments.count > 1 ? member(arguments[0], arguments[1]) : document(arguments[0])
    return (value?.entries).map { .array($0.keys) } ?? .null
  }

  /// What a JSONPath leads to; nil where it is none.
  private static func member(_ value: EngineValue, _ path: EngineValue) -> EngineValue? {
    guard let text = path.text.flatMap({ String(validating: $0, as: UTF8.self) }),
      let keys = JSONPath.keys(of: text)
    else { return nil }
    return StepsNode.follow(value, ([.document] + keys.map { ValueStep(.jsonKey($0)) })[...])
  }

  // MARK: DuckDB's json_contains

  /// Whether a value is the needle or has it somewhere inside.
  @Sendable private static func contains(_ arguments: [EngineValue]) -> EngineValue {
    let needle =
      arguments[1].string.map { JSONDocument.compact($0) ?? EngineValue.text($0).json } ?? arguments[1].json
    let (haystack, sought) = (document(arguments[0]).json, EngineValue(JSONText(needle).field))
    if document(arguments[0]).isNull { return .null }
    return EngineValue(hasInside(EngineValue(JSONText(haystack).field), sought, ResultLimits.nesting))
  }

  /// Nil where the value is nested too deeply.
  private static func hasInside(_ value: EngineValue, _ needle: EngineValue, _ depth: Int) -> Bool? {
    guard depth > 0 else { return nil }
    if covers(value, needle, depth) { return true }
    for inner in value.elements ?? value.entries?.values ?? [] {
      switch hasInside(inner, needle, depth - 1) {
      case nil: return nil
      case true: return true
      default: continue
      }
    }
    return false
  }

  /// Whether each part of the needle is found at its place: scalars are equal, each element of an array is covered
  /// by some element, each member of an object by the member of that key.
  private static func covers(_ value: EngineValue, _ needle: EngineValue, _ depth: Int) -> Bool {
    guard depth > 0 else { return false }
    if let wanted = needle.elements {
      guard let items = value.elements else { return false }
      return wanted.allSatisfy { part in items.contains { covers($0, part, depth - 1) } }
    }
    if let wanted = needle.entries {
      guard let members = value.entries else { return false }
      return wanted.pairs.allSatisfy { pair in
        members.value(of: pair.key).map { covers($0, pair.value, depth - 1) } ?? false
      }
    }
    return GroupingKey(value) == GroupingKey(needle)
  }
}
