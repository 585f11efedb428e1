/// What a JSON value is, as stored in shapes. Numbers are on disk (`Formats/segment.md`) and never reused.
package enum ValueKind: UInt8, Sendable, CaseIterable {
  case null = 0
  case `false` = 1
  case `true` = 2
  case string = 3
  /// A number that fits 64 bits and prints back the same.
  case integer = 4
  /// Any other number, kept as its text.
  case number = 5
  case emptyObject = 6
  case emptyArray = 7
  /// An array with elements: a length, then an element word for each.
  case array = 8
  /// An object whose shape stands in the shape column of its own slot.
  case object = 9

  /// The words below this one are kinds; a word from here on is `16 + shape index`.
  package static let firstShapeWord: UInt32 = 16
}

/// What one column holds. Numbers are on disk and never reused.
package enum ColumnKind: UInt8, Sendable, CaseIterable, Comparable, BitwiseCopyable {
  /// Value words: a `ValueKind` or 16 + the index of a shape of the slot.
  case shape = 0
  /// Element counts of arrays, at least 1.
  case length = 1
  case string = 2
  case integer = 3
  case number = 4

  package static func < (a: ColumnKind, b: ColumnKind) -> Bool { a.rawValue < b.rawValue }
}
