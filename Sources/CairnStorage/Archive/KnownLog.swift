import Glibc

/// `KNOWN`: what the archive's segments say of their objects, and which files were found to hold them, so that a run
/// reads neither again. A log of blocks, each with its checksum and the segments that it is of.
///
/// It is never believed over the segments: it counts only where all that it names, and that no later block says are
/// replaced by others with the same objects, are in the manifest with their seals,
/// what it lacks is read from them, and without it everything is.
///
/// ```
/// file  := "CAIRNKNW" version:u32 zero:u32 { block }
/// block := size:u64 checksum:u64 body                          XXH3-64 of the body, seed = the block's offset
/// body  := segments:u32 objects:u32 sightings:u32 replaced:u32
///          { number:u64 seal:u64 } { number:u64 seal:u64 } { object } { sighting }
/// ```
struct KnownLog {
  static let name: FileName = "KNOWN"
  static let temporaryName: FileName = "KNOWN.tmp"
  static let header = Array("CAIRNKNW".utf8) + [1, 0, 0, 0, 0, 0, 0, 0]
  static let blockHeaderByteCount = 16
  static let objectByteCount = 112
  static let sightingByteCount = 104
  /// A file of more bytes is none: enough for twenty million objects.
  static let byteLimit = 1 << 32

  struct Segment: Hashable {
    var number: UInt64
    var seal: UInt64

    init(number: UInt64, seal: UInt64) { (self.number, self.seal) = (number, seal) }

    init(_ entry: SegmentEntry) {
      number = UInt64(Manifest.segmentNumber(ofName: entry.name) ?? 0)
      seal = entry.seal
    }
  }

  struct Block {
    var segments: [Segment] = []
    /// Segments whose objects are in the block's segments now.
    var replaced: [Segment] = []
    var objects: [KnownObjects.Object] = []
    var sightings: [KnownObjects.Sighting] = []

    var isEmpty: Bool { segments.isEmpty && replaced.isEmpty && sightings.isEmpty }
  }

  // MARK: Writing

  /// The block as it stands at `offset` of the file.
  static func encode(_ block: Block, at offset: Int) -> [UInt8] {
    var body = ByteWriter()
    for count in [block.segments.count, block.objects.count, block.sightings.count, block.replaced.count] {
      body.writeUInt32(UInt32(count))
    }
    for segment in block.segments + block.replaced {
      body.writeUInt64(segment.number)
      body.writeUInt64(segment.seal)
    }
    for object in block.objects {
      write(object.digest, object.name.delivered, object.name.base, into: &body)
      write(object.key, into: &body)
      body.writeUInt64(UInt64(bitPattern: Int64(object.byteCount)))
      body.writeUInt64(UInt64(bitPattern: object.modified))
      body.writeUInt64(UInt64(object.version) << 1 | (object.name.isUnique ? 1 : 0))
      body.writeUInt64(0)
    }
    for sighting in block.sightings {
      write(sighting.object.digest, sighting.object.delivered, sighting.object.base, into: &body)
      write(sighting.place, into: &body)
      body.writeUInt64(UInt64(bitPattern: Int64(sighting.byteCount)))
      body.writeUInt64(UInt64(bitPattern: sighting.modified))
      body.writeUInt64(0)
    }
    var writer = ByteWriter()
    writer.writeUInt64(UInt64(body.bytes.count))
    writer.writeUInt64(checksum(body.bytes, seed: UInt64(offset)))
    return writer.bytes + body.bytes
  }

  private static func write(
    _ digest: ContentDigest, _ delivered: Hash128?, _ base: Hash128, into writer: inout ByteWriter
  ) {
    for word in [digest.words.0, digest.words.1, digest.words.2, digest.words.3] { writer.writeUInt64(word) }
    // A hash of nothing but zeros stands for no delivered name.
    write(delivered ?? Hash128(low: 0, high: 0), into: &writer)
    write(base, into: &writer)
  }

