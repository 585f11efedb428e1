import CairnSQL
import Foundation

/// The functions of S71 to S85 that the oracle knows, by name.
enum OracleFamilies {
  static let argumentCounts: [String: ClosedRange<Int>] = [
    "abs": 1...1, "all_match": 2...2, "any_match": 2...2, "array_distinct": 1...1, "array_except": 2...2,
    "array_intersect": 2...2, "array_join": 2...3, "array_length": 1...1, "array_max": 1...1,
    "array_min": 1...1,
    "array_position": 2...2, "array_remove": 2...2, "array_sort": 1...1, "array_union": 2...2,
    "arrays_overlap": 2...2, "at_timezone": 2...2, "ceil": 1...1, "ceiling": 1...1, "chr": 1...1,
    "codepoint": 1...1, "concat_ws": 1...1000, "date_add": 2...3, "date_diff": 3...3, "date_format": 2...2,
    "filter": 2...2, "flatten": 1...1, "floor": 1...1, "from_iso8601_date": 1...1, "from_unixtime": 1...3,
    "greatest": 1...1000, "hamming_distance": 2...2, "ifnull": 1...1000, "instr": 2...2,
    "is_denied": 1...2, "is_json_scalar": 1...1, "json_array_contains": 2...2, "json_array_get": 2...2,
    "json_array_length": 1...1,
    "json_extract_string": 2...2, "json_format": 1...1, "json_keys": 1...2, "json_object_keys": 1...2,
    "json_parse": 1...1, "json_size": 2...2, "last_day_of_month": 1...1, "least": 1...1000, "left": 2...2,
    "len": 1...1, "list_contains": 2...2, "list_filter": 2...2, "list_transform": 2...2,
    "localtimestamp": 0...1,
    "lpad": 3...3, "map": 0...2, "map_concat": 1...1000, "map_entries": 1...1, "map_filter": 2...2,
    "map_from_entries": 1...1, "map_keys": 1...1, "map_values": 1...1, "mod": 2...2, "none_match": 2...2,
    "nvl": 1...1000, "reduce": 4...4, "regexp_count": 2...2, "regexp_extract": 2...3,
    "regexp_extract_all": 2...3,
    "regexp_matches": 2...2, "regexp_replace": 2...3, "regexp_split": 2...2, "repeat": 2...2,
    "reverse": 1...1,
    "right": 2...2, "round": 1...2, "rpad": 3...3, "sequence": 2...3, "sign": 1...1, "slice": 3...3,
    "split": 2...3,
    "strftime": 2...2, "string_split": 2...3, "to_iso8601": 1...1, "to_unixtime": 1...1, "transform": 2...2,
    "transform_keys": 2...2, "transform_values": 2...2, "translate": 3...3, "truncate": 1...2,
    "typeof": 1...1,
    "with_timezone": 2...2, "zip": 1...1000, "zip_with": 3...3,
  ]

  static func counts(_ name: String) -> ClosedRange<Int>? {
    argumentCounts[name] ?? (OracleTimeFunctions.parts.contains(name) ? 1...1 : nil)
  }

  /// The functions that take lambdas.
  static let lambdas: Set<String> = [
    "transform", "list_transform", "filter", "list_filter", "reduce", "any_match", "all_match", "none_match",
    "zip_with", "transform_keys", "transform_values", "map_filter",
  ]

  /// Functions whose last argument may be a lambda, or is one, and how many arguments they then have.
  static let withLambda = ["array_sort": 2, "regexp_replace": 3, "map_zip_with": 3, "split_to_map": 4]

