import CairnStorage

/// An open segment as a query sees it.
final class ScanSegment: Sendable {
  let reader: SegmentReader
  /// Tells the segments of a query apart.
  let number: Int
  /// The path of its archive.
  let archive: String
  let widths: SegmentWidths
  let options: QueryOptions
  private let objects: ObjectsCache

  init(_ reader: SegmentReader, number: Int, archive: String, _ options: QueryOptions) {
    self.reader = reader
    self.number = number
    self.archive = archive
    self.options = options
    widths = SegmentWidths(reader)
    objects = ObjectsCache(blockCount: reader.footer.objectBlocks.count)
  }

  /// The first source object of each row, and the objects' keys; read once, when a query asks.
  func rowObjects() throws -> RowObjects { try objects.get(reader) }
}

/// Its blocks are read by all threads that ask while they are.
private final class ObjectsCache: @unchecked Sendable {
  private let work: SharedWork
  private let lock = Lock()
  private var blocks: [[StoredObject]]
  private var known: RowObjects?

  init(blockCount: Int) {
    work = SharedWork(count: blockCount)
    blocks = Array(repeating: [], count: blockCount)
  }

  func get(_ reader: SegmentReader) throws -> RowObjects {
    try work.run { block in
      let objects = try reader.objects(block: block)
      lock.withLock { blocks[block] = objects }
    }
    return lock.withLock {
      if let known { return known }
      let objects = RowObjects(blocks, rowCount: reader.footer.rowCount)
      known = objects
      blocks = []
      return objects
    }
  }
}

/// A row group among all of a query.
struct RowGroupPlace: Hashable {
  let segment: Int
  let rowGroup: Int
}

/// Rows of one row group, ascending: where the columns of `events` are read. Or elements of arrays there, whose members
/// are read in the same way.
final class ScanRows: @unchecked Sendable {
  let segment: ScanSegment
  let rowGroup: Int
  let root: PathRoot
  let rows: Positions
  /// What a search found in the rows, where there was one.
  let found: FoundRows?
  private let lock = Lock()
  private var projection: FieldProjection?

  init(
    _ segment: ScanSegment, rowGroup: Int, root: PathRoot = .records, rows: Positions, found: FoundRows? = nil
  ) {
    self.segment = segment
    self.rowGroup = rowGroup
    self.root = root
    self.rows = rows
    self.found = found
  }

  var place: RowGroupPlace { RowGroupPlace(segment: segment.number, rowGroup: rowGroup) }

  /// The rows at ascending `indices`.
  func subset(_ indices: Positions) -> ScanRows {
    ScanRows(
      segment, rowGroup: rowGroup, root: root, rows: rows.select(indices), found: found?.select(indices))
  }

  /// The elements of the arrays at a path, how many each row has, and whether it has an array; nil where these have to
  /// be looked at.
  func elements(_ path: BoundPath) throws -> (rows: ScanRows, counts: [UInt32], isArray: [Bool])? {
    guard !path.onlyStrings, let elements = try fields().elements(path.names, rows: rows) else { return nil }
    let rows = ScanRows(segment, rowGroup: rowGroup, root: elements.root, rows: elements.positions)
    return (rows, elements.counts, elements.kinds.map { $0 == .array })
  }

  /// What a value of a column takes, roughly.
  func byteCount(_ source: EventsColumn) throws -> Int {
    root == .records ? try segment.widths.byteCount(source) : SegmentWidths.elementByteCount
  }

  func vector(_ source: EventsColumn) throws -> Vector {
    switch source {
    case .path(let path): try vector(field(path))
    case .element(let path, let steps): try vector(path, steps)
    case .count(let path): try counts(path)
    case .elements(let form): try form.vector(self)
    case .virtual(let column): try vector(column)
    }
  }

  private func counts(_ path: BoundPath) throws -> Vector {
    if let elements = try fields().elements(path.names, rows: rows) {
      return .wholes(
        Vector.Numbers(elements.counts.map { Int64($0) }, isNull: elements.kinds.map { $0 == .none }))
    }
    let values = FlatValue(try vector(field(path)))
    return FlatValue.applying(ValueFunctions.cardinality, to: [values], rows.count).vector
  }

  /// For each row whether there is nothing at a path, or a null; nil for other columns.
  func nulls(_ source: EventsColumn) throws -> [Bool]? {
    guard case .path(let path) = source, !path.names.isEmpty, !path.onlyStrings else { return nil }
    return try fields().nulls(path.names, rows: rows)
  }

