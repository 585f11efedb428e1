import CairnSQL

extension OracleMore {
  // MARK: Arrays

  static func arrays(_ name: String, _ values: [OracleValue]) -> OracleValue? {
    func count() -> Int? { values[1].decimal?.wholeNumber.flatMap { Int(exactly: $0) } }
    let names = [
      "array_first", "array_last", "array_histogram", "contains_sequence", "ngrams", "combinations",
      "trim_array",
      "multimap_from_entries",
    ]
    guard names.contains(name) else { return nil }
    guard let items = values[0].elements else { return .null }
    switch name {
    case "array_first": return items.first ?? .null
    case "array_last": return items.last ?? .null
    case "array_histogram":
      let pairs = items.filter { !$0.isNull }.map { OracleEntry(key: $0, value: .null) }
      return .map(
        gathered(pairs).map {
          OracleEntry(key: $0.key, value: OracleValue(Int64($0.value.elements?.count ?? 0)))
        })
    case "contains_sequence":
      guard let part = values[1].elements else { return .null }
      let keys = (items.map(OracleSameness.key), part.map(OracleSameness.key))
      return .boolean((0...items.count).contains { Array(keys.0.dropFirst($0).prefix(part.count)) == keys.1 })
    case "ngrams":
      guard let size = count(), size > 0 else { return .null }
      if size >= items.count { return .array([.array(items)]) }
      return .array((0...items.count - size).map { .array(Array(items[$0..<$0 + size])) })
    case "combinations":
      guard let size = count(), (0...5).contains(size) else { return .null }
      let all = choices(items.count, size)
      guard let all, all.count * size <= 100_000 else { return .null }
      return .array(all.map { .array($0.map { items[$0] }) })
    case "trim_array":
      guard let cut = count(), (0...items.count).contains(cut) else { return .null }
      return .array(Array(items.prefix(items.count - cut)))
    default:
      guard case .map = OracleMaps.call("map_from_entries", values) ?? .null else { return .null }
      return .map(
        gathered(
          items.compactMap { item in
            (item.unnamedFields ?? item.elements).map { OracleEntry(key: $0[0], value: $0[1]) }
          }))
    }
  }

  /// Choices of places, ordered by the last one, then the one before; nil where there are very many.
  private static func choices(_ count: Int, _ size: Int) -> [[Int]]? {
    if size == 0 { return [[]] }
    if size > count { return [] }
    var output: [[Int]] = []
    for last in size - 1..<count {
      guard let before = choices(last, size - 1), output.count + before.count <= 100_000 else { return nil }
      output += before.map { $0 + [last] }
    }
    return output
  }

  // MARK: Numbers

  private static func vector(_ value: OracleValue) -> [Double]? {
    guard let items = value.elements else { return nil }
    let numbers = items.compactMap(\.asDouble)
    return numbers.count == items.count ? numbers : nil
  }

  static func numbers(_ name: String, _ values: [OracleValue]) -> OracleValue? {
    switch name {
    case "is_finite", "is_infinite", "is_nan":
      return values[0].decimal == nil ? .null : .boolean(name == "is_finite")
    case "width_bucket" where values.count == 2:
      guard let x = values[0].asDouble, let borders = vector(values[1]), !borders.isEmpty,
        borders.sorted() == borders
      else { return .null }
      return OracleValue(Int64(borders.filter { $0 <= x }.count))
    case "width_bucket":
      guard values.count == 4, let x = values[0].asDouble, let from = values[1].asDouble,
        let to = values[2].asDouble,
        let count = values[3].decimal?.wholeNumber, count > 0, from != to
      else { return .null }
      if from > to {
        return numbers(name, [values[0], values[2], values[1], values[3]])?.decimal?.wholeNumber
          .map { OracleValue(count + 1 - $0) }
      }
      if x < from { return OracleValue(0) }
      if x >= to { return OracleValue(count + 1) }
      return OracleValue(Int64(Double(count) * (x - from) / (to - from)) + 1)
    case "dot_product", "euclidean_distance", "cosine_similarity", "cosine_distance":
      var (first, second) = (vector(values[0]), vector(values[1]))
      if let a = values[0].entries, let b = values[1].entries {
        // Keys of either, as places.
        let keys = OracleMaps.distinct(a + b).map(\.key)
        func numbers(_ entries: [OracleEntry]) -> [Double]? {
          vector(
            .array(keys.map { OracleMaps.value(of: $0, in: entries) }.map { $0.isNull ? OracleValue(0) : $0 })
          )
        }
        (first, second) = (numbers(a), numbers(b))
      }
      guard let first, let second, first.count == second.count else { return .null }
      let product = zip(first, second).map(*).reduce(0, +)
      let squares = [first, second].map { $0.map { $0 * $0 }.reduce(0, +) }
      let lengths =
        values[0].entries == nil
        ? (squares[0] * squares[1]).squareRoot() : squares[0].squareRoot() * squares[1].squareRoot()
      switch name {
      case "dot_product": return OracleValue(double: product)
      case "euclidean_distance":
        return OracleValue(double: zip(first, second).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot())
      case "cosine_similarity": return OracleValue(double: product / lengths)
      default: return OracleValue(double: 1 - product / lengths)
      }
    default: return nil
    }
  }

