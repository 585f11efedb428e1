/// Proves that everything which readers search and skip by says what the segment's values say: times and their
/// bounds, word lists, dictionaries, membership indexes, counts.
///
/// Objects that rebuild prove what is printed. This proves the rest, from the decoded values of each row group, not
/// with the code that wrote it: a wrong index would hide rows for good, and everything would still restore. Row groups
/// are proved one by one, on any thread; `finish` proves what only all of them tell.
final class SegmentProof: @unchecked Sendable {
  let reader: SegmentReader
  let catalogue: Catalogue
  private let lock = Lock()
  private var isProved: [Bool]
  /// By column: of those that have one.
  private let indexes: [MembershipProof?]
  /// The key whose value is a row's time.
  private let eventTimeSlot: Int?

  init(_ reader: SegmentReader, threads: Int) throws {
    self.reader = reader
    catalogue = try reader.catalogue()
    isProved = reader.footer.rowGroups.map { _ in false }
    indexes = try parallelMap(count: catalogue.columns.count, threads: threads) {
      try MembershipProof(try reader.column($0))
    }
    let name = Array("eventTime".utf8)
    eventTimeSlot = catalogue.children(of: 0).first { [catalogue] in
      !catalogue.slots[$0].isElement && catalogue.slots[$0].name == name
    }
  }

  func damaged(_ cause: String) -> CairnError {
    .damaged(file: reader.name, offset: reader.footerRef.offset, cause: cause)
  }

  /// Proves a row group, all of whose rows the batch has; once, however often it is decoded.
  func prove(_ batch: RecordBatch) throws {
    let isFirst = lock.withLock {
      defer { isProved[batch.rowGroup] = true }
      return !isProved[batch.rowGroup]
    }
    guard isFirst else { return }
    for (column, table) in batch.tables.enumerated() {
      guard let table else { continue }
      let kind = catalogue.columns[column].kind
      guard kind == .number ? ValueProof.areNumbers(table) : ValueProof.areStrings(table) else {
        throw damaged("a value of \(path(column)) is not what it is printed as")
      }
      try indexes[column]?.add(table, rowGroup: batch.rowGroup)
    }
    try proveTimes(batch)
    try proveVerbatim(batch)
  }

  /// Proves the row groups that have not been, and what belongs to no row group.
  ///
  /// - Parameter objects: all of the segment.
  func finish(_ objects: [StoredObject], threads: Int) throws {
    let open = isProved.indices.filter { !isProved[$0] }
    _ = try parallelMap(count: open.count, threads: threads) { index in
      try prove(try RecordBatch(reader, rowGroup: open[index], rows: nil, checksLists: true))
    }
    _ = try parallelMap(count: catalogue.columns.count, threads: threads) {
      try reader.column($0).verifyDictionary()
    }
    try proveNames()
    try proveObjects(objects)
  }

  private func path(_ column: Int) -> String { catalogue.path(of: catalogue.columns[column].slot) }

  // MARK: Times

  /// The time of each row is that of its first `eventTime` that is a string, as it is spelled.
  private func proveTimes(_ batch: RecordBatch) throws {
    let group = reader.footer.rowGroups[batch.rowGroup]
    let times = try reader.times(of: batch.rowGroup)
    let values = try eventTimes(batch)
    let counts = try eventTimeCounts()
    var next = 0
    for row in 0..<group.rowCount {
      let shape = Int(batch.tape[batch.rowStarts[row]]) - Int(ValueKind.firstShapeWord)
      let count = counts.indices.contains(shape) ? Int(counts[shape]) : 0
      let time = count > 0 && values.indices.contains(next) ? values[next] : EventTime.unknown
      next += count
      let stored = row < group.untimedRowCount ? EventTime.unknown : times[row - group.untimedRowCount]
      guard time == stored else {
        throw damaged("row \(row) of row group \(batch.rowGroup) has another time than its eventTime")
      }
    }
    if group.hasExactTimes, try !reader.isExactInTime(batch.rowGroup) {
      throw damaged("row group \(batch.rowGroup) has no exact times")
    }
  }

