/// Which rows a scan wants.
public struct ScanRequest: Sendable {
  /// Least event time, milliseconds since 1970; nil for no bound.
  public var since: Int64?
  /// First event time that is too late.
  public var until: Int64?
  /// Rows after which the scan ends.
  public var limit: Int?
  /// Worker threads.
  public var threads = 2

  /// Everything.
  public init() {}
}

/// What a scan read and what it could leave alone.
public struct ScanStatistics: Sendable, Equatable {
  /// Segments of the archive.
  public var segments = 0
  /// Segments whose times overlap the range: the others were not opened.
  public var segmentsRead = 0
  /// Row groups of the archive's opened segments.
  public var rowGroups = 0
  /// Row groups of which columns were read.
  public var rowGroupsRead = 0
  /// Rows that the scan gave.
  public var rows = 0
  /// Blocks read, and their bytes as stored.
  public var blocksRead = 0
  /// Stored bytes of those blocks.
  public var bytesRead = 0
}

/// How records are written out.
public enum RecordFormat: Sendable, Equatable {
  /// One compact JSON record a line, members, spelling and order as in the source.
  case compactJSON
  /// The record's original bytes, then a line feed.
  case raw
}

/// Rows of one row group that a scan wants, with what is needed to read them.
public struct ScanPart: Sendable {
  let reader: SegmentReader
  let rowGroup: Int
  let rows: Range<Int>
}

/// A scan by time: prunes segments, row groups and rows, then reads only what is asked for.
///
/// Rows come by segment in order of the segments' earliest events, inside a segment in event-time order.
public final class Scan {
  private let archive: Archive
  private let request: ScanRequest
  private let pruning: TimePruning
  private let reads = ReadStatistics()
  /// What has been read so far.
  public private(set) var statistics = ScanStatistics()

  /// Prepares a scan; nothing is read yet.
  public init(_ archive: Archive, _ request: ScanRequest) {
    self.archive = archive
    self.request = request
    pruning = TimePruning(since: request.since, until: request.until)
    statistics.segments = archive.snapshot.manifest.segments.count
  }

  /// Number of rows; columns are never read for it.
  public func count() throws -> Int {
    let total = try parts().reduce(0) { $0 + $1.rows.count }
    statistics.rowGroupsRead = 0
    finish()
    return total
  }

  /// Writes the records as JSON texts, in parallel, in order. `body` gets many records at a time.
  public func writeRecords(_ format: RecordFormat, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void) throws
  {
    let parts = try parts()
    var layouts: [String: RowLayouts] = [:]
    if format == .raw {
      for part in parts where layouts[part.reader.name] == nil {
        layouts[part.reader.name] = try RowLayouts(part.reader)
      }
    }
    let known = layouts
    try inOrder(parts) { part in
      let output = ByteBuffer()
      try Self.print(part, format, known[part.reader.name], into: output)
      return output
    } emit: {
      try body($0.buffer)
    }
    finish()
  }

  /// Values at `paths` (dotted names) of the rows, in order, one array a row.
  public func fields(_ paths: [String], _ body: ([[FieldValue]]) throws -> Void) throws {
    let names = paths.map { path in path.split(separator: ".").map { PathName(Array($0.utf8), isExact: false) } }
    try inOrder(try parts()) { part -> [[FieldValue]] in
      let projection = try FieldProjection(part.reader, rowGroup: part.rowGroup)
      let rows = part.rows.map { UInt32($0) }
      let columns = try names.map { try projection.values($0, rows: rows) }
      return rows.indices.map { row in columns.map { $0[row] } }
    } emit: {
      try body($0)
    }
    finish()
  }

  // MARK: Pruning

  /// The row groups with wanted rows, cut to the limit.
  private func parts() throws -> [ScanPart] {
    var parts: [ScanPart] = []
    var left = request.limit ?? .max
    let segments = archive.snapshot.manifest.segments.sorted {
      ($0.minimumTime, $0.name) < ($1.minimumTime, $1.name)
    }
    for entry in segments where left > 0 {
      if !pruning.isUnbounded, !pruning.overlaps(minimum: entry.minimumTime, maximum: entry.maximumTime) {
        continue
      }
      let reader = try archive.snapshot.open(entry, statistics: reads)
      statistics.segmentsRead += 1
      statistics.rowGroups += reader.footer.rowGroups.count
      for rowGroup in reader.footer.rowGroups.indices where left > 0 {
        let rows = try pruning.rows(of: rowGroup, in: reader).prefix(left)
        if rows.isEmpty { continue }
        parts.append(ScanPart(reader: reader, rowGroup: rowGroup, rows: rows.startIndex..<rows.endIndex))
        left -= rows.count
      }
    }
    statistics.rowGroupsRead = parts.count
    statistics.rows = parts.reduce(0) { $0 + $1.rows.count }
    return parts
  }

  private func finish() {
    let read = reads.snapshot
    statistics.blocksRead = read.blocks
    statistics.bytesRead = read.bytes
  }

  // MARK: Reading

  /// Some parts at a time in parallel, results in order: memory stays bounded by the parts in flight.
  private func inOrder<Result: Sendable>(
    _ parts: [ScanPart], _ work: @Sendable (ScanPart) throws -> Result, emit: (Result) throws -> Void
  ) throws {
    var start = 0
    while start < parts.count {
      let end = min(start + request.threads, parts.count)
      let batch = Array(parts[start..<end])
      let results = try parallelMap(count: batch.count, threads: request.threads) { try work(batch[$0]) }
      for result in results { try emit(result) }
      start = end
    }
  }

  private static func print(
    _ part: ScanPart, _ format: RecordFormat, _ layouts: RowLayouts?, into output: ByteBuffer
  ) throws {
    let reader = part.reader
    let isWhole = part.rows.count == reader.footer.rowGroups[part.rowGroup].rowCount
    let batch = try RecordBatch(
      reader, rowGroup: part.rowGroup, rows: isWhole ? nil : part.rows.map { UInt32($0) })
    var printers: [Layout: RecordPrinter] = [:]
    let firstRow = reader.footer.rowGroups[part.rowGroup].firstRow
    for index in 0..<batch.count {
      let position = batch.position(index)
      if format == .raw, let bytes = batch.verbatim[position] {
        output.bytes.append(contentsOf: bytes)
      } else {
        let layout = format == .raw ? layouts?.layout(ofRow: firstRow + Int(position)) ?? .compact : .compact
        let printer =
          try printers[layout]
          ?? RecordPrinter(catalogue: reader.catalogue(), layout: layout, file: reader.name)
        printers[layout] = printer
        try printer.append(batch, row: index, to: &output.bytes)
      }
      output.bytes.append(UInt8(ascii: "\n"))
    }
  }
}
