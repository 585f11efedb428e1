/// What one read of a segment's end tells: counts, row groups with their times, and where everything else is.
package struct Footer: Sendable {
  package struct RowGroup: Sendable {
    package var firstRow: Int
    package var rowCount: Int
    /// Rows at its beginning whose event time is not known.
    package var untimedRowCount: Int
    /// Of the timed rows; `minimum > maximum` where there are none. Milliseconds since 1970.
    package var minimumTime: Int64
    package var maximumTime: Int64
    package var times: BlockRef
    /// Original bytes of rows that their layout does not reproduce.
    package var verbatim: BlockRef?
    package var verbatimRowCount: Int
    /// Whether the `eventTime` of every row is the canonical text of its row time, and no row has a key that differs
    /// from it in case only: a time range then answers comparisons with `eventTime` exactly.
    package var hasExactTimes = false
  }

  package struct ObjectBlock: Sendable {
    package var objectCount: Int
    /// What tells of the objects, their rows, and their digests.
    package var heads: BlockRef
    package var rows: BlockRef
    package var digests: BlockRef

    package var blocks: [BlockRef] { [heads, rows, digests] }
  }

  package var rowCount = 0
  package var recordCount = 0
  package var duplicateCount = 0
  package var rejectedCount = 0
  package var objectCount = 0
  package var jsonByteCount = 0
  package var sourceByteCount = 0
  package var rowGroups: [RowGroup] = []
  package var catalogue = BlockRef(offset: 0, byteCount: 0)
  package var shapes = BlockRef(offset: 0, byteCount: 0)
  package var packs: [BlockRef] = []
  package var envelopes = BlockRef(offset: 0, byteCount: 0)
  package var envelopeCount = 0
  package var objectBlocks: [ObjectBlock] = []

  package func encode(into writer: inout ByteWriter) {
    for count in [
      rowCount, recordCount, duplicateCount, rejectedCount, objectCount, jsonByteCount, sourceByteCount,
    ] { writer.writeVarint(count) }
    writer.writeVarint(rowGroups.count)
    for group in rowGroups {
      writer.writeVarint(group.rowCount)
      writer.writeVarint(group.untimedRowCount)
      writer.writeSignedVarint(group.minimumTime)
      writer.writeSignedVarint(group.maximumTime)
      group.times.encode(into: &writer)
      writer.writeVarint(group.verbatimRowCount)
      group.verbatim?.encode(into: &writer)
    }
    catalogue.encode(into: &writer)
    shapes.encode(into: &writer)
    writer.writeVarint(packs.count)
    for pack in packs { pack.encode(into: &writer) }
    envelopes.encode(into: &writer)
    writer.writeVarint(envelopeCount)
    writer.writeVarint(objectBlocks.count)
    for block in objectBlocks {
      writer.writeVarint(block.objectCount)
      for part in block.blocks { part.encode(into: &writer) }
    }
    var flags = ByteWriter()
    BitPacking.pack(rowGroups.map { $0.hasExactTimes ? 1 : 0 }, width: 1, into: &flags)
    let hasSome = rowGroups.contains(where: \.hasExactTimes)
    Extensions.encode(hasSome ? [(.exactTimes, flags.bytes)] : [], into: &writer)
  }

  package static func decode(_ reader: inout ByteReader) throws -> Footer {
    var footer = Footer()
    footer.rowCount = try reader.readCount(limit: SegmentFormat.rowLimit, of: "row count")
    footer.recordCount = try reader.readCount(limit: SegmentFormat.rowLimit, of: "record count")
    footer.duplicateCount = try reader.readCount(limit: SegmentFormat.rowLimit, of: "duplicate count")
    footer.rejectedCount = try reader.readCount(limit: SegmentFormat.segmentByteLimit, of: "rejected count")
    footer.objectCount = try reader.readCount(limit: SegmentFormat.objectLimit, of: "object count")
    footer.jsonByteCount = try reader.readCount(limit: SegmentFormat.segmentByteLimit, of: "JSON size")
    footer.sourceByteCount = try reader.readCount(limit: SegmentFormat.segmentByteLimit, of: "source size")
    guard footer.recordCount == footer.rowCount + footer.duplicateCount else {
      throw reader.damaged("\(footer.recordCount) records are not rows and duplicates")
    }
    try footer.decodeRowGroups(&reader)
    footer.catalogue = try BlockRef.decode(&reader)
    footer.shapes = try BlockRef.decode(&reader)
    for _ in 0..<(try reader.readItemCount(of: "pack")) { footer.packs.append(try BlockRef.decode(&reader)) }
    footer.envelopes = try BlockRef.decode(&reader)
    footer.envelopeCount = try reader.readCount(limit: SegmentFormat.objectLimit, of: "envelope count")
    var objectCount = 0
    for _ in 0..<(try reader.readItemCount(of: "object block")) {
      let count = try reader.readCount(limit: footer.objectCount - objectCount, of: "object count")
      footer.objectBlocks.append(
        ObjectBlock(
          objectCount: count, heads: try BlockRef.decode(&reader), rows: try BlockRef.decode(&reader),
          digests: try BlockRef.decode(&reader)))
      objectCount += count
    }
    guard objectCount == footer.objectCount else {
      throw reader.damaged("object blocks hold \(objectCount) objects")
    }
    if var flags = try Extensions.decode(&reader)[.exactTimes] {
      for (index, flag) in try BitPacking.decode(&flags, count: footer.rowGroups.count, width: 1).enumerated()
      {
        footer.rowGroups[index].hasExactTimes = flag == 1
      }
      try flags.expectEnd(of: "exact times")
    }
    try reader.expectEnd(of: "footer")
    return footer
  }

  private mutating func decodeRowGroups(_ reader: inout ByteReader) throws {
    var firstRow = 0
    for _ in 0..<(try reader.readCount(limit: SegmentFormat.rowGroupLimit, of: "row group count")) {
      let rows = try reader.readCount(
        limit: min(rowCount - firstRow, SegmentFormat.rowGroupRowLimit), of: "row count")
      let untimed = try reader.readCount(limit: rows, of: "untimed row count")
      let minimum = try reader.readSignedVarint()
      let maximum = try reader.readSignedVarint()
      // Without timed rows the bounds are those of an empty set.
      let isPossible =
        untimed == rows
        ? minimum == .max && maximum == .min
        : minimum <= maximum && EventTime.range.contains(minimum) && EventTime.range.contains(maximum)
      guard isPossible else { throw reader.damaged("times from \(minimum) to \(maximum)") }
      let times = try BlockRef.decode(&reader)
      let verbatimCount = try reader.readCount(limit: rows, of: "verbatim row count")
      let verbatim = verbatimCount > 0 ? try BlockRef.decode(&reader) : nil
      rowGroups.append(
        RowGroup(
          firstRow: firstRow, rowCount: rows, untimedRowCount: untimed, minimumTime: minimum,
          maximumTime: maximum, times: times, verbatim: verbatim, verbatimRowCount: verbatimCount))
      firstRow += rows
    }
    guard firstRow == rowCount else {
      throw reader.damaged("row groups hold \(firstRow) of \(rowCount) rows")
    }
  }

  /// Bounds of the timed rows of all row groups.
  package var timeRange: (minimum: Int64, maximum: Int64) {
    (rowGroups.map(\.minimumTime).min() ?? .max, rowGroups.map(\.maximumTime).max() ?? .min)
  }
}

extension SegmentFormat {
  /// ```
  /// +------------+-------------+-----------+
  /// | "CAIRNSEG" | version u32 | zero u32  |
  /// +------------+-------------+-----------+
  /// ```
  package static func header(version: UInt32 = SegmentFormat.version) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeBytes(SegmentFormat.headerMagic)
    writer.writeUInt32(version)
    writer.writeUInt32(0)
    return writer.bytes
  }
}
