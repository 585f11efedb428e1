import CairnSQL

/// The functions (S31, S43, S50 to S54), by name.
enum OracleFunctions {
  /// The functions that are conditions in themselves.
  static let predicates: Set<String> = [
    "starts_with", "ends_with", "regexp_like", "contains", "list_contains", "regexp_matches", "any_match",
    "all_match", "none_match", "arrays_overlap", "json_array_contains", "is_json_scalar",
    "contains_sequence", "is_subnet_of", "is_finite", "is_infinite", "is_nan",
  ]

  /// How many arguments each function takes.
  static let argumentCounts: [String: ClosedRange<Int>] = [
    "cardinality": 1...1, "coalesce": 1...1000, "concat": 2...1000, "contains": 2...2, "current_date": 0...0,
    "current_timestamp": 0...1, "date": 1...1, "date_trunc": 2...2, "element_at": 2...2, "ends_with": 2...2,
    "from_iso8601_timestamp": 1...1, "if": 2...3, "json_extract": 2...2, "json_extract_scalar": 2...2,
    "length": 1...1, "lower": 1...1, "ltrim": 1...2, "now": 0...0, "nullif": 2...2, "position": 2...2,
    "regexp_like": 2...2, "replace": 2...3, "rtrim": 1...2, "split_part": 3...3, "starts_with": 2...2,
    "strpos": 2...3, "substr": 2...3, "substring": 2...3, "trim": 1...2, "try": 1...1, "upper": 1...1,
  ]

  /// Functions of texts whose result needs all arguments.
  static func text(_ name: String, _ arguments: [OracleValue]) -> OracleValue {
    let texts = arguments.compactMap(\.text)
    guard let first = texts.first, texts.count == arguments.count else { return .null }
    let second = texts.count > 1 ? texts[1] : []
    switch name {
    case "lower": return .text(OracleText.lowercased(first))
    case "upper": return .text(OracleText.uppercased(first))
    case "length": return OracleValue(Int64(OracleText.characters(first).count))
    case "concat": return .text(Array(texts.joined()))
    case "starts_with": return .boolean(first.starts(with: second))
    case "ends_with": return .boolean(first.reversed().starts(with: second.reversed()))
    case "strpos": return OracleValue(OracleText.position(of: second, in: first))
    case "position": return OracleValue(OracleText.position(of: first, in: second))
    case "replace": return .text(OracleText.replaced(first, second, with: texts.count > 2 ? texts[2] : []))
    case "trim", "ltrim", "rtrim":
      let set = texts.count > 1 ? Set(OracleText.characters(second)) : OracleText.whiteSpace
      return .text(
        OracleText.trimmed(first, set, leading: name != "rtrim", trailing: name != "ltrim"))
    case "substr", "substring":
      let numbers = arguments.dropFirst().map { $0.decimal?.wholeNumber }
      guard let start = numbers.first ?? nil, !numbers.contains(nil) else { return .null }
      return .text(OracleText.substring(first, from: start, count: numbers.count > 1 ? numbers[1] : nil))
    case "split_part":
      guard arguments.count == 3, let index = arguments[2].decimal?.wholeNumber else { return .null }
      return OracleText.field(first, delimiter: second, index: index).map(OracleValue.text) ?? .null
    default: return .null
    }
  }

  /// `contains` of an array or of a network (S43, S53).
  static func contains(
    _ container: OracleValue, _ wanted: OracleValue, isConstant: Bool, isTimeColumn: Bool
  ) throws(OracleError) -> Bool? {
    let items: [OracleValue]
    if case .array(let typed) = container {
      items = typed
    } else if case .array(let elements)? = container.json {
      items = elements.map { OracleValue($0) }
    } else {
      guard let network = container.text else { return nil }
      guard OracleAddress.parseNetwork(network) != nil else {
        if isConstant { throw .invalidLiteral("the network of contains") }
        return nil
      }
      return wanted.address.flatMap { OracleAddress.contains(network: network, $0) }
    }
    if wanted.isNull { return nil }
    let right = OracleComparison.Side(value: wanted, isTimeColumn: isTimeColumn)
    return OracleEvaluator.any(
      items.map { OracleComparison.compare(.init(value: $0, isTimeColumn: false), .equal, right) })
  }

