/// Which row groups may hold a given string: an index over all values of a column that has no dictionary.
///
/// Values are hashed; a hash's high half chooses a page, its low half a bucket of the page and a fingerprint. A
/// look-up reads one page (about 4 KB) however many values the column has. It proves absence only: what has the
/// fingerprint may still be another value.
///
/// ```
/// directory := values:varint buckets:varint fingerprintBits:u8 rowGroupBits:u8
///              pages:varint first:varint sizes:integers        blocks end to end from offset `first`
/// page      := counts:integers                 entries of each bucket, `buckets` counts
///              fingerprints:packed(fingerprintBits) rowGroups:packed(rowGroupBits)     entries by bucket
/// page of a hash    := (hash >> 32) × pages >> 32
/// bucket            := (hash mod 2^32) × buckets >> 32
/// fingerprint       := hash mod 2^fingerprintBits
/// ```
package struct MembershipDirectory: Sendable {
  /// Values of the column, equal ones counted each.
  package var valueCount = 0
  package var bucketCount: Int
  package var fingerprintBits: Int
  package var rowGroupBits: Int
  package var pages: [BlockRef]

  /// One look-up in 16 finds a row group for nothing: as much as reading a chunk now and then may cost, for each bit
  /// costs an eighth of a byte a value.
  package static let fingerprintBitCount = 6
  package static let entriesPerPage = 2048
  package static let entriesPerBucket = 4
  /// Hash seed of all indexes.
  package static let seed: UInt64 = 0

  package static func hash(_ value: UnsafeBufferPointer<UInt8>) -> UInt64 { checksum(value, seed: seed) }

  static func decode(_ reader: inout ByteReader, rowGroupCount: Int) throws -> MembershipDirectory {
    let values = try reader.readCount(limit: SegmentFormat.segmentValueLimit, of: "indexed value count")
    let buckets = try reader.readCount(limit: SegmentFormat.rowGroupRowLimit, of: "bucket count")
    let fingerprintBits = Int(try reader.readByte())
    let rowGroupBits = Int(try reader.readByte())
    let pageCount = try reader.readCount(limit: min(values, SegmentFormat.slotLimit), of: "page count")
    var offset = UInt64(try reader.readCount(limit: SegmentFormat.segmentByteLimit, of: "page offset"))
    guard buckets > 0, pageCount > 0, 1...32 ~= fingerprintBits, rowGroupBits <= 32 else {
      throw reader.damaged("membership index is malformed")
    }
    var pages: [BlockRef] = []
    for size in try IntegerEncoding.decode(&reader, count: pageCount) {
      guard size >= Int64(SegmentFormat.blockOverheadByteCount), size <= Int64(SegmentFormat.blockByteLimit)
      else {
        throw reader.damaged("page of \(size) bytes")
      }
      pages.append(BlockRef(offset: offset, byteCount: Int(size)))
      offset += UInt64(size)
      guard offset <= UInt64(SegmentFormat.segmentByteLimit) else { throw reader.damaged("page offset") }
    }
    try reader.expectEnd(of: "membership index")
    var directory = MembershipDirectory(
      bucketCount: buckets, fingerprintBits: fingerprintBits, rowGroupBits: rowGroupBits, pages: pages)
    directory.valueCount = values
    return directory
  }

  package init(bucketCount: Int, fingerprintBits: Int, rowGroupBits: Int, pages: [BlockRef]) {
    self.bucketCount = bucketCount
    self.fingerprintBits = fingerprintBits
    self.rowGroupBits = rowGroupBits
    self.pages = pages
  }

  package func page(of hash: UInt64) -> Int { Int(((hash >> 32) * UInt64(pages.count)) >> 32) }

  private func bucket(of hash: UInt64) -> Int { Int(((hash & 0xFFFF_FFFF) * UInt64(bucketCount)) >> 32) }

  private func fingerprint(of hash: UInt64) -> UInt64 { hash & ((1 << UInt64(fingerprintBits)) - 1) }

  /// The row groups of the entries in `page` that a value of this hash would have.
  package func rowGroups(of hash: UInt64, in page: MembershipPage) -> [Int] {
    let bucket = bucket(of: hash)
    let fingerprint = fingerprint(of: hash)
    let entries = page.bucketStarts[bucket]..<page.bucketStarts[bucket + 1]
    return entries.filter { page.fingerprints[$0] == fingerprint }.map { Int(page.rowGroups[$0]) }
  }

  /// The entry in `page` that a look-up of a value in `rowGroup` finds by its hash.
  package func entry(of hash: UInt64, rowGroup: Int, in page: MembershipPage) -> Int? {
    let bucket = bucket(of: hash)
    let (fingerprint, rowGroup) = (fingerprint(of: hash), UInt64(rowGroup))
    for entry in page.bucketStarts[bucket]..<page.bucketStarts[bucket + 1]
    where page.fingerprints[entry] == fingerprint && page.rowGroups[entry] == rowGroup {
      return entry
    }
    return nil
  }
}

extension MembershipDirectory {
  /// An entry as one number, in the order in which entries stand in a page.
  package func key(of hash: UInt64, rowGroup: Int) -> UInt64 {
    (UInt64(bucket(of: hash)) << UInt64(fingerprintBits) | fingerprint(of: hash)) << UInt64(rowGroupBits)
      | UInt64(rowGroup)
  }

