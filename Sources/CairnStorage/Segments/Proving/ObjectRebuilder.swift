/// Rebuilds source objects of one segment: a walk along each object's list of rows.
///
/// Objects are taken in windows of bounded size, so that memory does not grow with the segment; windows run in
/// parallel. A window that needs many rows of a row group, or any where all objects of a segment are rebuilt,
/// decodes it whole and shares it with other windows; one that needs few decodes only those.
package final class ObjectRebuilder: @unchecked Sendable {
  private let reader: SegmentReader
  private let threads: Int
  private let proof: SegmentProof?
  private let lock = Lock()
  private var wholeBatches: [(rowGroup: Int, batch: RecordBatch)] = []
  /// Row groups that are kept decoded; more where objects turn out to have rows all over the segment.
  private var keptGroups: Int
  private var wasDecoded: [Bool]
  private var loadedEnvelopes: [Envelope]?
  private let decoding: [Lock]

  static let windowRecordLimit = 16_384
  static let windowByteLimit = 32 << 20
  /// A window that needs more than one row in this many decodes the whole row group.
  static let wholeGroupShare = 16
  static let cachedGroupLimit = 8
  /// Printers of a window's layouts, most of which are one.
  static let keptPrinterLimit = 16
  /// Values of all batches that a window holds, and of those kept for others.
  static let heldValueLimit = 1 << 25

  package convenience init(_ reader: SegmentReader, threads: Int) {
    self.init(reader, threads: threads, proof: nil)
  }

  /// - Parameters:
  ///   - proof: is given each row group that is decoded whole.
  ///   - keptGroups: row groups that are kept decoded at first, where memory is short.
  init(
    _ reader: SegmentReader, threads: Int, proof: SegmentProof?,
    keptGroups: Int = ObjectRebuilder.cachedGroupLimit
  ) {
    self.reader = reader
    self.keptGroups = min(max(1, keptGroups), Self.cachedGroupLimit)
    wasDecoded = reader.footer.rowGroups.map { _ in false }
    self.threads = threads
    self.proof = proof
    decoding = reader.footer.rowGroups.map { _ in Lock() }
  }

  /// Calls `body` with each object and its bytes (of its fragment). Objects of one window come in order; windows
  /// may run at the same time.
  package func rebuild(
    _ objects: [StoredObject], _ body: @Sendable (StoredObject, UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws {
    try rebuildNumbered(objects) { try body($1, $2) }
  }

  /// The same with the object's index.
  func rebuildNumbered(
    _ objects: [StoredObject],
    _ body: @Sendable (Int, StoredObject, UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws {
    let windows = Self.windows(objects)
    let rowCount = objects.reduce(0) { $0 + $1.rows.count }
    let isWholesale = rowCount * Self.wholeGroupShare >= reader.footer.rowCount
    // All rows are needed: windows that begin together would wait for the same row group.
    let first = proof == nil ? 0 : try firstGroupCount()
    _ = try parallelMap(count: first, threads: threads) { _ = try wholeBatch($0) }
    _ = try parallelMap(count: windows.count, threads: threads) { index in
      try rebuildWindow(objects[windows[index]], isWholesale: isWholesale, body)
    }
  }

  /// Row groups that can be kept decoded at a time.
  private func firstGroupCount() throws -> Int {
    var count = 0
    var values = 0
    while count < min(reader.footer.rowGroups.count, keptGroups) {
      values += try reader.valueCount(in: count)
      guard values <= Self.heldValueLimit else { break }
      count += 1
    }
    return count
  }

  /// Compares rebuilt bytes with what was read: size and SHA-256. Throws `CairnError.damaged`.
  package static func check(
    _ object: StoredObject, _ bytes: UnsafeBufferPointer<UInt8>, file: String
  ) throws {
    if bytes.count == object.byteCount, SHA256.digest(bytes) == object.digest { return }
    throw differs(object, file: file)
  }

  static func differs(_ object: StoredObject, file: String) -> CairnError {
    .damaged(
      file: file, offset: 0, cause: "object \(shownName(object.key)) does not rebuild to its original bytes")
  }

  private static func windows(_ objects: [StoredObject]) -> [Range<Int>] {
    var windows: [Range<Int>] = []
    var start = 0
    var records = 0
    var bytes = 0
    for (index, object) in objects.enumerated() {
      if index > start,
        records + object.rows.count > windowRecordLimit || bytes + object.byteCount > windowByteLimit
      {
        windows.append(start..<index)
        (start, records, bytes) = (index, 0, 0)
      }
      records += object.rows.count
      bytes += object.byteCount
    }
    if start < objects.count { windows.append(start..<objects.count) }
    return windows
  }

  private func rebuildWindow(
    _ objects: ArraySlice<StoredObject>, isWholesale: Bool,
    _ body: (Int, StoredObject, UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws {
    let envelopes = try envelopes()
    let rows = try WindowRows(reader, objects: objects, isWholesale: isWholesale, whole: wholeBatch)
    var printers: [Layout: RecordPrinter] = [:]
    let output = ByteBuffer()
    let text = ByteBuffer()
    for (index, object) in zip(objects.indices, objects) {
      output.removeAll()
      output.bytes.reserve(min(object.byteCount, Self.windowByteLimit))
      if object.flags.contains(.opaque) {
        for part in object.opaqueParts {
          let content = try reader.blocks.read(part)
          guard content.remaining <= object.byteCount - output.count else {
            throw Self.differs(object, file: reader.name)
          }
          output.bytes.append(contentsOf: Array(content.bytes[content.position..<content.end]))
        }
      } else {
        let envelope = envelopes[object.envelope]
        let printer = try printer(for: envelope.layout, among: &printers)
        try append(object, envelope, rows, printer, text, to: &output.bytes)
      }
      try body(index, object, output.buffer)
    }
  }

  private func printer(
    for layout: Layout, among printers: inout [Layout: RecordPrinter]
  ) throws -> RecordPrinter {
    if let printer = printers[layout] { return printer }
    if printers.count >= Self.keptPrinterLimit { printers.removeAll() }
    let printer = try RecordPrinter(
      catalogue: reader.catalogue(), layout: layout, file: reader.name, shared: reader.programs)
    printers[layout] = printer
    return printer
  }

  /// Calls `begin` with each object and what stands around its records, then `record` with each of these as its object
  /// has it, or with the parts of an object that is kept as bytes. In order, on this thread.
  package func visitRecords(
    _ objects: [StoredObject], begin: (StoredObject, Envelope) throws -> Void,
    record: (UnsafeBufferPointer<UInt8>) throws -> Void
  ) throws {
    let envelopes = try envelopes()
    let rowCount = objects.reduce(0) { $0 + $1.rows.count }
    let isWholesale = rowCount * Self.wholeGroupShare >= reader.footer.rowCount
    let text = ByteBuffer()
    for window in Self.windows(objects) {
      let part = objects[window]
      let rows = try WindowRows(reader, objects: part, isWholesale: isWholesale, whole: wholeBatch)
      var printers: [Layout: RecordPrinter] = [:]
      for object in part {
        let envelope = envelopes[object.envelope]
        try begin(object, envelope)
        for part in object.opaqueParts {
          let content = try reader.blocks.read(part)
          try Array(content.bytes[content.position..<content.end]).withUnsafeBufferPointer(record)
        }
        let printer = try printer(for: envelope.layout, among: &printers)
        for row in object.rows {
          text.removeAll()
          try rows.append(row, printer, to: &text.bytes, end: RecordParser.recordByteLimit)
          try record(text.buffer)
        }
      }
    }
  }

  private func append(
    _ object: StoredObject, _ envelope: Envelope, _ rows: WindowRows, _ printer: RecordPrinter,
    _ text: ByteBuffer,
    to output: inout RawVector<UInt8>
  ) throws {
    // What would be longer than the object was is damage, and is not printed to its end.
    let limit = object.byteCount
    func check(_ count: Int) throws {
      guard count <= limit else { throw Self.differs(object, file: reader.name) }
    }
    // All of it stands in the suffix.
    let isSilent = envelope.quoting == .silent
    var exceptions = envelope.exceptions[...]
    var spelled = envelope.spelled[...]
    for (index, row) in (isSilent ? [] : object.rows).enumerated() {
      if index == 0 {
        output.append(contentsOf: envelope.prefix)
      } else if let exception = exceptions.first, exception.record == index {
        output.append(contentsOf: exception.bytes)
        exceptions.removeFirst()
      } else {
        output.append(contentsOf: envelope.separator)
      }
      try check(output.count)
      if let spelling = spelled.first, spelling.record == index {
        output.append(contentsOf: spelling.bytes)
        spelled.removeFirst()
      } else if case .string(let style) = envelope.quoting {
        text.removeAll()
        try rows.append(row, printer, to: &text.bytes, end: limit)
        StringSpelling.append(text.buffer, style: style, to: &output)
      } else {
        try rows.append(row, printer, to: &output, end: limit)
      }
    }
    // Without records everything stands in the suffix.
    output.append(contentsOf: envelope.suffix)
    try check(output.count)
  }

  private func envelopes() throws -> [Envelope] {
    if let loaded = lock.withLock({ loadedEnvelopes }) { return loaded }
    let envelopes = try reader.envelopes()
    lock.withLock { loadedEnvelopes = envelopes }
    return envelopes
  }

  private func wholeBatch(_ rowGroup: Int) throws -> RecordBatch {
    if let known = lock.withLock({ wholeBatches.first { $0.rowGroup == rowGroup } }) { return known.batch }
    // One window decodes, the others wait for it rather than do the same work.
    let batch = try decoding[rowGroup].withLock {
      if let known = lock.withLock({ wholeBatches.first { $0.rowGroup == rowGroup } }) { return known.batch }
      let batch = try RecordBatch(reader, rowGroup: rowGroup, rows: nil, checksLists: proof != nil)
      KeptMemory.releasePieces()
      lock.withLock {
        wholeBatches.append((rowGroup, batch))
        if wasDecoded[rowGroup] { keptGroups = min(keptGroups + 1, Self.cachedGroupLimit) }
        wasDecoded[rowGroup] = true
        var words = wholeBatches.reduce(0) { $0 + $1.batch.wordCount }
        while wholeBatches.count > keptGroups
          || wholeBatches.count > 1 && words > Self.heldValueLimit
        {
          words -= wholeBatches.removeFirst().batch.wordCount
        }
      }
      return batch
    }
    try proof?.prove(batch)
    return batch
  }
}

extension RecordBatch {
  /// What it takes in memory, about, in words of its tape.
  fileprivate var wordCount: Int {
    tape.count + verbatim.values.reduce(0) { $0 + $1.count } / MemoryLayout<UInt32>.stride
  }
}

/// The record batches that a window's objects need.
private struct WindowRows {
  private var batches: [Int: RecordBatch] = [:]
  private let firstRows: [Int]

  init(
    _ reader: SegmentReader, objects: ArraySlice<StoredObject>, isWholesale: Bool,
    whole: (Int) throws -> RecordBatch
  ) throws {
    firstRows = reader.footer.rowGroups.map(\.firstRow)
    var needed = [[UInt32]](repeating: [], count: firstRows.count)
    for object in objects {
      for row in object.rows {
        let group = Self.group(of: row, firstRows)
        needed[group].append(row - UInt32(firstRows[group]))
      }
    }
    var heldCount = 0
    for (group, rows) in needed.enumerated() where !rows.isEmpty {
      let rowCount = reader.footer.rowGroups[group].rowCount
      let isMost = isWholesale || rows.count * ObjectRebuilder.wholeGroupShare >= rowCount
      let limit = ObjectRebuilder.heldValueLimit
      let batch =
        try isMost && heldCount + reader.valueCount(in: group) <= limit
        ? whole(group) : RecordBatch(reader, rowGroup: group, rows: Self.distinct(rows))
      heldCount += batch.tape.count
      guard heldCount <= limit else {
        throw CairnError.damaged(
          file: reader.name, offset: 0, cause: "an object's rows have more than \(limit) values")
      }
      batches[group] = batch
    }
  }

  /// Ascending, each once.
  private static func distinct(_ rows: [UInt32]) -> [UInt32] {
    var output: [UInt32] = []
    for row in rows.sorted() where output.last != row { output.append(row) }
    return output
  }

  private static func group(of row: UInt32, _ firstRows: [Int]) -> Int {
    var low = 0
    var high = firstRows.count
    while low < high {
      let middle = (low + high) / 2
      if firstRows[middle] <= Int(row) { low = middle + 1 } else { high = middle }
    }
    return max(0, low - 1)
  }

  /// - Parameter end: the length of `output` that may not be passed by much.
  func append(
    _ row: UInt32, _ printer: RecordPrinter, to output: inout RawVector<UInt8>, end: Int
  ) throws {
    let group = Self.group(of: row, firstRows)
    guard let batch = batches[group] else { return }
    let position = row - UInt32(firstRows[group])
    if let bytes = batch.verbatim[position] {
      output.append(contentsOf: bytes)
      return
    }
    try printer.append(batch, row: index(of: position, in: batch), to: &output, end: end)
  }

  private func index(of position: UInt32, in batch: RecordBatch) -> Int {
    guard let rows = batch.rows else { return Int(position) }
    var low = 0
    var high = rows.count
    while low < high {
      let middle = (low + high) / 2
      if rows[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
