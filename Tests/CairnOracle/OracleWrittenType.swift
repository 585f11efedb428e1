import CairnSQL

/// What literals and casts say of their types (S77, S79, S85).
enum OracleWrittenType {
  /// As `typeof` names it, where the text says it.
  static func name(of expression: Expression) -> String? {
    switch expression.kind {
    case .literal(.string(let text)): return "varchar(\(OracleText.characters(Array(text.utf8)).count))"
    case .literal(.boolean): return "boolean"
    case .literal(.binary): return "varbinary"
    case .literal(.number(let text)):
      if text.contains(where: { "eE".contains($0) }) { return "double" }
      return Int32(text) != nil ? "integer" : Int64(text) != nil ? "bigint" : decimal(text)
    case .literal(.typed("decimal", let text)): return decimal(text)
    case .literal(.typed("timestamp", let text)):
      let value = OracleValue.time(OracleValue(text), allowsNames: true)
      return "timestamp(\(digits(text)))" + (value.zone == .utc ? "" : " with time zone")
    case .literal(.typed("int", _)): return "integer"
    case .literal(.typed(let type, _)): return type
    case .cast(_, let type, _): return name(of: type)
    case .unary, .binary:
      return [8: "tinyint", 16: "smallint", 32: "integer"][OracleMore.integerBits(of: expression)]
    case .array(let items):
      let names = Set(items.map { name(of: $0) })
      guard names.count == 1, let only = names.first, let only else { return nil }
      return "array(\(only))"
    case .atTimeZone(let time, _): return fractionDigits(of: time).map { "timestamp(\($0)) with time zone" }
    default: return nil
    }
  }

  private static func name(of type: DataType) -> String? {
    var inside: [String?] = []
    for parameter in type.parameters {
      switch parameter {
      case .number(let number): inside.append("\(number)")
      case .type(let type): inside.append(name(of: type))
      case .field(let field, let type): inside.append(name(of: type).map { "\(field.text) \($0)" })
      }
    }
    let known = inside.compactMap { $0 }
    guard known.count == inside.count else { return nil }
    switch type.name {
    case "int": return "integer"
    case "decimal": return "decimal(\(known.first ?? "38"),\(known.count > 1 ? known[1] : "0"))"
    case "timestamp": return "timestamp(\(known.first ?? "3"))"
    case "timestamp with time zone": return "timestamp(\(known.first ?? "3")) with time zone"
    case "row": return "row(\(known.joined(separator: ", ")))"
    default: return known.isEmpty ? type.name : "\(type.name)(\(known.joined(separator: ",")))"
    }
  }

  private static func decimal(_ text: String) -> String? {
    guard let value = OracleDecimal(Array(text.utf8)),
      let shape = OracleDecimalShape(.exact(spelling: value.text), nil), shape.precision <= 38
    else { return nil }
    return "decimal(\(shape.precision),\(shape.scale))"
  }

  private static func digits(_ text: String) -> Int {
    guard let point = text.firstIndex(of: ".") else { return 0 }
    return text[text.index(after: point)...].prefix { ("0"..."9").contains($0) }.count
  }

  /// Digits of the second's fraction, where the text says how many.
  static func fractionDigits(of expression: Expression) -> Int? {
    switch expression.kind {
    case .literal(.typed("timestamp", let text)): return digits(text)
    case .atTimeZone(let time, _): return fractionDigits(of: time)
    case .cast(_, let type, _) where type.name.hasPrefix("timestamp"):
      if case .number(let digits)? = type.parameters.first { return digits }
      return nil
    default: return nil
    }
  }

  /// Whether an expression is written as a date or timestamp.
  static func isTime(_ expression: Expression) -> Bool {
    switch expression.kind {
    case .literal(.typed("date", _)), .literal(.typed("timestamp", _)), .atTimeZone: return true
    case .cast(_, let type, _): return ["date", "timestamp", "timestamp with time zone"].contains(type.name)
    case .call(let call):
      let name = call.name.text.lowercased()
      let plain = [
        "date", "date_trunc", "date_add", "date_parse", "parse_datetime", "strptime", "now", "current_date",
        "current_timestamp", "localtimestamp", "at_timezone", "with_timezone", "last_day_of_month",
      ]
      return plain.contains(name) || name.hasPrefix("from_iso8601") || name.hasPrefix("from_unixtime")
    case .binary(.add, let lhs, let rhs): return isTime(lhs) || isTime(rhs)
    case .binary(.subtract, let lhs, let rhs): return isTime(lhs) && !isTime(rhs)
    default: return false
    }
  }
}