  /// The value of a function of other than lambdas.
  static func call(
    _ name: String, _ values: [OracleValue], _ areConstant: [Bool], now: Int64
  ) throws(OracleError) -> OracleValue {
    if let value = OracleArrays.call(name, values) ?? OracleMaps.call(name, values) { return value }
    if let value = try OracleJSONFunctions.call(name, values, areConstant) { return value }
    if let value = try OracleRegexFunctions.call(name, values, areConstant) { return value }
    if let value = OracleNumberFunctions.call(name, values) { return value }
    if let value = OracleTextFunctions.call(name, values) { return value }
    if OracleTimeFunctions.parts.contains(name) { return try OracleTimeFunctions.part(name, values[0]) }
    func text(_ index: Int) -> String? { values[index].text.map { String(decoding: $0, as: UTF8.self) } }
    switch name {
    case "localtimestamp": return .timestamp(seconds: now, nanoseconds: 0)
    case "to_unixtime": return OracleTimeFunctions.unixTime(values[0])
    case "from_unixtime": return OracleTimeFunctions.fromUnixTime(values[0])
    case "at_timezone", "with_timezone":
      return try OracleTimeFunctions.zoned(
        values[0], values[1], isConstant: areConstant[1], isInverse: name == "with_timezone")
    case "from_iso8601_date":
      guard let text = values[0].text, text.count <= 10 else { return .null }
      return OracleCast.date(values[0])
    case "last_day_of_month":
      guard let instant = values[0].clock else { return .null }
      let date = OracleCalendar.civil(
        OracleCalendar.floorDivide(instant.seconds, OracleCalendar.secondsPerDay))
      let day = OracleCalendar.dayCount(year: date.year, month: date.month)
      return .date(days: OracleCalendar.days(year: date.year, month: date.month, day: day))
    case "date_add" where values.count == 2:
      return try OracleArithmetic.combine(values[0], .add, values[1])
    case "date_add", "date_diff":
      guard let unit = text(0)?.lowercased() else { return .null }
      do {
        if name == "date_diff" { return try OracleTimeFunctions.difference(unit, values[1], values[2]) }
        guard let count = values[1].decimal?.wholeNumber else { return .null }
        return try OracleTimeFunctions.add(unit, count, values[2])
      } catch {
        if areConstant[0] { throw error }
        return .null
      }
    case "date_format", "strftime":
      guard let pattern = text(1) else { return .null }
      let epoch = OracleInstant(seconds: 0, nanoseconds: 0)
      guard OracleTimeFunctions.written(OracleValue(epoch), pattern, isC: name == "strftime") != nil else {
        if areConstant[1] { throw .invalidLiteral("the pattern \(pattern)") }
        return .null
      }
      return OracleTimeFunctions.written(values[0], pattern, isC: name == "strftime").map { OracleValue($0) }
        ?? .null
    case "is_denied": return .boolean(isDenied(text(0), values.count > 1 ? text(1) : nil))
    case "ifnull", "nvl": return values.first { !$0.isNull } ?? .null
    default: throw .unsupported("function \(name)")
    }
  }

  /// Whether an error says that permission was lacking (S89).
  private static func isDenied(_ code: String?, _ message: String?) -> Bool {
    let last = code?.lowercased().split(separator: ".").last.map(String.init) ?? ""
    let pattern =
      /(kms)?accessdenied(exception|fault)?|(user)?unauthorized(access|operation)?(exception)?|notauthorized(exception)?|authorizationerror(exception)?|forbidden(exception)?|operationnotpermitted(exception)?/
    if last.wholeMatch(of: pattern) != nil { return true }
    let text = message?.lowercased() ?? ""
    return text.contains("not authorized to perform") || text.contains("explicit deny")
  }

  static func type(_ value: OracleValue) -> String {
    switch value {
    case .null: "unknown"
    case .boolean: "boolean"
    case .number, .exact: exactType(value)
    case .double: "double"
    case .real: "real"
    case .zoned: "timestamp with time zone"
    case .text: "varchar"
    case .timestamp: "timestamp"
    case .date: "date"
    case .dayInterval: "interval day to second"
    case .monthInterval: "interval year to month"
    case .address: "ipaddress"
    case .array: "array"
    case .map: "map"
    case .row: "row"
    case .record(let record):
      switch record.json {
      case .boolean: "boolean"
      case .number: value.isDouble ? "double" : exactType(value)
      case .string: "varchar"
      default: "json"
      }
    }
  }

