import CairnSQL

/// Casts to arrays, maps and rows (S84).
extension OracleCast {
  /// The cast value; nil if the type is none of these.
  static func castNested(_ value: OracleValue, to type: DataType) throws(OracleError) -> OracleValue? {
    switch type.name {
    case "array":
      guard case .type(let inner)? = type.parameters.first, type.parameters.count == 1 else {
        throw .unsupported("casts to \(type)")
      }
      _ = try cast(.null, to: inner)
      guard let items = value.elements else { return .null }
      return .array(try converted(items, inner))
    case "map":
      guard type.parameters.count == 2, case .type(let key) = type.parameters[0],
        case .type(let inner) = type.parameters[1]
      else { throw .unsupported("casts to \(type)") }
      guard let entries = value.entries else { return .null }
      let keys = try converted(entries.map(\.key), key)
      let values = try converted(entries.map(\.value), inner)
      if keys.contains(.null) { return .null }
      return .map(OracleMaps.distinct(zip(keys, values).map { OracleEntry(key: $0, value: $1) }))
    case "row":
      return try row(value, type)
    default:
      return nil
    }
  }

  private static func converted(
    _ values: [OracleValue], _ type: DataType
  ) throws(OracleError) -> [OracleValue] {
    var result: [OracleValue] = []
    for value in values { result.append(try cast(value, to: type)) }
    return result
  }

  private static func row(_ value: OracleValue, _ type: DataType) throws(OracleError) -> OracleValue {
    var fields: [(name: Identifier?, type: DataType)] = []
    for parameter in type.parameters {
      switch parameter {
      case .field(let name, let inner): fields.append((name, inner))
      case .type(let inner): fields.append((nil, inner))
      case .number: throw .unsupported("casts to \(type)")
      }
    }
    if fields.isEmpty { throw .unsupported("casts to \(type)") }
    let values: [OracleValue]
    if let items = value.elements ?? value.unnamedFields {
      guard items.count == fields.count else { return .null }
      values = items
    } else if value.isObject {
      values = fields.map { field in field.name.map { OraclePath.step(.name($0), on: value) } ?? .null }
    } else {
      return .null
    }
    var result: [OracleField] = []
    for (field, value) in zip(fields, values) {
      result.append(OracleField(name: field.name?.text, value: try cast(value, to: field.type)))
    }
    return .row(result)
  }
}

extension OracleValue {
  /// The elements of an array, typed or of the record.
  var elements: [OracleValue]? {
    if case .array(let items) = self { return items }
    if case .array(let items)? = json { return items.map { OracleValue($0) } }
    return nil
  }

  /// The entries of a map or object, the first of equal keys.
  var entries: [OracleEntry]? {
    switch (self, json) {
    case (.map(let entries), _): return entries
    case (_, .object(let members)?):
      var seen: Set<[UInt8]> = []
      return members.filter { seen.insert($0.key).inserted }.map {
        OracleEntry(key: .text($0.key), value: OracleValue($0.value))
      }
    default: return nil
    }
  }

  /// The values of a row.
  var unnamedFields: [OracleValue]? {
    if case .row(let fields) = self { return fields.map(\.value) }
    return nil
  }

  var isObject: Bool {
    if case .object? = json { return true }
    if case .map = self { return true }
    return false
  }
}
