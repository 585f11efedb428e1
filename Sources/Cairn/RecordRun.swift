import CairnStorage

/// Rows of one row group in the order in which they come out, as records.
struct RecordRun: Sendable {
  /// Ascending.
  let rows: ScanRows
  /// The place among them of each that comes out; nil for all in their order.
  private let places: [UInt32]?

  init(_ rows: ScanRows) { (self.rows, places) = (rows, nil) }

  /// Some of the rows, by their places, in another order.
  init(_ rows: ScanRows, places: [UInt32]) {
    let ascending = places.sorted()
    self.rows = rows.subset(Positions(ascending))
    if ascending.elementsEqual(places) {
      self.places = nil
    } else {
      var place: [UInt32: UInt32] = [:]
      for (index, row) in ascending.enumerated() { place[row] = UInt32(truncatingIfNeeded: index) }
      self.places = places.map { place[$0] ?? 0 }
    }
  }

  var count: Int { rows.rows.count }

  private var indices: [Int] { places.map { $0.map { Int($0) } } ?? Array(0..<rows.rows.count) }

  /// The values at some paths, by row.
  func fields(_ paths: [[PathName]]) throws -> [[FieldValue]] {
    let columns = try paths.map { try rows.values($0) }
    return indices.map { row in columns.map { $0[row] } }
  }

  /// Appends the records, a line each.
  func print(_ format: RecordFormat, _ layouts: LayoutCache, into output: ByteBuffer) throws {
    let (reader, rowGroup) = (rows.segment.reader, rows.rowGroup)
    let group = reader.footer.rowGroups[rowGroup]
    let isWhole = rows.rows.count == group.rowCount
    let batch = try RecordBatch(reader, rowGroup: rowGroup, rows: isWhole ? nil : rows.rows.list)
    let original = format == .raw ? try layouts.layouts(of: reader) : nil
    var printers: [Layout: RecordPrinter] = [:]
    for index in indices {
      let position = batch.position(index)
      if format == .raw, let bytes = batch.verbatim[position] {
        output.bytes.append(contentsOf: bytes)
      } else {
        let layout = original?.layout(ofRow: group.firstRow + Int(position)) ?? .compact
        let printer =
          try printers[layout]
          ?? RecordPrinter(
            catalogue: reader.catalogue(), layout: layout, file: reader.name, shared: reader.programs)
        printers[layout] = printer
        let start = output.count
        try printer.append(batch, row: index, to: &output.bytes)
        if format == .compactJSON { output.mendJSON(from: start) }
      }
      output.bytes.append(UInt8(ascii: "\n"))
    }
  }
}

extension ByteBuffer {
  /// Makes valid JSON of what was written from `start` on.
  fileprivate func mendJSON(from start: Int) {
    guard let mended = ValidJSON.mended(UnsafeBufferPointer(rebasing: buffer[start...])) else { return }
    bytes.truncate(to: start)
    bytes.append(contentsOf: mended)
  }
}

/// The layouts of each segment's rows, read once.
final class LayoutCache: @unchecked Sendable {
  private let lock = Lock()
  private var known: [String: RowLayouts] = [:]

  func layouts(of reader: SegmentReader) throws -> RowLayouts {
    try lock.withLock {
      if let layouts = known[reader.name] { return layouts }
      let layouts = try RowLayouts(reader)
      known[reader.name] = layouts
      return layouts
    }
  }
}
