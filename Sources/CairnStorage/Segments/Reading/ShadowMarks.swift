/// Rows of a segment that stand in an earlier one too, or before in their own: queries skip them, restoring does not.
///
/// A segment never changes, so what is known of it later stands in a file beside it, which the manifest names.
///
/// ```
/// file := "CAIRNMRK" version:u32 zero:u32 segment:u64 seal:u64 rows:u32 count:u32
///         distances:integers                              row - (row before + 1), -1 before the first
///         checksum:u64                                    XXH3-64 of all before, seed 0
/// ```
package struct ShadowMarks: Sendable, Equatable {
  /// Rows of the segment, ascending; at least one.
  package let rows: [UInt32]

  package static let version: UInt32 = 1
  package static let magic = Array("CAIRNMRK".utf8)
  /// A longer file is none: enough for all rows that a segment can have.
  package static let byteLimit = 1 << 26

  /// What the file is about.
  package struct Subject: Sendable, Equatable {
    package var number: Int
    package var seal: UInt64
    package var rowCount: Int

    package init(number: Int, seal: UInt64, rowCount: Int) {
      (self.number, self.seal, self.rowCount) = (number, seal, rowCount)
    }
  }

  /// `rows` ascend; nil where there are none.
  package init?(_ rows: [UInt32]) {
    if rows.isEmpty { return nil }
    self.rows = rows
  }

  // MARK: Reading rows

  /// Marked rows among `count` rows from `first` on.
  package func rows(from first: Int, count: Int) -> ArraySlice<UInt32> {
    let start = rows.partitioningIndex { Int($0) >= first }
    let end = rows.partitioningIndex { Int($0) >= first + count }
    return rows[start..<end]
  }

  /// The positions of a row group, which begins at row `first`, that are not marked.
  package func visible(_ positions: Positions, from first: Int, count: Int) -> Positions {
    let hidden = rows(from: first, count: count).map { Int($0) - first }
    if hidden.isEmpty || positions.isEmpty { return positions }
    if case .run(let range) = positions {
      return Positions(between: hidden.filter { range.contains($0) }, in: range)
    }
    var kept: [UInt32] = []
    kept.reserveCapacity(positions.count)
    if case .listed(let list) = positions, hidden.count < list.count / 16 {
      var start = 0
      for position in hidden {
        let place = positions.firstIndex(atLeast: position)
        if place == list.count || Int(list[place]) != position { continue }
        kept += list[start..<place]
        start = place + 1
      }
      return start == 0 ? positions : Positions(kept + list[start...])
    }
    var next = 0
    for index in 0..<positions.count {
      let position = positions[index]
      while next < hidden.count, hidden[next] < Int(position) { next += 1 }
      if next == hidden.count || hidden[next] != Int(position) { kept.append(position) }
    }
    return Positions(kept)
  }

  // MARK: The file

  package func encode(_ subject: Subject) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeBytes(Self.magic)
    writer.writeUInt32(Self.version)
    writer.writeUInt32(0)
    writer.writeUInt64(UInt64(subject.number))
    writer.writeUInt64(subject.seal)
    writer.writeUInt32(UInt32(subject.rowCount))
    writer.writeUInt32(UInt32(rows.count))
    var expected: Int64 = 0
    let distances = rows.map { row -> Int64 in
      defer { expected = Int64(row) + 1 }
      return Int64(row) - expected
    }
    IntegerEncoding.encode(distances, into: &writer)
    writer.writeUInt64(checksum(writer.bytes, seed: 0))
    return writer.bytes
  }

  /// The last eight bytes of a file of marks, which the manifest has too; nil where it is too short.
  package static func hash(of bytes: [UInt8]) -> UInt64? {
    guard bytes.count > 8 else { return nil }
    return bytes.suffix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// Throws `CairnError.damaged` where the bytes are not a whole file about the subject, `.unsupportedVersion` where a
  /// newer Cairn has written it.
  package static func decode(_ bytes: [UInt8], about subject: Subject, file: String) throws -> ShadowMarks {
    var reader = ByteReader(bytes, origin: ByteOrigin(file: file, offset: 0))
    guard bytes.starts(with: magic) else { throw reader.damaged("no file of marks") }
    _ = try reader.readBytes(magic.count)
    let version = try reader.readUInt32()
    guard version <= Self.version else { throw CairnError.unsupportedVersion(file: file, version: version) }
    guard hash(of: bytes) == checksum(Array(bytes.dropLast(8)), seed: 0) else {
      throw reader.damaged("checksum of marks does not match")
    }
    _ = try reader.readUInt32()
    let number = try reader.readUInt64()
    let seal = try reader.readUInt64()
    let rowCount = Int(try reader.readUInt32())
    guard number == UInt64(subject.number), seal == subject.seal, rowCount == subject.rowCount else {
      throw reader.damaged("marks are another segment's")
    }
    let count = Int(try reader.readUInt32())
    guard 1...max(1, rowCount) ~= count else { throw reader.damaged("\(count) marks of \(rowCount) rows") }
    var rows: [UInt32] = []
    rows.reserveCapacity(count)
    var expected: Int64 = 0
    for distance in try IntegerEncoding.decode(&reader, count: count) {
      guard distance >= 0, distance < Int64(rowCount) - expected else {
        throw reader.damaged("mark of a row behind row \(expected)")
      }
      rows.append(UInt32(expected + distance))
      expected += distance + 1
    }
    _ = try reader.readUInt64()
    try reader.expectEnd(of: "marks")
    guard let marks = ShadowMarks(rows) else { throw reader.damaged("no marks") }
    return marks
  }
}

