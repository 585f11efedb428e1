/// An open segment. One read of the file's end opens it; everything else is read when asked for.
///
/// Safe to use from several threads. Everything read is checked before it is believed; damage is thrown as
/// `CairnError.damaged` with the file and the offset of the block. Readers of one opening share what has been
/// decoded; each counts its own reads.
package final class SegmentReader: Sendable {
  package let blocks: BlockReader
  package let footer: Footer
  package let footerRef: BlockRef
  private let version: UInt32
  private let shared: SegmentState
  /// Rows that queries skip.
  package let marks: ShadowMarks?
  /// What hides further rows.
  let hidden: (any HiddenRows)?

  /// Bytes read from the end at once: usually the footer and, before it, the catalogue.
  static let endReadByteCount = 64 << 10

  package init(
    _ store: any BlockStore, statistics: ReadStatistics = ReadStatistics(),
    pool: BufferPool = BufferPool(byteLimit: BufferPool.smallByteLimit), marks: ShadowMarks? = nil
  ) throws {
    self.marks = marks
    hidden = nil
    let prefetch = try EndPrefetch(store)
    blocks = BlockReader(prefetch, statistics: statistics)
    (footerRef, version) = try Self.readTail(prefetch)
    var reader = try blocks.readStructure(footerRef)
    footer = try Footer.decode(&reader)
    shared = SegmentState(pool)
  }

  private init(_ other: SegmentReader, _ statistics: ReadStatistics, hidden: (any HiddenRows)?) {
    blocks = BlockReader(other.blocks.store, statistics: statistics)
    footer = other.footer
    footerRef = other.footerRef
    version = other.version
    shared = other.shared
    marks = other.marks
    self.hidden = hidden
  }

  /// The same open segment for a scan that counts its own reads.
  package func counting(in statistics: ReadStatistics) -> SegmentReader {
    SegmentReader(self, statistics, hidden: hidden)
  }

  /// The same open segment for queries that skip further rows.
  package func hiding(_ rows: any HiddenRows) -> SegmentReader {
    SegmentReader(self, blocks.statistics, hidden: rows)
  }

  package var name: String { blocks.store.name }
  package var byteCount: Int { blocks.store.byteCount }

  private static func readTail(_ store: EndPrefetch) throws -> (BlockRef, version: UInt32) {
    let tailByteCount = SegmentFormat.tailByteCount
    guard store.byteCount >= SegmentFormat.headerByteCount + tailByteCount else {
      throw CairnError.damaged(file: store.name, offset: 0, cause: "\(store.byteCount) bytes are no segment")
    }
    let offset = UInt64(store.byteCount - tailByteCount)
    let bytes = try store.read(offset: offset, byteCount: tailByteCount)
    var reader = ByteReader(bytes, origin: ByteOrigin(file: store.name, offset: offset))
    guard Array(bytes[24...]) == SegmentFormat.tailMagic else {
      throw reader.damaged("no segment end mark: the file is cut or no segment")
    }
    let footerOffset = try reader.readUInt64()
    let footerByteCount = Int(try reader.readUInt32())
    let version = try reader.readUInt32()
    guard try reader.readUInt64() == checksum(Array(bytes[..<16]), seed: offset) else {
      throw reader.damaged("tail checksum does not match")
    }
    guard version <= SegmentFormat.version else {
      throw CairnError.unsupportedVersion(file: store.name, version: version)
    }
    guard version >= SegmentFormat.oldestVersion, version & 0xFFFF == SegmentFormat.version & 0xFFFF else {
      throw reader.damaged(
        "written in an earlier draft of the format, which this cairn does not read: compact its sources again"
      )
    }
    guard footerByteCount >= SegmentFormat.blockOverheadByteCount, footerOffset <= offset,
      UInt64(footerByteCount) == offset - footerOffset
    else { throw reader.damaged("footer does not end at the tail") }
    return (BlockRef(offset: footerOffset, byteCount: footerByteCount), version)
  }

  /// Checks the header, which normal reading does not need.
  package func verifyHeader() throws {
    let bytes = try blocks.store.read(offset: 0, byteCount: SegmentFormat.headerByteCount)
    guard bytes == SegmentFormat.header(version: version) else {
      throw CairnError.damaged(file: name, offset: 0, cause: "segment header is damaged")
    }
  }

  // MARK: Catalogue and columns

  /// Names and columns, without shapes.
  package func columnTable() throws -> ColumnTable {
    try shared.table.value(0) {
      var reader = try blocks.readStructure(footer.catalogue)
      return try ColumnTable.decode(&reader, packCount: footer.packs.count)
    }
  }

  /// Slots that a path of names may mean in some record; found once.
  package func slots(at path: [PathName]) throws -> [Int] {
    try shared.slots.value(path) { try columnTable().slots(at: path) }
  }

  /// Whether nothing stands below a path in any record; found once.
  package func isLeaf(_ path: [PathName]) throws -> Bool {
    try shared.leaves.value(path) {
      let table = try columnTable()
      return try slots(at: path).allSatisfy { table.children(of: $0).isEmpty }
    }
  }

  /// String columns that a path may lead to in some record.
  package func stringColumns(at path: [PathName]) throws -> [Int] {
    try shared.stringColumns.value(path) {
      let table = try columnTable()
      return try slots(at: path).compactMap { table.column($0, .string) }
    }
  }

  package func catalogue() throws -> Catalogue {
    try shared.catalogue.value(0) {
      let table = try columnTable()
      var reader = try blocks.readStructure(footer.shapes)
      return Catalogue(table, try ShapeTable.decode(&reader, slots: table.slots))
    }
  }

  /// The keys of the objects at a path of names, unescaped. A slot may be left over from a record that was rejected:
  /// only members of shapes count.
  package func keys(at path: [PathName]) throws -> [[UInt8]] {
    try shared.keys.value(path) {
      let catalogue = try catalogue()
      var isMember = [Bool](repeating: false, count: catalogue.slots.count)
      for slot in try slots(at: path) {
        for member in catalogue.shapes.members(of: slot) { isMember[Int(member)] = true }
      }
      return zip(catalogue.slots, isMember).filter(\.1).map { slot, _ in
        slot.name.contains(UInt8(ascii: "\\"))
          ? slot.name.withUnsafeBufferPointer { StringSpelling.unescape($0) } : slot.name
      }
    }
  }

  /// Compiled shapes of the compact layout.
  package var programs: RecordPrograms { shared.programs }

  /// Shapes with their inline members laid out flat.
  package func flattening() throws -> ShapeFlattening {
    ShapeFlattening(try catalogue(), file: name)
  }

  /// Where a path leads from the words of a slot.
  func pathTable(slot: Int, path: ArraySlice<PathName>) throws -> PathTable {
    try shared.paths.value(SegmentState.PathKey(slot: slot, path: Array(path))) {
      PathTable(try catalogue(), slot: slot, path: path, number: shared.nextPathNumber())
    }
  }

  /// The column of the shapes of what is at a slot, which every look at a path begins with.
  func shapeColumn(of slot: Int) throws -> Int? {
    try shared.shapeColumns.value(slot) { try catalogue().column(slot, .shape) }
  }

  /// Values of a column in each row, by word of the rows' shapes; for columns whose values belong to rows.
  func valueCounts(ofRows column: Int) throws -> [UInt32] {
    try shared.rowCounts.value(column) { try catalogue().valueCounts(of: column, inInstancesOf: 0) }
  }

  package func column(_ index: Int) throws -> ColumnReader {
    let metadata = try shared.columns.value(index) {
      let info = try columnTable().columns[index]
      var reader = try directory(info)
      let (bytes, origin) = (reader.bytes, reader.origin)
      let directory = try ColumnDirectory.decode(
        &reader, kind: info.kind, rowGroupCount: footer.rowGroups.count)
      let total = directory.chunks.reduce(0) { $0 + $1.valueCount }
      guard total == info.valueCount else {
        throw origin.damaged("column chunks hold \(total) of \(info.valueCount) values")
      }
      return ColumnMetadata(index: index, info: info, directory: directory, bytes: bytes, origin: origin)
    }
    return ColumnReader(metadata, self)
  }

  private func directory(_ info: ColumnInfo) throws -> ByteReader {
    switch info.place {
    case .block(let ref):
      return try blocks.readStructure(ref)
    case .pack(let pack, let start, let byteCount):
      let whole = try shared.packs.value(pack) { try blocks.readStructure(footer.packs[pack]) }
      // Packs are read from their first byte: `start` counts from there.
      guard start <= whole.remaining, byteCount <= whole.remaining - start else {
        throw whole.damaged("column leaves its pack")
      }
      return try ByteReader(
        whole.bytes, start: whole.position + start, byteCount: byteCount, origin: whole.origin)
    }
  }

  /// A decoded part from the pool, or made and kept there.
  func pooled<Value: Sendable>(
    _ part: BufferPool.Part, column: Int = 0, _ index: Int, keeps: Bool = true, byteCount: (Value) -> Int,
    _ make: () throws -> Value
  ) rethrows -> Value {
    try shared.pool.value(
      BufferPool.Key(segment: shared.segment, part: part, column: column, index: index),
      keeps: keeps, byteCount: byteCount, make: make)
  }

  // MARK: Rows

  /// Values of all columns in a row group.
  func valueCount(in rowGroup: Int) throws -> Int {
    try columnTable().columns.indices.reduce(0) { try $0 + column($1).valueCount(in: rowGroup) }
  }

  /// Event times of the timed rows of a row group, ascending.
  package func times(of rowGroup: Int) throws -> RowTimes {
    try pooled(.times, rowGroup, byteCount: { $0.count * 8 }) {
      let group = footer.rowGroups[rowGroup]
      var reader = try blocks.readStructure(group.times)
      let times = try RowTimes.decode(&reader, count: group.rowCount - group.untimedRowCount)
      guard times.count == 0 || times[0] == group.minimumTime && times[times.count - 1] == group.maximumTime
      else { throw reader.damaged("row times differ from their bounds in the footer") }
      return times
    }
  }

  /// The same times in seconds.
  package func seconds(of rowGroup: Int) throws -> [Int64] {
    let times = try times(of: rowGroup)
    if times.unit == 1000 { return times.values }
    return pooled(.seconds, rowGroup, byteCount: { $0.count * 8 }) { times.seconds }
  }

  /// Original bytes of the rows of a row group that their layout does not reproduce, by position.
  package func verbatim(of rowGroup: Int) throws -> [UInt32: [UInt8]] {
    let group = footer.rowGroups[rowGroup]
    guard let ref = group.verbatim else { return [:] }
    var reader = try blocks.read(ref)
    let positions = try IntegerEncoding.decode(&reader, count: group.verbatimRowCount)
    let table = try PlainStrings.decode(&reader, count: group.verbatimRowCount, positions: nil)
    var result: [UInt32: [UInt8]] = [:]
    var least: Int64 = 0
    for (index, position) in positions.enumerated() {
      guard position >= least, position < Int64(group.rowCount) else {
        throw reader.damaged("verbatim bytes of row \(position)")
      }
      least = position + 1
      result[UInt32(position)] = Array(table[index])
    }
    return result
  }

  // MARK: Provenance

  package func envelopes() throws -> [Envelope] {
    var reader = try blocks.read(footer.envelopes)
    guard footer.envelopeCount <= reader.remaining / Envelope.leastByteCount else {
      throw reader.damaged("envelope count")
    }
    let envelopes = try (0..<footer.envelopeCount).map { _ in try Envelope.decode(&reader) }
    try reader.expectEnd(of: "envelopes")
    return envelopes
  }

  /// All objects of the segment, whose blocks several threads decode.
  package func objects(threads: Int = 1) throws -> [StoredObject] {
    let records = RecordBudget(footer.recordCount)
    let decoded = try parallelMap(count: footer.objectBlocks.count, threads: threads) { index in
      let block = try objects(block: index)
      guard records.take(block.reduce(0) { $0 + $1.rows.count }) else {
        throw blocks.damaged(footerRef.offset, "objects hold more than \(footer.recordCount) records")
      }
      return block
    }
    return decoded.count == 1 ? decoded[0] : Array(decoded.joined())
  }

  package func objects(block: Int) throws -> [StoredObject] {
    let parts = footer.objectBlocks[block]
    var reader = try blocks.readStructure(parts.heads)
    var rows = try blocks.readStructure(parts.rows)
    var digests = try blocks.readStructure(parts.digests)
    guard footer.envelopeCount > 0 else { throw reader.damaged("objects without an envelope") }
    let objects = try ProvenanceBlock.decode(&reader, rows: &rows, digests: &digests, footer)
    guard objects.count == footer.objectBlocks[block].objectCount else {
      throw reader.damaged(
        "block holds \(objects.count) objects, not \(footer.objectBlocks[block].objectCount)")
    }
    return objects
  }
}

