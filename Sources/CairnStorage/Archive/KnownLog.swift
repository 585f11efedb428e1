/// `KNOWN`: what a run asks about an archive's objects and files before it reads either. A log of blocks, each with its
/// checksum, of one segment each or of files that were met.
///
/// It is never believed over the segments: it counts only where all that it names, and that no later block says are
/// replaced by others with the same objects, are in the manifest with their seals, what it lacks is read from them, and
/// without it everything is. Traces only tell which segments to look into.
///
/// ```
/// file  := "CAIRNKNW" version:u32 zero:u32 seed:u64 { block }
/// block := size:u64 checksum:u64 body                           XXH3-64 of the body, seed = the block's offset
/// body  := segments replaced contents:traces names:traces states files
/// segments, replaced := count:varint { number:u64 seal:u64 }    at most one segment
/// traces := count:varint width:u8 packed(width) { bits }        ascending, distances as Golomb and Rice have it
/// states := packed(1) { state: 5 bytes }                        for each name whether it has one
/// files  := count:varint { distance:varint tail:u16 }
/// ```
struct KnownLog {
  static let name: FileName = "KNOWN"
  static let temporaryName: FileName = "KNOWN.tmp"
  private static let beginning = Array("CAIRNKNW".utf8) + [3, 0, 0, 0, 0, 0, 0, 0]
  static let blockHeaderByteCount = 16
  /// A file of more bytes is none: enough for a hundred million objects.
  static let byteLimit = 1 << 32

  struct Segment: Hashable {
    var number: UInt64
    var seal: UInt64

    init(number: UInt64, seal: UInt64) { (self.number, self.seal) = (number, seal) }

    init(_ entry: SegmentEntry) { (number, seal) = (UInt64(entry.number), entry.seal) }
  }

  struct Block {
    /// Whose objects the traces and states are of; nil where files were found to hold what is there already.
    var segment: Segment?
    /// Segments whose objects are in others now.
    var replaced: [Segment] = []
    /// Ascending, as names and files are.
    var contents: [UInt64] = []
    var names: [Name] = []
    var files: [FileMark] = []

    init(segment: Segment? = nil, replaced: [Segment] = [], files: [FileMark] = []) {
      (self.segment, self.replaced, self.files) = (segment, replaced, files)
    }

    /// Of a segment with these objects.
    init(_ entry: SegmentEntry, _ objects: [KnownObjects.Object], _ hashes: KnownHashes) {
      segment = Segment(entry)
      contents = objects.map { hashes.trace($0.digest) }.sorted()
      names = objects.map { object in
        let isTold = object.name.isUnique && object.modified != SourceFile.unknownTime
        return Name(
          trace: hashes.trace(object.name, key: object.key),
          state: isTold
            ? hashes.state(
              base: object.name.base, byteCount: object.byteCount, modified: object.modified) : Name.none)
      }.sorted()
    }

    /// What tells files that hold its objects.
    var marks: [FileMark] {
      files + names.lazy.filter { $0.state != Name.none }.map { FileMark(trace: $0.trace, state: $0.state) }
    }
  }

  /// The trace of an object's name, and where its file has a mark the other half of that.
  struct Name: Comparable {
    static let none = UInt64.max
    var trace: UInt64
    var state: UInt64

    static func < (a: Name, b: Name) -> Bool { (a.trace, a.state) < (b.trace, b.state) }
  }

