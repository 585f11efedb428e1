import CairnSQL
import Foundation

/// Where a pattern matches (S72).
enum OracleRegexFunctions {
  static func call(
    _ name: String, _ values: [OracleValue], _ areConstant: [Bool]
  ) throws(OracleError) -> OracleValue? {
    guard name.hasPrefix("regexp_") else { return nil }
    guard let pattern = values[1].text else { return .null }
    guard let regex = OracleRegex.compile(pattern) else {
      if areConstant[1] { throw .invalidLiteral("the pattern of \(name)") }
      return .null
    }
    if name == "regexp_matches" {
      return OracleValue(values[0].text.flatMap { OracleRegex.find(pattern, in: $0) })
    }
    var group = 0
    if name.hasPrefix("regexp_extract"), values.count > 2 {
      guard let given = values[2].decimal?.wholeNumber else { return .null }
      guard (0...Int64(regex.numberOfCaptureGroups)).contains(given) else {
        if areConstant[2] { throw .invalidLiteral("the group of \(name)") }
        return .null
      }
      group = Int(given)
    }
    guard let bytes = values[0].text else { return .null }
    let text = OracleText.repaired(bytes) as NSString
    let matches = regex.matches(in: text as String, range: NSRange(location: 0, length: text.length))
    func part(_ match: NSTextCheckingResult, _ group: Int) -> OracleValue {
      let range = match.range(at: group)
      return range.location == NSNotFound ? .null : OracleValue(text.substring(with: range))
    }
    switch name {
    case "regexp_extract": return matches.first.map { part($0, group) } ?? .null
    case "regexp_extract_all": return .array(matches.map { part($0, group) })
    case "regexp_count": return OracleValue(Int64(matches.count))
    case "regexp_split": return .array(between(text, matches).map { OracleValue($0) })
    case "regexp_replace":
      guard values.count > 2 else { return OracleValue(between(text, matches).joined()) }
      guard let template = values[2].text.map({ String(decoding: $0, as: UTF8.self) }) else { return .null }
      return replaced(text, regex, matches, template).map { OracleValue($0) } ?? .null
    default: throw .unsupported("function \(name)")
    }
  }

  /// Each match replaced by what is made of its groups; NULL where that is nil.
  static func replaced(
    _ values: [OracleValue], isConstant: Bool, _ replacement: ([OracleValue]) throws(OracleError) -> [UInt8]?
  ) throws(OracleError) -> OracleValue {
    guard let pattern = values[1].text else { return .null }
    guard let regex = OracleRegex.compile(pattern) else {
      if isConstant { throw .invalidLiteral("the pattern of regexp_replace") }
      return .null
    }
    guard let bytes = values[0].text else { return .null }
    let text = OracleText.repaired(bytes) as NSString
    let matches = regex.matches(in: text as String, range: NSRange(location: 0, length: text.length))
    let gaps = between(text, matches)
    var result = Array(gaps[0].utf8)
    for (match, gap) in zip(matches, gaps.dropFirst()) {
      let groups = (1..<match.numberOfRanges).map { group -> OracleValue in
        let range = match.range(at: group)
        return range.location == NSNotFound ? .null : OracleValue(text.substring(with: range))
      }
      guard let text = try replacement(groups) else { return .null }
      result += text + Array(gap.utf8)
    }
    return .text(result)
  }

  private static func between(_ text: NSString, _ matches: [NSTextCheckingResult]) -> [String] {
    var parts: [String] = []
    var end = 0
    for match in matches {
      parts.append(text.substring(with: NSRange(location: end, length: match.range.location - end)))
      end = match.range.location + match.range.length
    }
    return parts + [text.substring(from: end)]
  }

  /// The replacement's groups put in; nil where it names one that is not there.
  private static func replaced(
    _ text: NSString, _ regex: NSRegularExpression, _ matches: [NSTextCheckingResult], _ template: String
  ) -> String? {
    let gaps = between(text, matches)
    var result = gaps[0]
    for (match, gap) in zip(matches, gaps.dropFirst()) {
      guard let filled = filled(template, regex, match, text) else { return nil }
      result += filled + gap
    }
    return result
  }

