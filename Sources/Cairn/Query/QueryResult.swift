import CairnStorage

/// A column of a query's result.
public struct QueryColumn: Sendable, Hashable {
  /// Its name: the alias, the last step of a path, or `_col0` and so on as Trino names the others.
  public let name: String
  /// The type of all its values, known before there are any; nil where the values decide
  /// (`Query.settledTypes(_:isComplete:)`).
  public var type: ResultType?
}

/// A value of a result. It keeps the kind that the record or the expression gave it.
public struct QueryValue: Sendable {
  let value: EngineValue

  init(value: EngineValue) { self.value = value }

  package init(text: UnsafeBufferPointer<UInt8>) { value = .text(Array(text)) }

  /// Whether it is NULL.
  public var isNull: Bool { value.isNull }

  /// The value's one text (`docs/semantics.md`, S12) as UTF-8, of doubles and reals as JSON has them (S57); nil for
  /// NULL.
  public var utf8: [UInt8]? { if case .number(let number) = value { number.json } else { value.text } }

  /// The same as a string; nil for NULL. Bytes that are not Unicode become U+FFFD.
  public var text: String? { utf8.map { String(decoding: $0, as: UTF8.self) } }

  /// The value as JSON: numbers, booleans, objects and arrays as they are, everything else a string.
  public var json: [UInt8] { value.json }
}

/// Rows of a result, at most some thousands at a time.
public struct ResultBatch: Sendable {
  /// Number of rows.
  public let rowCount: Int
  let columns: [Vector]

  /// The value of a row (`0..<rowCount`) in a column (in the order of the query's columns).
  public subscript(row: Int, column: Int) -> QueryValue { QueryValue(value: columns[column][row]) }
}

/// What a query read. A query that scans the archive several times counts its segments and row groups each time.
public struct QueryStatistics: Sendable, Equatable {
  /// Segments of the archive.
  public var segments = 0
  /// Segments that may have had rows, and were opened.
  public var segmentsRead = 0
  /// Segments left out because they have no event in the time range.
  public var segmentsOutsideTime = 0
  /// Row groups of the segments that were opened.
  public var rowGroups = 0
  /// Row groups of which rows were looked at.
  public var rowGroupsRead = 0
  /// Row groups left out because they have no event in the time range.
  public var rowGroupsOutsideTime = 0
  /// Row groups left out because word lists, dictionaries or indexes prove that no row passes.
  public var rowGroupsRuledOut = 0
  /// Rows of the result.
  public var rows = 0
  /// Blocks read, and their bytes as stored.
  public var blocksRead = 0
  /// Stored bytes of those blocks.
  public var bytesRead = 0
  /// The most bytes of rows that joins, window functions and sorting kept in memory at a time, roughly.
  public var bytesKept = 0
  /// Bytes of rows that went to temporary files because they did not fit.
  public var bytesSpilled = 0

  mutating func add(_ other: QueryStatistics) {
    segments += other.segments
    segmentsRead += other.segmentsRead
    segmentsOutsideTime += other.segmentsOutsideTime
    rowGroups += other.rowGroups
    rowGroupsRead += other.rowGroupsRead
    rowGroupsOutsideTime += other.rowGroupsOutsideTime
    rowGroupsRuledOut += other.rowGroupsRuledOut
    rows += other.rows
    blocksRead += other.blocksRead
    bytesRead += other.bytesRead
    bytesKept = max(bytesKept, other.bytesKept)
    bytesSpilled += other.bytesSpilled
  }
}
