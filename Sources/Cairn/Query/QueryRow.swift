/// A row of a result: its values by the names of the columns, or by their places.
public struct QueryRow: Sendable {
  private let batch: ResultBatch
  private let row: Int
  private let names: ColumnNames

  init(_ batch: ResultBatch, _ row: Int, _ names: ColumnNames) {
    (self.batch, self.row, self.names) = (batch, row, names)
  }

  /// The names of the columns, in order.
  public var columns: [String] { names.texts }

  /// The value in a column (in the order of `columns`).
  public subscript(column: Int) -> QueryValue { batch[row, column] }

  /// The value of the column with a name: the first that has it, else the first that has it but for the case of its
  /// letters. Nil where no column does; a value that is NULL says so itself.
  public subscript(name: String) -> QueryValue? { names.place(of: name).map { batch[row, $0] } }

  /// The row as a value whose members are columns; arrays and objects of the record as they are there.
  ///
  /// Texts are made of all values, whole numbers and doubles of numbers and of texts that spell them, booleans of
  /// `true` and `false`, `QueryTime` of times; NULL is nil.
  ///
  /// Throws `DecodingError` that names the column.
  public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
    try Value(from: RowDecoder(.members(names.texts.indices.map { (names.texts[$0], .value(self[$0])) }), []))
  }
}

/// The columns' names, once for all rows of a result.
final class ColumnNames: Sendable {
  let texts: [String]
  private let places: [String: Int]
  private let foldedPlaces: [String: Int]

  init(_ columns: [QueryColumn]) {
    texts = columns.map(\.name)
    let numbered = texts.enumerated().map { ($1, $0) }
    places = Dictionary(numbered) { first, _ in first }
    foldedPlaces = Dictionary(numbered.map { ($0.lowercased(), $1) }) { first, _ in first }
  }

  func place(of name: String) -> Int? { places[name] ?? foldedPlaces[name.lowercased()] }
}

/// A point in time, to the microsecond.
public struct QueryTime: Codable, Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Since 1970, UTC.
  public var microseconds: Int64

  /// So long after 1970.
  public init(microseconds: Int64) { self.microseconds = microseconds }

  /// From a text such as CloudTrail's times.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let time = EngineValue.text(Array(text.utf8)).timePoint else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is no time")
    }
    microseconds = time.microseconds
  }

  /// As a text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// The earlier one.
  public static func < (left: QueryTime, right: QueryTime) -> Bool { left.microseconds < right.microseconds }

  /// `2025-01-30T16:00:00Z`, with a fraction where there is one.
  public var description: String {
    let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    let whole = rest < 0 ? seconds - 1 : seconds
    let text = formatTime(whole * 1000)
    guard rest != 0 else { return text }
    let digits = String(rest < 0 ? rest + 1_000_000 : rest)
    return text.dropLast() + "." + String(repeating: "0", count: 6 - digits.count) + digits + "Z"
  }
}

extension QueryValue {
  /// A whole number; nil where the value is none, or one of more than 64 bits.
  public var whole: Int64? { value.number?.integer }

  /// A number, with a binary point; nil where the value is none.
  public var double: Double? { value.number == nil ? nil : text.flatMap { Double($0) } }

  /// A boolean, or a text that spells one.
  public var boolean: Bool? {
    switch text {
    case "true": true
    case "false": false
    default: nil
    }
  }

  /// A point in time, or a text that spells one.
  public var time: QueryTime? { value.timePoint.map { QueryTime(microseconds: $0.microseconds) } }
}

extension Query {
  /// Runs the statement; `body` gets the rows in order. May be called again. Throws what `run` throws.
  public func forEach(_ body: (QueryRow) throws -> Void) throws {
    let names = ColumnNames(columns)
    try run { batch in
      for row in 0..<batch.rowCount { try body(QueryRow(batch, row, names)) }
    }
  }

  /// All rows as values whose members are columns (`QueryRow.decode`). Throws what `run` throws, and `DecodingError`.
  public func all<Value: Decodable>(as type: Value.Type) throws -> [Value] {
    var values: [Value] = []
    try forEach { values.append(try $0.decode(type)) }
    return values
  }
}