/// Rows of a segment that queries skip beside the marked ones, found when somebody asks for them.
package protocol HiddenRows: Sendable {
  /// Those of `positions` of a row group that are seen.
  func visible(_ positions: Positions, in rowGroup: Int) throws -> Positions
}

extension SegmentReader {
  /// What queries may see of `positions` of a row group: those that nothing hides.
  package func visible(_ positions: Positions, in rowGroup: Int) throws -> Positions {
    try unshared(unmarked(positions, in: rowGroup), in: rowGroup)
  }

  /// Those that no other archive's segment hides. To find them costs reading: it is for rows that are wanted.
  package func unshared(_ positions: Positions, in rowGroup: Int) throws -> Positions {
    try hidden?.visible(positions, in: rowGroup) ?? positions
  }

  /// Those that no mark hides.
  package func unmarked(_ positions: Positions, in rowGroup: Int) -> Positions {
    guard let marks else { return positions }
    let group = footer.rowGroups[rowGroup]
    guard positions.isAll(of: group.rowCount) else {
      return marks.visible(positions, from: group.firstRow, count: group.rowCount)
    }
    // Most questions ask for all of them.
    return pooled(.unmarked, rowGroup, byteCount: { $0.count * 4 }) {
      marks.visible(positions, from: group.firstRow, count: group.rowCount)
    }
  }

  /// Positions of a row group that queries skip, ascending.
  package func hiddenPositions(in rowGroup: Int) throws -> [UInt32] {
    let group = footer.rowGroups[rowGroup]
    if hidden == nil {
      return marks?.rows(from: group.firstRow, count: group.rowCount).map { $0 - UInt32(group.firstRow) }
        ?? []
    }
    var isSeen = [Bool](repeating: false, count: group.rowCount)
    for position in try visible(.run(0..<group.rowCount), in: rowGroup).list { isSeen[Int(position)] = true }
    return isSeen.indices.filter { !isSeen[$0] }.map { UInt32($0) }
  }

  /// Rows that no mark hides.
  package var unmarkedRowCount: Int { footer.rowCount - (marks?.rows.count ?? 0) }

  /// Rows that queries see.
  package func visibleRowCount() throws -> Int {
    if hidden == nil { return unmarkedRowCount }
    return try footer.rowGroups.indices.reduce(0) { sum, rowGroup in
      sum + (try visible(.run(0..<footer.rowGroups[rowGroup].rowCount), in: rowGroup).count)
    }
  }
}
