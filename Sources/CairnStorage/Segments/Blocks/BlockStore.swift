/// Range reads over one stored file: the seam where a local file, memory in a test, a fault injector or a
/// remote object meets the reader.
package protocol BlockStore: AnyObject, Sendable {
  /// Name for error messages.
  var name: String { get }
  var byteCount: Int { get }
  /// Exactly the bytes of the range. Throws `CairnError.damaged` where the file ends before it.
  func read(offset: UInt64, byteCount: Int) throws -> [UInt8]
}

/// A file's bytes in memory.
package final class MemoryBlockStore: BlockStore {
  package let name: String
  private let bytes: [UInt8]

  package init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  package var byteCount: Int { bytes.count }

  package func read(offset: UInt64, byteCount wanted: Int) throws -> [UInt8] {
    guard wanted >= 0, offset <= UInt64(bytes.count), wanted <= bytes.count - Int(offset) else {
      throw CairnError.damaged(
        file: name, offset: offset, cause: "the file ends before byte \(offset) + \(wanted)")
    }
    return Array(bytes[Int(offset)..<(Int(offset) + wanted)])
  }
}

/// What a scan touched: blocks and bytes read, as stored, and chunks decoded.
package final class ReadStatistics: @unchecked Sendable {
  private let lock = Lock()
  private var blocks = 0
  private var bytes = 0
  private var chunks = 0

  package init() {}

  package func add(byteCount: Int) {
    lock.withLock {
      blocks += 1
      bytes += byteCount
    }
  }

  /// Counts a chunk whose values or codes were decoded; word lists do not count.
  func addChunk() { lock.withLock { chunks += 1 } }

  package var snapshot: (blocks: Int, bytes: Int, chunks: Int) { lock.withLock { (blocks, bytes, chunks) } }
}

/// Reads blocks, each checked against its checksum before a byte of it is believed.
package struct BlockReader: Sendable {
  package let store: any BlockStore
  package let statistics: ReadStatistics

  package init(_ store: any BlockStore, statistics: ReadStatistics) {
    self.store = store
    self.statistics = statistics
  }

  package func damaged(_ offset: UInt64, _ cause: String) -> CairnError {
    .damaged(file: store.name, offset: offset, cause: cause)
  }

  /// The block's raw bytes, of which there may be `limit`.
  package func read(_ ref: BlockRef, limit: Int = SegmentFormat.blockByteLimit) throws -> ByteReader {
    let stored = try store.read(offset: ref.offset, byteCount: ref.byteCount)
    statistics.add(byteCount: ref.byteCount)
    return try open(stored, ref, limit: limit)
  }

  /// A block that is read whole to find anything in it.
  package func readStructure(_ ref: BlockRef) throws -> ByteReader {
    try read(ref, limit: SegmentFormat.structureByteLimit)
  }

  /// Checks and inflates a block that has been read already.
  package func open(
    _ stored: [UInt8], _ ref: BlockRef, limit: Int = SegmentFormat.blockByteLimit
  ) throws -> ByteReader {
    let origin = ByteOrigin(file: store.name, offset: ref.offset)
    guard stored.count >= SegmentFormat.blockOverheadByteCount else {
      throw origin.damaged("block too small")
    }
    let payloadEnd = stored.count - 8
    var tail = try ByteReader(stored, start: payloadEnd, byteCount: 8, origin: origin)
    let expected = try tail.readUInt64()
    let actual = stored.withUnsafeBufferPointer {
      checksum(UnsafeBufferPointer(rebasing: $0[..<payloadEnd]), seed: ref.offset)
    }
    guard expected == actual else { throw origin.damaged("block checksum does not match") }
    var head = ByteReader(stored, origin: origin)
    let codecNumber = try head.readByte()
    let rawByteCount = Int(try head.readUInt32())
    guard rawByteCount <= limit else { throw origin.damaged("raw size \(rawByteCount) exceeds \(limit)") }
    switch BlockCodec(rawValue: codecNumber) {
    case .some(.none):
      guard rawByteCount == payloadEnd - 5 else { throw origin.damaged("raw size does not match the block") }
      return try ByteReader(stored, start: 5, byteCount: rawByteCount, origin: origin)
    case .zstd:
      let raw = stored.withUnsafeBufferPointer {
        ZstdDecompressor.decompress(
          UnsafeBufferPointer(rebasing: $0[5..<payloadEnd]), byteCount: rawByteCount)
      }
      guard let raw else { throw origin.damaged("zstd frame is broken") }
      return ByteReader(raw, origin: origin)
    case nil:
      throw origin.damaged("unknown block codec \(codecNumber)")
    }
  }
}

/// Appends sealed blocks to a file and knows their offsets.
package final class BlockWriter {
  private let file: File
  package private(set) var offset: UInt64 = 0
  private var pending: [UInt8] = []
  /// Bytes gathered before one write call.
  private static let flushByteCount = 1 << 20

  package init(_ file: File) { self.file = file }

  package func write(_ bytes: [UInt8]) throws {
    pending.append(contentsOf: bytes)
    offset += UInt64(bytes.count)
    if pending.count >= Self.flushByteCount { try flush() }
  }

  package func write(_ body: BlockBody) throws -> BlockRef {
    let ref = BlockRef(offset: offset, byteCount: body.storedByteCount)
    try write(body.sealed(at: offset))
    return ref
  }

  package func flush() throws {
    try file.write(pending)
    pending.removeAll(keepingCapacity: true)
  }
}
