/// Values at one path of chosen rows: entries, and a code per row.
package struct FieldVector: Sendable {
  /// What codes refer to. Entries may be equal to each other and need not be used by any row.
  package var values: [FieldValue]
  /// The entry of each row.
  package var codes: [UInt32]
  /// A number for each entry that names it in the segment, where storage has one: equal numbers mean equal
  /// values, in every row group, so that work on an entry is done once a segment. Empty where it has none.
  package var keys: [UInt64] = []

  package init(values: [FieldValue], codes: [UInt32], keys: [UInt64] = []) {
    self.values = values
    self.codes = codes
    self.keys = keys
  }

  /// The string that an entry of `seconds` stands for; missing outside the years 1 to 9999, which no entry is.
  package static func timestamp(_ seconds: Int64) -> FieldValue {
    TimestampStrings.text(seconds).map { .string($0) } ?? .missing
  }

  /// The first half of the keys of values that stand in no column: missing, null, true, false, {} and [].
  static let literalKeys: UInt64 = 0xFFFF_FFFF << 32
}

/// Values at one path of chosen rows in the form that storage has them in.
package enum StoredField: Sendable {
  /// Entries, and a code per row.
  case entries(FieldVector)
  /// Every row's value stands in one column with a dictionary: codes as stored.
  case coded(CodedField)
  /// Every row's value is a canonical timestamp (`2024-02-29T12:00:00Z`): seconds since 1970, one per row.
  /// `FieldVector.timestamp` spells one.
  case seconds([Int64])
  /// Every row's value is a string that lies in a table, or there is none.
  case texts(TextField)
}

/// Strings of a column without a dictionary: the table that they were decoded into, and an entry for each row.
package struct TextField: Sendable {
  package let table: StringTable
  /// The entry of each row; the table's count where the path has no value.
  package let codes: [UInt32]
  /// What the path has where there is no string: missing or null.
  let absent: FieldValue

  /// The same as values.
  var entries: FieldVector {
    FieldVector(values: (0..<table.count).map { .string(Array(table[$0])) } + [absent], codes: codes)
  }
}

/// Values of a column with a dictionary, none of which has been looked up yet, and what stands for rows that have
/// none there.
package struct CodedField: Sendable {
  let column: ColumnReader
  /// Ids of the dictionary, and a narrow code per row: below the number of ids into them, above into `others`.
  package let words: CodedWords
  /// Values without a column: missing, null, true, false, {} or [].
  package var others: [(value: FieldValue, key: UInt64)] = []

  /// Codes are below it.
  package var entryCount: Int { words.words.count + others.count }

  /// The column's number in its segment.
  package var columnNumber: Int { column.metadata.index }

  /// Whether the column has values in no other row group.
  package var isInOneRowGroup: Bool { column.directory.chunks.count <= 1 }

  /// Whether the dictionary's entries are numbers; else they are strings.
  package var hasNumbers: Bool { column.info.kind == .number }

  /// The dictionary alone.
  package var withoutRows: CodedField {
    CodedField(column: column, words: CodedWords(words: [], count: 0, codes: .constant))
  }

  /// Values of ascending ids.
  package func values(of ids: [UInt32]) throws -> [FieldValue] { try column.entryValues(ids) }

  /// Calls `body` with the text of each of the ascending ids, numbers as they are spelled.
  package func visit(_ ids: [UInt32], _ body: (UInt32, UnsafeBufferPointer<UInt8>) throws -> Void) throws {
    try column.visitEntries(ids, body)
  }

  /// The same as strings in a table of the entries; nil where some values are neither strings nor absent.
  package func texts() throws -> TextField? {
    let areAbsent = others.allSatisfy { $0.value == .missing || $0.value == .null }
    if hasNumbers || !areAbsent { return nil }
    let none = UInt32(truncatingIfNeeded: words.words.count)
    var codes = words.allCodes()
    if others.count > 1 {
      for row in codes.indices where codes[row] > none { codes[row] = none }
    }
    return TextField(table: try column.entries(words.words), codes: codes, absent: .missing)
  }

  /// The same values as entries.
  package func entries() throws -> FieldVector {
    let first = UInt64(columnNumber) << 32
    return FieldVector(
      values: try column.entryValues(words.words) + others.map(\.value), codes: words.allCodes(),
      keys: words.words.map { first | UInt64($0) } + others.map(\.key))
  }
}
