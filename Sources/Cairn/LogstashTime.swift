import CairnStorage

/// Logstash's `@timestamp`, which counts as eventTime in records that have none (S23).
enum LogstashTime {
  static let path = [PathName(bytes: Array("@timestamp".utf8), isExact: true)]
  private static let eventTime = [PathName(bytes: Array("eventTime".utf8), isExact: true)]

  /// The times of a row group's first rows, for which storage has none: `EventTime.unknown` where `@timestamp` tells
  /// none either, or where there is an eventTime that is no time.
  static func times(of rowGroup: Int, in reader: SegmentReader, isUsed: Bool = true) throws -> [Int64] {
    let count = reader.footer.rowGroups[rowGroup].untimedRowCount
    if count == 0 || !isUsed { return [Int64](repeating: EventTime.unknown, count: count) }
    let fields = try FieldProjection(reader, rowGroup: rowGroup)
    let rows = Positions.run(0..<count)
    let own = try fields.values(eventTime, rows: rows)
    return zip(own, try fields.values(path, rows: rows)).map { own, other in
      switch (own, other) {
      case (.missing, .string(let text)), (.null, .string(let text)):
        text.withUnsafeBufferPointer { EventTime.parse($0) } ?? EventTime.unknown
      default: EventTime.unknown
      }
    }
  }

  /// A row's values with its last one, that of `@timestamp`, in place of an eventTime that is not there.
  static func filling(_ values: [FieldValue], at places: [Int]) -> [FieldValue] {
    guard let time = values.last else { return values }
    var filled = Array(values.dropLast())
    for place in places {
      switch filled[place] {
      case .missing, .null: filled[place] = time
      default: break
      }
    }
    return filled
  }

  /// A row group's rows that have no time; where `isUsed`, not by `@timestamp` either.
  static func undatedRows(of rowGroup: Int, in reader: SegmentReader, isUsed: Bool) throws -> Positions {
    let count = reader.footer.rowGroups[rowGroup].untimedRowCount
    guard isUsed, count > 0 else { return .run(0..<count) }
    let times = try times(of: rowGroup, in: reader)
    return Positions(times.indices.filter { times[$0] == EventTime.unknown }.map { UInt32($0) })
  }

  /// Those of a row group's first rows whose time lies in a range.
  static func rows(of rowGroup: Int, in reader: SegmentReader, within range: TimePruning) throws -> [UInt32] {
    try times(of: rowGroup, in: reader).enumerated().filter { _, time in
      time != EventTime.unknown && range.overlaps(minimum: time, maximum: time)
    }.map { UInt32($0.offset) }
  }
}

extension BoundPath {
  /// Whether it is the records' eventTime itself.
  var isEventTime: Bool { names.count == 1 && isTimeColumn }
}

/// Rows without a readable event time lie in no range of time: how many there are.
enum UntimedRows {
  static func warning(_ archive: Archive, usesLogstashTime: Bool) throws -> String? {
    var count = 0
    for entry in archive.segments where entry.visibleUntimedRowCount > 0 {
      var untimed = entry.visibleUntimedRowCount
      if usesLogstashTime || entry.archive > 0 {
        let reader = try archive.open(entry, statistics: ReadStatistics())
        untimed = try reader.footer.rowGroups.indices.reduce(0) { sum, rowGroup in
          let times = try LogstashTime.times(of: rowGroup, in: reader, isUsed: usesLogstashTime)
          let seen = try reader.visible(.run(0..<times.count), in: rowGroup).list
          return sum + seen.count { times[Int($0)] == EventTime.unknown }
        }
      }
      let (total, overflow) = count.addingReportingOverflow(untimed)
      count = overflow ? .max : total
    }
    if count == 0 { return nil }
    return count == 1
      ? "1 event without a readable eventTime is outside every range of time"
      : "\(count) events without a readable eventTime are outside every range of time"
  }
}
