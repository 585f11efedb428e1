/// Numbers of the segment format. `Formats/segment.md` has the same ones; a test compares them.
package enum SegmentFormat {
  /// Version 1 in the lower half, the number of its draft in the upper.
  package static let version: UInt32 = 1 | 4 << 16
  /// The earliest draft that is read: a later one has what it has, and more.
  package static let oldestVersion: UInt32 = 1 | 2 << 16
  package static let headerMagic = Array("CAIRNSEG".utf8)
  package static let tailMagic = Array("CAIRNEND".utf8)
  package static let headerByteCount = 16
  package static let tailByteCount = 32
  /// Codec and raw size before a block's payload, checksum behind it.
  package static let blockOverheadByteCount = 5 + 8

  package static let rowGroupRowLimit = 65_536
  package static let segmentRowLimit = 1 << 20
  package static let segmentJSONByteLimit = 512 << 20
  /// Words of its records' tapes after which a row group ends early.
  package static let rowGroupWordLimit = 1 << 23
  /// Slots of a segment, and members of all its shapes, after which it ends early.
  package static let segmentSlotLimit = 1 << 16
  package static let segmentMemberLimit = 1 << 20
  /// Bytes of values after which a segment ends early whose values take more than this share of its JSON.
  package static let segmentValueShare = 0.6
  package static let segmentValueByteLimit = 64 << 20
  /// Bytes around and between records after which a segment ends early.
  package static let segmentEnvelopeByteLimit = 32 << 20
  /// Slots times pieces after which a segment ends early.
  package static let segmentSlotPieceLimit = 1 << 22

  /// A column whose parts add up to less goes into a pack with others.
  package static let packedColumnByteLimit = 16 << 10
  /// A pack is closed when it has grown past this.
  package static let packTargetByteCount = 128 << 10
  /// Zstd level of packs, shapes and catalogue of this size: mostly of text, and little beside all else, they take little
  /// time at any level.
  package static let structureLevel: Int32 = 15
  package static let structureLevelByteCount = 1024
  /// Parts up to this size stand in the column's directory itself.
  package static let inlinePartByteLimit = 64
  /// Random chunks of this size are blocks of their own in packed columns too.
  package static let randomPartByteCount = 256
  /// Chunks whose values take more than this, as stored, lie apart from what most questions read.
  package static let sparseValueByteCount = 64
  package static let objectsPerProvenanceBlock = 1024
  /// JSON objects that are no logs are stored in parts of this size.
  package static let opaquePartByteCount = 16 << 20

  // Limits that readers check before they allocate.
  package static let blockByteLimit = 1 << 30
  /// Raw bytes of blocks that are read whole to find anything: all but chunks, dictionary blocks and stored bytes.
  package static let structureByteLimit = 1 << 27
  /// Bytes of a segment's file, and of its source objects together.
  package static let segmentByteLimit = 1 << 50
  /// Rows of a segment, and records of its objects.
  package static let rowLimit = 1 << 22
  package static let rowGroupLimit = 1 << 12
  /// Values of all columns in one row group.
  package static let rowGroupValueLimit = 1 << 24
  /// Values of all columns in all row groups.
  package static let segmentValueLimit = 1 << 30
  /// Dictionary entries of a column, and words in all its lists.
  package static let entryLimit = 1 << 25
  package static let slotLimit = 1 << 22
  /// Members of all shapes; and those that the shapes of one row group's records have, nested ones too, each shape once.
  package static let memberLimit = 1 << 24
  /// Slots from the root to the deepest: the parser's nesting limit and one for each array's elements.
  package static let slotDepthLimit = 2 * RecordParser.depthLimit + 2
  /// Source objects of a segment, and envelopes.
  package static let objectLimit = 1 << 22
  package static let blockObjectLimit = 1 << 16
  package static let keyByteLimit = 1 << 16
  /// Bytes of all keys of an object block.
  package static let blockKeyByteLimit = 1 << 26
  /// Versions of an object, and fragments.
  package static let versionLimit = 1 << 30
  /// Inflated bytes of one object: far above what any run accepts, and sums of a few cannot overflow.
  package static let objectByteLimit = 1 << 40
  /// Inflated bytes of one fragment that is printed: what is rebuilt in memory.
  package static let fragmentByteLimit = 1 << 28
  /// Words of one page of a membership index.
  package static let pageWordLimit = 1 << 22
}

