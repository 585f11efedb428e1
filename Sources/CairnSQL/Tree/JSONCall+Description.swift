extension JSONCall: CustomStringConvertible {
  /// The call as SQL.
  public var description: String {
    var parts: [String] = []
    switch function {
    case .object, .array:
      if !members.isEmpty {
        parts.append(members.map(\.description).joined(separator: ", "))
        parts.append(keepsNull ? "NULL ON NULL" : "ABSENT ON NULL")
      }
      if hasUniqueKeys { parts.append("WITH UNIQUE KEYS") }
      if let returning { parts.append("RETURNING \(returning)") }
    default:
      parts.append("\(input.map { "\($0)" } ?? "NULL"), \(SQLText.string(pathText))")
      if !passed.isEmpty {
        let values = passed.map { "\($0.value)\($0.isJSON ? " FORMAT JSON" : "") AS \($0.name)" }
        parts.append("PASSING \(values.joined(separator: ", "))")
      }
      if function == .table {
        parts.append("COLUMNS (\(columns.map(\.description).joined(separator: ", ")))")
      } else {
        if let returning { parts.append("RETURNING \(returning)") }
        parts += clauses
      }
    }
    return "\(function.rawValue)(\(parts.joined(separator: " ")))"
  }

  /// Wrapper, quotes and behaviours.
  fileprivate var clauses: [String] {
    var parts: [String] = []
    switch wrapper {
    case .none: break
    case .conditional: parts.append("WITH CONDITIONAL ARRAY WRAPPER")
    case .unconditional: parts.append("WITH UNCONDITIONAL ARRAY WRAPPER")
    }
    if omitsQuotes { parts.append("OMIT QUOTES") }
    if function != .exists, onEmpty != .null { parts.append("\(onEmpty.description) ON EMPTY") }
    if function == .exists || onError != .null {
      parts.append("\(onError == .null && function == .exists ? "UNKNOWN" : onError.description) ON ERROR")
    }
    return parts
  }
}

extension JSONCall.Member: CustomStringConvertible {
  /// The member as SQL.
  public var description: String {
    "\(key.map { "KEY \($0) VALUE " } ?? "")\(value)\(isJSON ? " FORMAT JSON" : "")"
  }
}

extension JSONCall.Column: CustomStringConvertible {
  /// The column as SQL.
  public var description: String {
    switch self {
    case .ordinality(let name): "\(name) FOR ORDINALITY"
    case .value(let name, let call):
      ([
        "\(name) \(call.returning?.description ?? "varchar")\(call.function == .query ? " FORMAT JSON" : "")",
        "PATH \(SQLText.string(call.pathText))",
      ] + call.clauses).joined(separator: " ")
    case .nested(_, let text, let columns):
      "NESTED PATH \(SQLText.string(text)) COLUMNS (\(columns.map(\.description).joined(separator: ", ")))"
    }
  }
}

extension JSONCall.Behavior: CustomStringConvertible {
  /// The behaviour as SQL.
  public var description: String {
    switch self {
    case .null: "NULL"
    case .value(let expression): "DEFAULT \(expression)"
    case .boolean(let value): value ? "TRUE" : "FALSE"
    case .emptyArray: "EMPTY ARRAY"
    case .emptyObject: "EMPTY OBJECT"
    }
  }
}
