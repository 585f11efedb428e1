/// Seals pieces into one segment file: order rows, merge dictionaries, transpose, fold shapes, encode, write.
///
/// The bytes depend on the pieces, their order and `level` only, never on `threads`.
package struct SegmentWriter {
  private let pieces: [Piece]
  private let threads: Int
  private let level: Int32?
  private let progress: SealingProgress?
  private let sparesMemory: Bool

  /// - Parameters:
  ///   - level: of zstd; nil where nothing is to be compressed.
  ///   - sparesMemory: takes longer rather than much memory at once.
  package init(
    _ pieces: [Piece], threads: Int, level: Int32? = ZstdCompressor.defaultLevel,
    progress: SealingProgress? = nil, sparesMemory: Bool = false
  ) {
    self.pieces = pieces
    self.threads = threads
    self.sparesMemory = sparesMemory
    self.level = level
    self.progress = progress
  }

  /// Writes the segment and flushes it to `file` (not synced). Gives its footer.
  package func write(to file: File) throws -> Footer {
    let order = RowOrder(pieces)
    let plan = try TranspositionPlan(pieces, threads: threads, sparesMemory: sparesMemory)
    KeptMemory.releasePieces()
    let bounds = rowGroupBounds(order)
    let groups = try parallelMap(count: bounds.count, threads: threads) {
      let columns = plan.transpose(order.rows[bounds[$0]])
      KeptMemory.releasePieces()
      progress?.add(1 / Double(bounds.count), of: SealingProgress.transposing)
      return columns
    }
    let inliner = ShapeInliner(catalogue: plan.catalogue, rowGroups: groups)
    let times = bounds.map { order.times[$0] }
    var encoded = try encodeColumns(plan, groups, bounds.map { order.rows[$0] }, times)

    let blocks = BlockWriter(file)
    try blocks.write(SegmentFormat.header())
    let compressor = ZstdCompressor(level: level)
    var footer = summary(order)
    // What few questions read comes first: all else lies together behind it, beside the footer.
    try writeObjects(order, blocks, compressor, &footer)
    let verbatim = try bounds.map { try writeVerbatim(order.rows[$0], blocks, compressor) }
    for column in encoded.indices { try encoded[column].writeSparseParts(blocks) }
    try writeRowGroups(bounds, order, verbatim, blocks, compressor, &footer)
    try writeColumns(encoded, plan.catalogue, inliner.shapes, blocks, compressor, &footer)
    try Self.writeEnd(footer, blocks, compressor)
    try blocks.flush()
    return footer
  }

  /// Row groups end at a number of rows, or earlier where these hold very many values: what encodes and rebuilds a row
  /// group takes memory by its values.
  private func rowGroupBounds(_ order: RowOrder) -> [Range<Int>] {
    var bounds: [Range<Int>] = []
    var start = 0
    var weight = 0
    for (index, source) in order.rows.enumerated() {
      let added = rowWeight(source)
      if index > start,
        index - start == SegmentFormat.rowGroupRowLimit || weight + added > SegmentFormat.rowGroupWordLimit
      {
        bounds.append(start..<index)
        (start, weight) = (index, 0)
      }
      weight += added
    }
    if start < order.rows.count { bounds.append(start..<order.rows.count) }
    return bounds
  }

  /// Words of a record's tape, and its bytes in words where it is kept verbatim.
  private func rowWeight(_ source: RowOrder.Source) -> Int {
    let state = pieces[Int(source.piece)].state
    let next = Int(source.row) + 1
    let end = next < state.rows.count ? state.rows[next].tapeStart : state.tape.count
    let words = end - state.rows[Int(source.row)].tapeStart
    if state.verbatim.isEmpty { return words }
    return words + (state.verbatimBytes(of: Int(source.row))?.count ?? 0) / MemoryLayout<UInt32>.stride
  }

  private func summary(_ order: RowOrder) -> Footer {
    var footer = Footer()
    footer.rowCount = order.rows.count
    footer.recordCount = pieces.reduce(0) { $0 + $1.state.rows.count }
    footer.duplicateCount = order.duplicateCount
    for piece in pieces {
      // By index: entries are large, and each copy counts references.
      for index in piece.objects.indices {
        footer.objectCount += 1
        footer.rejectedCount += piece.objects[index].rejectedCount
        footer.jsonByteCount += piece.objects[index].byteCount
        if piece.objects[index].isLastFragment {
          footer.sourceByteCount += piece.objects[index].sourceByteCount
        }
      }
    }
    return footer
  }

  /// Values of a column that takes a while to encode.
  private static let largeColumn = 1 << 14

  private func encodeColumns(
    _ plan: TranspositionPlan, _ groups: [RowGroupColumns], _ sources: [ArraySlice<RowOrder.Source>],
    _ times: [ArraySlice<Int64>]
  ) throws -> [EncodedColumn] {
    let columns = plan.catalogue.columns
    let eventTime = plan.catalogue.slotMaps.first.map { $0[Int(ShapeAutomaton.eventTimeSlot)] }
    // Large columns first, so that the last ones to finish are small.
    let sizes = columns.indices.map { column in groups.reduce(0) { $0 + $1[column].count } }
    let order = columns.indices.sorted { sizes[$0] != sizes[$1] ? sizes[$0] > sizes[$1] : $0 < $1 }
    var rows = ValueRows(plan, groups, sources)
    let derived = DerivedPlan(plan, groups, rows)
    let given = GivenPlan(
      columns.indices.map { derived.columns[$0] == nil ? Self.codedForm($0, plan, eventTime) : .other },
      isNested: columns.map { $0.slot > 0 && plan.catalogue.slots[$0.slot].parent > 0 }, groups, rows,
      ZstdCompressor(level: level))
    try rows?.find(derived.used.union(given.used), plan, sources, threads: threads)
    let rowsOfValues = rows?.all ?? []
    let valueCount = Double(max(1, sizes.reduce(0, +)))
    let results = try parallelMap(count: columns.count, threads: threads) { index -> EncodedColumn in
      let column = order[index]
      if sizes[column] == 0 { return EncodedColumn(kind: columns[column].kind) }
      let encoder = ColumnEncoder(
        kind: columns[column].kind, merger: plan.mergers.indices ~= column ? plan.mergers[column] : nil,
        isEventTime: columns[column].kind == .string && columns[column].slot == eventTime,
        given: given.parents[column], derived: derived.columns[column], rowGroups: groups,
        rows: rowsOfValues, mergers: plan.mergers, times: times)
      let encoded = encoder.encode(column: column, compressor: ZstdCompressor(level: level))
      if sizes[column] >= Self.largeColumn { KeptMemory.releasePieces() }
      progress?.add(Double(sizes[column]) / valueCount, of: SealingProgress.encoding)
      return encoded
    }
    var encoded = results
    for (index, column) in order.enumerated() { encoded[column] = results[index] }
    return encoded
  }

  /// Whether all chunks of a column are codes.
  private static func codedForm(
    _ column: Int, _ plan: TranspositionPlan, _ eventTime: Int?
  ) -> GivenPlan.Form {
    let (slot, kind) = (plan.catalogue.columns[column].slot, plan.catalogue.columns[column].kind)
    if kind == .shape { return .coded }
    guard slot != eventTime, plan.mergers.indices ~= column,
      case .dictionary(let table)? = plan.mergers[column]?.form
    else { return .other }
    return ColumnEncoder.isTimestamp(table, kind) ? .times(entryCount: table.count) : .coded
  }

  // MARK: Parts in file order

  private func writeRowGroups(
    _ bounds: [Range<Int>], _ order: RowOrder, _ verbatim: [(block: BlockRef?, rowCount: Int)],
    _ blocks: BlockWriter, _ compressor: ZstdCompressor, _ footer: inout Footer
  ) throws {
    for (range, verbatim) in zip(bounds, verbatim) {
      let times = Array(order.times[range])
      let untimed = times.prefix { $0 == EventTime.unknown }.count
      var writer = ByteWriter()
      RowTimes.encode(Array(times[untimed...]), into: &writer)
      let bodies = [.level(0), .longRepeats].map { BlockBody.make(writer.bytes, compressor, $0) }
      let timesRef = try blocks.write(
        bodies[bodies[1].storedByteCount < bodies[0].storedByteCount ? 1 : 0])
      footer.rowGroups.append(
        Footer.RowGroup(
          firstRow: range.lowerBound, rowCount: range.count, untimedRowCount: untimed,
          minimumTime: untimed < times.count ? times[untimed] : .max,
          maximumTime: untimed < times.count ? times[times.count - 1] : .min, times: timesRef,
          verbatim: verbatim.block, verbatimRowCount: verbatim.rowCount))
    }
  }

  private func writeVerbatim(
    _ rows: ArraySlice<RowOrder.Source>, _ blocks: BlockWriter, _ compressor: ZstdCompressor
  ) throws -> (block: BlockRef?, rowCount: Int) {
    if pieces.allSatisfy(\.state.verbatim.isEmpty) { return (nil, 0) }
    var positions: [Int64] = []
    let table = StringTable()
    for (index, source) in rows.enumerated() {
      if let bytes = pieces[Int(source.piece)].state.verbatimBytes(of: Int(source.row)) {
        positions.append(Int64(index))
        table.append(bytes)
      }
    }
    if positions.isEmpty { return (nil, 0) }
    var writer = ByteWriter()
    IntegerEncoding.encode(positions, into: &writer)
    PlainStrings.encode(table, into: &writer)
    return (try blocks.write(BlockBody.make(writer.bytes, compressor)), positions.count)
  }

  private func writeObjects(
    _ order: RowOrder, _ blocks: BlockWriter, _ compressor: ZstdCompressor, _ footer: inout Footer
  ) throws {
    var envelopes: [Envelope] = []
    var envelopeNumbers: [Envelope: Int] = [:]
    var list: [NumberedObject] = []
    var number: Int?
    for (pieceIndex, piece) in pieces.enumerated() {
      for index in piece.objects.indices {
        // Most objects have the envelope of the one before.
        if number == nil || envelopes[number ?? 0] != piece.objects[index].envelope {
          number = envelopeNumbers[piece.objects[index].envelope]
        }
        if number == nil {
          envelopeNumbers[piece.objects[index].envelope] = envelopes.count
          number = envelopes.count
          envelopes.append(piece.objects[index].envelope)
        }
        list.append(NumberedObject(piece: pieceIndex, index: index, envelope: number ?? 0))
      }
    }
    try writeObjects(list, order, blocks, compressor, &footer)
    var writer = ByteWriter()
    for envelope in envelopes { envelope.encode(into: &writer) }
    footer.envelopes = try blocks.write(BlockBody.make(writer.bytes, compressor))
    footer.envelopeCount = envelopes.count
  }

  /// An object of a piece, and the number of its envelope.
  private struct NumberedObject {
    var piece: Int
    var index: Int
    var envelope: Int
  }

  private func writeObjects(
    _ list: [NumberedObject], _ order: RowOrder, _ blocks: BlockWriter, _ compressor: ZstdCompressor,
    _ footer: inout Footer
  ) throws {
    let step = SegmentFormat.objectsPerProvenanceBlock
    let ranges = stride(from: 0, to: list.count, by: step).map { $0..<min($0 + step, list.count) }
    func write(_ parts: ProvenanceBodies, _ count: Int) throws {
      footer.objectBlocks.append(
        Footer.ObjectBlock(
          objectCount: count, heads: try blocks.write(parts.heads), rows: try blocks.write(parts.rows),
          digests: try blocks.write(parts.digests)))
    }
    if pieces.contains(where: { $0.objects.contains { $0.opaque != nil } }) {
      // Objects say where their bytes are, and these stand before their block.
      for range in ranges {
        let opaque = try list[range].map {
          try writeOpaque(pieces[$0.piece].objects[$0.index], pieces[$0.piece], blocks, compressor)
        }
        try write(encode(list[range], opaque, order, compressor), range.count)
      }
    } else {
      let encoded = try parallelMap(count: ranges.count, threads: threads) { index in
        encode(list[ranges[index]], [], order, ZstdCompressor(level: level))
      }
      for (range, parts) in zip(ranges, encoded) { try write(parts, range.count) }
    }
  }

  private struct ProvenanceBodies: Sendable {
    var heads: BlockBody
    var rows: BlockBody
    var digests: BlockBody
  }

  /// - Parameter opaque: parts of each object; empty where none has some.
  private func encode(
    _ list: ArraySlice<NumberedObject>, _ opaque: [[BlockRef]], _ order: RowOrder,
    _ compressor: ZstdCompressor
  ) -> ProvenanceBodies {
    let stored = list.enumerated().map { offset, numbered in
      let object = pieces[numbered.piece].objects[numbered.index]
      let records = object.firstRow..<(object.firstRow + object.rowCount)
      return StoredObject(
        key: object.key, sourceByteCount: object.sourceByteCount, modified: object.modified,
        byteCount: object.byteCount, digest: object.digest, flags: object.flags, version: object.version,
        fragment: object.fragment, isLastFragment: object.isLastFragment,
        objectByteCount: object.objectByteCount, objectDigest: object.objectDigest,
        envelope: numbered.envelope, rejectedCount: object.rejectedCount,
        opaqueParts: opaque.isEmpty ? [] : opaque[offset],
        rows: Array(order.rowOfRecord[numbered.piece][records]))
    }
    let parts = ProvenanceBlock.encode(stored)
    return ProvenanceBodies(
      heads: BlockBody.make(parts.heads.bytes, compressor),
      rows: BlockBody.make(parts.rows.bytes, compressor),
      digests: BlockBody.make(parts.digests.bytes, compressor, tryZstd: false))
  }

  private func writeOpaque(
    _ object: ObjectEntry, _ piece: Piece, _ blocks: BlockWriter, _ compressor: ZstdCompressor
  ) throws -> [BlockRef] {
    guard let content = object.opaque.map(piece.state.kept) else { return [] }
    return try stride(from: 0, to: content.count, by: SegmentFormat.opaquePartByteCount).map { start in
      let end = min(start + SegmentFormat.opaquePartByteCount, content.count)
      return try blocks.write(BlockBody.make(Array(content[start..<end]), compressor))
    }
  }

  private func writeColumns(
    _ encoded: [EncodedColumn], _ merged: MergedCatalogue, _ shapes: [[Shape]], _ blocks: BlockWriter,
    _ compressor: ZstdCompressor, _ footer: inout Footer
  ) throws {
    let renumbering = SlotRenumbering(merged, shapes: shapes)
    let order = encoded.indices.filter { encoded[$0].valueCount > 0 }.sorted {
      let (a, b) = (merged.columns[$0], merged.columns[$1])
      return (renumbering.final(a.slot), a.kind) < (renumbering.final(b.slot), b.kind)
    }
    var infos: [ColumnInfo] = []
    var packs: [[UInt8]] = []
    var numbers = Array(repeating: 0, count: encoded.count)
    for (number, column) in order.enumerated() { numbers[column] = number }
    for column in order {
      let directory = try encoded[column].directory(blocks) { numbers[$0] }
      let place: ColumnPlace
      if encoded[column].isPacked {
        if packs.last.map({ $0.count >= SegmentFormat.packTargetByteCount }) ?? true { packs.append([]) }
        let index = packs.count - 1
        place = .pack(index: index, start: packs[index].count, byteCount: directory.count)
        packs[index] += directory
      } else {
        place = .block(try blocks.write(BlockBody.make(directory, compressor)))
      }
      infos.append(
        ColumnInfo(
          slot: renumbering.final(merged.columns[column].slot), kind: merged.columns[column].kind,
          valueCount: encoded[column].valueCount, place: place))
    }
    Self.joinLast(&packs, &infos)
    let table = ColumnTable(slots: renumbering.slots, columns: infos)
    if let exact = table.exactTimeColumn {
      for chunk in encoded[order[exact]].chunks where chunk.isRowTime {
        let group = chunk.rowGroup
        footer.rowGroups[group].hasExactTimes = chunk.valueCount == footer.rowGroups[group].rowCount
      }
    }
    var writer = ByteWriter()
    ShapeTable(renumbering.shapes).encode(into: &writer)
    let shapesBytes = writer.bytes
    writer = ByteWriter()
    table.encode(into: &writer)
    // They take effort: side by side.
    let parts = packs + [shapesBytes, writer.bytes]
    let bodies = try parallelMap(count: parts.count, threads: threads) {
      BlockBody.structure(parts[$0], ZstdCompressor(level: level))
    }
    let refs = try bodies.map { try blocks.write($0) }
    footer.packs = Array(refs[..<packs.count])
    (footer.shapes, footer.catalogue) = (refs[packs.count], refs[packs.count + 1])
  }

  /// Puts the last pack behind the one before where it is small: alone it would hardly be compressed.
  private static func joinLast(_ packs: inout [[UInt8]], _ infos: inout [ColumnInfo]) {
    guard packs.count > 1, let last = packs.last, last.count < SegmentFormat.packTargetByteCount / 2 else {
      return
    }
    packs.removeLast()
    let end = packs[packs.count - 1].count
    for index in infos.indices {
      if case .pack(packs.count, let start, let byteCount) = infos[index].place {
        infos[index].place = .pack(index: packs.count - 1, start: end + start, byteCount: byteCount)
      }
    }
    packs[packs.count - 1] += last
  }

  /// ```
  /// +--------------+-------------------+-----------------+-------------+---------------------+------------+
  /// | footer block | footer offset u64 | footer size u32 | version u32 | XXH3-64 of those 16 | "CAIRNEND" |
  /// +--------------+-------------------+-----------------+-------------+---------------------+------------+
  /// ```
  private static func writeEnd(
    _ footer: Footer, _ blocks: BlockWriter, _ compressor: ZstdCompressor
  ) throws {
    var writer = ByteWriter()
    footer.encode(into: &writer)
    let ref = try blocks.write(BlockBody.make(writer.bytes, compressor))
    var tail = ByteWriter()
    tail.writeUInt64(ref.offset)
    tail.writeUInt32(UInt32(ref.byteCount))
    tail.writeUInt32(SegmentFormat.version)
    tail.writeUInt64(checksum(tail.bytes, seed: blocks.offset))
    tail.writeBytes(SegmentFormat.tailMagic)
    try blocks.write(tail.bytes)
  }
}

