import CairnSQL

/// A type that values are cast to (S55).
indirect enum CastTarget: Sendable, Equatable {
  case text(limit: Int?)
  case whole(ClosedRange<Int64>)
  case double
  case real
  case decimal(precision: Int, scale: Int)
  case boolean
  /// With at most so many digits of the second's fraction.
  case timestamp(digits: Int, isZoned: Bool)
  case date
  case address
  /// A network, as its text (S53).
  case network
  case json
  case array(CastTarget)
  case map(CastTarget, CastTarget)
  case row([Field])

  /// A field of a row type.
  struct Field: Sendable, Equatable {
    /// Nil where the type names none.
    let name: String?
    let type: CastTarget
  }

  /// The largest number of digits of a decimal.
  static let largestPrecision = 38
  /// The largest number of digits of a second's fraction.
  static let largestDigits = 12

  /// A type without parameters.
  init?(typeName: String) {
    switch typeName {
    case "varchar", "char", "varbinary": self = .text(limit: nil)
    case "tinyint": self = .whole(-128...127)
    case "smallint": self = .whole(-32_768...32_767)
    case "integer", "int": self = .whole(-2_147_483_648...2_147_483_647)
    case "bigint": self = .whole(.min ... .max)
    case "double": self = .double
    case "real": self = .real
    case "decimal": self = .decimal(precision: CastTarget.largestPrecision, scale: 0)
    case "boolean": self = .boolean
    case "timestamp", "timestamp with time zone":
      self = .timestamp(digits: CastTarget.largestDigits, isZoned: typeName != "timestamp")
    case "date": self = .date
    case "ipaddress": self = .address
    case "ipprefix": self = .network
    case "json": self = .json
    default: return nil
    }
  }

  init(_ type: DataType) throws(BindError) {
    if let composite = try CastTarget.composite(type) {
      self = composite
      return
    }
    guard let plain = CastTarget(typeName: type.name) else {
      throw BindError(
        message: "values cannot be cast to \(type.name)", span: type.span,
        suggestion: NearNames.nearest(to: type.name, among: CastTarget.names))
    }
    let numbers = type.parameters.compactMap { if case .number(let value) = $0 { value } else { nil } }
    func refuse(_ message: String) -> BindError { BindError(message: message, span: type.span) }
    guard numbers.count == type.parameters.count else { throw refuse("\(type.name) takes numbers only") }
    switch (plain, numbers.count) {
    case (_, 0): self = plain
    case (.timestamp(_, let isZoned), 1):
      guard numbers[0] <= CastTarget.largestDigits else {
        throw refuse("a timestamp has at most \(CastTarget.largestDigits) digits of the second's fraction")
      }
      self = .timestamp(digits: numbers[0], isZoned: isZoned)
    case (.text, 1): self = .text(limit: numbers[0])
    case (.decimal, 1...2):
      let (precision, scale) = (numbers[0], numbers.count > 1 ? numbers[1] : 0)
      guard (1...CastTarget.largestPrecision).contains(precision), scale <= precision else {
        throw refuse("a decimal has 1 to \(CastTarget.largestPrecision) digits, and at most as many places")
      }
      self = .decimal(precision: precision, scale: scale)
    default: throw refuse("\(type.name) does not take \(numbers.count) parameters")
    }
  }

  private static let names = [
    "varchar", "char", "varbinary", "tinyint", "smallint", "integer", "bigint", "double", "real", "decimal",
    "boolean", "timestamp", "date", "ipaddress", "ipprefix", "json", "array", "map", "row",
  ]

  /// Whether white space around a text does not matter.
  private var ignoresSpace: Bool {
    switch self {
    case .whole, .double, .real, .timestamp, .date: true
    default: false
    }
  }

  /// The value as the type; NULL where it cannot be converted.
  func cast(_ value: EngineValue) -> EngineValue {
    if value.isNull { return .null }
    if ignoresSpace, let text = value.string, let trimmed = CastTarget.trimmed(text) {
      return cast(.text(trimmed))
    }
    switch self {
    case .text(let limit):
      guard let text = value.text else { return .null }
      return .text(limit.map { Array(text[..<Characters.offset(text, behind: $0)]) } ?? text)
    case .whole(let range): return CastTarget.whole(value, range)
    case .double:
      if let short = value.spelledNumber.flatMap({ ShortDecimal($0) }) {
        return .number(.double(short.double))
      }
      return EngineValue(double: CastTarget.anyFloat(value)?.double ?? .nan)
    case .real: return CastTarget.real(value)
    case .decimal(let precision, let scale):
      guard let number = CastTarget.anyNumber(value)?.decimal,
        let rounded = number.rounded(toPlaces: scale), rounded.magnitude <= precision - scale
      else { return .null }
      return .number(.decimal(rounded.typed(digits: precision)))
    case .boolean: return EngineValue(CastTarget.boolean(value))
    case .timestamp(let digits, let isZoned): return CastTarget.timestamp(value, digits, isZoned)
    case .date:
      let value = value.string.map { .text(CastTarget.plainDate($0)) } ?? value
      return value.clock.map { .date($0.day) } ?? .null
    case .address: return value.networkAddress.map(EngineValue.address) ?? .null
    case .network: return NetworkFunctions.network(value).map { .text($0.text) } ?? .null
    case .json, .array, .map, .row: return composite(value)
    }
  }

  /// Without a plus and zeros before a year of four digits.
  private static func plainDate(_ text: [UInt8]) -> [UInt8] {
    let unsigned = text.first == UInt8(ascii: "+") ? text.dropFirst() : text[...]
    let digits = unsigned.prefix { $0 &- UInt8(ascii: "0") <= 9 }.count
    let zeros = unsigned.prefix { $0 == UInt8(ascii: "0") }.count
    return digits < 4 ? text : Array(unsigned.dropFirst(min(zeros, digits - 4)))
  }

  /// The text without white space around it; nil where there is none.
  private static func trimmed(_ text: [UInt8]) -> [UInt8]? {
    func isSpace(_ byte: UInt8?) -> Bool {
      byte.map { $0 == 0x20 || (0x09...0x0D).contains($0) || (0x1C...0x1F).contains($0) } ?? false
    }
    guard isSpace(text.first) || isSpace(text.last) else { return nil }
    guard let end = text.lastIndex(where: { !isSpace($0) }) else { return [] }
    return Array(text[...end].drop { isSpace($0) })
  }

  /// Numbers, text that spells one, and booleans as 0 and 1.
  private static func anyNumber(_ value: EngineValue) -> ExactNumber? {
    switch value {
    case .boolean(let truth), .record(.boolean(let truth)): .integer(truth ? 1 : 0)
    default: value.number
    }
  }

  /// The same; text may end in one of the letters that Java's floating-point literals end in.
  private static func anyFloat(_ value: EngineValue) -> ExactNumber? {
    guard let text = value.string, let last = text.last, "fFdD".utf8.contains(last) else {
      return anyNumber(value)
    }
    return ExactNumber(spelling: Array(text.dropLast()))
  }

  private static func whole(_ value: EngineValue, _ range: ClosedRange<Int64>) -> EngineValue {
    if case .record(.number(let spelling)) = value, let short = ShortDecimal(spelling) {
      return range.contains(short.rounded) ? .number(.integer(short.rounded)) : .null
    }
    let number: ExactNumber?
    if let text = value.string {
      let digits =
        text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") ? text.dropFirst() : text[...]
      guard !digits.isEmpty, digits.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }) else { return .null }
      number = ExactNumber(spelling: text)
    } else {
      number = anyNumber(value)
    }
    guard let number else { return .null }
    let whole: Int64?
    switch number {
    case .integer(let exact): whole = exact
    // What the bits say, not what the shortest spelling does.
    case .double(let value): whole = Int64(exactly: value.rounded())
    case .real(let value): whole = Int64(exactly: value.rounded())
    case .decimal(let decimal): whole = decimal.rounded(toPlaces: 0)?.wholeValue
    }
    return whole.flatMap { range.contains($0) ? .number(.integer($0)) : nil } ?? .null
  }

  /// The nearest number of 32 bits.
  private static func real(_ value: EngineValue) -> EngineValue {
    anyFloat(value)?.real.map { .number(.real($0)) } ?? .null
  }

  /// Without a zone it is what the zone's clocks show.
  private static func timestamp(_ value: EngineValue, _ digits: Int, _ isZoned: Bool) -> EngineValue {
    var time = value.clock
    var zone = NamedZone.utc
    if isZoned {
      let zoned = EngineValue(timeOf: value)
      (time, zone) = (zoned.timePoint, zoned.zone)
    }
    return time?.rounded(toDigits: digits).map { EngineValue($0, shownIn: zone) } ?? .null
  }

  private static func boolean(_ value: EngineValue) -> Bool? {
    switch value {
    case .boolean(let truth), .record(.boolean(let truth)): return truth
    case .number(let number): return !number.isZero
    case .record(.integer(let whole)): return whole != 0
    case .record(.number): return value.number.map { !$0.isZero }
    default: break
    }
    switch value.string.map({ Characters.lower($0) }) {
    case Array("true".utf8), Array("t".utf8), Array("1".utf8): return true
    case Array("false".utf8), Array("f".utf8), Array("0".utf8): return false
    default: return nil
    }
  }
}

extension EngineValue {
  /// The spelling of a number of a record, or the text that may be one.
  fileprivate var spelledNumber: [UInt8]? {
    switch self {
    case .text(let text), .record(.string(let text)), .record(.number(let text)): text
    default: nil
    }
  }
}