  private static func filled(
    _ template: String, _ regex: NSRegularExpression, _ match: NSTextCheckingResult, _ text: NSString
  ) -> String? {
    func group(_ range: NSRange) -> String {
      range.location == NSNotFound ? "" : text.substring(with: range)
    }
    var result = ""
    var rest = Substring(template)
    while let character = rest.popFirst() {
      if character == "\\" {
        guard let next = rest.popFirst() else { return nil }
        result.append(next)
      } else if character == "$" {
        if rest.first == "{" {
          guard let end = rest.firstIndex(of: "}") else { return nil }
          let name = String(rest[rest.index(after: rest.startIndex)..<end])
          guard regex.pattern.contains("(?<\(name)>") else { return nil }
          rest = rest[rest.index(after: end)...]
          result += group(match.range(withName: name))
          continue
        }
        guard let first = rest.popFirst(), let digit = first.wholeNumberValue,
          digit <= regex.numberOfCaptureGroups
        else {
          return nil
        }
        var number = digit
        while let next = rest.first?.wholeNumberValue, number * 10 + next <= regex.numberOfCaptureGroups {
          number = number * 10 + next
          rest.removeFirst()
        }
        result += group(match.range(at: number))
      } else {
        result.append(character)
      }
    }
    return result
  }
}

/// Functions of JSON (S80).
enum OracleJSONFunctions {
  static func call(
    _ name: String, _ values: [OracleValue], _ areConstant: [Bool]
  ) throws(OracleError) -> OracleValue? {
    guard name.contains("json") else { return nil }
    switch name {
    case "json_parse": return OracleValue(document(values[0]))
    case "json_format":
      if values[0].isNull { return .null }
      return .text(formatted(values[0]).compact)
    case "json_array_length", "json_array_get", "json_array_contains":
      guard case .array(let items)? = document(values[0]) else { return .null }
      if name == "json_array_length" { return OracleValue(Int64(items.count)) }
      if name == "json_array_get" {
        guard let index = values[1].decimal?.wholeNumber else { return .null }
        let place = index < 0 ? index + Int64(items.count) : index
        return items.indices.contains(Int(clamping: place)) ? OracleValue(items[Int(place)]) : .null
      }
      if values[1].isNull { return .null }
      return .boolean(items.contains { OracleOrdering.compare(OracleValue($0), values[1]) == 0 })
    case "is_json_scalar":
      switch document(values[0]) {
      case nil: return .null
      case .array, .object: return .boolean(false)
      default: return .boolean(true)
      }
    case "json_extract_string":
      return try OracleFunctions.jsonMember(values[0], values[1], isConstant: areConstant[1])
    case "json_keys", "json_object_keys", "json_size":
      var found = document(values[0])
      if values.count > 1 {
        guard let path = values[1].text else { return .null }
        guard let keys = OraclePath.jsonPathKeys(String(decoding: path, as: UTF8.self)) else {
          if areConstant[1] { throw .invalidLiteral("the JSONPath") }
          return .null
        }
        found = OraclePath.follow(keys, from: found)
      }
      switch (name, found) {
      case ("json_size", .object(let members)?): return OracleValue(Int64(members.count))
      case ("json_size", .array(let items)?): return OracleValue(Int64(items.count))
      case ("json_size", nil): return .null
      case ("json_size", _): return OracleValue(0)
      case (_, .object(let members)?): return .array(members.map { .text($0.key) })
      default: return .null
      }
    default: return nil
    }
  }

  /// The JSON that a value is, or that its text spells.
  private static func document(_ value: OracleValue) -> OracleJSON? {
    switch value {
    case .null: return nil
    case .text(let text): return OracleJSONParser.parse(text)
    case .record(let record):
      if case .string = record.json { return OracleJSONParser.parse(record.text) }
      return record.json
    case .array, .map, .row, .number, .double, .boolean: return value.asJSON
    default: return nil
    }
  }

  /// The value's JSON, strings escaped in the one way that S80 says.
  private static func formatted(_ value: OracleValue) -> OracleJSON {
    if case .string? = value.json { return .string(OracleJSON.escaped(value.text ?? [])) }
    return value.asJSON
  }
}