  static func header(_ hashes: KnownHashes) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeBytes(beginning)
    writer.writeUInt64(hashes.seed)
    return writer.bytes
  }

  /// The block as it stands at `offset` of the file.
  static func encode(_ block: Block, at offset: Int) -> [UInt8] {
    var body = ByteWriter()
    for segments in [block.segment.map { [$0] } ?? [], block.replaced] {
      body.writeVarint(segments.count)
      for segment in segments {
        body.writeUInt64(segment.number)
        body.writeUInt64(segment.seal)
      }
    }
    RiceCoding.encode(block.contents, range: 1 << UInt64(KnownHashes.traceWidth), into: &body)
    RiceCoding.encode(block.names.map(\.trace), range: 1 << UInt64(KnownHashes.traceWidth), into: &body)
    BitPacking.pack(block.names.map { $0.state == Name.none ? 0 : 1 }, width: 1, into: &body)
    for name in block.names where name.state != Name.none {
      for shift in stride(from: 0, to: UInt64(KnownHashes.traceWidth), by: 8) {
        body.writeByte(UInt8(truncatingIfNeeded: name.state >> shift))
      }
    }
    var last: UInt64 = 0
    body.writeVarint(block.files.count)
    for file in block.files {
      body.writeVarint(file.head - last)
      body.writeByte(UInt8(truncatingIfNeeded: file.tail))
      body.writeByte(UInt8(truncatingIfNeeded: file.tail >> 8))
      last = file.head
    }
    var writer = ByteWriter()
    writer.writeUInt64(UInt64(body.bytes.count))
    writer.writeUInt64(checksum(body.bytes, seed: UInt64(offset)))
    return writer.bytes + body.bytes
  }

  /// The file's seed and blocks up to the first that is not whole, each with its size, and how many bytes they are; nil
  /// where it is none of this version.
  static func decode(
    _ bytes: [UInt8]
  ) -> (hashes: KnownHashes, blocks: [(Block, byteCount: Int)], whole: Int)? {
    guard bytes.starts(with: beginning) else { return nil }
    var reader = ByteReader(bytes, origin: ByteOrigin(file: "\(name)", offset: 0))
    var blocks: [(Block, byteCount: Int)] = []
    do {
      _ = try reader.readBytes(beginning.count)
      let hashes = KnownHashes(seed: try reader.readUInt64())
      var whole = reader.position
      while let block = try? decodeBlock(&reader) {
        blocks.append((block, reader.position - whole))
        whole = reader.position
      }
      return (hashes, blocks, whole)
    } catch {
      return nil
    }
  }

  private static func decodeBlock(_ reader: inout ByteReader) throws -> Block {
    let offset = reader.position
    let byteCount = try reader.readUInt64()
    let sum = try reader.readUInt64()
    guard byteCount <= UInt64(reader.remaining) else { throw reader.damaged("block is cut") }
    let end = reader.position + Int(byteCount)
    let found = reader.bytes.withUnsafeBufferPointer {
      checksum(UnsafeBufferPointer(rebasing: $0[reader.position..<end]), seed: UInt64(offset))
    }
    guard found == sum else { throw reader.damaged("block does not match its checksum") }
    func count(_ leastByteCount: Int) throws -> Int {
      let count = try reader.readVarint()
      guard count <= UInt64((end - reader.position) / leastByteCount) else {
        throw reader.damaged("count leaves its block")
      }
      return Int(count)
    }
    func segments() throws -> [Segment] {
      try (0..<count(16)).map { _ in
        Segment(number: try reader.readUInt64(), seal: try reader.readUInt64())
      }
    }
    var block = Block()
    let own = try segments()
    guard own.count <= 1 else { throw reader.damaged("block of several segments") }
    block.segment = own.first
    block.replaced = try segments()
    block.contents = try RiceCoding.decode(&reader, limit: 8 * (end - reader.position))
    let traces = try RiceCoding.decode(&reader, limit: 8 * (end - reader.position))
    let isTold = try BitPacking.decode(&reader, count: traces.count, width: 1)
    block.names.reserveCapacity(traces.count)
    for (trace, isTold) in zip(traces, isTold) {
      var state = isTold == 1 ? 0 : Name.none
      if isTold == 1 {
        for shift in stride(from: 0, to: UInt64(KnownHashes.traceWidth), by: 8) {
          state |= UInt64(try reader.readByte()) << shift
        }
      }
      block.names.append(Name(trace: trace, state: state))
    }
    var last: UInt64 = 0
    let fileCount = try count(3)
    block.files.reserveCapacity(fileCount)
    for _ in 0..<fileCount {
      last &+= try reader.readVarint()
      let tail = UInt16(try reader.readByte()) | UInt16(try reader.readByte()) << 8
      block.files.append(FileMark(head: last, tail: tail))
    }
    guard reader.position == end else { throw reader.damaged("block does not end with its files") }
    return block
  }
}
