import CairnSQL

extension OracleEvaluator {
  /// A function's value, its `[]` paths being bound.
  func call(_ call: FunctionCall) throws(OracleError) -> OracleValue {
    let name = call.name.text.lowercased()
    let isWithLambda =
      OracleFamilies.withLambda[name] == call.arguments.count && call.arguments.last?.isLambda == true
    guard
      let counts = isWithLambda
        ? 0...9
        : OracleFunctions.argumentCounts[name] ?? OracleFamilies.counts(name)
          ?? OracleMore.argumentCounts[name]
    else {
      throw .unsupported("function \(name)")
    }
    guard counts.contains(call.arguments.count), name != "width_bucket" || call.arguments.count != 3 else {
      throw .wrongArguments(name)
    }
    if call.isStar || call.isDistinct || call.window != nil || call.filter != nil || !call.ordering.isEmpty {
      throw .unsupported("aggregates")
    }
    let operands = call.arguments
    switch name {
    case "if":
      let isTaken = try truth(of: operands[0]) == true
      let results = try values(of: Array(operands.dropFirst()))
      return isTaken ? results[0] : results.count > 1 ? results[1] : .null
    case _ where isWithLambda || OracleFamilies.lambdas.contains(name):
      return try callWithLambda(name, operands)
    case "nullif":
      let isEqual = try compare(operands[0], .equal, operands[1]) == true
      return isEqual ? .null : try value(of: operands[0])
    default:
      return try self.call(name, operands, try values(of: operands))
    }
  }

  private func call(
    _ name: String, _ operands: [Expression], _ arguments: [OracleValue]
  ) throws(OracleError) -> OracleValue {
    switch name {
    case "coalesce":
      return arguments.first { !$0.isNull } ?? .null
    case "try":
      return arguments[0]
    case "is_finite", "is_infinite", "is_nan":
      guard case .binary(let operation, let lhs, let rhs) = operands[0].kind,
        "+-*/%".contains(operation.rawValue)
      else { return OracleMore.call(name, arguments) }
      let (a, b) = (try value(of: lhs), try value(of: rhs))
      guard a.isDouble || b.isDouble || a.isReal || b.isReal else { return OracleMore.call(name, arguments) }
      guard a.decimal != nil, b.decimal != nil else { return .null }
      if arguments[0].decimal != nil { return .boolean(name == "is_finite") }
      // It is NULL, for it is one of the two.
      guard let x = a.asDouble, let y = b.asDouble else { return .null }
      let isNaN = operation == .divide ? x == 0 && y == 0 : operation == .remainder
      return .boolean(name == "is_nan" ? isNaN : name == "is_infinite" && !isNaN)
    case "typeof":
      return OracleWrittenType.name(of: operands[0]).map { OracleValue($0) }
        ?? OracleValue(OracleFamilies.type(arguments[0]))
    case "to_iso8601":
      return OracleTimeFunctions.iso8601(
        arguments[0], digits: OracleWrittenType.fractionDigits(of: operands[0]))
    case "date_add" where operands.count == 3:
      let sum = try OracleFamilies.call(name, arguments, operands.map(\.isConstant), now: now)
      guard let digits = OracleWrittenType.fractionDigits(of: operands[2]) else { return sum }
      return OracleValue(sum.instant?.rounded(toDigits: digits), in: sum.zone)
    case "contains", "list_contains":
      return OracleValue(
        try OracleFunctions.contains(
          arguments[0], arguments[1], isConstant: operands[0].isConstant,
          isTimeColumn: try isTimeColumn(operands[1])))
    case "regexp_like":
      return OracleValue(
        try OracleFunctions.regexpLike(arguments[0], arguments[1], isConstant: operands[1].isConstant))
    case "json_extract", "json_extract_scalar":
      return try OracleFunctions.jsonExtract(
        arguments[0], arguments[1], scalarOnly: name == "json_extract_scalar",
        isConstant: operands[1].isConstant)
    case "element_at":
      if case .literal(.number("0")) = operands[1].kind { throw .unsupported("an element 0") }
      return OracleFunctions.elementAt(arguments[0], arguments[1])
    case "is_json_scalar" where operands[0].givesJSON:
      if case .literal(.typed(_, let text)) = operands[0].kind,
        OracleJSONParser.parse(Array(text.utf8)) == .null
      {
        return .boolean(true)
      }
      guard !arguments[0].isNull else { return .null }
      return .boolean(arguments[0].elements == nil && arguments[0].entries == nil)
    case "cardinality":
      return OracleFunctions.cardinality(arguments[0])
    case "from_iso8601_timestamp", "now", "current_timestamp", "date", "current_date", "date_trunc":
      return try time(name, operands, arguments)
    case "concat":
      return OracleArrays.concatenated(arguments) ?? OracleFunctions.text(name, arguments)
    case "strpos" where operands.count == 3: return OracleMore.occurrence(arguments)
    case "from_unixtime" where operands.count == 2:
      return try OracleTimeFunctions.zoned(
        OracleTimeFunctions.fromUnixTime(arguments[0]), arguments[1], isConstant: operands[1].isConstant,
        isInverse: false)
    case "from_unixtime" where operands.count == 3:
      guard let hours = arguments[1].decimal?.wholeNumber, let minutes = arguments[2].decimal?.wholeNumber,
        abs(hours * 60 + minutes) <= 840
      else { return .null }
      return OracleValue(
        OracleTimeFunctions.fromUnixTime(arguments[0]).instant,
        in: OracleZone(fixed: hours * 3600 + minutes * 60))
    case "bitwise_left_shift", "bitwise_right_shift", "bitwise_right_shift_arithmetic":
      return OracleMore.shifted(name, arguments, bits: OracleMore.integerBits(of: operands[0]))
    case _ where OracleMore.argumentCounts[name] != nil && OracleFamilies.argumentCounts[name] == nil:
      return OracleMore.call(name, arguments)
    case _ where OracleFunctions.argumentCounts[name] == nil:
      return try OracleFamilies.call(name, arguments, operands.map(\.isConstant), now: now)
    default:
      return OracleFunctions.text(name, arguments)
    }
  }

