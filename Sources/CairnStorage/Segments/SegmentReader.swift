/// An open segment. One read of the file's end opens it; everything else is read when asked for.
///
/// Safe to use from several threads. Everything read is checked before it is believed; damage is thrown as
/// `CairnError.damaged` with the file and the offset of the block.
package final class SegmentReader: @unchecked Sendable {
  package let blocks: BlockReader
  package let footer: Footer
  package let footerRef: BlockRef
  private let lock = Lock()
  private var loadedCatalogue: Catalogue?
  private var loadedFlattening: ShapeFlattening?
  private var packCache: [Int: ByteReader] = [:]
  private var columnCache: [Int: ColumnReader] = [:]

  /// Bytes read from the end at once: usually the footer and, before it, the catalogue.
  static let endReadByteCount = 64 << 10

  package init(_ store: any BlockStore, statistics: ReadStatistics = ReadStatistics()) throws {
    let prefetch = try EndPrefetch(store)
    blocks = BlockReader(prefetch, statistics: statistics)
    footerRef = try Self.readTail(prefetch)
    var reader = try blocks.read(footerRef)
    footer = try Footer.decode(&reader)
  }

  package var name: String { blocks.store.name }
  package var byteCount: Int { blocks.store.byteCount }

  private static func readTail(_ store: EndPrefetch) throws -> BlockRef {
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
    guard footerByteCount >= SegmentFormat.blockOverheadByteCount, footerOffset <= offset,
      UInt64(footerByteCount) == offset - footerOffset
    else { throw reader.damaged("footer does not end at the tail") }
    return BlockRef(offset: footerOffset, byteCount: footerByteCount)
  }

  /// Checks the header, which normal reading does not need.
  package func verifyHeader() throws {
    let bytes = try blocks.store.read(offset: 0, byteCount: SegmentFormat.headerByteCount)
    guard bytes == SegmentWriter.header() else {
      throw CairnError.damaged(file: name, offset: 0, cause: "segment header is damaged")
    }
  }

  // MARK: Catalogue and columns

  package func catalogue() throws -> Catalogue {
    if let loaded = lock.withLock({ loadedCatalogue }) { return loaded }
    var reader = try blocks.read(footer.catalogue)
    let catalogue = try Catalogue.decode(&reader, packCount: footer.packs.count)
    lock.withLock { loadedCatalogue = catalogue }
    return catalogue
  }

  /// Shapes with their inline members laid out flat.
  package func flattening() throws -> ShapeFlattening {
    if let loaded = lock.withLock({ loadedFlattening }) { return loaded }
    let flattening = try ShapeFlattening(try catalogue(), file: name)
    lock.withLock { loadedFlattening = flattening }
    return flattening
  }

  package func column(_ index: Int) throws -> ColumnReader {
    if let cached = lock.withLock({ columnCache[index] }) { return cached }
    let info = try catalogue().columns[index]
    var reader: ByteReader
    switch info.place {
    case .block(let ref):
      reader = try blocks.read(ref)
    case .pack(let pack, let start, let byteCount):
      let whole = try self.pack(pack)
      // Packs are read from their first byte: `start` counts from there.
      reader = try ByteReader(
        whole.bytes, start: whole.position + start, byteCount: byteCount, origin: whole.origin)
      guard start + byteCount <= whole.remaining else { throw whole.damaged("column leaves its pack") }
    }
    let bytes = reader.bytes
    let origin = reader.origin
    let directory = try ColumnDirectory.decode(&reader, rowGroupCount: footer.rowGroups.count)
    let column = ColumnReader(info: info, directory: directory, bytes: bytes, origin: origin, blocks: blocks)
    try column.checkCounts()
    lock.withLock { columnCache[index] = column }
    return column
  }

  private func pack(_ index: Int) throws -> ByteReader {
    if let cached = lock.withLock({ packCache[index] }) { return cached }
    let reader = try blocks.read(footer.packs[index])
    lock.withLock { packCache[index] = reader }
    return reader
  }

  // MARK: Rows

  /// Event times of the timed rows of a row group, ascending.
  package func times(of rowGroup: Int) throws -> [Int64] {
    let group = footer.rowGroups[rowGroup]
    var reader = try blocks.read(group.times)
    return try RowTimes.decode(&reader, count: group.rowCount - group.untimedRowCount)
  }

  /// Original bytes of the rows of a row group that their layout does not reproduce, by position.
  package func verbatim(of rowGroup: Int) throws -> [UInt32: [UInt8]] {
    let group = footer.rowGroups[rowGroup]
    guard let ref = group.verbatim else { return [:] }
    var reader = try blocks.read(ref)
    let positions = try IntegerEncoding.decode(&reader, count: group.verbatimRowCount)
    let table = try PlainStrings.decode(&reader, count: group.verbatimRowCount, positions: nil)
    var result: [UInt32: [UInt8]] = [:]
    for (index, position) in positions.enumerated() {
      guard position >= 0, position < Int64(group.rowCount) else {
        throw reader.damaged("verbatim bytes of row \(position)")
      }
      result[UInt32(position)] = Array(table[index])
    }
    return result
  }

  // MARK: Provenance

  package func envelopes() throws -> [Envelope] {
    var reader = try blocks.read(footer.envelopes)
    guard footer.envelopeCount <= reader.remaining else { throw reader.damaged("envelope count") }
    let envelopes = try (0..<footer.envelopeCount).map { _ in try Envelope.decode(&reader) }
    try reader.expectEnd(of: "envelopes")
    return envelopes
  }

  package func objects(block: Int) throws -> [StoredObject] {
    var reader = try blocks.read(footer.objectBlocks[block].block)
    guard footer.envelopeCount > 0 else { throw reader.damaged("objects without an envelope") }
    let objects = try ProvenanceBlock.decode(
      &reader, rowCount: footer.rowCount, envelopeCount: footer.envelopeCount)
    guard objects.count == footer.objectBlocks[block].objectCount else {
      throw reader.damaged(
        "block holds \(objects.count) objects, not \(footer.objectBlocks[block].objectCount)")
    }
    return objects
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
