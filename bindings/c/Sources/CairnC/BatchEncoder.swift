import CCairn
import Cairn

/// Makes arrays of a result's batches. Called on the threads that make the rows.
struct BatchEncoder: Sendable {
  /// Bytes of text that a column has at most in a batch; rows with more come in several.
  let textByteLimit: Int
  /// Whether texts come as entries and a number for each row.
  let hasDictionaries: Bool

  /// Half of what offsets of 32 bits reach.
  static let defaultTextByteLimit = 1 << 30

  struct Output: Sendable {
    var batches: [EncodedBatch] = []
    /// By column, values that have no form in its type.
    var misfitCounts: [Int] = []
  }

  init(textByteLimit: Int, hasDictionaries: Bool) {
    self.textByteLimit = min(textByteLimit, Self.defaultTextByteLimit)
    self.hasDictionaries = hasDictionaries
  }

  func encode(_ batch: ResultBatch, _ types: [ResultType]) throws -> Output {
    var output = Output()
    if batch.rowCount == 0 { return output }
    var columns: [ResultColumn] = []
    for (index, type) in types.enumerated() {
      let (values, misfitCount) = batch.column(index, as: type)
      columns.append(values)
      output.misfitCounts.append(misfitCount)
    }
    try append(columns, 0..<batch.rowCount, to: &output.batches)
    return output
  }

  /// Some rows, as one batch or, where they have too much text, as several.
  private func append(_ columns: [ResultColumn], _ rows: Range<Int>, to batches: inout [EncodedBatch]) throws
  {
    var arrays: [ArrowArray] = []
    for column in columns {
      guard let array = array(column, rows) else { break }
      arrays.append(array)
    }
    if arrays.count < columns.count {
      for index in arrays.indices { arrays[index].release?(&arrays[index]) }
      guard rows.count > 1 else {
        throw CairnError.usage("a text of more than \(textByteLimit >> 20) MiB does not fit a batch")
      }
      let middle = rows.lowerBound + rows.count / 2
      try append(columns, rows.lowerBound..<middle, to: &batches)
      try append(columns, middle..<rows.upperBound, to: &batches)
      return
    }
    let ownership = ArrayOwnership(bufferCount: 1)
    ownership.adopt(children: arrays)
    batches.append(EncodedBatch(ownership.array(length: rows.count, nullCount: 0)))
  }

  /// Nil where there is too much text, and more than one row.
  private func array(_ column: ResultColumn, _ rows: Range<Int>) -> ArrowArray? {
    switch column {
    case .texts(let entries):
      let texts = TextRows(entries, rows)
      let limit = rows.count > 1 ? textByteLimit : Int(Int32.max)
      return hasDictionaries ? texts.dictionary(limit) : texts.plain(limit)
    case .wholes(let values, let isNull), .timestamps(let values, let isNull):
      return FlatRows.array(values, isNull, rows)
    case .doubles(let values, let isNull): return FlatRows.array(values, isNull, rows)
    case .dates(let values, let isNull): return FlatRows.array(values, isNull, rows)
    case .decimals(let values, let isNull): return FlatRows.array(values, isNull, rows)
    case .booleans(let values, let isNull): return FlatRows.bits(values, isNull, rows)
    }
  }
}
