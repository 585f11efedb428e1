import CairnSQL

/// What an expression's own text says of its type: literals, casts and what is made of them alone. Values have no
/// declared types, so that nothing is known of all others.
extension Expression {
  /// The type's name as Trino's `typeof` writes it (S85); nil where the value decides.
  var writtenType: String? {
    switch kind {
    case .literal(let literal): return literal.writtenType
    case .cast(_, let type, _): return type.writtenType
    case .unary, .binary:
      switch integerBitCount {
      case 8: return "tinyint"
      case 16: return "smallint"
      case 32: return "integer"
      default: return nil
      }
    case .array(let items):
      guard let first = items.first?.writtenType, items.allSatisfy({ $0.writtenType == first }) else {
        return nil
      }
      return "array(\(first))"
    case .atTimeZone(let time, _):
      return time.writtenFractionDigits.map { "timestamp(\($0)) with time zone" }
    default: return nil
    }
  }

  /// Digits of a second's fraction that the type of a time has; nil where the value decides.
  var writtenFractionDigits: Int? {
    switch kind {
    case .literal(.typed("timestamp", let text)): return Literal.fractionDigits(text)
    case .cast(_, let type, _):
      guard type.name.hasPrefix("timestamp"), case .number(let digits)? = type.parameters.first else {
        return nil
      }
      return digits
    case .atTimeZone(let time, _): return time.writtenFractionDigits
    default: return nil
    }
  }
}

extension Expression {
  private static let timeFunctions: Set<String> = [
    "date", "date_trunc", "date_add", "from_iso8601_timestamp", "from_iso8601_timestamp_nanos",
    "from_iso8601_date",
    "from_unixtime", "from_unixtime_nanos", "date_parse", "parse_datetime", "strptime", "now",
    "current_timestamp",
    "current_date", "localtimestamp", "at_timezone", "with_timezone", "last_day_of_month",
  ]

  /// Whether its text says that it is a date or timestamp.
  var isWrittenTime: Bool {
    switch kind {
    case .literal(.typed(let type, _)): type == "date" || type == "timestamp"
    case .cast(_, let type, _): type.name == "date" || type.name.hasPrefix("timestamp")
    case .call(let call): Expression.timeFunctions.contains(call.name.text.lowercased())
    case .atTimeZone: true
    case .binary(.add, let lhs, let rhs): lhs.isWrittenTime || rhs.isWrittenTime
    case .binary(.subtract, let lhs, let rhs): lhs.isWrittenTime && !rhs.isWrittenTime
    default: false
    }
  }
}

extension Literal {
  fileprivate var writtenType: String? {
    switch self {
    case .null: return nil
    case .boolean: return "boolean"
    case .string(let text): return "varchar(\(Characters.count(Array(text.utf8))))"
    case .number(let spelling):
      if Int32(spelling) != nil { return "integer" }
      if Int64(spelling) != nil { return "bigint" }
      return spelling.contains { "eE".contains($0) } ? "double" : Literal.decimalType(spelling)
    case .typed("decimal", let text): return Literal.decimalType(text)
    case .typed("timestamp", let text):
      let isZoned = !EngineValue(timeOf: .text(Array(text.utf8)), allowsNames: true).zone.isUTC
      return "timestamp(\(Literal.fractionDigits(text)))\(isZoned ? " with time zone" : "")"
    case .typed(let type, _): return type == "int" ? "integer" : type
    case .binary: return "varbinary"
    case .interval: return nil
    }
  }

  private static func decimalType(_ spelling: String) -> String? {
    guard let shape = ExactDecimal(spelling: Array(spelling.utf8))?.shape,
      shape.digits <= ExactDecimal.mostDigits
    else { return nil }
    return "decimal(\(shape.digits),\(shape.places))"
  }

  /// The digits behind the point of a time.
  fileprivate static func fractionDigits(_ text: String) -> Int {
    text.split(separator: ".", maxSplits: 1).dropFirst().first?.prefix { $0.isASCII && $0.isNumber }.count
      ?? 0
  }
}

extension DataType {
  /// As `typeof` writes it: without what Trino leaves out and with what it fills in.
  fileprivate var writtenType: String? {
    var inside: [String] = []
    for parameter in parameters {
      switch parameter {
      case .number(let value): inside.append(String(value))
      case .type(let type):
        guard let name = type.writtenType else { return nil }
        inside.append(name)
      case .field(let field, let type):
        guard let name = type.writtenType else { return nil }
        inside.append("\(field.text) \(name)")
      }
    }
    switch name {
    case "int": return "integer"
    case "decimal": return "decimal(\(inside.first ?? "38"),\(inside.dropFirst().first ?? "0"))"
    case "timestamp", "timestamp with time zone":
      return "timestamp(\(inside.first ?? "3"))\(name.dropFirst("timestamp".count))"
    case "row": return "row(\(inside.joined(separator: ", ")))"
    default: return inside.isEmpty ? name : "\(name)(\(inside.joined(separator: ",")))"
    }
  }
}
