/// Event times of a row group's timed rows, ascending, milliseconds since 1970.
///
/// ```
/// times := unit:varint values:integers       time = value × unit; unit 1000 where all are whole seconds
/// ```
package struct RowTimes: Sendable {
  /// Milliseconds of one unit of `values`.
  package let unit: Int64
  /// Ascending.
  package let values: [Int64]

  package var count: Int { values.count }

  /// Milliseconds since 1970 of a timed row.
  package subscript(index: Int) -> Int64 { values[index] * unit }

  /// The first of the timed rows that is not before a time; their number where all are.
  package func firstIndex(from milliseconds: Int64) -> Int {
    values.partitioningIndex { $0 * unit >= milliseconds }
  }

  /// All of them.
  package var milliseconds: [Int64] { values.map { $0 * unit } }

  /// Seconds since 1970, rounded towards zero.
  package var seconds: [Int64] { unit == 1000 ? values : values.map { $0 * unit / 1000 } }

  package static func encode(_ times: [Int64], into writer: inout ByteWriter) {
    let unit: Int64 = times.allSatisfy { $0 % 1000 == 0 } ? 1000 : 1
    writer.writeVarint(UInt64(unit))
    IntegerEncoding.encodeAscending(times.map { $0 / unit }, into: &writer)
  }

  package static func decode(_ reader: inout ByteReader, count: Int) throws -> RowTimes {
    let unit = Int64(try reader.readCount(limit: 1000, of: "time unit"))
    let values = try IntegerEncoding.decode(&reader, count: count)
    let isAscending = values.withUnsafeBufferPointer { values in
      var isAscending = true
      for index in 1..<max(1, values.count) {
        isAscending = isAscending && values[index - 1] <= values[index]
      }
      return isAscending
    }
    guard isAscending else { throw reader.damaged("row times are not ascending") }
    // What lies between the first and the last is a time if they are.
    for end in [values.first, values.last] {
      let (time, overflow) = (end ?? 0).multipliedReportingOverflow(by: unit)
      guard !overflow, EventTime.range.contains(time) else { throw reader.damaged("row time \(time)") }
    }
    try reader.expectEnd(of: "row times")
    return RowTimes(unit: unit, values: values)
  }
}