  // MARK: Times

  static func times(_ name: String, _ values: [OracleValue]) -> OracleValue? {
    switch name {
    case "current_timezone": return OracleValue("UTC")
    case "timezone":
      let time = OracleValue.time(values[0], allowsNames: false)
      return time.instant == nil ? .null : OracleValue(time.zone.name)
    case "from_iso8601_timestamp_nanos": return OracleValue.time(values[0], allowsNames: false)
    case "to_milliseconds":
      guard case .dayInterval(let seconds, let nanoseconds) = values[0] else { return .null }
      return OracleValue(seconds * 1000 + nanoseconds / 1_000_000)
    case "parse_duration":
      let text = String(decoding: values[0].text ?? [], as: UTF8.self)
      guard let match = text.wholeMatch(of: /\s*(\d+(?:\.\d+)?)\s*(ns|us|ms|s|m|h|d)\s*/) else {
        return .null
      }
      let sizes: [Substring: String] = [
        "ns": "0.000001", "us": "0.001", "ms": "1", "s": "1000", "m": "60000", "h": "3600000",
        "d": "86400000",
      ]
      guard let number = OracleDecimal(Array(match.1.utf8)),
        let size = OracleDecimal(Array((sizes[match.2] ?? "").utf8)),
        let count = OracleDecimal.product(number, size)?.rounded(toScale: 0)?.wholeNumber
      else { return .null }
      return .dayInterval(seconds: count / 1000, nanoseconds: count % 1000 * 1_000_000)
    case "human_readable_seconds":
      guard let number = values[0].decimal?.rounded(toScale: 0)?.wholeNumber else { return .null }
      var parts: [String] = []
      var rest = abs(number)
      for (unit, size) in [("week", 604_800), ("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1)]
      {
        let whole = rest / Int64(size)
        rest -= whole * Int64(size)
        if whole == 1 { parts.append("1 \(unit)") } else if whole > 1 { parts.append("\(whole) \(unit)s") }
      }
      return OracleValue(parts.isEmpty ? "0 seconds" : parts.joined(separator: ", "))
    default: return nil
    }
  }
}

// MARK: Lambdas

extension OracleEvaluator {
  /// The functions of S106.
  func withLambdaAtEnd(_ name: String, _ operands: [Expression]) throws(OracleError) -> OracleValue {
    let parameters = ["array_sort": 2, "regexp_replace": 1]
    let body = try lambda(operands[operands.count - 1], parameters[name] ?? 3)
    _ = try apply(body, Array(repeating: .null, count: body.parameters.count))
    let values = try values(of: Array(operands.dropLast()))
    switch name {
    case "array_sort":
      // Each element behind all that do not come after it.
      var sorted: [OracleValue] = []
      for item in values[0].elements ?? [] {
        var place = sorted.count
        while place > 0 {
          guard let order = try apply(body, [item, sorted[place - 1]]).decimal?.wholeNumber else {
            return .null
          }
          if order >= 0 { break }
          place -= 1
        }
        sorted.insert(item, at: place)
      }
      return values[0].elements == nil ? .null : .array(sorted)
    case "regexp_replace":
      return try OracleRegexFunctions.replaced(values, isConstant: operands[1].isConstant) {
        (groups) throws(OracleError) in try apply(body, [.array(groups)]).text
      }
    case "split_to_map":
      guard let pairs = OracleMore.pairs(values) else { return .null }
      var entries: [OracleEntry] = []
      for entry in OracleMore.gathered(pairs) {
        let items = entry.value.elements ?? []
        var value = items[0]
        for item in items.dropFirst() { value = try apply(body, [entry.key, value, item]) }
        entries.append(OracleEntry(key: entry.key, value: value))
      }
      return .map(entries)
    default:
      guard let first = values[0].entries, let second = values[1].entries else { return .null }
      var entries: [OracleEntry] = []
      for key in OracleMaps.distinct(first + second).map(\.key) {
        let pair = [first, second].map { OracleMaps.value(of: key, in: $0) }
        entries.append(OracleEntry(key: key, value: try apply(body, [key] + pair)))
      }
      return .map(entries)
    }
  }
}
