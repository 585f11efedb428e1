/// What a function's result may hold at most, so that a short query cannot take all memory: larger ones are NULL.
enum ResultLimits {
  /// Bytes of a text.
  static let textByteCount = 16 << 20
  /// Elements of an array.
  static let elementCount = 1_000_000
  /// Bytes of an array, map or row with everything inside, as `EngineValue.byteCount` counts them.
  static let compositeByteCount = 64 << 20
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

  /// Texts with a separator between them within the limit, else NULL.
  init(joining texts: [[UInt8]], _ separator: [UInt8] = []) {
    let byteCount = texts.reduce(0) { $0 + $1.count } + separator.count * max(0, texts.count - 1)
    self = byteCount <= ResultLimits.textByteCount ? .text(Array(texts.joined(separator: separator))) : .null
  }

  /// An array within the limits, else NULL.
  init(limited items: [EngineValue]) {
    let isWithin = items.count <= ResultLimits.elementCount && EngineValue.byteCount(of: items) != nil
    self = isWithin ? .array(items) : .null
  }

  init(_ whole: Int) { self = .number(.integer(Int64(whole))) }

  /// The whole number that it is or spells, as arguments that count or index take it (S50).
  var count: Int? { number?.whole.flatMap { Int(exactly: $0) } }
}

// MARK: Sizes

extension EngineValue {
  /// What an element takes apart from the bytes of texts.
  private static let fixedByteCount = 48

  /// About what the value takes in memory; nil where that is beyond the limit, or values are nested too deeply.
  func byteCount(depth: Int = ResultLimits.nesting) -> Int? {
    switch self {
    case .array(let items): EngineValue.byteCount(of: items, depth: depth)
    case .row(let row): EngineValue.byteCount(of: row.values, depth: depth)
    case .map(let map):
      EngineValue.byteCount(of: map.keys, depth: depth).flatMap { keys in
        EngineValue.byteCount(of: map.values, depth: depth).map { $0 + keys }
      }
    case .text(let bytes), .record(.string(let bytes)), .record(.json(let bytes)):
      bytes.count + EngineValue.fixedByteCount
    default: EngineValue.fixedByteCount
    }
  }

  static func byteCount(of items: [EngineValue], depth: Int = ResultLimits.nesting) -> Int? {
    guard depth > 0 else { return nil }
    var total = fixedByteCount
    for item in items {
      guard let count = item.byteCount(depth: depth - 1) else { return nil }
      total += count
      if total > ResultLimits.compositeByteCount { return nil }
    }
    return total
  }

  /// The results of a function for each element; nil as soon as they are beyond the limits.
  static func limited<Items: Sequence>(
    _ items: Items, _ function: (Items.Element) -> EngineValue
  ) -> [EngineValue]? {
    var results: [EngineValue] = []
    var total = 0
    for item in items {
      let result = function(item)
      guard let count = result.byteCount(depth: ResultLimits.nesting - 1) else { return nil }
      total += count
      if total > ResultLimits.compositeByteCount { return nil }
      results.append(result)
    }
    return results
  }
}