  private static func write(_ hash: Hash128, into writer: inout ByteWriter) {
    writer.writeUInt64(hash.low)
    writer.writeUInt64(hash.high)
  }

  // MARK: Reading

  /// The file's blocks up to the first that is not whole, and how many bytes they are; nothing where it is none of this
  /// version.
  static func decode(_ bytes: UnsafeRawBufferPointer, _ take: (BlockView) -> Void) -> Int {
    guard bytes.count >= header.count, bytes.prefix(header.count).elementsEqual(header) else { return 0 }
    var offset = header.count
    while let view = BlockView(bytes, at: offset) {
      take(view)
      offset = view.end
    }
    return offset
  }

  /// A block in the bytes of the file.
  struct BlockView {
    private let bytes: UnsafeRawBufferPointer
    let end: Int
    private let segmentStart: Int
    private let replacedStart: Int
    private let objectStart: Int
    private let sightingStart: Int

    init?(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
      self.bytes = bytes
      let start = offset + blockHeaderByteCount
      guard start + 16 <= bytes.count else { return nil }
      let byteCount = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      guard byteCount >= 16, byteCount <= UInt64(bytes.count - start) else { return nil }
      end = start + Int(byteCount)
      let body = UnsafeBufferPointer(rebasing: bytes.bindMemory(to: UInt8.self)[start..<end])
      let sum = bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
      guard sum == checksum(body, seed: UInt64(offset)) else { return nil }
      func count(_ place: Int) -> Int {
        Int(bytes.loadUnaligned(fromByteOffset: start + place, as: UInt32.self))
      }
      segmentStart = start + 16
      replacedStart = segmentStart + count(0) * 16
      objectStart = replacedStart + count(12) * 16
      sightingStart = objectStart + count(4) * objectByteCount
      guard sightingStart + count(8) * sightingByteCount == end else { return nil }
    }

    var segments: [Segment] { segments(segmentStart, replacedStart) }
    var replaced: [Segment] { segments(replacedStart, objectStart) }

    private func segments(_ start: Int, _ end: Int) -> [Segment] {
      stride(from: start, to: end, by: 16).map { Segment(number: word($0), seal: word($0 + 8)) }
    }

    var objectCount: Int { (sightingStart - objectStart) / objectByteCount }

    func addObjects(to known: KnownObjects) {
      for at in stride(from: objectStart, to: sightingStart, by: objectByteCount) {
        let flags = word(at + 96)
        let identity = identity(at)
        known.add(
          KnownObjects.Object(
            key: hash(at + 64),
            name: ObjectName(
              delivered: identity.delivered, base: identity.base, isUnique: flags & 1 == 1),
            digest: identity.digest, byteCount: Int(truncatingIfNeeded: word(at + 80)),
            modified: Int64(bitPattern: word(at + 88)),
            version: Int(flags >> 1) & (SegmentFormat.versionLimit * 2 - 1)))
      }
    }

    func addSightings(to known: KnownObjects) {
      for at in stride(from: sightingStart, to: end, by: sightingByteCount) {
        known.add(
          KnownObjects.Sighting(
            place: hash(at + 64), byteCount: Int(truncatingIfNeeded: word(at + 80)),
            modified: Int64(bitPattern: word(at + 88)), object: identity(at)))
      }
    }

    private func word(_ offset: Int) -> UInt64 {
      bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }

    private func hash(_ offset: Int) -> Hash128 { Hash128(low: word(offset), high: word(offset + 8)) }

    private func identity(_ at: Int) -> KnownObjects.Identity {
      let delivered = hash(at + 32)
      return KnownObjects.Identity(
        digest: ContentDigest(words: (word(at), word(at + 8), word(at + 16), word(at + 24))),
        delivered: delivered.low | delivered.high == 0 ? nil : delivered, base: hash(at + 48))
    }
  }
}
