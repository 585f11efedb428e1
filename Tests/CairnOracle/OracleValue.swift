import CairnSQL

/// What an expression is for one record. Record values stay apart from typed values, since they adapt to
/// what they are compared with (S10, S20).
public enum OracleValue: Sendable, Equatable {
  /// NULL, JSON null or missing (S11).
  case null
  /// A typed boolean.
  case boolean(Bool)
  /// A typed number, as spelled (S12, S14).
  case number(spelling: [UInt8])
  /// Of the type decimal, also where it is spelled without a point, with the precision of its type where a cast, an
  /// operation or a sum says it (S56).
  case exact(spelling: [UInt8], precision: Int? = nil)
  /// A double, by its shortest spelling (S57).
  case double(spelling: [UInt8])
  /// Of 32 bits, likewise.
  case real(spelling: [UInt8])
  /// Typed text.
  case text([UInt8])
  /// A point in time: seconds since 1970, UTC, nanoseconds, and picoseconds behind those.
  case timestamp(seconds: Int64, nanoseconds: Int64, picoseconds: Int64 = 0)
  /// A point in time that is shown in another zone than UTC.
  case zoned(OracleInstant, OracleZone)
  /// A date: days since 1970-01-01.
  case date(days: Int64)
  /// An interval of days to seconds.
  case dayInterval(seconds: Int64, nanoseconds: Int64)
  /// An interval of years to months.
  case monthInterval(Int64)
  /// An IP address as 16 bytes, IPv4 in its mapped form.
  case address([UInt8])
  /// A value of the record that is not null.
  case record(OracleRecordValue)
  /// A typed array.
  case array([OracleValue])
  /// A map, in the order in which it was made.
  case map([OracleEntry])
  /// A row, its fields named or not.
  case row([OracleField])
}

/// An entry of a map.
public struct OracleEntry: Sendable, Equatable {
  let key: OracleValue
  let value: OracleValue
}

/// A field of a row.
public struct OracleField: Sendable, Equatable {
  let name: String?
  let value: OracleValue
}

/// A value of a record, with its spelling.
public struct OracleRecordValue: Sendable, Equatable {
  let json: OracleJSON

  /// The value's one text (S12).
  public var text: [UInt8] { json.text }
}

extension OracleValue {
  init(_ json: OracleJSON?) {
    guard let json, json != .null else {
      self = .null
      return
    }
    self = .record(OracleRecordValue(json: json))
  }

  init(_ text: String) {
    self = .text(Array(text.utf8))
  }

  init(_ number: OracleDecimal?) {
    self = number.map { .exact(spelling: $0.text) } ?? .null
  }

  init(_ number: Int64) {
    self = .number(spelling: OracleDecimal(number).text)
  }

  /// A point in time; outside the years that can be written (S54) it is NULL.
  init(_ instant: OracleInstant?) {
    guard let instant, OracleCalendar.secondsOfYears.contains(instant.seconds) else {
      self = .null
      return
    }
    self = .timestamp(
      seconds: instant.seconds, nanoseconds: instant.nanoseconds, picoseconds: instant.picoseconds)
  }

  init(_ truth: Bool?) {
    self = truth.map(OracleValue.boolean) ?? .null
  }

  /// Whether it is NULL.
  public var isNull: Bool { self == .null }

  var json: OracleJSON? {
    if case .record(let value) = self { value.json } else { nil }
  }

  /// The value's text, nil for NULL.
  public var text: [UInt8]? {
    switch self {
    case .null: nil
    case .boolean(let value): Array((value ? "true" : "false").utf8)
    case .number(let spelling), .exact(let spelling, _): spelling
    case .double(let spelling), .real(let spelling): OracleValue.scientific(spelling, isJSON: false)
    case .text(let text): text
    case .record(let value): value.text
    case .timestamp(let seconds, let nanoseconds, let picoseconds):
      Array(
        OracleCalendar.text(
          OracleInstant(seconds: seconds, nanoseconds: nanoseconds, picoseconds: picoseconds)
        ).utf8)
    case .zoned(_, let zone):
      Array((clock.map { OracleCalendar.text($0) } ?? "").utf8) + Array(" \(zone.name)".utf8)
    case .date(let days): Array(OracleCalendar.text(day: days).utf8)
    case .address(let bytes): Array(OracleAddress.text(bytes).utf8)
    case .dayInterval(let seconds, let nanoseconds):
      Array(OracleValue.text(seconds: seconds, nanoseconds: nanoseconds).utf8)
    case .monthInterval(let months):
      Array("\(months < 0 ? "-" : "")\(months.magnitude / 12)-\(months.magnitude % 12)".utf8)
    case .array, .map, .row: asJSON.compact
    }
  }

  /// The value as output in JSON has it.
  public var output: [UInt8]? { isNull ? nil : asJSON.compact }

  /// The value as output that is no JSON has it.
  public var outputText: [UInt8]? {
    switch self {
    case .double, .real: output
    default: text
    }
  }

