/// A type as written in CAST: `decimal(10, 2)`, `map(varchar, json)`, `timestamp(3) with time zone`.
public struct DataType: Sendable, Equatable {
  /// The type's name in lower case, its time zone clause included: `timestamp with time zone`.
  public let name: String
  /// What stands in the parentheses.
  public let parameters: [Parameter]
  /// Where it stands.
  public let span: SourceSpan

  /// A parameter of a type.
  public indirect enum Parameter: Sendable, Equatable {
    /// A length, precision or scale.
    case number(Int)
    /// The type of elements, keys, values or of a field without a name.
    case type(DataType)
    /// A field of a row.
    case field(Identifier, DataType)
  }
}

extension DataType: CustomStringConvertible {
  /// The type in SQL.
  public var description: String {
    guard !parameters.isEmpty else { return name }
    let inside = parameters.map { parameter in
      switch parameter {
      case .number(let value): String(value)
      case .type(let type): type.description
      case .field(let field, let type): "\(field.text) \(type)"
      }
    }
    // The precision of a time type stands before its time zone clause.
    let head = name.prefix { $0 != " " }
    return "\(head)(\(inside.joined(separator: ", ")))\(name.dropFirst(head.count))"
  }
}