  /// By shape of the root: how often it has `eventTime` as a string.
  private func eventTimeCounts() throws -> [UInt32] {
    guard let eventTimeSlot else { return [] }
    var counts = [UInt32](repeating: 0, count: catalogue.shapes[0].count)
    for use in catalogue.shapes.uses(of: eventTimeSlot) where use.word == UInt32(ValueKind.string.rawValue) {
      counts[Int(use.shape)] += 1
    }
    return counts
  }

  /// Times of all values of the column, in its order; unknown where a text is none.
  private func eventTimes(_ batch: RecordBatch) throws -> [Int64] {
    guard let slot = eventTimeSlot, let index = catalogue.column(slot, .string) else { return [] }
    let column = try reader.column(index)
    let rowSeconds = { [reader] in try reader.seconds(of: batch.rowGroup) }
    if try column.wordList(in: batch.rowGroup)?.isEmpty != false,
      let seconds = try column.seconds(in: batch.rowGroup, rowSeconds: rowSeconds)
    {
      return seconds.map { $0 * 1000 }
    }
    let strings = try column.strings(in: batch.rowGroup, positions: nil, rowSeconds: rowSeconds)
    var spelled = RawVector<UInt8>(capacity: 64)
    defer { spelled.free() }
    let times = (0..<strings.table.count).map { entry in
      spelled.truncate(to: 0)
      strings.table.appendSpelling(of: entry, to: &spelled)
      return EventTime.parse(spelled.buffer) ?? EventTime.unknown
    }
    return (0..<strings.count).map { times[strings.entry($0)] }
  }

  // MARK: Rows that keep their bytes

  /// Their values are in the columns as well: printed without white space, they are the bytes without theirs.
  private func proveVerbatim(_ batch: RecordBatch) throws {
    if batch.verbatim.isEmpty { return }
    let printer = RecordPrinter(
      catalogue: catalogue, layout: .compact, file: reader.name, shared: reader.programs)
    let output = ByteBuffer()
    for (row, bytes) in batch.verbatim {
      output.removeAll()
      try printer.append(batch, row: Int(row), to: &output.bytes, end: bytes.count)
      guard ValueProof.withoutWhitespace(bytes) == Array(output.buffer) else {
        throw damaged("row \(row) of row group \(batch.rowGroup) has other values than its bytes")
      }
    }
  }

  // MARK: The segment

  /// Keys are what is printed between quotes, and no two of an object are one; where a member's objects have words of
  /// their own, all have.
  private func proveNames() throws {
    var seen: Set<[UInt8]> = []
    for slot in catalogue.slots.indices {
      let children = catalogue.children(of: slot)
      seen.removeAll(keepingCapacity: true)
      var elementCount = 0
      for child in children {
        let info = catalogue.slots[child]
        guard info.isElement ? info.name.isEmpty : ValueProof.isSpelling(info.name) else {
          throw damaged("a key of \(catalogue.path(of: slot)) is not what it is printed as")
        }
        elementCount += info.isElement ? 1 : 0
        guard info.isElement ? elementCount == 1 : seen.insert(info.name).inserted else {
          throw damaged("\(catalogue.path(of: child)) is there twice")
        }
        guard !info.isElement, catalogue.column(child, .shape) != nil else { continue }
        guard catalogue.shapes.uses(of: child).allSatisfy({ $0.word < ValueKind.firstShapeWord }) else {
          throw damaged("some objects of \(catalogue.path(of: child)) have words of their own, some have not")
        }
      }
    }
  }

  /// The footer's counts, and that every row is in an object.
  private func proveObjects(_ objects: [StoredObject]) throws {
    let footer = reader.footer
    var sum = (rejected: 0, json: 0, source: 0)
    var isUsed = [Bool](repeating: false, count: footer.rowCount)
    for object in objects {
      for row in object.rows { isUsed[Int(row)] = true }
      // Each is below 2^50, and there are no more than 2^22.
      sum.rejected &+= object.rejectedCount
      sum.json &+= object.byteCount
      if object.isLastFragment { sum.source &+= object.sourceByteCount }
    }
    guard !isUsed.contains(false) else { throw damaged("a row is in no object") }
    guard sum == (footer.rejectedCount, footer.jsonByteCount, footer.sourceByteCount) else {
      throw damaged("the footer's counts are not those of the objects")
    }
  }
}
