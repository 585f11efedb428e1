/// Reads one path of chosen rows: only the columns that the path leads to are touched.
package struct FieldProjection {
  let group: RowGroupPaths

  package init(_ reader: SegmentReader, rowGroup: Int) throws {
    group = RowGroupPaths(reader, rowGroup: rowGroup)
  }

  /// Values at `path` for `rows` (positions in the row group).
  ///
  /// - Parameter wantsStringsOnly: objects and arrays may be given as missing.
  package func values(
    _ path: [PathName], rows: Positions, wantsStringsOnly: Bool = false
  ) throws -> [FieldValue] {
    let vector = try vector(path, rows: rows, wantsStringsOnly: wantsStringsOnly)
    return vector.codes.map { vector.values[Int($0)] }
  }

  /// Values at `path` as entries and codes.
  package func vector(
    _ path: [PathName], rows: Positions, wantsStringsOnly: Bool = false
  ) throws -> FieldVector {
    try Self.entries(try field(path, rows: rows, wantsStringsOnly: wantsStringsOnly))
  }

  /// Values at `path` in the form that storage has them in.
  package func field(
    _ path: [PathName], rows: Positions, wantsStringsOnly: Bool = false
  ) throws -> StoredField {
    var parts = FieldParts(rowCount: rows.count)
    try group.visit(path, rows: rows) { part in
      switch part.target {
      case .missing, .object: parts.add(.missing, key: 0xFF, part.members)
      case .literal(let kind):
        parts.add(RowGroupPaths.literal(kind), key: UInt64(kind.rawValue), part.members)
      case .composite:
        if wantsStringsOnly {
          parts.add(.missing, key: 0xFF, part.members)
        } else {
          let texts = try group.texts(path, rows: rows.select(part.members).list)
          parts.add(
            .entries(FieldVector(values: texts, codes: texts.indices.map { UInt32($0) })), part.members)
        }
      case .value(let column):
        parts.add(try leaf(try group.reader.column(column), part.positions), part.members)
      }
    }
    return try parts.finish()
  }

  fileprivate static func entries(_ field: StoredField) throws -> FieldVector {
    switch field {
    case .entries(let vector): return vector
    case .coded(let coded): return try coded.entries()
    case .seconds(let seconds):
      // Neighbours are often equal.
      var values: [FieldValue] = []
      var last: Int64?
      let codes = seconds.map { second -> UInt32 in
        if second != last || values.isEmpty {
          values.append(FieldVector.timestamp(second))
          last = second
        }
        return UInt32(truncatingIfNeeded: values.count - 1)
      }
      return FieldVector(values: values, codes: codes)
    }
  }

  // MARK: Leaf columns

  private func leaf(_ column: ColumnReader, _ positions: Positions) throws -> StoredField {
    try group.check(positions, in: column)
    if column.info.kind == .integer {
      return .entries(Self.joined(try column.integers(in: group.rowGroup), positions))
    }
    if let list = try column.wordList(in: group.rowGroup), !list.isEmpty {
      return try coded(column, try column.words(in: group.rowGroup), positions)
    }
    if let seconds = try column.seconds(in: group.rowGroup, rowSeconds: group.rowSeconds) {
      return .seconds(positions.take(seconds))
    }
    let vector = try group.strings(column, positions)
    let isNumber = column.info.kind == .number
    return .entries(
      FieldVector(
        values: (0..<vector.table.count).map { RowGroupPaths.value(vector.table, $0, isNumber: isNumber) },
        codes: vector.codes ?? (0..<vector.count).map { UInt32($0) }))
  }

  /// Codes as stored; where few rows are wanted, over the entries that these have.
  private func coded(
    _ column: ColumnReader, _ words: CodedWords, _ positions: Positions
  ) throws -> StoredField {
    if positions.isAll(of: words.count) { return .coded(CodedField(column: column, words: words)) }
    let taken = words.taking(positions)
    if positions.count >= words.words.count { return .coded(CodedField(column: column, words: taken)) }
    var codes = taken.allCodes()
    var place = [UInt32](repeating: 0, count: words.words.count)
    for code in codes { place[Int(code)] = 1 }
    let used = place.indices.filter { place[$0] == 1 }
    for (index, code) in used.enumerated() { place[code] = UInt32(index) }
    for index in codes.indices { codes[index] = place[Int(codes[index])] }
    let ids = used.map { words.words[$0] }
    let first = UInt64(column.metadata.index) << 32
    return .entries(
      FieldVector(values: try column.entryValues(ids), codes: codes, keys: ids.map { first | UInt64($0) }))
  }

  /// Integers with neighbours that are equal joined.
  private static func joined(_ values: [Int64], _ positions: Positions) -> FieldVector {
    var distinct: [FieldValue] = []
    var last: Int64?
    let codes = (0..<positions.count).map { index -> UInt32 in
      let value = values[Int(positions[index])]
      if value != last || distinct.isEmpty {
        distinct.append(.integer(value))
        last = value
      }
      return UInt32(truncatingIfNeeded: distinct.count - 1)
    }
    return FieldVector(values: distinct, codes: codes)
  }
}

/// Puts the parts of a path's values together.
private struct FieldParts {
  private let rowCount: Int
  private var parts: [(field: StoredField, members: Positions)] = []

  init(rowCount: Int) { self.rowCount = rowCount }

  mutating func add(_ field: StoredField, _ members: Positions) { parts.append((field, members)) }

  /// One value for all members.
  mutating func add(_ value: FieldValue, key: UInt64, _ members: Positions) {
    add(
      .entries(
        FieldVector(
          values: [value], codes: [UInt32](repeating: 0, count: members.count),
          keys: [FieldVector.literalKeys | key])),
      members)
  }

  func finish() throws -> StoredField {
    if parts.count == 1, parts[0].members.isAll(of: rowCount) { return parts[0].field }
    var values: [FieldValue] = []
    var keys: [UInt64] = []
    var hasKeys = true
    var codes = [UInt32](repeating: 0, count: rowCount)
    for (field, members) in parts {
      let vector = try FieldProjection.entries(field)
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
    return .entries(FieldVector(values: values, codes: codes, keys: hasKeys ? keys : []))
  }
}