/// Where a block lies in its file.
package struct BlockRef: Hashable, Sendable {
  package var offset: UInt64
  package var byteCount: Int

  package init(offset: UInt64, byteCount: Int) {
    self.offset = offset
    self.byteCount = byteCount
  }

  package func encode(into writer: inout ByteWriter) {
    writer.writeVarint(offset)
    writer.writeVarint(byteCount)
  }

  package static func decode(_ reader: inout ByteReader) throws -> BlockRef {
    let offset = try reader.readCount(limit: SegmentFormat.segmentByteLimit, of: "block offset")
    let byteCount = try reader.readCount(limit: SegmentFormat.blockByteLimit, of: "block size")
    guard byteCount >= SegmentFormat.blockOverheadByteCount else {
      throw reader.damaged("block of \(byteCount) bytes")
    }
    return BlockRef(offset: UInt64(offset), byteCount: byteCount)
  }
}

/// How a block's payload is stored. Numbers are on disk and never reused.
package enum BlockCodec: UInt8, CaseIterable {
  case none = 0
  case zstd = 1
}

/// A block before it has an offset.
package struct BlockBody: Sendable {
  package var codec: BlockCodec
  package var rawByteCount: Int
  package var payload: [UInt8]

  package var storedByteCount: Int { payload.count + SegmentFormat.blockOverheadByteCount }

  /// Levels at which blocks may be searched in their own way: below, speed is wanted, and above they try as hard.
  private static let searchLevels: ClosedRange<Int32> = 6...12
  /// Levels more that codes and dictionaries are worth there.
  static let codesLevels: Int32 = 3
  /// Bytes of a large block by which is told whether it is random.
  private static let randomSampleByteCount = 32 << 10

  /// Compresses where that pays: at least one byte in sixteen, or reading would do work for nothing.
  ///
  /// - Parameter search: taken at `searchLevels`.
  package static func make(
    _ raw: [UInt8], _ compressor: ZstdCompressor, _ search: ZstdSearch = .level(0), tryZstd: Bool = true
  ) -> BlockBody {
    let frame =
      tryZstd
      ? raw.withUnsafeBufferPointer {
        compressor.compress(
          $0, Self.search(search, compressor, $0), minimumGain: max(16, raw.count / 16))
      } : nil
    return BlockBody(codec: frame == nil ? .none : .zstd, rawByteCount: raw.count, payload: frame ?? raw)
  }

  /// One of those that `structureLevel` is of.
  package static func structure(_ raw: [UInt8], _ compressor: ZstdCompressor) -> BlockBody {
    let isLarge = raw.count >= SegmentFormat.structureLevelByteCount
    let level = isLarge ? max(compressor.level, SegmentFormat.structureLevel) : compressor.level
    let frame = raw.withUnsafeBufferPointer {
      compressor.compress($0, .level(level - compressor.level), minimumGain: max(16, raw.count / 16))
    }
    return BlockBody(codec: frame == nil ? .none : .zstd, rawByteCount: raw.count, payload: frame ?? raw)
  }

  private static func search(
    _ search: ZstdSearch, _ compressor: ZstdCompressor, _ raw: UnsafeBufferPointer<UInt8>
  ) -> ZstdSearch {
    guard searchLevels.contains(compressor.level) else { return .level(0) }
    if search != .level(0) || raw.count < randomSampleByteCount * 8 { return search }
    // What is random is told by a part of it.
    let start = raw.count / 2
    let sample = UnsafeBufferPointer(rebasing: raw[start..<(start + randomSampleByteCount)])
    guard let quick = compressor.compress(sample, .longRepeats, minimumGain: 0),
      let usual = compressor.compress(sample, minimumGain: 0)
    else { return .level(0) }
    return quick.count <= usual.count ? .longRepeats : .level(0)
  }

  /// ```
  /// +----------+------------------+---------+--------------------------------------+
  /// | codec u8 | raw size u32     | payload | XXH3-64 of all before, seed = offset |
  /// +----------+------------------+---------+--------------------------------------+
  /// ```
  package func sealed(at offset: UInt64) -> [UInt8] {
    var writer = ByteWriter()
    writer.bytes.reserveCapacity(storedByteCount)
    writer.writeByte(codec.rawValue)
    writer.writeUInt32(UInt32(rawByteCount))
    writer.writeBytes(payload)
    writer.writeUInt64(checksum(writer.bytes, seed: offset))
    return writer.bytes
  }
}

extension ZstdSearch {
  /// What is only compared is compressed quickly.
  static func trial(_ compressor: ZstdCompressor) -> ZstdSearch { .level(min(0, 3 - compressor.level)) }
}
