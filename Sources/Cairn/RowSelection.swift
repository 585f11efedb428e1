import CairnSQL
import CairnStorage

/// Selected rows of one row group, in the order in which they come out.
struct RowSelection: Sendable {
  enum Rows: Sendable {
    case range(Range<Int>)
    case list([UInt32])
  }

  private let reader: SegmentReader
  private let rowGroup: Int
  private let selected: Rows
  private let filter: RowFilter?

  init(_ reader: SegmentReader, _ rowGroup: Int, _ rows: Positions, _ filter: RowFilter?) {
    let selected: Rows =
      switch rows {
      case .run(let range): .range(range)
      case .listed(let list): .list(list)
      }
    self.init(reader, rowGroup, selected, filter)
  }

  private init(_ reader: SegmentReader, _ rowGroup: Int, _ rows: Rows, _ filter: RowFilter?) {
    self.reader = reader
    self.rowGroup = rowGroup
    selected = rows
    self.filter = filter
  }

  var count: Int {
    switch selected {
    case .range(let range): range.count
    case .list(let list): list.count
    }
  }

  var rows: [UInt32] {
    switch selected {
    case .range(let range): range.map { UInt32($0) }
    case .list(let list): list
    }
  }

  func with(_ rows: [UInt32]) -> RowSelection { RowSelection(reader, rowGroup, .list(rows), nil) }

  func prefix(_ limit: Int) -> RowSelection {
    if count <= limit { return self }
    switch selected {
    case .range(let range):
      return RowSelection(reader, rowGroup, .range(range.lowerBound..<(range.lowerBound + limit)), filter)
    case .list(let list): return with(Array(list.prefix(limit)))
    }
  }

  /// The rows that pass the condition, and whether columns were read to tell.
  func filtered() throws -> (RowSelection, wasRead: Bool) {
    guard let filter else { return (self, true) }
    let candidates: Positions =
      switch selected {
      case .range(let range): .run(range)
      case .list(let list): .listed(list)
      }
    let (rows, wasRead) = try filter.filter(rowGroup, candidates)
    return (with(try reader.unshared(rows, in: rowGroup).list), wasRead)
  }

  /// Event time of each row; `EventTime.unknown` for rows without one.
  func times(usesLogstashTime: Bool) throws -> [Int64] {
    let untimed = reader.footer.rowGroups[rowGroup].untimedRowCount
    let times = try reader.times(of: rowGroup)
    let late = usesLogstashTime && untimed > 0 ? try LogstashTime.times(of: rowGroup, in: reader) : []
    return rows.map { row in
      let row = Int(row)
      return row >= untimed ? times[row - untimed] : row < late.count ? late[row] : EventTime.unknown
    }
  }

  // MARK: Materializing

  func fields(_ paths: [[PathName]]) throws -> [[FieldValue]] {
    let projection = try FieldProjection(reader, rowGroup: rowGroup)
    let ascending = rows.sorted()
    let columns = try paths.map { try projection.values($0, rows: Positions(ascending)) }
    return places(ascending).map { row in columns.map { $0[row] } }
  }

  func print(_ format: RecordFormat, _ layouts: LayoutCache, into output: ByteBuffer) throws {
    let isWhole = count == reader.footer.rowGroups[rowGroup].rowCount
    let ascending = rows.sorted()
    let batch = try RecordBatch(reader, rowGroup: rowGroup, rows: isWhole ? nil : ascending)
    let original = format == .raw ? try layouts.layouts(of: reader) : nil
    var printers: [Layout: RecordPrinter] = [:]
    let firstRow = reader.footer.rowGroups[rowGroup].firstRow
    for index in places(ascending) {
      let position = batch.position(index)
      if format == .raw, let bytes = batch.verbatim[position] {
        output.bytes.append(contentsOf: bytes)
      } else {
        let layout = original?.layout(ofRow: firstRow + Int(position)) ?? .compact
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

  /// Index among the ascending rows of each row in output order.
  private func places(_ ascending: [UInt32]) -> [Int] {
    let wanted = rows
    if wanted == ascending { return Array(ascending.indices) }
    var place: [UInt32: Int] = [:]
    for (index, row) in ascending.enumerated() { place[row] = index }
    return wanted.map { place[$0] ?? 0 }
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

/// Paths as people write them for columns.
public enum FieldPath {
  /// The names of a path such as `userIdentity.arn`, `requestParameters."a.b"` or `x['key']`.
  ///
  /// With an archive, quoted names are exact where some record has them so spelled; without one, never.
  ///
  /// Throws `CairnError.usage` where the text is no path of names.
  public static func names(_ text: String, on archive: Archive? = nil) throws -> [PathName] {
    let (path, bound) = try parsed(text, on: archive)
    if let path, bound.paths.count == 1, bound.paths[0].names.count == path.steps.count + 1 {
      return bound.paths[0].names
    }
    let hint = path == nil ? "" : "; elements of arrays are for SQL: SELECT \(text) FROM events"
    throw CairnError.usage("\(text): not a path of names\(hint)")
  }

  /// Refuses a text that is anything else than a path, in which elements of arrays may stand (`resources[1].ARN`,
  /// `resources[].ARN`): it may be put into a statement, if a line ends behind it.
  ///
  /// Throws `CairnError.usage`.
  public static func check(_ text: String, on archive: Archive) throws {
    if try parsed(text, on: archive).path == nil { throw CairnError.usage("\(text): not a path") }
  }

  /// The path, nil where it is another expression.
  private static func parsed(
    _ text: String, on archive: Archive?
  ) throws -> (path: Path?, bound: BoundExpression) {
    let keys = archive.map { RecordKeys($0) }
    do throws(SQLSyntaxError) {
      let expression = try SQLParser.parseExpression(text)
      do throws(BindError) {
        let bound = try Binder.bind(
          expression, now: 0, in: EventsTable(ColumnIDs(), keys: keys, isQueried: false))
        if case .path(let path) = expression.kind { return (path, bound) }
        return (nil, bound)
      } catch {
        throw error.syntaxError(in: text)
      }
    } catch {
      throw CairnError.usage(error.rendered(in: text))
    }
  }
}
