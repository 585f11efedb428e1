extension PredicateGenerator {
  // MARK: Paths

  /// A column in some access form, sometimes inside a function.
  mutating func operand(_ column: Column) -> String {
    let value = reference(column)
    switch random.below(12) {
    case 0: return "lower(\(value))"
    case 1: return "upper(\(value))"
    case 2: return "substr(\(value), \(1 + random.below(4)), \(1 + random.below(6)))"
    case 3: return "coalesce(\(value), \(literal(column)))"
    case 4:
      return pick(["trim(\(value))", "replace(\(value), 'a')", "concat(\(value), 'x')", "\(value) || 'x'"])
    case 5: return "nullif(\(value), \(literal(column)))"
    default: return value
    }
  }

  /// A column in some access form; now and then a path near to it that is absent or goes elsewhere.
  mutating func reference(_ column: Column) -> String {
    var steps = column.steps
    switch random.below(16) {
    case 0: steps.append(.key("absent"))
    case 1: steps[0] = .key(PredicateGenerator.missingColumn)
    case 2 where steps.count > 1: steps.removeLast()
    case 3: steps.append(.anyElement)
    default: break
    }
    return form(steps)
  }

  /// The column's array, or the column as if it were one.
  func arrayOf(_ column: Column) -> Column {
    let last = column.steps.lastIndex(of: .anyElement) ?? column.steps.count
    return Column(steps: Array(column.steps[..<max(1, last)]), values: column.values)
  }

  private mutating func form(_ steps: [Step]) -> String {
    if steps.contains(.anyElement) { return chained(steps, elements: true) }
    switch random.below(9) {
    case 0: return elementAt(steps)
    case 1: return "json_extract_scalar(\(splitJSON(steps)))"
    case 2: return "json_extract(\(splitJSON(steps)))"
    case 3: return "eventJson" + steps.map { step($0, isFirst: false) }.joined()
    case 4: return arrows(steps)
    default: return chained(steps, elements: false)
    }
  }

  /// `a.b`, `"a"."b"`, `a['b']`, mixed; `[]` sometimes as an index.
  private mutating func chained(_ steps: [Step], elements: Bool) -> String {
    let first = step(steps[0], isFirst: true)
    return first
      + steps.dropFirst().map { next in
        next == .anyElement && random.below(5) == 0 ? "[\(1 + random.below(3))]" : step(next, isFirst: false)
      }.joined()
  }

  private mutating func step(_ step: Step, isFirst: Bool) -> String {
    guard case .key(let key) = step else { return pick(["[]", "[*]"]) }
    let dot = isFirst ? "" : "."
    let isPlain =
      key.utf8.allSatisfy { (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x5F }
      && key.utf8.first.map { $0 > 0x39 } == true && !PredicateGenerator.reserved.contains(key.lowercased())
    switch random.below(6) {
    case 0 where !isFirst: return "[\(quoted(key))]"
    // A quoted name that no record has is refused where it is compared.
    case 1 where !isFirst || key != PredicateGenerator.missingColumn: return dot + doubleQuoted(key)
    case 2 where isPlain:
      return dot
        + pick([key.lowercased(), key.uppercased(), String(key.prefix(1)).uppercased() + key.dropFirst()])
    default: return dot + (isPlain ? key : doubleQuoted(key))
    }
  }

  /// A first name that no record has.
  private static let missingColumn = "nosuchcolumn"

  /// First names that the grammar takes for something else.
  private static let reserved: Set<String> = [
    "and", "as", "between", "by", "case", "cast", "distinct", "else", "end", "escape", "exists", "extract",
    "false", "for", "from", "full", "group", "having", "in", "inner", "into", "is", "join", "left", "like",
    "not", "null", "on", "or", "order", "right", "select", "table", "then", "trim", "true", "union", "values",
    "when", "where", "with",
  ]

  private mutating func elementAt(_ steps: [Step]) -> String {
    steps.dropFirst().reduce(step(steps[0], isFirst: true)) { base, step in
      guard case .key(let key) = step else { return base }
      return "element_at(\(base), \(quoted(key)))"
    }
  }

  private mutating func arrows(_ steps: [Step]) -> String {
    steps.dropFirst().reduce(step(steps[0], isFirst: true)) { base, step in
      guard case .key(let key) = step else { return base }
      // A text that starts with `$` is a JSONPath there.
      return key.hasPrefix("$") ? "\(base)[\(quoted(key))]" : "\(base) \(pick(["->", "->>"])) \(quoted(key))"
    }
  }

  /// The two arguments of a JSON function: some steps in the base, the rest in the path.
  private mutating func splitJSON(_ steps: [Step]) -> String {
    let taken = Int(random.below(UInt64(steps.count + 1)))
    let base = taken == 0 ? "eventJson" : chained(Array(steps[..<taken]), elements: false)
    let path = steps[taken...].map { step -> String in
      guard case .key(let key) = step else { return "" }
      let isPlain =
        !key.isEmpty
        && key.utf8.allSatisfy {
          (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D
        }
      if isPlain, random.below(4) != 0 { return "." + key }
      return "[\"" + key.map { "\"\\".contains($0) ? "\\\($0)" : String($0) }.joined() + "\"]"
    }
    return "\(base), \(quoted("$" + path.joined()))"
  }

  // MARK: Literals

  /// A literal that may equal the column's value, in one of its kinds, or that is near to it.
  mutating func literal(_ column: Column) -> String {
    switch random.below(14) {
    case 0: return "NULL"
    case 1: return pick(["TRUE", "FALSE", "'true'", "'false'"])
    case 2: return pick(["0", "1", "-1", "243.0", "1e2", "'0'", "''", "100000000000000000001", "0.5"])
    case 3: return write(pick(columns).values)
    case 4: return quoted(moment())
    default: return write(column.values)
    }
  }

  private mutating func write(_ values: [Scalar]) -> String {
    guard !values.isEmpty else { return quoted(pick(["x", "", "5", "true", "ConsoleLogin"])) }
    switch pick(values) {
    case .boolean(let value): return pick([value ? "TRUE" : "FALSE", value ? "'true'" : "'false'"])
    case .number(let spelling):
      // Beyond all doubles there is no literal.
      if spelling.contains(where: { "eE".contains($0) }), Double(spelling)?.isFinite != true {
        return quoted(spelling)
      }
      return pick([
        spelling, quoted(spelling), spelling + (spelling.contains { ".eE".contains($0) } ? "" : ".0"),
      ])
    case .text(let text):
      if random.below(6) == 0 { return quoted(text.uppercased()) }
      return quoted(random.below(6) == 0 ? String(text.dropLast()) : text)
    }
  }

  /// Part of a value of the column, or something unlikely.
  mutating func fragment(_ column: Column) -> String {
    let texts = column.values.compactMap { value -> String? in
      switch value {
      case .text(let text): text
      case .number(let spelling): spelling
      case .boolean: nil
      }
    }
    guard !texts.isEmpty, random.below(8) > 0 else { return pick(["a", "zz", "amazonaws", "\":\"", ""]) }
    let text = Array(pick(texts))
    guard !text.isEmpty else { return "" }
    let start = Int(random.below(UInt64(text.count)))
    return String(text[start..<min(text.count, start + 1 + Int(random.below(12)))])
  }

  /// A pattern that finds a fragment, with parts turned into classes.
  mutating func regex(_ column: Column) -> String {
    let body = fragment(column).unicodeScalars.prefix(12).map { scalar -> String in
      switch scalar {
      case "0"..."9": pick(["\\d", String(scalar)])
      case "a"..."z", "A"..."Z": random.below(4) == 0 ? "\\w" : String(scalar)
      default: scalar.value > 0x20 && scalar.value < 0x7F ? "\\" + String(scalar) : "."
      }
    }
    return pick(["", "", "^", "(?i)"]) + body.joined()
      + pick(["", "", "$", ".*", "+?"].filter { !body.isEmpty || $0 != "+?" })
  }

  mutating func network() -> String {
    pick([
      "10.0.0.0/8", "192.168.0.0/16", "0.0.0.0/0", "::/0", "2001:db8::/32", "172.16.5.4/12",
      "\(random.below(224)).0.0.0/\(random.below(9))",
    ])
  }

  /// A time in one of its spellings.
  mutating func moment() -> String {
    func padded(_ value: UInt64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let texts = columns.first { $0.steps == [.key("eventTime")] }?.values ?? []
    if !texts.isEmpty, random.below(2) == 0, case .text(let text) = pick(texts),
      OracleTimeText.instant(Array(text.utf8)) != nil
    {
      return text
    }
    let day =
      "20\(padded(17 + random.below(9)))-\(padded(1 + random.below(12)))-\(padded(1 + random.below(28)))"
    let time = "\(padded(random.below(24))):\(padded(random.below(60))):\(padded(random.below(60)))"
    return pick([day, "\(day)T\(time)Z", "\(day) \(time)", "\(day)T\(time)+02:00", "\(day) \(time).250 UTC"])
  }

  func quoted(_ text: String) -> String {
    "'" + text.map { $0 == "'" ? "''" : String($0) }.joined() + "'"
  }

  private func doubleQuoted(_ name: String) -> String {
    "\"" + name.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
  }
}
