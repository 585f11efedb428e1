import CairnSQL

/// The functions that expressions may call.
enum FunctionTable {
  struct Entry: Sendable {
    let argumentCounts: ClosedRange<Int>
    /// Whether its result is a boolean (S40).
    var isCondition = false
    let form: Form
  }

  enum Form: Sendable {
    /// Of its arguments' values, none of which is NULL.
    case plain(@Sendable ([EngineValue]) -> EngineValue)
    /// Bound in a way of its own.
    case special(Special)
  }

  enum Special: Sendable {
    case coalesce, nullIf, choice, elementAt, jsonExtract, jsonExtractScalar
    case regexpLike, contains, dateTrunc, now, today
  }

  /// The entry of a name, ignoring case.
  static func entry(_ name: String) -> Entry? { entries[name.lowercased()] }

  static var names: [String] { entries.keys.sorted() }

  private static let entries: [String: Entry] = {
    var entries: [String: Entry] = [
      "coalesce": Entry(argumentCounts: 1...Int.max, form: .special(.coalesce)),
      "nullif": Entry(argumentCounts: 2...2, form: .special(.nullIf)),
      "if": Entry(argumentCounts: 2...3, form: .special(.choice)),
      "element_at": Entry(argumentCounts: 2...2, form: .special(.elementAt)),
      "json_extract": Entry(argumentCounts: 2...2, form: .special(.jsonExtract)),
      "json_extract_scalar": Entry(argumentCounts: 2...2, form: .special(.jsonExtractScalar)),
      "regexp_like": Entry(argumentCounts: 2...2, isCondition: true, form: .special(.regexpLike)),
      "contains": Entry(argumentCounts: 2...2, isCondition: true, form: .special(.contains)),
      "date_trunc": Entry(argumentCounts: 2...2, form: .special(.dateTrunc)),
      "now": Entry(argumentCounts: 0...0, form: .special(.now)),
      "current_timestamp": Entry(argumentCounts: 0...0, form: .special(.now)),
      "current_date": Entry(argumentCounts: 0...0, form: .special(.today)),
      "starts_with": Entry(argumentCounts: 2...2, isCondition: true, form: .plain(TextFunctions.startsWith)),
      "ends_with": Entry(argumentCounts: 2...2, isCondition: true, form: .plain(TextFunctions.endsWith)),
    ]
    let plain: [(String, ClosedRange<Int>, @Sendable ([EngineValue]) -> EngineValue)] = [
      ("lower", 1...1, TextFunctions.lower), ("upper", 1...1, TextFunctions.upper),
      ("length", 1...1, TextFunctions.length), ("substr", 2...3, TextFunctions.substring),
      ("substring", 2...3, TextFunctions.substring), ("strpos", 2...2, TextFunctions.position),
      ("position", 2...2, { TextFunctions.position([$0[1], $0[0]]) }),
      ("concat", 2...Int.max, TextFunctions.concatenate), ("replace", 2...3, TextFunctions.replace),
      ("split_part", 3...3, TextFunctions.splitPart), ("trim", 1...2, TextFunctions.trim),
      ("ltrim", 1...2, TextFunctions.trimStart), ("rtrim", 1...2, TextFunctions.trimEnd),
      ("cardinality", 1...1, ValueFunctions.cardinality), ("date", 1...1, ValueFunctions.date),
      ("from_iso8601_timestamp", 1...1, ValueFunctions.timestamp),
    ]
    for (name, counts, function) in plain {
      entries[name] = Entry(argumentCounts: counts, form: .plain(function))
    }
    return entries
  }()
}

/// Functions of values other than texts.
enum ValueFunctions {
  /// Elements of an array, members of an object (S43).
  @Sendable static func cardinality(_ arguments: [EngineValue]) -> EngineValue {
    switch arguments[0] {
    case .array(let items): return .number(.integer(Int64(items.count)))
    case .record(.json(let bytes)):
      return JSONText(bytes).count.map { .number(.integer(Int64($0))) } ?? .null
    default: return .null
    }
  }

  @Sendable static func date(_ arguments: [EngineValue]) -> EngineValue {
    arguments[0].timePoint.map { .date($0.day) } ?? .null
  }

  @Sendable static func timestamp(_ arguments: [EngineValue]) -> EngineValue {
    arguments[0].timePoint.map(EngineValue.timestamp) ?? .null
  }

  /// Whether a network has an address (S53) or an array a value (S43).
  static func contains(
    _ container: EngineValue, _ network: NetworkRange?, _ value: EngineValue, isTimeColumn: Bool
  ) -> Bool? {
    let elements: [EngineValue]
    switch container {
    case .array(let items): elements = items
    case .record(.json(let bytes)):
      guard let items = JSONText(bytes).elements else { return nil }
      elements = items.map { EngineValue($0.field) }
    default:
      guard let network = network ?? container.string.flatMap({ NetworkRange(spelling: $0) }) else {
        return nil
      }
      return value.networkAddress.map(network.contains)
    }
    var outcome: Bool? = false
    for element in elements {
      let order = Comparison.order(element, value, rightIsTime: isTimeColumn)
      if order == 0 { return true }
      if order == nil { outcome = nil }
    }
    return outcome
  }
}
