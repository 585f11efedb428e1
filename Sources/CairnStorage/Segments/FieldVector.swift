/// Values at one path of chosen rows, as storage has them: entries, and a code per row.
package struct FieldVector: Sendable {
  /// What codes refer to. Entries may be equal to each other and need not be used by any row. Empty where
  /// `seconds` stand for them.
  package var values: [FieldValue]
  /// The entry of each row.
  package var codes: [UInt32]
  /// A number for each entry that names it in the segment, where storage has one: equal numbers mean equal
  /// values, in every row group, so that work on an entry is done once a segment. Empty where it has none.
  package var keys: [UInt64] = []
  /// Where it was asked for and every row's value is a canonical timestamp (`2024-02-29T12:00:00Z`): the entries
  /// as seconds since 1970, in place of `values`. `FieldVector.timestamp` spells one.
  package var seconds: [Int64]?

  package init(values: [FieldValue], codes: [UInt32], keys: [UInt64] = [], seconds: [Int64]? = nil) {
    self.values = values
    self.codes = codes
    self.keys = keys
    self.seconds = seconds
  }

  /// The string that an entry of `seconds` stands for; missing outside the years 1 to 9999, which no entry is.
  package static func timestamp(_ seconds: Int64) -> FieldValue {
    TimestampStrings.text(seconds).map { .string($0) } ?? .missing
  }

  /// The first half of the keys of values that stand in no column: missing, null, true, false, {} and [].
  fileprivate static let literalKeys: UInt64 = 0xFFFF_FFFF << 32
}

extension FieldProjection {
  /// Values at `path` for `rows` (ascending positions in the row group).
  ///
  /// - Parameters:
  ///   - wantsStringsOnly: objects and arrays may be given as missing.
  ///   - acceptsSeconds: timestamps may be given as `seconds`, so that none is spelled.
  package func vector(
    _ path: [PathName], rows: [UInt32], wantsStringsOnly: Bool = false, acceptsSeconds: Bool = false
  ) throws -> FieldVector {
    var builder = FieldVectorBuilder(rowCount: rows.count)
    let candidates = Positions(rows)
    try group.visit(path, rows: candidates) { part in
      switch part.target {
      case .missing, .object: builder.add(.missing, key: 0xFF, part.members)
      case .literal(let kind):
        builder.add(RowGroupPaths.literal(kind), key: UInt64(kind.rawValue), part.members)
      case .composite:
        if wantsStringsOnly {
          builder.add(.missing, key: 0xFF, part.members)
        } else {
          let texts = try group.texts(path, rows: candidates.select(part.members).list)
          builder.add(FieldVector(values: texts, codes: texts.indices.map { UInt32($0) }), part.members)
        }
      case .value(let column):
        builder.add(try leaf(try group.reader.column(column), part.positions), part.members)
      }
    }
    return builder.finish(acceptsSeconds: acceptsSeconds)
  }

  /// Values of a leaf column.
  private func leaf(_ column: ColumnReader, _ positions: Positions) throws -> FieldVector {
    try group.check(positions, in: column)
    if column.info.kind == .integer {
      let values = try column.integers(in: group.rowGroup)
      let (distinct, codes) = Self.joined(positions, values)
      return FieldVector(values: distinct.map { .integer($0) }, codes: codes)
    }
    if let list = try column.wordList(in: group.rowGroup), !list.isEmpty {
      return try coded(column, try column.words(in: group.rowGroup), positions)
    }
    if let seconds = try column.seconds(in: group.rowGroup, rowSeconds: group.rowSeconds) {
      let (distinct, codes) = Self.joined(positions, seconds)
      return FieldVector(values: [], codes: codes, seconds: distinct)
    }
    let vector = try group.strings(column, positions)
    let isNumber = column.info.kind == .number
    return FieldVector(
      values: (0..<vector.table.count).map { RowGroupPaths.value(vector.table, $0, isNumber: isNumber) },
      codes: vector.codes ?? (0..<vector.count).map { UInt32($0) })
  }

  /// Codes as stored, over the chunk's list; where few rows are wanted, over the entries that these have.
  private func coded(
    _ column: ColumnReader, _ words: CodedWords, _ positions: Positions
  ) throws -> FieldVector {
    var list = words.words
    var codes: [UInt32]
    if positions.isAll(of: words.count) {
      codes = words.allCodes()
    } else {
      codes = words.take(positions)
      var place = [UInt32](repeating: 0, count: list.count)
      for code in codes { place[Int(code)] = 1 }
      let used = list.indices.filter { place[$0] == 1 }
      if used.count < list.count {
        for (index, code) in used.enumerated() { place[code] = UInt32(index) }
        list = used.map { list[$0] }
        for index in codes.indices { codes[index] = place[Int(codes[index])] }
      }
    }
    let column64 = UInt64(column.metadata.index) << 32
    return FieldVector(
      values: try column.entryValues(list), codes: codes, keys: list.map { column64 | UInt64($0) })
  }

  /// Values at the positions with neighbours that are equal joined, and the entry of each.
  private static func joined(_ positions: Positions, _ values: [Int64]) -> (
    distinct: [Int64], codes: [UInt32]
  ) {
    var distinct: [Int64] = []
    let codes = [UInt32](unsafeUninitializedCapacity: positions.count) { codes, count in
      values.withUnsafeBufferPointer { values in
        var last: Int64 = 0
        var entry: UInt32 = 0
        for index in 0..<positions.count {
          let value = values[Int(positions[index])]
          if value != last || index == 0 {
            entry = UInt32(truncatingIfNeeded: distinct.count)
            distinct.append(value)
            last = value
          }
          codes[index] = entry
        }
      }
      count = positions.count
    }
    return (distinct, codes)
  }
}

/// Puts the parts of a path's values together.
private struct FieldVectorBuilder {
  private let rowCount: Int
  private var parts: [(vector: FieldVector, members: Positions)] = []

  init(rowCount: Int) { self.rowCount = rowCount }

  mutating func add(_ vector: FieldVector, _ members: Positions) { parts.append((vector, members)) }

  /// One value for all members.
  mutating func add(_ value: FieldValue, key: UInt64, _ members: Positions) {
    add(
      FieldVector(
        values: [value], codes: [UInt32](repeating: 0, count: members.count),
        keys: [FieldVector.literalKeys | key]),
      members)
  }

  func finish(acceptsSeconds: Bool) -> FieldVector {
    if parts.count == 1, parts[0].members.isAll(of: rowCount) {
      return acceptsSeconds ? parts[0].vector : Self.spelled(parts[0].vector)
    }
    var values: [FieldValue] = []
    var keys: [UInt64] = []
    var hasKeys = true
    var codes = [UInt32](repeating: 0, count: rowCount)
    for (vector, members) in parts {
      let vector = Self.spelled(vector)
      let first = UInt32(values.count)
      values += vector.values
      hasKeys = hasKeys && vector.keys.count == vector.values.count
      keys += vector.keys
      switch members {
      case .run(let range):
        for (index, row) in range.enumerated() { codes[row] = first + vector.codes[index] }
      case .listed(let list):
        for (index, row) in list.enumerated() { codes[Int(row)] = first + vector.codes[index] }
      }
    }
    return FieldVector(values: values, codes: codes, keys: hasKeys ? keys : [])
  }

  private static func spelled(_ vector: FieldVector) -> FieldVector {
    guard let seconds = vector.seconds else { return vector }
    return FieldVector(values: seconds.map { FieldVector.timestamp($0) }, codes: vector.codes)
  }
}
