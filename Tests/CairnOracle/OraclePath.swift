import CairnSQL

/// Paths (S1 to S9, S40 to S42).
enum OraclePath {
  /// The first member whose key is the name, exact or, unless that is asked for, ignoring ASCII case.
  static func member(_ name: String, of json: OracleJSON?, isExact: Bool) -> OracleJSON? {
    guard case .object(let members)? = json else { return nil }
    let wanted = Array(name.utf8)
    if let exact = members.first(where: { $0.key == wanted }) { return exact.value }
    if isExact { return nil }
    return members.first { folded($0.key) == folded(wanted) }?.value
  }

  static func folded(_ name: [UInt8]) -> [UInt8] {
    name.map(folded)
  }

  static func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }

  /// The element of an array, from 1; negative from the end if that is allowed.
  static func element(_ index: Int64, of json: OracleJSON?, allowsNegative: Bool) -> OracleJSON? {
    guard case .array(let items)? = json else { return nil }
    let place = index > 0 ? index - 1 : allowsNegative && index < 0 ? Int64(items.count) + index : -1
    return place >= 0 && place < items.count ? items[Int(place)] : nil
  }

  static func isRecord(_ root: Identifier) -> Bool {
    folded(Array(root.text.utf8)) == Array("eventjson".utf8)
  }

  /// One constant step that is not `[]`.
  static func step(_ step: Path.Step, on value: OracleValue) -> OracleValue {
    if case .array(let items) = value, case .index(let index) = step {
      return index > 0 && index <= items.count ? items[Int(index) - 1] : .null
    }
    if case .row(let fields) = value, case .index(let index) = step {
      return index > 0 && index <= fields.count ? fields[Int(index) - 1].value : .null
    }
    if case .map(let entries) = value, case .index(let index) = step {
      return OracleMaps.value(of: .number(spelling: Array(String(index).utf8)), in: entries)
    }
    if value.isTypedObject { return memberOfTyped(step, value) }
    switch step {
    case .name(let name): return OracleValue(member(name.text, of: value.json, isExact: false))
    case .key(let key): return OracleValue(member(key, of: value.json, isExact: true))
    case .index(let index): return OracleValue(element(index, of: value.json, allowsNegative: false))
    case .anyElement: return .null
    }
  }

  /// A member of a map or of a row with names (S82, S84).
  private static func memberOfTyped(_ step: Path.Step, _ value: OracleValue) -> OracleValue {
    let members: [(key: [UInt8], value: OracleValue)]
    switch value {
    case .map(let entries): members = entries.map { ($0.key.text ?? [], $0.value) }
    case .row(let fields): members = fields.map { (Array(($0.name ?? "").utf8), $0.value) }
    default: return .null
    }
    let (wanted, isExact): ([UInt8], Bool)
    switch step {
    case .name(let name): (wanted, isExact) = (Array(name.text.utf8), false)
    case .key(let key): (wanted, isExact) = (Array(key.utf8), true)
    default: return .null
    }
    if let exact = members.first(where: { $0.key == wanted }) { return exact.value }
    return isExact ? .null : members.first { folded($0.key) == folded(wanted) }?.value ?? .null
  }

  /// The values that steps with `[]` stand for; nil where there is no array (S40, S42).
  static func expand(_ value: OracleValue, _ steps: ArraySlice<Path.Step>) -> [OracleValue]? {
    guard let first = steps.first else { return [value] }
    let rest = steps.dropFirst()
    guard first == .anyElement else { return expand(step(first, on: value), rest) }
    let elements: [OracleValue]
    if case .array(let items) = value {
      elements = items
    } else if case .array(let items)? = value.json {
      elements = items.map { OracleValue($0) }
    } else {
      return nil
    }
    return elements.flatMap { expand($0, rest) ?? [.null] }
  }

  // MARK: JSONPath (S6)

  /// The keys of a JSONPath, or nil if it is not of the form that Trino takes.
  static func jsonPathKeys(_ path: String) -> [String]? {
    var rest = path.unicodeScalars[...]
    guard rest.popFirst() == "$" else { return nil }
    var keys: [String] = []
    func take(_ allowed: (Unicode.Scalar) -> Bool) -> String? {
      let taken = rest.prefix(while: allowed)
      rest = rest.dropFirst(taken.count)
      return taken.isEmpty ? nil : String(String.UnicodeScalarView(taken))
    }
    func isWord(_ scalar: Unicode.Scalar) -> Bool {
      scalar == "_" || scalar == "-" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }
    while let next = rest.popFirst() {
      if next == "." {
        guard let key = take({ isWord($0) || $0 == ":" }) else { return nil }
        keys.append(key)
      } else if next == "[" {
        if rest.first == "\"" {
          rest.removeFirst()
          guard let key = quotedKey(&rest) else { return nil }
          keys.append(key)
        } else {
          guard let key = take(isWord) else { return nil }
          keys.append(key)
        }
        guard rest.popFirst() == "]" else { return nil }
      } else {
        return nil
      }
    }
    return keys
  }

  /// The key up to the closing quote, which a backslash escapes.
  private static func quotedKey(_ rest: inout Substring.UnicodeScalarView) -> String? {
    var key = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      if scalar == "\"" { return String(key) }
      if scalar == "\\" {
        guard let escaped = rest.popFirst(), escaped == "\"" || escaped == "\\" else { return nil }
        key.append(escaped)
      } else {
        key.append(scalar)
      }
    }
    return nil
  }

  /// Follows the keys of a JSONPath.
  static func follow(_ keys: [String], from json: OracleJSON?) -> OracleJSON? {
    var json = json
    for key in keys {
      if case .array? = json {
        guard !key.isEmpty, key.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let index = Int64(key),
          index < Int64.max
        else { return nil }
        json = element(index + 1, of: json, allowsNegative: false)
      } else {
        json = member(key, of: json, isExact: true)
      }
    }
    return json
  }
}

extension OracleValue {
  /// Whether it is a map or a row.
  var isTypedObject: Bool {
    switch self {
    case .map, .row: true
    default: false
    }
  }
}