  private func time(
    _ name: String, _ operands: [Expression], _ arguments: [OracleValue]
  ) throws(OracleError) -> OracleValue {
    switch name {
    case "now", "current_timestamp":
      return .timestamp(seconds: now, nanoseconds: 0)
    case "current_date":
      return .date(days: OracleCalendar.floorDivide(now, OracleCalendar.secondsPerDay))
    case "date":
      return OracleCast.date(arguments[0])
    case "from_iso8601_timestamp":
      return OracleValue.time(arguments[0], allowsNames: false)
    default:
      guard let unit = arguments[0].text.map({ String(decoding: $0, as: UTF8.self).lowercased() }) else {
        return .null
      }
      let epoch = OracleInstant(seconds: 0, nanoseconds: 0)
      if OracleCalendar.truncated(epoch, to: unit) == nil {
        if operands[0].isConstant { throw .invalidLiteral("the unit of date_trunc") }
        return .null
      }
      let start = arguments[1].clock.flatMap { OracleCalendar.truncated($0, to: unit) }
      if case .date = arguments[1] { return OracleCast.date(OracleValue(start)) }
      return OracleValue(clock: start, in: arguments[1].zone)
    }
  }
}

extension Expression {
  /// Whether its value is one of JSON, so that a string in it is no text that holds JSON (S80).
  fileprivate var givesJSON: Bool {
    switch kind {
    case .literal(.typed("json", _)): true
    case .cast(_, let type, _): type.name == "json"
    case .call(let call): ["json_parse", "json_extract", "json_array_get"].contains(call.key)
    default: false
    }
  }
}