/// Records that objects may still hold, so that no more blocks are decoded than have them.
private final class RecordBudget: @unchecked Sendable {
  private let lock = Lock()
  private var left: Int

  init(_ count: Int) { left = count }

  func take(_ count: Int) -> Bool {
    lock.withLock {
      guard count <= left else {
        left = -1
        return false
      }
      left -= count
      return true
    }
  }
}

/// What the readers of one open segment share: all of it decoded once.
private final class SegmentState: Sendable {
  struct PathKey: Hashable {
    var slot: Int
    var path: [PathName]
  }

  let pool: BufferPool
  /// The segment's number in the pool.
  let segment: UInt64
  let table = Memo<Int, ColumnTable>()
  let stringColumns = Memo<[PathName], [Int]>()
  let keys = Memo<[PathName], [[UInt8]]>()
  let slots = Memo<[PathName], [Int]>()
  let leaves = Memo<[PathName], Bool>()
  let catalogue = Memo<Int, Catalogue>()
  let packs = Memo<Int, ByteReader>()
  let columns = Memo<Int, ColumnMetadata>()
  let paths = Memo<PathKey, PathTable>()
  let programs = RecordPrograms()
  let rowCounts = Memo<Int, [UInt32]>()
  let shapeColumns = Memo<Int, Int?>()

  private let lock = Lock()
  private nonisolated(unsafe) var pathCount = 0

  init(_ pool: BufferPool) {
    self.pool = pool
    segment = pool.newSegment()
  }

  /// A number for a path's table in the pool.
  func nextPathNumber() -> Int {
    lock.withLock {
      pathCount += 1
      return pathCount
    }
  }
}

/// The store with its last bytes in memory, so that tail, footer and often the catalogue cost one read.
private final class EndPrefetch: BlockStore {
  private let store: any BlockStore
  private let start: Int
  private let bytes: [UInt8]

  init(_ store: any BlockStore) throws {
    self.store = store
    start = max(0, store.byteCount - SegmentReader.endReadByteCount)
    bytes = try store.read(offset: UInt64(start), byteCount: store.byteCount - start)
  }

  var name: String { store.name }
  var byteCount: Int { store.byteCount }

  func read(offset: UInt64, byteCount wanted: Int) throws -> [UInt8] {
    if wanted >= 0, offset >= UInt64(start), offset <= UInt64(byteCount), wanted <= byteCount - Int(offset) {
      let from = Int(offset) - start
      return Array(bytes[from..<(from + wanted)])
    }
    return try store.read(offset: offset, byteCount: wanted)
  }
}