  /// Elements at one place of the arrays at a path, or their members.
  private func vector(_ path: BoundPath, _ steps: [ValueStep]) throws -> Vector {
    let names = steps.dropFirst().compactMap { if case .name(let name) = $0 { name } else { nil } }
    guard let place = steps.first?.place, names.count == steps.count - 1,
      let (elements, counts, _) = try elements(path)
    else {
      let arrays = FlatValue(try vector(field(path)))
      return FlatValue.applying({ StepsNode.follow($0[0], steps[...]) }, to: [arrays], rows.count).vector
    }
    var wanted: [UInt32] = []
    var start = 0
    let places = counts.map { count -> UInt32 in
      defer { start += Int(count) }
      guard Int(count) > place else { return .max }
      wanted.append(UInt32(truncatingIfNeeded: start + place))
      return UInt32(truncatingIfNeeded: wanted.count - 1)
    }
    if wanted.isEmpty { return .constant(.null) }
    return try elements.subset(Positions(wanted)).vector(.path(BoundPath(names: names))).gatheredOrNull(
      places)
  }

  /// The values at a path as records have them.
  func values(_ path: [PathName]) throws -> [FieldValue] { try fields().values(path, rows: rows) }

  /// Event time of each row in milliseconds since 1970; `EventTime.unknown` for rows without one.
  func times(usesLogstashTime: Bool) throws -> [Int64] {
    let reader = segment.reader
    let untimed = reader.footer.rowGroups[rowGroup].untimedRowCount
    let times = try reader.times(of: rowGroup)
    let late = usesLogstashTime && untimed > 0 ? try LogstashTime.times(of: rowGroup, in: reader) : []
    return rows.list.map { row in
      let row = Int(row)
      return row >= untimed ? times[row - untimed] : row < late.count ? late[row] : EventTime.unknown
    }
  }

  /// Values as storage has them; nil for columns that it has none of.
  func field(_ source: EventsColumn) throws -> StoredField? {
    if case .path(let path) = source { try field(path) } else { nil }
  }

  private func field(_ path: BoundPath) throws -> StoredField {
    try fields().field(path.names, rows: rows, wantsStringsOnly: path.onlyStrings)
  }

  func vector(_ field: StoredField) throws -> Vector { try Vector(field, segment: segment.number) }

  private func fields() throws -> FieldProjection {
    try lock.withLock {
      if let projection { return projection }
      let new = try FieldProjection(segment.reader, rowGroup: rowGroup, root: root)
      projection = new
      return new
    }
  }

  private func vector(_ column: VirtualColumn) throws -> Vector {
    if column.part == .found { return .constant(.null) }
    if column.part == .archive { return .constant(.text(Array(segment.archive.utf8))) }
    let objects = try segment.rowObjects()
    let firstRow = segment.reader.footer.rowGroups[rowGroup].firstRow
    var entries: [EngineValue] = [.null]
    var codeOfObject = [UInt32](repeating: .max, count: objects.count)
    let codes = (0..<rows.count).map { index -> UInt32 in
      let object = Int(objects.object(ofRow: firstRow + Int(rows[index])))
      guard object < codeOfObject.count else { return 0 }
      if codeOfObject[object] == .max {
        codeOfObject[object] = UInt32(entries.count)
        entries.append(column.value(of: objects[object]))
      }
      return codeOfObject[object]
    }
    return .coded(Vector.Coded(entries: entries, codes: codes))
  }
}

/// For each row of a segment its first source object.
struct RowObjects: Sendable {
  private var objects: [SourceObject] = []
  private var objectOfRow: [UInt32]

  init(_ reader: SegmentReader) throws {
    let blocks = try reader.footer.objectBlocks.indices.map { try reader.objects(block: $0) }
    self.init(blocks, rowCount: reader.footer.rowCount)
  }

  init(_ blocks: [[StoredObject]], rowCount: Int) {
    objectOfRow = Array(repeating: .max, count: rowCount)
    for object in blocks.joined() {
      let number = UInt32(objects.count)
      objects.append(SourceObject(object))
      for row in object.rows where objectOfRow[Int(row)] == .max { objectOfRow[Int(row)] = number }
    }
  }

  func object(ofRow row: Int) -> UInt32 { objectOfRow.indices.contains(row) ? objectOfRow[row] : .max }

  /// Objects of the segment.
  var count: Int { objects.count }

  subscript(_ object: Int) -> SourceObject { objects[object] }
}

extension Vector {
  /// What storage has of a column in a segment of this number.
  init(_ field: StoredField, segment: Int) throws {
    let values: FieldVector
    switch field {
    case .seconds(let seconds):
      self = .times(Times(seconds))
      return
    case .texts(let texts):
      self = .texts(Texts(texts))
      return
    case .entries(let vector): values = vector
    case .coded(let coded):
      if let texts = try coded.texts() {
        self = .texts(Texts(texts))
        return
      }
      values = try coded.entries()
    }
    self = .coded(
      Coded(
        entries: values.values.map { EngineValue($0) }, codes: values.codes, keys: values.keys,
        segment: segment))
  }
}
