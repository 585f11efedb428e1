/// Writes random conditions over given paths, for property tests: all operators and access forms, absent
/// paths, values of every kind. The same seed gives the same conditions. Every condition parses and is
/// one that the oracle evaluates.
public struct PredicateGenerator: Sendable {
  /// A path and scalar values that may be found there.
  public struct Column: Sendable {
    /// The steps from the record.
    public let steps: [Step]
    /// Values to compare with.
    public let values: [Scalar]

    /// A path and values.
    public init(steps: [Step], values: [Scalar]) {
      self.steps = steps
      self.values = values
    }
  }

  /// One step of a path.
  public enum Step: Sendable, Hashable {
    /// A key of an object.
    case key(String)
    /// Every element of an array.
    case anyElement
  }

  /// A value to write as a literal.
  public enum Scalar: Sendable, Hashable {
    /// A string.
    case text(String)
    /// A number as spelled.
    case number(String)
    /// A boolean.
    case boolean(Bool)
  }

  let columns: [Column]
  var random: SplitMix64

  /// A generator over columns, which `columns(of:)` finds in records.
  public init(seed: UInt64, columns: [Column]) {
    self.columns = columns.isEmpty ? [Column(steps: [.key("eventName")], values: [])] : columns
    random = SplitMix64(state: seed)
  }

  /// A generator over dotted paths (with `[]` for elements), each with all values. A value that is a
  /// JSON number, `true` or `false` is written as such and as text.
  public init(seed: UInt64, paths: [String], values: [String]) {
    let scalars = values.flatMap { value -> [Scalar] in
      if value == "true" || value == "false" { return [.boolean(value == "true"), .text(value)] }
      if OracleDecimal(Array(value.utf8)) != nil { return [.number(value), .text(value)] }
      return [.text(value)]
    }
    self.init(
      seed: seed, columns: paths.map { Column(steps: PredicateGenerator.steps($0), values: scalars) })
  }

  private static func steps(_ path: String) -> [Step] {
    path.split(separator: ".").flatMap { part -> [Step] in
      part.hasSuffix("[]") ? [.key(String(part.dropLast(2))), .anyElement] : [.key(String(part))]
    }
  }

  /// The text of the next condition.
  public mutating func next() -> String {
    condition(depth: Int(random.below(3)))
  }

  // MARK: Conditions

  private mutating func condition(depth: Int) -> String {
    guard depth > 0 else { return predicate() }
    switch random.below(10) {
    case 0...3:
      return joined(by: "AND", depth: depth)
    case 4...6:
      return joined(by: "OR", depth: depth)
    case 7:
      return "NOT (\(condition(depth: depth - 1)))"
    case 8:
      let test = pick(["IS NULL", "IS NOT NULL", "IS TRUE", "IS NOT FALSE", "= TRUE", "IS UNKNOWN"])
      return "(\(condition(depth: depth - 1))) \(test)"
    default:
      let (first, second) = (condition(depth: depth - 1), predicate())
      return pick([
        "CASE WHEN \(first) THEN TRUE WHEN \(second) THEN FALSE END",
        "IF(\(first), \(second), TRUE)",
        "COALESCE((\(first)), \(second))",
        "CASE WHEN \(first) THEN 'a' ELSE 'b' END = 'a'",
      ])
    }
  }

  private mutating func joined(by word: String, depth: Int) -> String {
    let count = 2 + Int(random.below(2))
    return (0..<count).map { _ in "(\(condition(depth: depth - 1)))" }.joined(separator: " \(word) ")
  }

  private mutating func predicate() -> String {
    let column = pick(columns)
    switch random.below(24) {
    case 0...6: return comparison(column)
    case 7, 8: return membership(column)
    case 9, 10: return like(column)
    case 11: return range(column)
    case 12, 13: return "\(operand(column)) IS \(maybe("NOT "))NULL"
    case 14: return "\(operand(column)) IS \(maybe("NOT "))DISTINCT FROM \(literal(column))"
    case 15: return "\(reference(column)) \(comparisonSign()) \(reference(pick(columns)))"
    case 16: return "\(pick(["starts_with", "ends_with"]))(\(operand(column)), \(quoted(fragment(column))))"
    case 17: return "regexp_like(\(operand(column)), \(quoted(regex(column))))"
    case 18: return "contains(\(quoted(network())), \(reference(column)))"
    case 19: return "contains(\(reference(arrayOf(column))), \(literal(column)))"
    case 20: return "\(cast(column)) \(comparisonSign()) \(literal(column))"
    case 21: return time(column)
    case 22: return number(column)
    default: return reference(column)
    }
  }

