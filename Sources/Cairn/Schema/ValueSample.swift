import CairnStorage

/// How many distinct values a path has, and some of them.
struct ValueSample: Sendable {
  private(set) var distinct: ArchiveSchema.DistinctCount?
  private(set) var examples: [FieldValue] = []

  /// Examples of a path.
  private static let exampleLimit = 3
  /// Values looked at for them, spread over a row group.
  private static let probeCount = 32
  /// Dictionaries of several segments are united up to so many entries.
  private static let uniteLimit = 10_000

  init(_ node: SchemaTree.Node, _ readers: [SegmentReader]) throws {
    // The newest segment tells best what values look like.
    for place in node.columns.reversed() where examples.count < Self.exampleLimit {
      try addExamples(readers[place.segment], place.column)
    }
    for (value, isThere) in [(true, node.hasTrue), (false, node.hasFalse)]
    where isThere && examples.count < Self.exampleLimit {
      examples.append(.boolean(value))
    }
    distinct = try Self.distinct(node, readers)
  }

  private mutating func addExamples(_ reader: SegmentReader, _ index: Int) throws {
    let column = try reader.column(index)
    guard let chunk = column.directory.chunks.first, chunk.valueCount > 0 else { return }
    let step = max(1, chunk.valueCount / Self.probeCount)
    let positions = stride(from: 0, to: chunk.valueCount, by: step).prefix(Self.probeCount).map { UInt32($0) }
    for value in try Self.values(column, reader, chunk.rowGroup, positions)
    where examples.count < Self.exampleLimit && !examples.contains(value) {
      examples.append(value)
    }
  }

  private static func values(
    _ column: ColumnReader, _ reader: SegmentReader, _ rowGroup: Int, _ positions: [UInt32]
  ) throws -> [FieldValue] {
    if column.info.kind == .integer {
      let values = try column.integers(in: rowGroup)
      return positions.compactMap { Int($0) < values.count ? .integer(values[Int($0)]) : nil }
    }
    let strings = try column.strings(in: rowGroup, positions: positions) {
      try reader.seconds(of: rowGroup)
    }
    return (0..<strings.count).map { index in
      let bytes = Array(strings.table[strings.entry(index)])
      return column.info.kind == .number ? .number(bytes) : .string(bytes)
    }
  }

  /// Nil where some column has no dictionary: its values are mostly distinct, and nobody counted them.
  private static func distinct(
    _ node: SchemaTree.Node, _ readers: [SegmentReader]
  ) throws -> ArchiveSchema.DistinctCount? {
    var count = (node.hasFalse ? 1 : 0) + (node.hasTrue ? 1 : 0)
    var isExact = true
    for kind in [ColumnKind.string, .integer, .number] {
      let columns = try node.columns.filter { $0.kind == kind }.map {
        try readers[$0.segment].column($0.column)
      }
      if columns.isEmpty { continue }
      if kind == .integer {
        guard let found = try distinctIntegers(columns) else { return nil }
        count += found
        continue
      }
      guard columns.allSatisfy({ $0.directory.entryCount > 0 }) else { return nil }
      let entryCounts = columns.map(\.directory.entryCount)
      if columns.count == 1 {
        count += entryCounts[0]
      } else if entryCounts.reduce(0, +) <= uniteLimit {
        count += try united(columns)
      } else {
        count += entryCounts.max() ?? 0
        isExact = false
      }
    }
    return count == 0 ? nil : ArchiveSchema.DistinctCount(count: count, isExact: isExact)
  }

  /// Integers have no dictionary: few enough of them are counted.
  private static func distinctIntegers(_ columns: [ColumnReader]) throws -> Int? {
    guard columns.reduce(0, { $0 + $1.info.valueCount }) <= uniteLimit else { return nil }
    var values: Set<Int64> = []
    for column in columns {
      for chunk in column.directory.chunks { values.formUnion(try column.integers(in: chunk.rowGroup)) }
    }
    return values.count
  }

  private static func united(_ columns: [ColumnReader]) throws -> Int {
    var values: Set<[UInt8]> = []
    for column in columns {
      for block in column.directory.dictionary.indices {
        let table = try column.dictionaryBlock(block)
        for entry in 0..<table.count { values.insert(Array(table[entry])) }
      }
    }
    return values.count
  }
}
