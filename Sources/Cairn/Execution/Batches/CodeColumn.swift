import CairnStorage

/// A column of a batch for work on codes: where storage has a dictionary its narrow codes as they are, none of its
/// values looked up.
enum CodeColumn: Sendable {
  case stored(CodedField, segment: Int)
  case coded(Vector.Coded)

  /// Codes are below it.
  var entryCount: Int {
    switch self {
    case .stored(let field, _): field.words.words.count
    case .coded(let coded): coded.entries.count
    }
  }

  /// A code for each row.
  var codes: CodedWords.Codes {
    switch self {
    case .stored(let field, _): field.words.codes
    case .coded(let coded): coded.entries.count <= 1 ? .constant : .longs(coded.codes)
    }
  }

  /// The codes of rows.
  func codes(ofRows rows: [UInt32]) -> [UInt32] {
    switch codes {
    case .constant: Array(repeating: 0, count: rows.count)
    case .bytes(let codes): rows.map { UInt32(codes[Int($0)]) }
    case .shorts(let codes): rows.map { UInt32(codes[Int($0)]) }
    case .longs(let codes): rows.map { codes[Int($0)] }
    }
  }

  /// The values of codes, in their order.
  func values(_ codes: [UInt32]) throws -> [EngineValue] {
    switch self {
    case .coded(let coded): return codes.map { coded.entries[Int($0)] }
    case .stored(let field, _):
      let ascending = Array(Set(codes)).sorted()
      var known: [UInt32: EngineValue] = [:]
      for (code, value) in zip(ascending, try field.values(of: ascending.map { field.words.words[Int($0)] })) {
        known[code] = EngineValue(value)
      }
      return codes.map { known[$0] ?? .null }
    }
  }

  /// Whether each entry is NULL; nil where none is.
  var nullEntries: [Bool]? {
    guard case .coded(let coded) = self else { return nil }
    let flags = coded.entries.map(\.isNull)
    return flags.contains(true) ? flags : nil
  }
}
