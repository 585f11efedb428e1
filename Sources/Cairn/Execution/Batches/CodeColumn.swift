import CairnStorage

/// A column of a batch for work on codes: where storage has a dictionary its narrow codes as they are, none of its
/// values looked up.
enum CodeColumn: Sendable {
  case stored(CodedField, segment: Int)
  case texts(Vector.Texts)
  /// Texts that are canonical times as seconds since 1970, and the entry of each row; NULL where a second has no text.
  case seconds([Int64], codes: [UInt32])
  case coded(Vector.Coded)

  /// The values of `count` rows.
  init(_ vector: Vector, count: Int) {
    switch vector {
    case .texts(let texts): self = .texts(texts)
    case .times(let times):
      let (seconds, codes) = times.steps(of: 1)
      self = .seconds(seconds, codes: codes)
    case .plain(let values):
      if let texts = Vector.Texts(distinct: values) {
        self = .texts(texts)
      } else {
        self = .coded((vector.plainWholes() ?? vector).coded(count: count))
      }
    default: self = .coded(vector.coded(count: count))
    }
  }

  /// Codes are below it.
  var entryCount: Int {
    switch self {
    case .stored(let field, _): field.entryCount
    case .texts(let texts): texts.entryCount
    case .seconds(let seconds, _): seconds.count
    case .coded(let coded): coded.entries.count
    }
  }

  /// A code for each row.
  var codes: CodedWords.Codes {
    switch self {
    case .stored(let field, _): field.words.codes
    case .texts(let texts): texts.entryCount <= 1 ? .constant : .longs(texts.codes)
    case .seconds(let seconds, let codes): seconds.count <= 1 ? .constant : .longs(codes)
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
    case .texts(let texts): return codes.map { texts.value($0) }
    case .seconds(let seconds, _): return codes.map { Vector.time(seconds[Int($0)]) }
    case .stored(let field, _):
      let ascending = Array(Set(codes)).sorted()
      let ids = ascending.filter { Int($0) < field.words.words.count }.map { field.words.words[Int($0)] }
      let values = try field.values(of: ids)
      var known: [UInt32: EngineValue] = [:]
      for (code, value) in zip(ascending.prefix(ids.count), values) { known[code] = EngineValue(value) }
      for (place, other) in field.others.enumerated() {
        known[UInt32(field.words.words.count + place)] = EngineValue(other.value)
      }
      return codes.map { known[$0] ?? .null }
    }
  }

  /// Whether each entry is NULL; nil where none is.
  var nullEntries: [Bool]? {
    let flags: [Bool]
    switch self {
    case .coded(let coded): flags = coded.entries.map(\.isNull)
    case .texts(let texts): flags = (0..<texts.entryCount).map { $0 == Int(texts.null) }
    case .seconds(let seconds, _): flags = seconds.map { !EventTime.canonicalRange.contains($0) }
    case .stored(let field, _):
      if field.others.isEmpty { return nil }
      flags =
        Array(repeating: false, count: field.words.words.count)
        + field.others.map { EngineValue($0.value).isNull }
    }
    return flags.contains(true) ? flags : nil
  }
}