  static func regexpLike(
    _ text: OracleValue, _ pattern: OracleValue, isConstant: Bool
  ) throws(OracleError) -> Bool? {
    guard let pattern = pattern.text else { return nil }
    guard OracleRegex.compile(pattern) != nil else {
      if isConstant { throw .invalidLiteral("the pattern of regexp_like") }
      return nil
    }
    return text.text.flatMap { OracleRegex.find(pattern, in: $0) }
  }

  // MARK: JSON

  /// The JSON that a value is, or that its text spells (S7).
  private static func document(_ value: OracleValue) -> OracleJSON? {
    switch value {
    case .record(let record):
      if case .string = record.json { return OracleJSONParser.parse(record.text) }
      return record.json
    case .text(let text): return OracleJSONParser.parse(text)
    case .array, .map, .row: return value.asJSON
    default: return nil
    }
  }

  static func jsonExtract(
    _ value: OracleValue, _ path: OracleValue, scalarOnly: Bool, isConstant: Bool
  ) throws(OracleError) -> OracleValue {
    guard let path = path.text else { return .null }
    guard let keys = OraclePath.jsonPathKeys(String(decoding: path, as: UTF8.self)) else {
      if isConstant { throw .invalidLiteral("the JSONPath") }
      return .null
    }
    guard let found = OraclePath.follow(keys, from: document(value)) else { return .null }
    if scalarOnly {
      switch found {
      case .object, .array: return .null
      default: break
      }
    }
    return OracleValue(found)
  }

  /// `->` and `->>`: a JSONPath, a key, or an index from 0 (S6).
  static func jsonMember(
    _ value: OracleValue, _ member: OracleValue, isConstant: Bool
  ) throws(OracleError) -> OracleValue {
    if case .number(let spelling) = member {
      guard let index = OracleDecimal(spelling)?.wholeNumber else { return .null }
      let place = index >= 0 && index < Int64.max ? index + 1 : index
      return OracleValue(OraclePath.element(place, of: document(value), allowsNegative: true))
    }
    guard let text = member.text.flatMap({ String(validating: $0, as: UTF8.self) }) else { return .null }
    if text.hasPrefix("$") {
      return try jsonExtract(value, member, scalarOnly: false, isConstant: isConstant)
    }
    return OracleValue(OraclePath.member(text, of: document(value), isExact: true))
  }

  static func elementAt(_ container: OracleValue, _ place: OracleValue) -> OracleValue {
    if case .array(let items) = container {
      guard let index = place.decimal?.wholeNumber, index != 0, index.magnitude <= items.count else {
        return .null
      }
      return items[index > 0 ? Int(index) - 1 : items.count + Int(index)]
    }
    if case .map(let entries) = container { return OracleMaps.value(of: place, in: entries) }
    if case .array? = container.json {
      guard let index = place.decimal?.wholeNumber else { return .null }
      return OracleValue(OraclePath.element(index, of: container.json, allowsNegative: true))
    }
    guard let key = place.text.flatMap({ String(validating: $0, as: UTF8.self) }) else { return .null }
    return OraclePath.step(.key(key), on: container)
  }

  static func cardinality(_ value: OracleValue) -> OracleValue {
    switch (value, value.json) {
    case (.array(let items), _): OracleValue(Int64(items.count))
    case (.map(let entries), _): OracleValue(Int64(entries.count))
    case (_, .array(let items)?): OracleValue(Int64(items.count))
    case (_, .object(let members)?): OracleValue(Int64(members.count))
    default: .null
    }
  }
}
