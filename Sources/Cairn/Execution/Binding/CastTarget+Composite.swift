import CairnSQL

extension CastTarget {
  /// A type with types inside; nil for other types.
  static func composite(_ type: DataType) throws(BindError) -> CastTarget? {
    func refuse(_ message: String) -> BindError { BindError(message: message, span: type.span) }
    switch (type.name, type.parameters.count) {
    case ("array", 1): return .array(try inner(type.parameters[0], type))
    case ("array", _): throw refuse("an array has one type of elements")
    case ("map", 2):
      return .map(try inner(type.parameters[0], type), try inner(type.parameters[1], type))
    case ("map", _): throw refuse("a map has a type of keys and one of values")
    case ("row", 1...):
      var fields: [Field] = []
      for parameter in type.parameters {
        if case .field(let name, let fieldType) = parameter {
          fields.append(Field(name: name.text, type: try CastTarget(fieldType)))
        } else {
          fields.append(Field(name: nil, type: try inner(parameter, type)))
        }
      }
      return .row(fields)
    case ("row", _): throw refuse("a row has at least one field")
    default: return nil
    }
  }

  private static func inner(_ parameter: DataType.Parameter, _ type: DataType) throws(BindError) -> CastTarget
  {
    guard case .type(let inner) = parameter else {
      throw BindError(message: "\(type.name) takes types only", span: type.span)
    }
    return try CastTarget(inner)
  }

  /// A value as JSON or as a type with types inside; NULL where it has another shape (S84).
  func composite(_ value: EngineValue) -> EngineValue {
    switch self {
    case .json: return value.asJSON
    case .array(let type):
      return value.elements.map { .array($0.map(type.cast)) } ?? .null
    case .map(let keyType, let valueType):
      guard let map = value.entries else { return .null }
      let pairs = map.pairs.map { (key: keyType.cast($0.key), value: valueType.cast($0.value)) }
      return pairs.contains { $0.key.isNull } ? .null : .map(MapValue(pairs))
    case .row(let fields): return CastTarget.row(value, fields)
    default: return .null
    }
  }

  /// An object gives its fields by their names, an array or another row by their places.
  private static func row(_ value: EngineValue, _ fields: [Field]) -> EngineValue {
    let values: [EngineValue]
    if let map = value.entries {
      values = fields.map { field in
        let name = field.name.map { PathName(bytes: Array($0.utf8), isExact: false) }
        return name.flatMap { map.value(named: $0) } ?? .null
      }
    } else {
      var items = value.elements ?? []
      if case .row(let row) = value { items = row.values }
      guard items.count == fields.count else { return .null }
      values = items
    }
    // Fields without a name among others have the empty one.
    let hasNames = fields.contains { $0.name != nil }
    let names = hasNames ? fields.map { Array(($0.name ?? "").utf8) } : []
    return .row(RowValue(names: names, values: zip(fields, values).map { $0.type.cast($1) }))
  }
}

extension EngineValue {
  /// The value as the type json: rows are objects, whose fields without names have the empty one, and the keys of maps
  /// ascend.
  fileprivate var asJSON: EngineValue {
    switch self {
    case .row, .array, .map: .record(.json(jsonWithRowsAsObjects))
    default: self
    }
  }

  private var jsonWithRowsAsObjects: [UInt8] {
    switch self {
    case .row(let row):
      let names = row.names.isEmpty ? row.values.map { _ in [] } : row.names
      return JSONText.object(zip(names, row.values).lazy.map { ($0, $1.jsonWithRowsAsObjects) })
    case .map(let map):
      let members = map.pairs.map { ($0.key.jsonKey, $0.value.jsonWithRowsAsObjects) }
      return JSONText.object(members.sorted { ByteOrder.compare($0.0, $1.0) < 0 })
    case .array(let items):
      return [UInt8(ascii: "[")] + items.map(\.jsonWithRowsAsObjects).joined(separator: [UInt8(ascii: ",")])
        + [UInt8(ascii: "]")]
    default: return json
    }
  }
}