  private static func exactType(_ value: OracleValue) -> String {
    guard value.integer == nil else { return "bigint" }
    guard let shape = OracleDecimalShape(value, nil), shape.precision <= 38 else { return "decimal" }
    return "decimal(\(shape.precision),\(shape.scale))"
  }
}

/// Functions of numbers (S75).
enum OracleNumberFunctions {
  static func call(_ name: String, _ values: [OracleValue]) -> OracleValue? {
    switch name {
    case "abs", "sign":
      guard let number = values[0].decimal else { return .null }
      if name == "sign" {
        let sign: Int64 = number.isZero ? 0 : number.isNegative ? -1 : 1
        if values[0].isDouble { return OracleValue(double: Double(sign)) }
        if values[0].isReal { return OracleArithmetic.real(Float(sign)) }
        return values[0].integer == nil ? OracleValue(OracleDecimal(sign)) : OracleValue(sign)
      }
      if !number.isNegative { return OracleArithmetic.signed(.plus, values[0]) }
      return OracleArithmetic.signed(.minus, values[0])
    case "ceil", "ceiling", "floor", "round", "truncate":
      return rounded(name, values)
    case "mod":
      return (try? OracleArithmetic.combine(values[0], .remainder, values[1])) ?? .null
    case "greatest", "least":
      var best = values[0]
      for value in values.dropFirst() {
        let side = OracleComparison.Side(value: value, isTimeColumn: false)
        guard let order = OracleComparison.order(side, .init(value: best, isTimeColumn: false)) else {
          return .null
        }
        if name == "greatest" ? order > 0 : order < 0 { best = value }
      }
      return best
    default: return nil
    }
  }

  private static func rounded(_ name: String, _ values: [OracleValue]) -> OracleValue {
    guard let number = values[0].decimal else { return .null }
    var places = 0
    if values.count > 1 {
      guard let given = values[1].decimal?.wholeNumber, given.magnitude < 400 else { return .null }
      places = Int(given)
    }
    if number.wholeNumber != nil, places >= 0 { return OracleArithmetic.signed(.plus, values[0]) }
    // Nothing is cut: the number as it is spelled.
    if number.scale <= places, !values[0].isDouble, !values[0].isReal {
      return OracleArithmetic.signed(.plus, values[0])
    }
    var rounded = number
    if values[0].isDouble {
      // A text with an exponent is a double first.
      guard let shortest = values[0].asDouble.flatMap({ OracleDecimal(Array($0.description.utf8)) }) else {
        return .null
      }
      rounded = shortest
    }
    guard let result = cut(rounded, name, places) else { return .null }
    // What becomes zero keeps its sign.
    let sign: Double = number.isNegative ? -1 : 1
    if values[0].isDouble {
      return OracleValue(result).asDouble.map { OracleValue(double: $0 == 0 ? sign * 0 : $0) } ?? .null
    }
    if values[0].isReal {
      let real = Float(String(decoding: result.text, as: UTF8.self))
      return OracleArithmetic.real(real.map { $0 == 0 ? Float(sign * 0) : $0 })
    }
    if values[0].integer != nil { return result.wholeNumber.map { OracleValue($0) } ?? .null }
    return OracleValue(result)
  }

  private static func cut(_ number: OracleDecimal, _ name: String, _ places: Int) -> OracleDecimal? {
    if name == "round" { return plain(number.rounded(toScale: places)) }
    let unit = -places
    let dropped = max(0, unit - number.exponent)
    let kept = dropped >= number.digits.count ? [] : Array(number.digits.dropLast(dropped))
    let start = dropped == 0 ? number.exponent : unit
    let cutOff = OracleDecimal(isNegative: number.isNegative, digits: kept, exponent: start)
    let lost = number.digits.suffix(min(dropped, number.digits.count)).contains { $0 != 0 }
    let isAway = name == "floor" ? number.isNegative : name == "truncate" ? false : !number.isNegative
    guard lost, isAway else { return plain(cutOff) }
    let one = OracleDecimal(number.isNegative ? -1 : 1)
    return OracleDecimal.sum(cutOff, one)
  }

