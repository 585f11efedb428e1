/// Event times of a row group's timed rows, ascending, milliseconds since 1970.
///
/// ```
/// times := unit:varint values:integers       time = value × unit; unit 1000 where all are whole seconds
/// ```
package enum RowTimes {
  package static func encode(_ times: [Int64], into writer: inout ByteWriter) {
    let unit: Int64 = times.allSatisfy { $0 % 1000 == 0 } ? 1000 : 1
    writer.writeVarint(UInt64(unit))
    IntegerEncoding.encode(times.map { $0 / unit }, into: &writer)
  }

  package static func decode(_ reader: inout ByteReader, count: Int) throws -> [Int64] {
    let unit = Int64(try reader.readCount(limit: 1000, of: "time unit"))
    var previous = Int64.min
    let times = try IntegerEncoding.decode(&reader, count: count).map { value in
      let (time, overflow) = value.multipliedReportingOverflow(by: unit)
      guard !overflow, time >= previous else { throw reader.damaged("row times are not ascending") }
      previous = time
      return time
    }
    try reader.expectEnd(of: "row times")
    return times
  }
}