  /// A page of the entries with these ascending keys; equal ones become one.
  package func encodePage(_ keys: [UInt64]) -> [UInt8] {
    var counts = [Int64](repeating: 0, count: bucketCount)
    var fingerprints: [UInt64] = []
    var rowGroups: [UInt64] = []
    var previous: UInt64?
    for key in keys where key != previous {
      previous = key
      let hashBits = key >> UInt64(rowGroupBits)
      counts[Int(hashBits >> UInt64(fingerprintBits))] += 1
      fingerprints.append(fingerprint(of: hashBits))
      rowGroups.append(key & ((1 << UInt64(rowGroupBits)) - 1))
    }
    var writer = ByteWriter()
    IntegerEncoding.encode(counts, into: &writer)
    BitPacking.pack(fingerprints, width: fingerprintBits, into: &writer)
    BitPacking.pack(rowGroups, width: rowGroupBits, into: &writer)
    return writer.bytes
  }
}

/// One decoded page.
package struct MembershipPage: Sendable {
  /// Entry where each bucket begins, and the end.
  var bucketStarts: [Int]
  var fingerprints: [UInt64]
  var rowGroups: [UInt64]

  package static func decode(
    _ reader: inout ByteReader, _ directory: MembershipDirectory
  ) throws -> MembershipPage {
    var starts = [0]
    starts.reserveCapacity(directory.bucketCount + 1)
    for count in try IntegerEncoding.decode(&reader, count: directory.bucketCount) {
      guard count >= 0, count <= Int64(SegmentFormat.pageEntryLimit - starts[starts.count - 1]) else {
        throw reader.damaged("bucket of \(count) entries")
      }
      starts.append(starts[starts.count - 1] + Int(count))
    }
    let count = starts[starts.count - 1]
    let fingerprints = try BitPacking.decode(&reader, count: count, width: directory.fingerprintBits)
    let rowGroups = try BitPacking.decode(&reader, count: count, width: directory.rowGroupBits)
    try reader.expectEnd(of: "membership page")
    return MembershipPage(bucketStarts: starts, fingerprints: fingerprints, rowGroups: rowGroups)
  }

  var byteCount: Int { (bucketStarts.count + fingerprints.count + rowGroups.count) * 8 }
}

/// Gathers a column's hashes while its chunks are encoded.
struct MembershipBuilder {
  private struct Entry {
    var hash: UInt64
    var rowGroup: UInt32
  }

  private var entries: [Entry] = []
  /// Some chunk is searched slowly without the index.
  var isUseful = false

  mutating func add<Source: StringSource>(_ source: Source, rowGroup: Int) {
    entries.reserveCapacity(entries.count + source.count)
    for index in 0..<source.count {
      entries.append(Entry(hash: MembershipDirectory.hash(source.value(index)), rowGroup: UInt32(rowGroup)))
    }
  }

  /// Pages with at most one entry for equal fingerprints of a row group; nil where no index is wanted.
  func encode(rowGroupCount: Int, _ compressor: ZstdCompressor) -> EncodedMembership? {
    guard isUseful, entries.count >= ColumnMerger.plainMinimumCount else { return nil }
    let pageCount =
      (entries.count + MembershipDirectory.entriesPerPage - 1) / MembershipDirectory.entriesPerPage
    let bucketCount = MembershipDirectory.entriesPerPage / MembershipDirectory.entriesPerBucket
    let shape = MembershipDirectory(
      bucketCount: bucketCount, fingerprintBits: MembershipDirectory.fingerprintBitCount,
      rowGroupBits: BitPacking.width(of: UInt64(rowGroupCount - 1)),
      pages: Array(repeating: BlockRef(offset: 0, byteCount: 0), count: pageCount))
    // A counting sort by page, then each page by bucket, fingerprint and row group.
    var ends = [Int](repeating: 0, count: pageCount + 1)
    for entry in entries { ends[shape.page(of: entry.hash) + 1] += 1 }
    for page in 0..<pageCount { ends[page + 1] += ends[page] }
    var next = ends
    var keys = [UInt64](repeating: 0, count: entries.count)
    for entry in entries {
      let page = shape.page(of: entry.hash)
      keys[next[page]] = shape.key(of: entry.hash, rowGroup: Int(entry.rowGroup))
      next[page] += 1
    }
    let pages = (0..<pageCount).map { page in
      // Hashes are random bits: zstd would only cost time.
      BlockBody.make(
        shape.encodePage(keys[ends[page]..<ends[page + 1]].sorted()), compressor, tryZstd: false)
    }
    return EncodedMembership(valueCount: entries.count, shape: shape, pages: pages)
  }
}

/// An index encoded but not yet placed.
struct EncodedMembership: Sendable {
  var valueCount: Int
  var shape: MembershipDirectory
  var pages: [BlockBody]

  /// Writes the pages and gives the directory.
  func write(_ blocks: BlockWriter) throws -> [UInt8] {
    let refs = try pages.map { try blocks.write($0) }
    var writer = ByteWriter()
    writer.writeVarint(valueCount)
    writer.writeVarint(shape.bucketCount)
    writer.writeByte(UInt8(shape.fingerprintBits))
    writer.writeByte(UInt8(shape.rowGroupBits))
    writer.writeVarint(refs.count)
    writer.writeVarint(refs.first?.offset ?? 0)
    IntegerEncoding.encode(refs.map { Int64($0.byteCount) }, into: &writer)
    return writer.bytes
  }
}
