/// The functions that expressions may call: one table for each family.
enum FunctionTable {
  typealias Function = @Sendable ([EngineValue]) -> EngineValue

  struct Entry: Sendable {
    let name: String
    let argumentCounts: ClosedRange<Int>
    /// Whether its result is a boolean (S40).
    let isCondition: Bool
    let form: Form
    /// What does the same with the numbers of all rows.
    let kernel: FlatKernel?

    /// Whether its value is another one each time that it is evaluated.
    var isVolatile: Bool { if case .special(.random) = form { true } else { false } }

    var takesLambda: Bool { if case .lambda = form { true } else { false } }

    private init(
      _ name: String, _ counts: ClosedRange<Int>, _ isCondition: Bool, _ form: Form,
      _ kernel: FlatKernel? = nil
    ) {
      self.kernel = kernel
      self.name = name
      argumentCounts = counts
      self.isCondition = isCondition
      self.form = form
    }

    /// Of its arguments' values, none of which is NULL.
    static func plain(
      _ name: String, _ counts: ClosedRange<Int>, isCondition: Bool = false, kernel: FlatKernel? = nil,
      _ function: @escaping Function
    ) -> Entry {
      Entry(name, counts, isCondition, .plain(function), kernel)
    }

    /// Of its arguments' values, NULL or not.
    static func total(_ name: String, _ counts: ClosedRange<Int>, _ function: @escaping Function) -> Entry {
      Entry(name, counts, false, .total(function))
    }

    static func special(
      _ name: String, _ counts: ClosedRange<Int>, isCondition: Bool = false, _ special: Special
    ) -> Entry {
      Entry(name, counts, isCondition, .special(special))
    }

    static func lambda(_ name: String, isCondition: Bool = false, _ lambda: LambdaFunction) -> Entry {
      let count = lambda.parameterCounts.count
      return Entry(name, count...count, isCondition, .lambda(lambda))
    }
  }

  enum Form: Sendable {
    case plain(Function)
    case total(Function)
    /// Bound in a way of its own.
    case special(Special)
    case lambda(LambdaFunction)
  }

  enum Special: Sendable {
    case coalesce, nullIf, choice, elementAt, cardinality, jsonExtract, jsonExtractScalar, jsonExtractString
    case regexpLike, contains, dateTrunc, now, today, attempt, jsonScalar, normalize
    case shift(BitShift)
    case random(RandomFunction)
    /// Not there for a reason.
    case refused(String)
    case regexp(RegexFunction)
    case timePattern(TimePatternFunction)
    case timeUnit(TimeUnitFunction)
    case zone(isShownIn: Bool)
    case unixTime
    case isoText
    case finiteness(Finiteness)
    case typeName
    case widthBucket
  }

  /// The entry of a name, ignoring case.
  static func entry(_ name: String) -> Entry? { entries[name.lowercased()] }

  static var names: [String] { entries.keys.sorted() }

  private static let entries: [String: Entry] = {
    let families = [
      core, TextFunctions.table, SplitFunctions.table, SoundFunctions.table, RegexFunction.table,
      URLFunctions.table, NetworkFunctions.table, HashFunctions.table, BinaryNumbers.table, Base32.table,
      MathFunctions.table,
      BitFunctions.table, VectorFunctions.table, DistributionFunctions.table, QuantityFunctions.table,
      RandomFunction.table, TimeFunctions.table, JSONFunctions.table, ArrayFunctions.table,
      SequenceFunctions.table, MapFunctions.table, LambdaFunction.table,
    ]
    return Dictionary(families.joined().map { ($0.name, $0) }) { first, _ in first }
  }()

  /// Functions that belong to no family.
  private static let core: [Entry] = [
    .special("coalesce", 1...Int.max, .coalesce),
    .special("ifnull", 2...2, .coalesce),
    .special("nvl", 2...2, .coalesce),
    .special("nullif", 2...2, .nullIf),
    .special("if", 2...3, .choice),
    .special("try", 1...1, .attempt),
    .special("contains", 2...2, isCondition: true, .contains),
    .special("list_contains", 2...2, isCondition: true, .contains),
    .total("is_denied", 1...2, DenialFunction.value),
    .special("typeof", 1...1, .typeName),
  ]
}

extension EngineValue {
  /// What `typeof` calls its type (S85).
  var typeName: String {
    switch self {
    case .null, .record(.missing), .record(.null): "unknown"
    case .boolean, .record(.boolean): "boolean"
    case .number(.integer), .record(.integer): "bigint"
    case .number(.decimal), .record(.number):
      number?.isDouble == true
        ? "double" : number?.integer != nil ? "bigint" : number?.decimal.typeName ?? "decimal"
    case .number(.real): "real"
    case .number(.double): "double"
    case .text, .record(.string): "varchar"
    case .timestamp: "timestamp"
    case .zoned: "timestamp with time zone"
    case .date: "date"
    case .address: "ipaddress"
    case .interval(.months): "interval year to month"
    case .interval(.nanoseconds): "interval day to second"
    case .array: "array"
    case .map: "map"
    case .row: "row"
    case .record(.json): "json"
    }
  }
}

extension ExactDecimal {
  fileprivate var typeName: String {
    let shape = shape
    return shape.digits <= ExactDecimal.mostDigits ? "decimal(\(shape.digits),\(shape.places))" : "decimal"
  }
}
