import CairnStorage

extension Vector {
  /// A number for each row, and which rows are NULL.
  struct Numbers<Number: BitwiseCopyable & Sendable>: Sendable {
    var values: [Number]
    /// By row; empty where none is NULL. The numbers of those that are mean nothing.
    var isNull: [Bool]

    init(_ values: [Number], isNull: [Bool] = []) {
      self.values = values
      self.isNull = isNull
    }

    func isNull(_ row: Int) -> Bool { !isNull.isEmpty && isNull[row] }

    func value(_ row: Int, _ make: (Number) -> EngineValue) -> EngineValue {
      isNull(row) ? .null : make(values[row])
    }

    /// The rows at `indices`, in that order.
    func gathered(_ indices: [UInt32]) -> Numbers {
      Numbers(
        indices.map { values[Int($0)] }, isNull: isNull.isEmpty ? [] : indices.map { isNull[Int($0)] })
    }

    /// Distinct numbers as entries, told apart by their bits.
    func coded(_ bits: (Number) -> UInt64, _ make: (Number) -> EngineValue) -> Coded {
      var entries: [EngineValue] = []
      var table = PairNumbers()
      var null: UInt32?
      let codes = values.indices.map { row -> UInt32 in
        let next = UInt32(truncatingIfNeeded: entries.count)
        if isNull(row) {
          if null == nil {
            null = next
            entries.append(.null)
          }
          return null ?? next
        }
        let code = table.number(of: bits(values[row]), next: next)
        if code == next { entries.append(make(values[row])) }
        return code
      }
      return Coded(entries: entries, codes: codes)
    }
  }

  /// Some rows that follow each other.
  func slice(_ rows: Range<Int>) -> Vector {
    switch self {
    case .constant: return self
    case .coded(var coded):
      coded.codes = Array(coded.codes[rows])
      return .coded(coded)
    case .times(let times): return .times(Times(Array(times.seconds[rows])))
    case .timestamps(let times): return .timestamps(Times(Array(times.seconds[rows])))
    case .wholes(let numbers): return .wholes(numbers.slice(rows))
    case .doubles(let numbers): return .doubles(numbers.slice(rows))
    case .texts(let texts):
      return .texts(Texts(texts.table, codes: Array(texts.codes[rows]), isTyped: texts.isTyped))
    case .plain(let values): return .plain(Array(values[rows]))
    }
  }

  /// The rows of several vectors, one after the other; `counts[i]` are those of `vectors[i]`.
  static func joined(_ vectors: [Vector], counts: [Int]) -> Vector {
    if vectors.count == 1 { return vectors[0] }
    if let values = each(vectors, { if case .constant(let value) = $0 { value } else { nil } }),
      values.allSatisfy({ $0 == values[0] })
    {
      return values.isEmpty ? .constant(.null) : .constant(values[0])
    }
    if let seconds = each(vectors, { if case .times(let times) = $0 { times.seconds } else { nil } }) {
      return .times(Times(Array(seconds.joined())))
    }
    if let seconds = each(vectors, { if case .timestamps(let times) = $0 { times.seconds } else { nil } }) {
      return .timestamps(Times(Array(seconds.joined())))
    }
    if let numbers = each(vectors, { if case .wholes(let numbers) = $0 { numbers } else { nil } }) {
      return .wholes(Numbers(joining: numbers))
    }
    if let numbers = each(vectors, { if case .doubles(let numbers) = $0 { numbers } else { nil } }) {
      return .doubles(Numbers(joining: numbers))
    }
    if let texts = joinedTexts(vectors, counts) { return .texts(texts) }
    if each(vectors, { if case .plain = $0 { true } else { nil } }) != nil {
      return .plain(zip(vectors, counts).flatMap { $0.values(count: $1) })
    }
    var entries: [EngineValue] = []
    var codes: [UInt32] = []
    codes.reserveCapacity(counts.reduce(0, +))
    for (vector, count) in zip(vectors, counts) {
      let coded = vector.coded(count: count)
      let first = UInt32(truncatingIfNeeded: entries.count)
      entries += coded.entries
      for code in coded.codes { codes.append(first + code) }
    }
    return .coded(Coded(entries: entries, codes: codes))
  }

