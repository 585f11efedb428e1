import CairnSQL
import Foundation

/// Casts (S55).
enum OracleCast {
  static func cast(_ value: OracleValue, to type: DataType) throws(OracleError) -> OracleValue {
    if isText(value), let text = value.text, withoutSpace.contains(type.name) {
      let trimmed = String(decoding: text, as: UTF8.self).trimmingCharacters(in: asciiSpace)
      if trimmed.utf8.count < text.count { return try cast(.text(Array(trimmed.utf8)), to: type) }
    }
    if let nested = try castNested(value, to: type) { return nested }
    var numbers: [Int] = []
    for parameter in type.parameters {
      guard case .number(let number) = parameter else { throw .unsupported("casts to \(type)") }
      numbers.append(number)
    }
    return try cast(value, toName: type.name, parameters: numbers)
  }

  /// Types for which white space around a text does not matter.
  private static let withoutSpace: Set<String> = [
    "bigint", "integer", "int", "smallint", "tinyint", "double", "real", "date", "timestamp",
    "timestamp with time zone",
  ]

  private static let asciiSpace = CharacterSet(charactersIn: " \t\n\u{B}\u{C}\r\u{1C}\u{1D}\u{1E}\u{1F}")

  private static let ranges: [String: ClosedRange<Int64>] = [
    "bigint": Int64.min...Int64.max, "integer": Int64(Int32.min)...Int64(Int32.max),
    "int": Int64(Int32.min)...Int64(Int32.max), "smallint": -32_768...32_767, "tinyint": -128...127,
  ]

  static func cast(
    _ value: OracleValue, toName name: String, parameters: [Int]
  ) throws(OracleError) -> OracleValue {
    if let range = ranges[name] { return whole(value, range) }
    switch name {
    case "json":
      return value.isList && value.json == nil || value.isTypedMap ? OracleValue(value.withObjects) : value
    case "varchar", "char", "varbinary":
      guard let text = value.text else { return .null }
      return .text(parameters.first.map { Array(OracleText.characters(text).prefix($0).joined()) } ?? text)
    case "double", "real":
      return binary(value, isSingle: name == "real")
    case "decimal":
      let (precision, scale) = (parameters.first ?? 38, parameters.dropFirst().first ?? 0)
      guard (1...38).contains(precision), scale <= precision else {
        throw .invalidLiteral("decimal(\(precision), \(scale))")
      }
      return decimal(value, precision: precision, scale: scale)
    case "boolean":
      return OracleValue(boolean(value))
    case "timestamp", "timestamp with time zone":
      let digits = parameters.first ?? 12
      guard digits <= 12 else { throw .invalidLiteral("timestamp(\(digits))") }
      if name == "timestamp" { return OracleValue(value.clock?.rounded(toDigits: digits)) }
      let time = OracleValue.time(value, allowsNames: false)
      return OracleValue(time.instant?.rounded(toDigits: digits), in: time.zone)
    case "date":
      guard isText(value), let text = value.text,
        let match = String(decoding: text, as: UTF8.self).wholeMatch(of: /\+?0*([0-9]{4}-.*)/)
      else { return date(value) }
      return date(OracleValue(String(match.1)))
    case "ipaddress":
      return value.address.map(OracleValue.address) ?? .null
    case "ipprefix":
      return OracleAddress.network(value).map { .text(Array(OracleAddress.text(ofNetwork: $0).utf8)) }
        ?? .null
    default:
      throw .unsupported("casts to \(name)")
    }
  }

  static func date(_ value: OracleValue) -> OracleValue {
    value.clock.map { .date(days: OracleCalendar.floorDivide($0.seconds, OracleCalendar.secondsPerDay)) }
      ?? .null
  }

  /// Whether the value counts as a number for casts: text must be whole digits there.
  private static func isText(_ value: OracleValue) -> Bool {
    if case .text = value { return true }
    if case .string? = value.json { return true }
    return false
  }

  /// A boolean, typed or of the record.
  private static func plainBoolean(_ value: OracleValue) -> Bool? {
    isText(value) ? nil : value.truth
  }

  private static func whole(_ value: OracleValue, _ range: ClosedRange<Int64>) -> OracleValue {
    if let truth = plainBoolean(value) { return OracleValue(truth ? 1 : 0) }
    guard let number = value.decimal else { return .null }
    if value.isDouble || value.isReal, !isText(value), value.json == nil, let bits = binaryValue(value) {
      return Int64(exactly: bits.rounded()).flatMap { range.contains($0) ? OracleValue($0) : nil } ?? .null
    }
    if isText(value), number.text.contains(where: { ".eE".utf8.contains($0) }) { return .null }
    guard let rounded = number.rounded(toScale: 0)?.wholeNumber, range.contains(rounded) else { return .null }
    return OracleValue(rounded)
  }

  /// The exact value of a typed double or real.
  private static func binaryValue(_ value: OracleValue) -> Double? {
    if case .real(let spelling) = value {
      return Float(String(decoding: spelling, as: UTF8.self)).map(Double.init)
    }
    return value.asDouble
  }

  private static func binary(_ value: OracleValue, isSingle: Bool) -> OracleValue {
    if let truth = plainBoolean(value) { return OracleValue(double: truth ? 1 : 0) }
    var text = value.decimal.map { String(decoding: $0.text, as: UTF8.self) } ?? ""
    if text.isEmpty, isText(value), let spelled = value.text, let last = spelled.last,
      "fFdD".utf8.contains(last),
      OracleDecimal(Array(spelled.dropLast())) != nil
    {
      text = String(decoding: spelled.dropLast(), as: UTF8.self)
    }
    if text.isEmpty { return .null }
    if isSingle {
      return OracleArithmetic.real(Float(text))
    }
    return Double(text).map { OracleValue(double: $0) } ?? .null
  }

  private static func decimal(_ value: OracleValue, precision: Int, scale: Int) -> OracleValue {
    let number = plainBoolean(value).map { OracleDecimal($0 ? 1 : 0) } ?? value.decimal
    guard let rounded = number?.rounded(toScale: scale), rounded.digits.count <= precision else {
      return .null
    }
    return .exact(spelling: rounded.text, precision: precision)
  }

  private static func boolean(_ value: OracleValue) -> Bool? {
    if let truth = plainBoolean(value) { return truth }
    guard isText(value) else { return value.decimal.map { !$0.isZero } }
    switch value.text.map({ String(decoding: $0, as: UTF8.self).lowercased() }) {
    case "true", "t", "1": return true
    case "false", "f", "0": return false
    default: return nil
    }
  }
}

extension OracleValue {
  fileprivate var isTypedMap: Bool { if case .map = self { true } else { false } }

  /// The value as JSON in which rows are objects, their fields without names by the empty one.
  fileprivate var withObjects: OracleJSON {
    switch self {
    case .row(let fields):
      .object(fields.map { OracleJSON.member(key: Array(($0.name ?? "").utf8), $0.value.withObjects) })
    case .array(let items): .array(items.map(\.withObjects))
    case .map(let entries):
      .object(
        entries.sorted { OracleComparison.bytes($0.key.text ?? [], $1.key.text ?? []) < 0 }
          .map { OracleJSON.member(key: $0.key.keyText, $0.value.withObjects) })
    default: OracleValue.array([self]).firstOfJSON
    }
  }

  private var firstOfJSON: OracleJSON {
    if case .array(let items) = asJSON, let first = items.first { first } else { .null }
  }
}
