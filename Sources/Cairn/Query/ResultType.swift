/// A type that all values of a result's column have, where they are not NULL: what callers with typed columns need.
public enum ResultType: Sendable, Hashable {
  /// Any value by its text (`QueryValue.utf8`).
  case text
  /// Whole numbers of 64 bits.
  case whole
  /// Numbers of 64 bits with a binary point.
  case double
  case boolean
  /// Points in time, to the microsecond.
  case timestamp
  /// Days.
  case date
  /// Exact numbers of at most so many digits, 38 at most, so many of them behind the point.
  case decimal(digits: Int, places: Int)
}

extension ResultType {
  /// Members of records that are booleans in all that CloudTrail delivers.
  private static let booleanPaths: Set<String> = ["readonly", "managementevent"]

  /// What a column of `events` is read as. Members of records may have values of any kind, so their texts are what
  /// every one of them has; only what CloudTrail documents for every record is typed.
  init(_ source: EventsColumn) {
    switch source {
    case .path(let path) where path.isTimeColumn: self = .timestamp
    case .element: self = .text
    case .count: self = .whole
    case .elements(let form): self = form.type
    case .path(let path):
      let name = path.names.count == 1 ? String(decoding: path.names[0].bytes, as: UTF8.self) : ""
      self = Self.booleanPaths.contains(name.lowercased()) ? .boolean : .text
    case .virtual(let column):
      switch column.part {
      case .fileSize: self = .whole
      case .modified: self = .timestamp
      default: self = column.format == .date ? .date : .text
      }
    }
  }

  /// Nil for what has no type of its own here: intervals, arrays, maps and rows.
  init?(_ target: CastTarget) {
    switch target {
    case .text: self = .text
    case .whole: self = .whole
    case .double, .real: self = .double
    case .decimal(let precision, let scale): self = .decimal(digits: precision, places: scale)
    case .boolean: self = .boolean
    case .timestamp: self = .timestamp
    case .date: self = .date
    case .address, .network, .json, .array, .map, .row: self = .text
    }
  }

  /// The type of all nodes, NULL aside; nil where they differ or one is not known.
  static func common(_ nodes: [any Node], _ inputs: (Int) -> ResultType?) -> ResultType? {
    var result: ResultType?
    for node in nodes {
      if let constant = node.constant, constant.isNull { continue }
      guard let type = node.type(inputs), type == result ?? type else { return nil }
      result = type
    }
    return result
  }

  /// Of arithmetic with numbers of some types (S56, S57).
  static func arithmetic(_ lhs: ResultType?, _ rhs: ResultType?) -> ResultType? {
    switch (lhs, rhs) {
    case (.whole, .whole): .whole
    case (.double, .whole), (.double, .double), (.whole, .double), (.double, .decimal), (.decimal, .double):
      .double
    default: nil
    }
  }

  /// What a function gives, whatever it is given; nil where that decides.
  static func function(_ name: String) -> ResultType? { functions[name.lowercased()] }

  private static let functions: [String: ResultType] = {
    let doubles = [
      "power", "pow", "sqrt", "cbrt", "exp", "ln", "log2", "log10", "log", "pi", "e", "sin", "cos", "tan",
      "asin",
      "acos", "atan", "atan2", "sinh", "cosh", "tanh", "degrees", "radians", "to_unixtime",
    ]
    let wholes = [
      "length", "strpos", "instr", "index", "position", "codepoint", "levenshtein_distance",
      "hamming_distance",
      "array_length", "json_array_length", "bitwise_and", "bitwise_or", "bitwise_xor",
      "bitwise_not",
      "bit_count",
    ]
    let texts = [
      "lower", "upper", "substr", "substring", "left", "right", "concat", "concat_ws", "replace", "translate",
      "split_part", "trim", "ltrim", "rtrim", "lpad", "rpad", "reverse", "chr", "format", "to_hex",
      "from_hex",
      "to_base64", "from_base64", "to_utf8", "from_utf8", "json_format", "split", "array_join",
    ]
    let groups: [([String], ResultType)] = [
      (doubles, .double), (wholes, .whole), (texts, .text), (["date", "from_iso8601_date"], .date),
      (["from_iso8601_timestamp"], .timestamp),
    ]
    return Dictionary(uniqueKeysWithValues: groups.flatMap { names, type in names.map { ($0, type) } })
  }()

  /// What an aggregate gives of arguments of a type.
  static func aggregate(_ name: String, argumentCount: Int, of argument: ResultType?) -> ResultType? {
    switch name {
    // With a number of results they give an array of them.
    case "min" where argumentCount > 1, "max" where argumentCount > 1: .text
    case "min_by" where argumentCount > 2, "max_by" where argumentCount > 2: .text
    case "count", "count_if", "approx_distinct": .whole
    case "bool_and", "every", "bool_or": .boolean
    case "variance", "var_samp", "var_pop", "stddev", "stddev_samp", "stddev_pop": .double
    case "min", "max", "arbitrary", "any_value", "first", "last", "min_by", "max_by": argument
    case "array_agg", "string_agg", "listagg", "set_agg", "histogram", "map_agg", "multimap_agg": .text
    default: nil
    }
  }
}

extension BoundExpression {
  /// The type of its values, where it is known; `types` are those of its columns.
  func type(_ types: [ColumnID: ResultType]) -> ResultType? { resultType { types[columns[$0]] } }
}

extension EngineValue {
  /// The type that its column has if all values are like it; nil for NULL.
  var resultType: ResultType? {
    switch self {
    case .null: nil
    case .boolean, .record(.boolean): .boolean
    case .number(.integer), .record(.integer): .whole
    case .number(.double), .number(.real): .double
    case .number(.decimal(let number)): number.resultType
    case .record(.number): number.flatMap { EngineValue.number($0).resultType } ?? .text
    case .timestamp(let point): point.fraction % 1_000_000 == 0 ? .timestamp : .text
    case .zoned(let time): EngineValue.timestamp(time.point).resultType
    case .date: .date
    case .text, .address, .interval, .array, .map, .row, .record: .text
    }
  }
}

extension ExactDecimal {
  fileprivate var resultType: ResultType {
    // Spelled with an exponent, operations take it for a double (S57).
    if spelling.contains(where: { $0 | 0x20 == UInt8(ascii: "e") }) { return .text }
    if !isDecimal, whole != nil { return .whole }
    let spelled = max(1, max(magnitude, 0) + places)
    return spelled <= ExactDecimal.mostDigits && places <= ExactDecimal.mostDigits
      ? .decimal(digits: spelled, places: places) : .text
  }
}

extension ResultType {
  /// The narrowest type that has all values of this and another one.
  func joined(with other: ResultType) -> ResultType {
    if self == other { return self }
    switch (self, other) {
    case (.decimal(let digits, let places), .decimal(let otherDigits, let otherPlaces)):
      let (most, whole) = (max(places, otherPlaces), max(digits - places, otherDigits - otherPlaces))
      return whole + most <= ExactDecimal.mostDigits ? .decimal(digits: whole + most, places: most) : .text
    case (.whole, .decimal), (.decimal, .whole):
      let whole = ResultType.decimal(digits: Self.wholeDigits, places: 0)
      return self == .whole ? whole.joined(with: other) : joined(with: whole)
    case (.whole, .double), (.double, .whole): return .double
    default: return .text
    }
  }

  /// Digits of the largest whole number of 64 bits.
  private static let wholeDigits = 19
}
