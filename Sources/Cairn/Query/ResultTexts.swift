/// The texts of a result's column for all rows of a batch, in few buffers: entries end to end, and the entry of each row.
public struct ResultTexts: Sendable {
  /// The entries' texts (`QueryValue.utf8`) end to end.
  public let bytes: [UInt8]
  /// Where each entry begins in `bytes`, and where the last one ends: one more than entries.
  public let offsets: [Int]
  /// The entry of each row.
  public let codes: [UInt32]
  /// Whether each row is NULL; its entry is empty then. No elements where no row is.
  public let isNull: [Bool]

  /// The text of a row (`0..<codes.count`); of NULL, nothing.
  public subscript(row: Int) -> ArraySlice<UInt8> {
    let entry = Int(codes[row])
    return bytes[offsets[entry]..<offsets[entry + 1]]
  }
}

extension ResultBatch {
  /// The texts of a column (in the order of the query's columns), the same as those of its values but without one made
  /// for each.
  public func texts(_ column: Int) -> ResultTexts {
    let vector = columns[column]
    var encoding = RowEncoding { $0.utf8 ?? [] }
    encoding.appendText = { text, output in output.append(contentsOf: text) }
    let encoded = EncodedColumn(vector, rowCount: rowCount, encoding, prefix: [])
    let codes =
      encoded.isConstant
      ? [UInt32](repeating: 0, count: rowCount)
      : encoded.codes.isEmpty ? (0..<UInt32(rowCount)).map { $0 } : encoded.codes
    let isNull = vector.nulls(count: rowCount)
    return ResultTexts(
      bytes: encoded.bytes, offsets: encoded.ends, codes: codes, isNull: isNull.contains(true) ? isNull : [])
  }
}
