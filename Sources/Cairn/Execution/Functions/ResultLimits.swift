/// What a function's result may hold at most, so that a short query cannot take all memory: larger ones are NULL.
enum ResultLimits {
  /// Bytes of a text.
  static let textByteCount = 16 << 20
  /// Elements of an array.
  static let elementCount = 1_000_000
  /// Elements of `sequence` and `repeat`, as in Trino.
  static let generatedCount = 10_000
  /// Characters of two texts, multiplied, for `levenshtein_distance`, as in Trino.
  static let editTableSize = 1_000_000
  /// Objects and arrays inside one another for functions that walk down them.
  static let nesting = 256
}

extension EngineValue {
  /// A text within the limit, else NULL.
  init(limited text: [UInt8]) {
    self = text.count <= ResultLimits.textByteCount ? .text(text) : .null
  }

  /// An array within the limit, else NULL.
  init(limited items: [EngineValue]) {
    self = items.count <= ResultLimits.elementCount ? .array(items) : .null
  }

  init(_ whole: Int) { self = .number(.integer(Int64(whole))) }

  /// The whole number that it is or spells, as arguments that count or index take it (S50).
  var count: Int? { number?.whole.flatMap { Int(exactly: $0) } }
}
