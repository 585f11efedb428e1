import CairnStorage

/// A segment taken apart, changed and put together again with everything fitting that a reader checks first: block
/// checksums, sizes, places, seal and tail. What is wrong then is only what the blocks say.
///
/// Blocks that the footer alone refers to may change their size; others keep it.
package struct SegmentForge {
  private enum Role: Equatable {
    case fixed
    case times(Int)
    case verbatim(Int)
    case heads(Int)
    case rows(Int)
    case digests(Int)
    case envelopes
    case pack(Int)
    case shapes
    case catalogue
  }

  private struct Block {
    var role: Role
    var ref: BlockRef
    var raw: [UInt8]
  }

  private static var plain: ZstdCompressor { ZstdCompressor(level: nil) }

  private let original: [UInt8]
  private var blocks: [Block] = []
  /// Blocks behind those that cannot move.
  private var added: [[UInt8]] = []
  /// What the footer will say, places of blocks aside.
  package var footer: Footer
  private let table: ColumnTable
  private var columns: [ColumnInfo]
  /// Where a part may be forged that is not a block of its own.
  private var footerBytes: [UInt8]?

  package init(_ bytes: [UInt8]) throws {
    original = bytes
    let reader = try SegmentReader(MemoryBlockStore(name: "memory", bytes: bytes))
    footer = reader.footer
    table = try reader.columnTable()
    columns = table.columns
    var refs: [(Role, BlockRef)] = []
    for (index, group) in footer.rowGroups.enumerated() {
      refs.append((.times(index), group.times))
      if let verbatim = group.verbatim { refs.append((.verbatim(index), verbatim)) }
    }
    for (index, block) in footer.objectBlocks.enumerated() {
      refs += [(.heads(index), block.heads), (.rows(index), block.rows), (.digests(index), block.digests)]
      for object in try reader.objects(block: index) { refs += object.opaqueParts.map { (.fixed, $0) } }
    }
    refs.append((.envelopes, footer.envelopes))
    for index in table.columns.indices {
      if case .block(let ref) = table.columns[index].place { refs.append((.fixed, ref)) }
      refs += try reader.column(index).directory.blocks.map { (.fixed, $0) }
    }
    refs += footer.packs.enumerated().map { (.pack($0), $1) }
    refs += [(.shapes, footer.shapes), (.catalogue, footer.catalogue)]
    refs.sort { $0.1.offset < $1.1.offset }
    // What stands before a block that cannot move cannot move either.
    let lastFixed = refs.lastIndex { $0.0 == .fixed } ?? -1
    for (index, (role, ref)) in refs.enumerated() {
      let raw = try reader.blocks.read(ref)
      blocks.append(
        Block(
          role: index < lastFixed ? .fixed : role, ref: ref, raw: Array(raw.bytes[raw.position..<raw.end])))
    }
  }

  /// Changes the raw bytes of a block.
  package mutating func change(_ ref: BlockRef, _ body: (inout [UInt8]) throws -> Void) rethrows {
    for index in blocks.indices where blocks[index].ref == ref { try body(&blocks[index].raw) }
  }

  /// Adds a block, not compressed.
  package mutating func add(_ raw: [UInt8]) -> BlockRef {
    let last = blocks.last { $0.role == .fixed }
    let start = last.map { $0.ref.offset + UInt64($0.ref.byteCount) } ?? UInt64(SegmentFormat.headerByteCount)
    let body = BlockBody.make(raw, Self.plain)
    let ref = BlockRef(
      offset: start + UInt64(added.reduce(0) { $0 + $1.count }), byteCount: body.storedByteCount)
    added.append(body.sealed(at: ref.offset))
    return ref
  }

  /// Changes the directory of a column, and the number of its values where one is given.
  package mutating func changeDirectory(
    _ column: Int, valueCount: Int? = nil, _ body: (inout [UInt8]) -> Void
  ) {
    if let valueCount { columns[column].valueCount = valueCount }
    switch columns[column].place {
    case .block(let ref):
      var raw = blocks.first { $0.ref == ref }?.raw ?? []
      body(&raw)
      columns[column].place = .block(add(raw))
    case .pack(let pack, let start, let byteCount):
      guard let block = blocks.firstIndex(where: { $0.role == .pack(pack) }) else { return }
      var raw = Array(blocks[block].raw[start..<(start + byteCount)])
      body(&raw)
      blocks[block].raw.replaceSubrange(start..<(start + byteCount), with: raw)
      // Those behind it in the pack move.
      for other in columns.indices {
        if case .pack(pack, let at, let size) = columns[other].place, at > start {
          columns[other].place = .pack(index: pack, start: at + raw.count - byteCount, byteCount: size)
        }
      }
      columns[column].place = .pack(index: pack, start: start, byteCount: raw.count)
    }
    setColumns()
  }

  private mutating func setColumns() {
    guard let catalogue = blocks.firstIndex(where: { $0.role == .catalogue }) else { return }
    var writer = ByteWriter()
    ColumnTable(slots: table.slots, columns: columns).encode(into: &writer)
    blocks[catalogue].raw = writer.bytes
  }

  /// Changes one to three places of one or two blocks, in a way that `random` chooses.
  package mutating func change(_ random: inout SeededGenerator) {
    for _ in 0..<(random.chance(4) ? 2 : 1) {
      let choice = random.below(blocks.count + 2)
      if choice < blocks.count {
        changeBlock(choice, &random)
      } else {
        var bytes = footerBytes ?? []
        if footerBytes == nil {
          var writer = ByteWriter()
          footer.encode(into: &writer)
          bytes = writer.bytes
        }
        ByteForge.change(&bytes, keepsSize: false, &random)
        footerBytes = bytes
      }
    }
  }

  private mutating func changeBlock(_ index: Int, _ random: inout SeededGenerator) {
    if case .pack(let pack) = blocks[index].role, footerBytes == nil, random.below(4) > 0 {
      return forgeDirectory(pack, index, &random)
    }
    ByteForge.change(&blocks[index].raw, keepsSize: blocks[index].role == .fixed, &random)
  }

  /// Changes one column's directory, and what the catalogue says of its size.
  private mutating func forgeDirectory(_ pack: Int, _ index: Int, _ random: inout SeededGenerator) {
    let members = columns.indices.filter {
      if case .pack(pack, _, _) = columns[$0].place { true } else { false }
    }
    guard !members.isEmpty else { return }
    let chosen = random.pick(members)
    guard case .pack(_, let start, let byteCount) = columns[chosen].place,
      start + byteCount <= blocks[index].raw.count
    else { return }
    let count = random.chance(8) ? Int(truncatingIfNeeded: random.pick(ByteForge.numbers) >> 1) : nil
    changeDirectory(chosen, valueCount: count) { ByteForge.change(&$0, keepsSize: false, &random) }
  }

  /// The segment as changed.
  ///
  /// - Parameter compresses: whether blocks that are free in size are stored as zstd where that pays.
  package func bytes(compresses: Bool = true) -> [UInt8] {
    var footer = footer
    var output = Array(original[..<SegmentFormat.headerByteCount])
    let compressor = ZstdCompressor(level: compresses ? ZstdCompressor.defaultLevel : nil)
    let lastFixed = blocks.lastIndex { $0.role == .fixed } ?? -1
    for (index, block) in blocks.enumerated() {
      if index == lastFixed + 1 { output += added.joined() }
      if block.role == .fixed {
        // As it was stored, unless it was compressed or is another now.
        let stored = Array(original[Int(block.ref.offset)..<Int(block.ref.offset) + block.ref.byteCount])
        let body = BlockBody.make(block.raw, Self.plain)
        output += body.storedByteCount == block.ref.byteCount ? body.sealed(at: UInt64(output.count)) : stored
        continue
      }
      let body = BlockBody.make(block.raw, compressor)
      let ref = BlockRef(offset: UInt64(output.count), byteCount: body.storedByteCount)
      output += body.sealed(at: ref.offset)
      switch block.role {
      case .times(let index): footer.rowGroups[index].times = ref
      case .verbatim(let index): footer.rowGroups[index].verbatim = ref
      case .heads(let index): footer.objectBlocks[index].heads = ref
      case .rows(let index): footer.objectBlocks[index].rows = ref
      case .digests(let index): footer.objectBlocks[index].digests = ref
      case .envelopes: footer.envelopes = ref
      case .pack(let index): footer.packs[index] = ref
      case .shapes: footer.shapes = ref
      case .catalogue: footer.catalogue = ref
      case .fixed: break
      }
    }
    var writer = ByteWriter()
    footer.encode(into: &writer)
    return Self.end(output, footer: footerBytes ?? writer.bytes)
  }

  /// Appends a footer block and the tail.
  private static func end(_ bytes: [UInt8], footer: [UInt8]) -> [UInt8] {
    var output = bytes
    let offset = UInt64(output.count)
    let block = BlockBody.make(footer, plain).sealed(at: offset)
    output += block
    var tail = ByteWriter()
    tail.writeUInt64(offset)
    tail.writeUInt32(UInt32(block.count))
    tail.writeUInt32(SegmentFormat.version)
    tail.writeUInt64(checksum(tail.bytes, seed: UInt64(output.count)))
    tail.writeBytes(SegmentFormat.tailMagic)
    return output + tail.bytes
  }
}