/// Final slot numbers: depth first, children in order of first appearance, slots that no shape uses left out.
private struct SlotRenumbering {
  private(set) var slots: [Slot] = []
  private(set) var shapes: [[Shape]] = []
  private var finalOfMerged: [Int]

  init(_ merged: MergedCatalogue, shapes mergedShapes: [[Shape]]) {
    var used = [Bool](repeating: false, count: merged.slots.count)
    used[0] = true
    for shape in mergedShapes.joined() { for entry in shape.entries { used[entry.slot] = true } }
    var children = [[Int]](repeating: [], count: merged.slots.count)
    for (index, slot) in merged.slots.enumerated().dropFirst() {
      // An element slot is used where its array is: arrays have at least one element.
      if used[index] || slot.isElement { children[slot.parent].append(index) }
    }
    finalOfMerged = Array(repeating: 0, count: merged.slots.count)
    var stack = [(merged: 0, parent: 0)]
    var order: [Int] = []
    while let (index, parent) = stack.popLast() {
      finalOfMerged[index] = slots.count
      slots.append(
        Slot(parent: parent, isElement: merged.slots[index].isElement, name: merged.slots[index].name))
      order.append(index)
      for child in children[index].reversed() { stack.append((child, finalOfMerged[index])) }
    }
    for index in order {
      shapes.append(
        mergedShapes[index].map { shape in
          Shape(entries: shape.entries.map { Shape.Entry(slot: finalOfMerged[$0.slot], word: $0.word) })
        })
    }
  }

  func final(_ merged: Int) -> Int { finalOfMerged[merged] }
}