  /// Whether each of `count` rows is NULL.
  func nulls(count: Int) -> [Bool] {
    switch self {
    case .constant(let value): return Array(repeating: value.isNull, count: count)
    case .coded(let coded):
      let isNull = coded.entries.map(\.isNull)
      return coded.codes.map { isNull[Int($0)] }
    case .times(let times), .timestamps(let times):
      return times.seconds.map { !EventTime.canonicalRange.contains($0) }
    case .wholes(let numbers):
      return numbers.isNull.isEmpty ? Array(repeating: false, count: count) : numbers.isNull
    case .doubles(let numbers):
      return numbers.isNull.isEmpty ? Array(repeating: false, count: count) : numbers.isNull
    case .texts(let texts): return texts.nulls
    case .plain(let values): return values.map(\.isNull)
    }
  }

  /// The values as numbers where all are typed whole numbers or NULL.
  func wholes(count: Int) -> Numbers<Int64>? {
    if case .wholes(let numbers) = self { return numbers }
    switch self {
    case .times, .timestamps, .texts: return nil
    default: break
    }
    let coded = coded(count: count)
    var values: [Int64] = []
    for entry in coded.entries {
      switch entry {
      case .null: values.append(0)
      case .number(.integer(let whole)), .record(.integer(let whole)): values.append(whole)
      default: return nil
      }
    }
    let isNull = coded.entries.map(\.isNull)
    return Numbers(coded.codes.map { values[Int($0)] }, isNull: coded.codes.map { isNull[Int($0)] })
  }

  /// Values one by one as whole numbers; nil where there is anything else but NULL.
  func plainWholes() -> Vector? {
    guard case .plain(let values) = self else { return nil }
    var isNull: [Bool] = []
    var numbers: [Int64] = []
    numbers.reserveCapacity(values.count)
    for (row, value) in values.enumerated() {
      switch value {
      case .number(.integer(let whole)): numbers.append(whole)
      case .null:
        if isNull.isEmpty { isNull = Array(repeating: false, count: values.count) }
        isNull[row] = true
        numbers.append(0)
      default: return nil
      }
    }
    return .wholes(Numbers(numbers, isNull: isNull))
  }

  /// Nil where not all values are strings, or none are yet.
  private static func joinedTexts(_ vectors: [Vector], _ counts: [Int]) -> Texts? {
    let hasTexts = vectors.contains { if case .texts = $0 { true } else { false } }
    if !hasTexts { return nil }
    var parts: [Texts] = []
    for (vector, count) in zip(vectors, counts) {
      guard let part = vector.texts(count: count) else { return nil }
      parts.append(part)
    }
    return Texts(joining: parts)
  }

  /// What all vectors are; nil where one is something else.
  private static func each<Form>(_ vectors: [Vector], _ form: (Vector) -> Form?) -> [Form]? {
    var forms: [Form] = []
    for vector in vectors {
      guard let form = form(vector) else { return nil }
      forms.append(form)
    }
    return forms
  }
}

extension Vector.Numbers {
  fileprivate func slice(_ rows: Range<Int>) -> Self {
    Self(Array(values[rows]), isNull: isNull.isEmpty ? [] : Array(isNull[rows]))
  }

  fileprivate init(joining parts: [Self]) {
    let hasNull = parts.contains { !$0.isNull.isEmpty }
    self.init(
      parts.flatMap(\.values),
      isNull: hasNull
        ? parts.flatMap { $0.isNull.isEmpty ? Array(repeating: false, count: $0.values.count) : $0.isNull }
        : []
    )
  }
}
