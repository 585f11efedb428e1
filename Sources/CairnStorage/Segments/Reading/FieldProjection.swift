/// Reads one path of chosen rows: only the columns that the path leads to are touched.
package struct FieldProjection {
  let group: RowGroupPaths

  /// - Parameter root: what paths start from, and rows are of.
  package init(_ reader: SegmentReader, rowGroup: Int, root: PathRoot = .records) throws {
    group = RowGroupPaths(reader, rowGroup: rowGroup, root: root)
  }

  /// The elements of the arrays at `path`; nil where these have to be looked at.
  package func elements(_ path: [PathName], rows: Positions) throws -> ArrayElements? {
    try group.elements(path, rows: rows)
  }

  /// For each of `rows` whether there is nothing at `path`, or a null. No value is read.
  package func nulls(_ path: [PathName], rows: Positions) throws -> [Bool] {
    var nulls = [Bool](repeating: false, count: rows.count)
    try group.visit(path, rows: rows) { part in
      switch part.target {
      case .missing, .literal(.null): for member in part.members.list { nulls[Int(member)] = true }
      case .literal, .value, .object, .composite: break
      }
    }
    return nulls
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
          let texts = try group.texts(path, rows: rows.select(part.members))
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
    case .texts(let texts): return texts.entries
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
    if column.info.kind == .string {
      return .texts(
        TextField(
          table: vector.table, codes: vector.codes ?? (0..<UInt32(vector.count)).map { $0 }, absent: .missing)
      )
    }
    return .entries(
      FieldVector(
        values: (0..<vector.table.count).map { RowGroupPaths.value(vector.table, $0, isNumber: true) },
        codes: vector.codes ?? (0..<vector.count).map { UInt32($0) }))
  }

  /// Codes as stored; where few rows are wanted, over the entries that these have.
  private func coded(
    _ column: ColumnReader, _ words: CodedWords, _ positions: Positions
  ) throws -> StoredField {
    if let last = words.words.last, Int(last) >= column.directory.entryCount {
      throw group.damaged("a value has no entry")
    }
    if positions.isAll(of: words.count) { return .coded(CodedField(column: column, words: words)) }
    let taken = words.taking(positions)
    if positions.count >= words.words.count { return .coded(CodedField(column: column, words: taken)) }
    return .coded(CodedField(column: column, words: taken.compacted()))
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
  /// One value for all members, with its key.
  private var literals: [(value: FieldValue, key: UInt64, members: Positions)] = []

  init(rowCount: Int) { self.rowCount = rowCount }

  mutating func add(_ field: StoredField, _ members: Positions) { parts.append((field, members)) }

  mutating func add(_ value: FieldValue, key: UInt64, _ members: Positions) {
    literals.append((value, FieldVector.literalKeys | key, members))
  }

  func finish() throws -> StoredField {
    if parts.count == 1, case .coded(let coded) = parts[0].field { return .coded(together(coded)) }
    if parts.count == 1, literals.isEmpty { return parts[0].field }
    if let texts = texts() { return .texts(texts) }
    var values: [FieldValue] = literals.map(\.value)
    var keys: [UInt64] = literals.map(\.key)
    var hasKeys = true
    var codes = [UInt32](repeating: 0, count: rowCount)
    for (code, literal) in literals.enumerated() { literal.members.fill(&codes, with: UInt32(code)) }
    for (field, members) in parts {
      let vector = try FieldProjection.entries(field)
      let first = UInt32(values.count)
      values += vector.values
      hasKeys = hasKeys && vector.keys.count == vector.values.count
      keys += vector.keys
      members.scatter(vector.codes, into: &codes) { first + $0 }
    }
    return .entries(FieldVector(values: values, codes: codes, keys: hasKeys ? keys : []))
  }

  /// A column's strings with rows that have none, all in the same way; nil where there is more.
  private func texts() -> TextField? {
    guard parts.count == 1, case .texts(let texts) = parts[0].field, let absent = literals.first?.value,
      absent == .missing || absent == .null, literals.allSatisfy({ $0.value == absent })
    else { return nil }
    var codes = [UInt32](repeating: UInt32(truncatingIfNeeded: texts.table.count), count: rowCount)
    parts[0].members.scatter(texts.codes, into: &codes) { $0 }
    return TextField(table: texts.table, codes: codes, absent: absent)
  }

  /// A column's codes and literals, in codes as narrow as these are.
  private func together(_ coded: CodedField) -> CodedField {
    if literals.isEmpty { return coded }
    var result = coded
    result.others = literals.map { ($0.value, $0.key) }
    let codes: CodedWords.Codes =
      if result.entryCount <= 1 << 8 {
        .bytes(scattered(coded.words, UInt8.self))
      } else if result.entryCount <= 1 << 16 {
        .shorts(scattered(coded.words, UInt16.self))
      } else {
        .longs(scattered(coded.words, UInt32.self))
      }
    return CodedField(
      column: coded.column, words: CodedWords(words: coded.words.words, count: rowCount, codes: codes),
      others: result.others)
  }

  private func scattered<Code: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ words: CodedWords, _: Code.Type
  ) -> [Code] {
    var codes = [Code](repeating: 0, count: rowCount)
    for (place, literal) in literals.enumerated() {
      literal.members.fill(&codes, with: Code(truncatingIfNeeded: words.words.count + place))
    }
    let members = parts[0].members
    switch words.codes {
    case .constant: members.fill(&codes, with: 0)
    case .bytes(let own): members.scatter(own, into: &codes) { Code(truncatingIfNeeded: $0) }
    case .shorts(let own): members.scatter(own, into: &codes) { Code(truncatingIfNeeded: $0) }
    case .longs(let own): members.scatter(own, into: &codes) { Code(truncatingIfNeeded: $0) }
    }
    return codes
  }
}

extension Positions {
  /// Puts one value at all positions.
  fileprivate func fill<Value: BitwiseCopyable>(_ target: inout [Value], with value: Value) {
    target.withUnsafeMutableBufferPointer { target in
      switch self {
      case .run(let range): for position in range { target[position] = value }
      case .listed(let list): for position in list { target[Int(position)] = value }
      }
    }
  }

  /// Puts a value for each position there.
  fileprivate func scatter<Value: BitwiseCopyable, Result: BitwiseCopyable>(
    _ values: [Value], into target: inout [Result], _ change: (Value) -> Result
  ) {
    target.withUnsafeMutableBufferPointer { target in
      values.withUnsafeBufferPointer { values in
        switch self {
        case .run(let range):
          for (index, position) in range.enumerated() { target[position] = change(values[index]) }
        case .listed(let list):
          for (index, position) in list.enumerated() { target[Int(position)] = change(values[index]) }
        }
      }
    }
  }
}