  /// `D HH:MM:SS.mmm` with one sign before it.
  private static func text(seconds: Int64, nanoseconds: Int64) -> String {
    func padded(_ value: Int64, _ width: Int) -> String {
      let digits = "\(value)"
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    let total = Int128(seconds) * 1_000_000_000 + Int128(nanoseconds)
    let milliseconds = Int64(total.magnitude / 1_000_000)
    let whole = milliseconds / 1000
    let time = "\(padded(whole / 3600 % 24, 2)):\(padded(whole / 60 % 60, 2)):\(padded(whole % 60, 2))"
    return "\(total < 0 ? "-" : "")\(whole / 86_400) \(time).\(padded(milliseconds % 1000, 3))"
  }

  /// `3.77E1`; as JSON `37.7`, and `3.77E10` where the number is less than 0.001 or not below 10,000,000.
  private static func scientific(_ spelling: [UInt8], isJSON: Bool) -> [UInt8] {
    guard let number = OracleDecimal(spelling) else { return spelling }
    let sign = spelling.first == UInt8(ascii: "-") ? "-" : ""
    let digits = String(decoding: number.digits.map { $0 + 0x30 }, as: UTF8.self)
    let power = digits.count + number.exponent - 1
    var significant = digits
    while significant.last == "0" { significant.removeLast() }
    if significant.isEmpty { return Array((sign + (isJSON ? "0.0" : "0E0")).utf8) }
    if isJSON, (-3..<7).contains(power) {
      let zeros = String(repeating: "0", count: max(0, -power))
      let padded = zeros + significant + String(repeating: "0", count: max(0, power + 1 - significant.count))
      let whole = padded.prefix(max(power, 0) + 1)
      let fraction = padded.dropFirst(max(power, 0) + 1)
      return Array("\(sign)\(whole).\(fraction.isEmpty ? "0" : fraction)".utf8)
    }
    let rest = significant.dropFirst()
    let tail = rest.isEmpty ? ".0" : ".\(rest)"
    return Array("\(sign)\(significant.prefix(1))\(tail)E\(power)".utf8)
  }

  /// A double, NULL where it is infinite or no number.
  init(double value: Double) {
    self = value.isFinite ? .double(spelling: Array(value.description.utf8)) : .null
  }

  /// The number as a double, nil where that is infinite.
  var asDouble: Double? {
    guard let text = decimal?.text, let double = Double(String(decoding: text, as: UTF8.self)),
      double.isFinite
    else {
      return nil
    }
    return double
  }

  /// The value as an element of a JSON array.
  var asJSON: OracleJSON {
    switch self {
    case .null: .null
    case .boolean(let value): .boolean(value)
    case .number(let spelling), .exact(let spelling, _): .number(spelling)
    case .double(let spelling), .real(let spelling): .number(OracleValue.scientific(spelling, isJSON: true))
    case .record(let value): value.json
    case .array(let items): .array(items.map(\.asElement))
    case .map(let entries):
      .object(entries.map { OracleJSON.member(key: $0.key.keyText, $0.value.asElement) })
    case .row(let fields):
      fields.contains { $0.name == nil }
        ? .array(fields.map(\.value.asElement))
        : .object(fields.map { OracleJSON.member(key: Array(($0.name ?? "").utf8), $0.value.asElement) })
    default: .string(OracleJSON.escaped(text ?? []))
    }
  }

  /// A map's key as JSON has it: doubles as output has them.
  var keyText: [UInt8] {
    switch self {
    case .double, .real: output ?? []
    default: text ?? []
    }
  }

  /// The value inside a typed array, map or row: strings are written anew (S84).
  private var asElement: OracleJSON {
    if case .string? = json { return .string(OracleJSON.escaped(text ?? [])) }
    return asJSON
  }

  /// The value as a number (S15), or nil.
  var decimal: OracleDecimal? {
    switch self {
    case .number(let spelling), .exact(let spelling, _), .double(let spelling), .real(let spelling):
      OracleDecimal(spelling)
    case .text(let text): OracleDecimal(text)
    case .record(let value):
      switch value.json {
      case .number, .string: OracleDecimal(value.text)
      default: nil
      }
    default: nil
    }
  }

  /// The value as a boolean (S20, S30), or nil.
  var truth: Bool? {
    switch self {
    case .boolean(let value): return value
    case .record(let value):
      if case .boolean(let truth) = value.json { return truth }
      guard case .string = value.json else { return nil }
      return OracleValue.text(value.text).truth
    case .text(let text):
      return text == Array("true".utf8) ? true : text == Array("false".utf8) ? false : nil
    default: return nil
    }
  }

  /// The value as a point in time (S16), or nil.
  var instant: OracleInstant? {
    switch self {
    case .timestamp(let seconds, let nanoseconds, let picoseconds):
      OracleInstant(seconds: seconds, nanoseconds: nanoseconds, picoseconds: picoseconds)
    case .zoned(let instant, _): instant
    case .date(let days): OracleInstant(seconds: days * OracleCalendar.secondsPerDay, nanoseconds: 0)
    case .text(let text): OracleTimeText.instant(text)
    case .record(let value): OracleTimeText.instant(value.text)
    default: nil
    }
  }

  /// The value as an IP address (S53), or nil.
  var address: [UInt8]? {
    switch self {
    case .address(let bytes): bytes
    case .text(let text): OracleAddress.parse(text)
    case .record(let value): OracleAddress.parse(value.text)
    default: nil
    }
  }
}

extension OracleRecordValue {
  /// Whether it is a number of the record.
  public var isNumber: Bool { if case .number = json { true } else { false } }

  /// Whether it is a boolean of the record.
  public var isBoolean: Bool { if case .boolean = json { true } else { false } }
}
