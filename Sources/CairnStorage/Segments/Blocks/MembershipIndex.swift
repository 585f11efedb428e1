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
  /// Values from which a column without a dictionary has an index.
  package static let plainMinimumCount = 4096
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

  func bucket(of hash: UInt64) -> Int { Int(((hash & 0xFFFF_FFFF) * UInt64(bucketCount)) >> 32) }

  func fingerprint(of hash: UInt64) -> UInt64 { hash & ((1 << UInt64(fingerprintBits)) - 1) }

  /// The row groups of the entries in `page` that a value of this hash would have.
  package func rowGroups(of hash: UInt64, in page: MembershipPage) -> [Int] {
    let bucket = bucket(of: hash)
    let fingerprint = fingerprint(of: hash)
    let entries = page.bucketStarts[bucket]..<page.bucketStarts[bucket + 1]
    return entries.filter { page.fingerprints[$0] == fingerprint }.map { Int(page.rowGroups[$0]) }
  }
}

extension MembershipDirectory {
  /// An entry as one number, in the order in which entries stand in a page.
  package func key(of hash: UInt64, rowGroup: Int) -> UInt64 {
    (UInt64(bucket(of: hash)) << UInt64(fingerprintBits) | fingerprint(of: hash)) << UInt64(rowGroupBits)
      | UInt64(rowGroup)
  }

  /// A page of the entries with these ascending keys; equal ones become one.
  package func encodePage(_ keys: some Sequence<UInt64>) -> [UInt8] {
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
  private var chunks: [(rowGroup: Int, hashes: [UInt64])] = []
  /// Some chunk is searched slowly without the index.
  var isUseful = false

  mutating func add<Source: StringSource>(_ source: Source, rowGroup: Int) {
    let hashes = [UInt64](unsafeUninitializedCapacity: source.count) { target, count in
      for index in 0..<source.count { target[index] = MembershipDirectory.hash(source.value(index)) }
      count = source.count
    }
    chunks.append((rowGroup, hashes))
  }

  /// Pages with at most one entry for equal fingerprints of a row group; nil where no index is wanted.
  func encode(rowGroupCount: Int, _ compressor: ZstdCompressor) -> EncodedMembership? {
    let count = chunks.reduce(0) { $0 + $1.hashes.count }
    guard isUseful, count >= MembershipDirectory.plainMinimumCount else { return nil }
    let pageCount = (count + MembershipDirectory.entriesPerPage - 1) / MembershipDirectory.entriesPerPage
    let bucketCount = MembershipDirectory.entriesPerPage / MembershipDirectory.entriesPerBucket
    let shape = MembershipDirectory(
      bucketCount: bucketCount, fingerprintBits: MembershipDirectory.fingerprintBitCount,
      rowGroupBits: BitPacking.width(of: UInt64(rowGroupCount - 1)),
      pages: Array(repeating: BlockRef(offset: 0, byteCount: 0), count: pageCount))
    // By page, then each page by bucket, and the few entries of a bucket by fingerprint and row group.
    var ends = [Int](repeating: 0, count: pageCount + 1)
    for chunk in chunks {
      for hash in chunk.hashes { ends[shape.page(of: hash) + 1] += 1 }
    }
    for page in 0..<pageCount { ends[page + 1] += ends[page] }
    var keys = [UInt64](repeating: 0, count: count)
    var next = ends
    for chunk in chunks {
      for hash in chunk.hashes {
        let page = shape.page(of: hash)
        keys[next[page]] = shape.key(of: hash, rowGroup: chunk.rowGroup)
        next[page] += 1
      }
    }
    var sorter = BucketSorter(shape)
    defer { sorter.free() }
    let pages = (0..<pageCount).map { page in
      keys.withUnsafeMutableBufferPointer {
        sorter.sort(UnsafeMutableBufferPointer(rebasing: $0[ends[page]..<ends[page + 1]]))
      }
      // Hashes are random bits: zstd would only cost time.
      return BlockBody.make(
        shape.encodePage(keys[ends[page]..<ends[page + 1]]), compressor, tryZstd: false)
    }
    return EncodedMembership(valueCount: count, shape: shape, pages: pages)
  }
}

/// Sorts the keys of a page, whose buckets have few each.
private struct BucketSorter {
  private let shift: UInt64
  private let bucketCount: Int
  /// By bucket: where its keys begin, and where those end that have been put there.
  private var places: RawVector<(start: UInt32, end: UInt32)>
  private var sorted = RawVector<UInt64>()

  init(_ shape: MembershipDirectory) {
    shift = UInt64(shape.fingerprintBits + shape.rowGroupBits)
    bucketCount = shape.bucketCount
    places = RawVector(capacity: bucketCount)
    _ = places.appendUninitialized(count: bucketCount)
  }

  func free() {
    places.free()
    sorted.free()
  }

  mutating func sort(_ keys: UnsafeMutableBufferPointer<UInt64>) {
    guard let base = keys.baseAddress else { return }
    places.base.update(repeating: (0, 0), count: bucketCount)
    for key in keys { places.base[Int(key &>> shift)].end &+= 1 }
    var total: UInt32 = 0
    for bucket in 0..<bucketCount {
      let count = places[bucket].end
      places[bucket] = (total, total)
      total &+= count
    }
    sorted.truncate(to: 0)
    let output = sorted.appendUninitialized(count: keys.count)
    for key in keys {
      let bucket = Int(key &>> shift)
      let start = Int(places[bucket].start)
      var at = Int(places[bucket].end)
      places.base[bucket].end &+= 1
      while at > start, output[at &- 1] > key {
        output[at] = output[at &- 1]
        at &-= 1
      }
      output[at] = key
    }
    base.update(from: output, count: keys.count)
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