  private mutating func comparison(_ column: Column) -> String {
    let sides = [operand(column), literal(column)]
    return random.below(8) == 0
      ? "\(sides[1]) \(comparisonSign()) \(sides[0])" : "\(sides[0]) \(comparisonSign()) \(sides[1])"
  }

  private mutating func membership(_ column: Column) -> String {
    let items = (0...random.below(5)).map { _ in literal(column) }
    return "\(operand(column)) \(maybe("NOT "))IN (\(items.joined(separator: ", ")))"
  }

  private mutating func range(_ column: Column) -> String {
    "\(operand(column)) \(maybe("NOT "))BETWEEN \(literal(column)) AND \(literal(column))"
  }

  private mutating func like(_ column: Column) -> String {
    let word = pick(["LIKE", "LIKE", "NOT LIKE", "ILIKE"])
    let value = operand(column)
    guard random.below(3) == 0 else { return "\(value) \(word) \(quoted(pattern(fragment(column))))" }
    let escaped = fragment(column).map { "%_!".contains($0) ? "!\($0)" : String($0) }.joined()
    return "\(value) \(word) \(quoted(pattern(escaped))) ESCAPE '!'"
  }

  /// Wildcards around a text, and sometimes in place of a letter.
  private mutating func pattern(_ text: String) -> String {
    switch random.below(6) {
    case 0: return text + "%"
    case 1: return "%" + text
    case 2: return text
    case 3: return text.isEmpty || text.contains("!") ? "%" : "_" + text.dropFirst() + "%"
    default: return "%" + text + "%"
    }
  }

  private mutating func time(_ column: Column) -> String {
    let moment = moment()
    let value = pick(["eventTime", "eventtime", "\"eventTime\"", reference(column)])
    let bound = pick([
      quoted(moment), "TIMESTAMP \(quoted(moment))", "from_iso8601_timestamp(\(quoted(moment)))",
      "DATE \(quoted(String(moment.prefix(10))))", "TIMESTAMP \(quoted(moment)) - INTERVAL '1' DAY",
      "date_trunc('hour', \(quoted(moment)))", "now()",
    ])
    let wrapped = pick([
      value, value, value, "date(\(value))", "date_trunc('day', \(value))", "substr(\(value), 1, 10)",
    ])
    return "\(wrapped) \(comparisonSign()) \(bound)"
  }

  private mutating func number(_ column: Column) -> String {
    let value = reference(column)
    return pick([
      "length(\(value)) \(comparisonSign()) \(random.below(40))",
      "cardinality(\(reference(arrayOf(column)))) \(comparisonSign()) \(random.below(4))",
      "strpos(\(value), \(quoted(fragment(column)))) \(comparisonSign()) \(random.below(4))",
      "\(value) + 1 \(comparisonSign()) \(random.below(200))",
      "\(value) * 1.5 \(comparisonSign()) \(random.below(200))",
    ])
  }

  private mutating func cast(_ column: Column) -> String {
    let type = pick([
      "varchar", "varchar(3)", "bigint", "double", "boolean", "decimal(10, 2)", "timestamp", "date",
    ])
    return "\(pick(["CAST", "TRY_CAST"]))(\(reference(column)) AS \(type))"
  }

  mutating func comparisonSign() -> String {
    pick(["=", "=", "=", "<>", "!=", "<", "<=", ">", ">="])
  }

  // MARK: Choice

  mutating func pick<Item>(_ items: [Item]) -> Item {
    items[Int(random.below(UInt64(items.count)))]
  }

  mutating func maybe(_ text: String) -> String {
    random.below(3) == 0 ? text : ""
  }
}

/// Steele, Lea and Flood's SplitMix64: small, and the same everywhere.
struct SplitMix64: Sendable {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number below a positive bound. The bias is of no account for bounds this small.
  mutating func below(_ bound: UInt64) -> UInt64 {
    next() % max(bound, 1)
  }
}