  /// Spelled without an exponent.
  private static func plain(_ number: OracleDecimal?) -> OracleDecimal? {
    guard let number else { return nil }
    return number.exponent > 0 ? number.rounded(toScale: 0) : number
  }
}

/// More functions of texts (S71).
enum OracleTextFunctions {
  static func call(_ name: String, _ values: [OracleValue]) -> OracleValue? {
    func characters(_ index: Int) -> [[UInt8]]? { values[index].text.map(OracleText.characters) }
    func whole(_ index: Int) -> Int64? { values[index].decimal?.wholeNumber }
    switch name {
    case "reverse":
      if let items = values[0].elements { return .array(items.reversed()) }
      return characters(0).map { .text(Array($0.reversed().joined())) } ?? .null
    case "left", "right":
      guard let text = characters(0), let count = whole(1), count >= 0 else { return .null }
      let size = Int(min(count, Int64(text.count)))
      return .text(Array((name == "left" ? text.prefix(size) : text.suffix(size)).joined()))
    case "lpad", "rpad":
      guard let text = characters(0), let size = whole(1), let padding = characters(2), size >= 0,
        !padding.isEmpty,
        size <= 16 << 20
      else { return .null }
      if text.count >= size { return .text(Array(text.prefix(Int(size)).joined())) }
      let missing = Int(size) - text.count
      let fill = (0..<missing).map { padding[$0 % padding.count] }
      return .text(Array((name == "lpad" ? fill + text : text + fill).joined()))
    case "concat_ws":
      guard let separator = values[0].text else { return .null }
      let parts = values.dropFirst().flatMap { $0.elements ?? [$0] }.compactMap(\.text)
      return .text(Array(parts.joined(separator: separator)))
    case "translate":
      guard let text = characters(0), let from = characters(1), let to = characters(2) else { return .null }
      let mapped = text.map { character -> [UInt8] in
        guard let place = from.firstIndex(of: character) else { return character }
        return place < to.count ? to[place] : []
      }
      return .text(Array(mapped.joined()))
    case "split", "string_split": return split(values)
    case "instr":
      guard let text = values[0].text, let part = values[1].text else { return .null }
      return OracleValue(OracleText.position(of: part, in: text))
    case "chr":
      guard let code = whole(0), let small = UInt32(exactly: code), let scalar = Unicode.Scalar(small) else {
        return .null
      }
      return OracleValue(String(Character(scalar)))
    case "codepoint":
      guard let text = characters(0), text.count == 1,
        let scalar = String(validating: text[0], as: UTF8.self)?.unicodeScalars.first
      else { return .null }
      return OracleValue(Int64(scalar.value))
    case "hamming_distance":
      guard let a = characters(0), let b = characters(1), a.count == b.count else { return .null }
      return OracleValue(Int64(zip(a, b).filter { $0 != $1 }.count))
    default: return nil
    }
  }

  private static func split(_ values: [OracleValue]) -> OracleValue {
    guard let text = values[0].text, let separator = values[1].text else { return .null }
    var limit = Int64.max
    if values.count > 2 {
      guard let given = values[2].decimal?.wholeNumber, given > 0 else { return .null }
      limit = given
    }
    if separator.isEmpty {
      let all = OracleText.characters(text)
      if Int64(all.count) <= limit { return .array(all.map(OracleValue.text)) }
      let head = all.prefix(Int(limit) - 1).map(OracleValue.text)
      return .array(head + [.text(Array(all.dropFirst(Int(limit) - 1).joined()))])
    }
    var parts: [[UInt8]] = [[]]
    var rest = text[...]
    while !rest.isEmpty {
      if rest.starts(with: separator), parts.count < limit {
        parts.append([])
        rest = rest.dropFirst(separator.count)
      } else {
        parts[parts.count - 1].append(rest.removeFirst())
      }
    }
    return .array(parts.map(OracleValue.text))
  }
}
