/// Which row groups may hold a given string: an index over all values of a column that has no dictionary.
///
/// Values are hashed; a hash's high half chooses a page. A page is a set of linear equations over bits, one for each
/// value, and what is stored is a solution: combining the bits that a value's hash names gives the row group that has
/// it. Of other values they give a random number, which is mostly that of no row group. So a value costs hardly more
/// bits than its answer has, and a look-up reads one page (about 3 KB) however many values the column has. It proves
/// absence only.
///
/// ```
/// directory := values:varint answerBits:u8 pages:varint first:varint sizes:integers    blocks end to end from `first`
/// page      := seed:u8 { { u64 } }              `answerBits` planes of as many words each: bit i of a plane is slot i
/// page of a hash := (hash >> 32) × pages >> 32
/// a := mix(hash + seed)     b := mix(a + 1) | 1     start := (a >> 32) × (slots - 63) >> 32
/// answer := for each plane the parity of (64 slots from `start` on) & b, exclusive or the lowest bits of a
/// ```
package struct MembershipDirectory: Sendable {
  /// Values from which a column without a dictionary has an index.
  package static let plainMinimumCount = 4096
  /// Values of the column, equal ones counted each.
  package var valueCount = 0
  package let rowGroupCount: Int
  /// Bits of an answer.
  package let answerBits: Int
  package let pages: [BlockRef]

  /// Answers for each one that means something: so one look-up in so many finds a row group for nothing.
  package static let answerShare = 8
  package static let entriesPerPage = 4096
  package static let answerBitLimit = 16
  /// Hash seed of all indexes.
  package static let seed: UInt64 = 0

  package static func hash(_ value: UnsafeBufferPointer<UInt8>) -> UInt64 { checksum(value, seed: seed) }

  /// The number of answers that mean something: the row groups, and that a value is in several.
  static func answerCount(rowGroupCount: Int) -> Int { rowGroupCount > 1 ? rowGroupCount + 1 : 1 }

  /// The bits that the writer gives an answer.
  package static func answerBits(rowGroupCount: Int) -> Int {
    min(
      answerBitLimit,
      BitPacking.width(of: UInt64(answerCount(rowGroupCount: rowGroupCount) * answerShare - 1)))
  }

  static func decode(_ reader: inout ByteReader, rowGroupCount: Int) throws -> MembershipDirectory {
    let values = try reader.readCount(limit: SegmentFormat.segmentValueLimit, of: "indexed value count")
    let answerBits = Int(try reader.readByte())
    let pageCount = try reader.readCount(limit: min(values, SegmentFormat.slotLimit), of: "page count")
    var offset = UInt64(try reader.readCount(limit: SegmentFormat.segmentByteLimit, of: "page offset"))
    guard pageCount > 0, 1...answerBitLimit ~= answerBits,
      answerCount(rowGroupCount: rowGroupCount) <= 1 << answerBits
    else {
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
    return MembershipDirectory(
      rowGroupCount: rowGroupCount, answerBits: answerBits, pages: pages, valueCount: values)
  }

  package init(rowGroupCount: Int, answerBits: Int, pages: [BlockRef], valueCount: Int = 0) {
    self.rowGroupCount = rowGroupCount
    self.answerBits = answerBits
    self.pages = pages
    self.valueCount = valueCount
  }

  package func page(of hash: UInt64) -> Int { Int(((hash >> 32) * UInt64(pages.count)) >> 32) }

  /// The row groups that may have a value of this hash.
  package func rowGroups(of hash: UInt64, in page: MembershipPage) -> Range<Int> {
    page.words.withUnsafeBufferPointer { words in
      let answer = RibbonPlanes(words: words.baseAddress, wordCount: page.wordCount, planes: answerBits)
        .answer(RibbonKey(hash, seed: page.seed, slotCount: page.wordCount * 64))
      return rowGroups(answer)
    }
  }

  /// Those that an answer stands for; nil is that of a page that says nothing.
  @inline(__always)
  func rowGroups(_ answer: UInt64?) -> Range<Int> {
    guard let answer else { return 0..<rowGroupCount }
    if answer < UInt64(rowGroupCount) { return Int(answer)..<(Int(answer) + 1) }
    return rowGroupCount > 1 && answer == UInt64(rowGroupCount) ? 0..<rowGroupCount : 0..<0
  }
}

/// One decoded page.
package struct MembershipPage: Sendable {
  let seed: UInt8
  /// Of a plane.
  let wordCount: Int
  /// Plane by plane.
  let words: [UInt64]

  package static func decode(
    _ reader: inout ByteReader, _ directory: MembershipDirectory
  ) throws -> MembershipPage {
    let seed = try reader.readByte()
    guard reader.remaining % (8 * directory.answerBits) == 0 else {
      throw reader.damaged("membership page of \(reader.remaining) bytes")
    }
    let count = reader.remaining / 8
    guard count <= SegmentFormat.pageWordLimit else {
      throw reader.damaged("membership page of \(count) words")
    }
    var words: [UInt64] = []
    words.reserveCapacity(count)
    for _ in 0..<count { words.append(try reader.readUInt64()) }
    return MembershipPage(seed: seed, wordCount: count / directory.answerBits, words: words)
  }

  var byteCount: Int { words.count * 8 }
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

  /// Nil where no index is wanted.
  func encode(rowGroupCount: Int, _ compressor: ZstdCompressor) -> EncodedMembership? {
    let count = chunks.reduce(0) { $0 + $1.hashes.count }
    guard isUseful, count >= MembershipDirectory.plainMinimumCount else { return nil }
    let pageCount = (count + MembershipDirectory.entriesPerPage - 1) / MembershipDirectory.entriesPerPage
    let shape = MembershipDirectory(
      rowGroupCount: rowGroupCount, answerBits: MembershipDirectory.answerBits(rowGroupCount: rowGroupCount),
      pages: Array(repeating: BlockRef(offset: 0, byteCount: 0), count: pageCount))
    var ends = [Int](repeating: 0, count: pageCount + 1)
    for chunk in chunks {
      for hash in chunk.hashes { ends[shape.page(of: hash) + 1] += 1 }
    }
    for page in 0..<pageCount { ends[page + 1] += ends[page] }
    var entries = RawVector<MembershipEntry>(capacity: count)
    defer { entries.free() }
    let target = entries.appendUninitialized(count: count)
    var next = ends
    for chunk in chunks {
      for hash in chunk.hashes {
        let page = shape.page(of: hash)
        target[next[page]] = MembershipEntry(hash: hash, answer: UInt32(chunk.rowGroup))
        next[page] += 1
      }
    }
    var solver = RibbonSolver()
    defer { solver.free() }
    let pages = (0..<pageCount).map { page in
      let bytes = shape.encodePage(
        UnsafeMutableBufferPointer(start: target + ends[page], count: ends[page + 1] - ends[page]), &solver)
      // Solutions are random bits: zstd would only cost time.
      return BlockBody.make(bytes, compressor, tryZstd: false)
    }
    return EncodedMembership(valueCount: count, shape: shape, pages: pages)
  }
}

extension MembershipDirectory {
  /// A page of these entries.
  func encodePage(_ entries: UnsafeMutableBufferPointer<MembershipEntry>, _ solver: inout RibbonSolver)
    -> [UInt8]
  {
    let count = solver.makeDistinct(entries, several: UInt32(rowGroupCount))
    return solver.page(UnsafeBufferPointer(rebasing: entries[..<count]), answerBits: answerBits)
  }

  /// The same of hashes with their row groups.
  package func encodePage(_ values: [(hash: UInt64, rowGroup: Int)]) -> [UInt8] {
    var entries = values.map { MembershipEntry(hash: $0.hash, answer: UInt32($0.rowGroup)) }
    var solver = RibbonSolver()
    defer { solver.free() }
    return entries.withUnsafeMutableBufferPointer { encodePage($0, &solver) }
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
    writer.writeByte(UInt8(shape.answerBits))
    writer.writeVarint(refs.count)
    writer.writeVarint(refs.first?.offset ?? 0)
    IntegerEncoding.encode(refs.map { Int64($0.byteCount) }, into: &writer)
    return writer.bytes
  }
}
