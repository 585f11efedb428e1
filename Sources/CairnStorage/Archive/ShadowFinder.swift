/// Finds the rows of a segment that an earlier segment has too, or an earlier row of its own: which are shadowed.
///
/// Two rows are one event where both have one `eventID` and equal JSON values, however these are spelled; rows without
/// one are where they belong to objects of equal bytes. That is what a segment does with its own rows, as far as they
/// are spelled alike. What is found depends on the segments and their order alone.
package struct ShadowFinder: Sendable {
  private let threads: Int
  /// Random: nobody outside can make two records meet.
  private let seed = UInt64.random(in: 0 ... .max)

  /// Records that are printed together.
  private static let batchRowCount = 4096

  package init(threads: Int) { self.threads = threads }

  /// Where an earlier segment is read.
  package typealias Opener = @Sendable (SegmentEntry) throws -> SegmentReader

  /// Marks of a segment whose place is behind `earlier`, of which only those are opened that overlap it in time.
  package func marks(
    of segment: SegmentReader, behind earlier: [SegmentEntry], open: Opener
  ) throws -> ShadowMarks? {
    let own = OwnRows(segment, try EventKeys(segment, threads: threads))
    var marked = [Bool](repeating: false, count: segment.footer.rowCount)
    for row in try respelled(own) { marked[Int(row)] = true }
    for entry in earlier where own.mayMeet(entry) {
      let other = try open(entry)
      let found = try parallelMap(count: other.footer.rowGroups.count, threads: threads) {
        try shared(own, with: other, rowGroup: $0)
      }
      for row in found.joined() { marked[Int(row)] = true }
      for row in try rowsOfTwins(own, in: other) { marked[Int(row)] = true }
    }
    return ShadowMarks(marked.indices.filter { marked[$0] }.map { UInt32($0) })
  }

  /// The segment whose marks are looked for.
  private final class OwnRows: Sendable {
    let reader: SegmentReader
    let keys: EventKeys
    let minimumTime: Int64
    let maximumTime: Int64
    let hasUntimed: Bool
    /// Objects that have rows without an event ID, by SHA-256.
    private let bare = Memo<Int, [[UInt8]: [StoredObject]]>()

    init(_ reader: SegmentReader, _ keys: EventKeys) {
      self.reader = reader
      self.keys = keys
      (minimumTime, maximumTime) = reader.footer.timeRange
      hasUntimed = reader.footer.rowGroups.contains { $0.untimedRowCount > 0 }
    }

    func mayMeet(_ entry: SegmentEntry) -> Bool {
      hasUntimed && entry.untimedRowCount > 0
        || minimumTime <= entry.maximumTime && maximumTime >= entry.minimumTime
    }

    var hasBareRows: Bool { keys.entries.count < reader.footer.rowCount }

    func bareObjects() throws -> [[UInt8]: [StoredObject]] {
      try bare.value(0) {
        let bareRows = rowsWithoutID
        var objects: [[UInt8]: [StoredObject]] = [:]
        for block in reader.footer.objectBlocks.indices {
          for object in try reader.objects(block: block)
          where object.isWholeLog && object.rows.contains(where: { bareRows[Int($0)] }) {
            var bareObject = object
            bareObject.rows = object.rows.filter { bareRows[Int($0)] }
            objects[object.digest, default: []].append(bareObject)
          }
        }
        return objects
      }
    }

    private var rowsWithoutID: [Bool] {
      var isBare = [Bool](repeating: true, count: reader.footer.rowCount)
      for entry in keys.entries { isBare[Int(entry.row)] = false }
      return isBare
    }
  }

  /// Rows of the segment whose values a row before has, spelled otherwise.
  private func respelled(_ own: OwnRows) throws -> [UInt32] {
    var rows: [UInt32] = []
    own.keys.visitTwins { rows += $0.map(\.row) }
    if rows.isEmpty { return [] }
    var seen: Set<Hash128> = []
    var found: [UInt32] = []
    try visit(own.reader, rows.sorted()) { row, text in
      if !seen.insert(valueHash(text)).inserted { found.append(row) }
    }
    return found
  }

  /// Rows of the segment that a row group of another one has.
  private func shared(_ own: OwnRows, with other: SegmentReader, rowGroup: Int) throws -> [UInt32] {
    let group = other.footer.rowGroups[rowGroup]
    let range = TimePruning(
      since: own.minimumTime, until: own.maximumTime == .max ? nil : own.maximumTime + 1)
    var rows = Positions.run(
      own.minimumTime <= own.maximumTime ? try range.rows(of: rowGroup, in: other) : 0..<0)
    if own.hasUntimed, group.untimedRowCount > 0 {
      rows = Positions((0..<UInt32(group.untimedRowCount)).map { $0 } + rows.list)
    }
    var theirs: [UInt32] = []
    var mine: Set<UInt32> = []
    for entry in try EventKeys.read(other, rowGroup, rows) {
      let twins = own.keys.twins(of: entry)
      if twins.isEmpty { continue }
      theirs.append(entry.row)
      for twin in twins { mine.insert(twin.row) }
    }
    if theirs.isEmpty { return [] }
    return try equal(own.reader, mine.sorted(), other, theirs.sorted())
  }

  /// Those of `mine` whose values one of `theirs` has. Most are spelled alike, and are not taken apart.
  func equal(
    _ own: SegmentReader, _ mine: [UInt32], _ other: SegmentReader, _ theirs: [UInt32]
  ) throws -> [UInt32] {
    var texts: Set<Hash128> = []
    try visit(other, theirs) { _, text in texts.insert(Hash128(text, seed: seed)) }
    var found: [UInt32] = []
    var left: [UInt32] = []
    try visit(own, mine) { row, text in
      if texts.contains(Hash128(text, seed: seed)) { found.append(row) } else { left.append(row) }
    }
    if left.isEmpty { return found }
    var values: Set<Hash128> = []
    try visit(other, theirs) { _, text in values.insert(valueHash(text)) }
    try visit(own, left) { row, text in if values.contains(valueHash(text)) { found.append(row) } }
    return found
  }

  private func valueHash(_ text: UnsafeBufferPointer<UInt8>) -> Hash128 {
    Hash128(CanonicalJSON.form(of: text), seed: seed)
  }

  /// Rows without an event ID of objects whose bytes are those of an object of the other segment.
  private func rowsOfTwins(_ own: OwnRows, in other: SegmentReader) throws -> [UInt32] {
    guard own.hasBareRows else { return [] }
    let bare = try own.bareObjects()
    if bare.isEmpty { return [] }
    var rows: [UInt32] = []
    for block in other.footer.objectBlocks.indices {
      for object in try other.objects(block: block) where object.isWholeLog {
        for twin in bare[object.digest] ?? [] { rows += twin.rows }
      }
    }
    return rows
  }

  /// Calls `body` with rows, which ascend, as compact JSON.
  private func visit(
    _ reader: SegmentReader, _ rows: [UInt32], _ body: (UInt32, UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws {
    let printer = RecordPrinter(
      catalogue: try reader.catalogue(), layout: .compact, file: reader.name, shared: reader.programs)
    let text = ByteBuffer()
    var left = rows[...]
    for (rowGroup, group) in reader.footer.rowGroups.enumerated() {
      while let first = left.first, Int(first) < group.firstRow + group.rowCount {
        let part = left.prefix(Self.batchRowCount).prefix { Int($0) < group.firstRow + group.rowCount }
        left = left.dropFirst(part.count)
        let batch = try RecordBatch(
          reader, rowGroup: rowGroup, rows: part.map { $0 - UInt32(group.firstRow) })
        for (index, row) in part.enumerated() {
          text.removeAll()
          try printer.append(batch, row: index, to: &text.bytes)
          try body(row, text.buffer)
        }
      }
    }
  }
}

extension StoredObject {
  /// An object in one piece that has records.
  var isWholeLog: Bool { fragment == 0 && isLastFragment && !rows.isEmpty }
}
