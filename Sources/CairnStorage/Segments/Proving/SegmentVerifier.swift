/// Proves that a segment is whole: every block's checksum, that blocks fill the file without a gap, that every source
/// object rebuilds to the bytes whose SHA-256 was taken when it was read, and that everything which readers search and
/// skip by says what the values say.
package struct SegmentVerifier {
  package struct Result: Sendable {
    package var objectCount = 0
    package var recordCount = 0
    package var byteCount = 0
  }

  private let reader: SegmentReader
  private let threads: Int
  private let memoryByteLimit: Int

  /// Memory for each row group that is kept: decoded, one of ordinary logs takes 40 MB.
  private static let groupByteCount = 96 << 20

  /// - Parameter memoryByteLimit: where it is short, fewer row groups are kept decoded.
  package init(_ reader: SegmentReader, threads: Int, memoryByteLimit: Int = 1 << 30) {
    self.reader = reader
    self.threads = threads
    self.memoryByteLimit = memoryByteLimit
  }

  /// Throws `CairnError.damaged` at the first thing that is not as it was written. `look` is called before each object
  /// counts, and may end the work.
  package func verify(_ look: @Sendable (StoredObject) throws -> Void = { _ in }) throws -> Result {
    try reader.verifyHeader()
    try verifyBlocks()
    return try verifyContent(look: look)
  }

  /// Rebuilds and compares all objects, and proves what is searched by: what the writer does before it commits.
  ///
  /// - Parameter read: what the objects were; where it is not known, their SHA-256 are compared.
  package func verifyContent(
    comparing read: ReadObjects? = nil, look: @Sendable (StoredObject) throws -> Void = { _ in }
  ) throws -> Result {
    var result = Result()
    let proof = try SegmentProof(reader, threads: threads)
    let rebuilder = ObjectRebuilder(
      reader, threads: threads, proof: proof, keptGroups: memoryByteLimit / Self.groupByteCount)
    let name = reader.name
    let objects = try reader.objects(threads: threads)
    if let read, read.count != objects.count {
      throw CairnError.damaged(
        file: name, offset: reader.footerRef.offset,
        cause: "\(objects.count) objects are stored, \(read.count) were read")
    }
    try rebuilder.rebuildNumbered(objects) { index, object, bytes in
      try look(object)
      guard let read else { return try ObjectRebuilder.check(object, bytes, file: name) }
      guard read.has(object, at: index, rebuiltAs: bytes) else {
        throw ObjectRebuilder.differs(object, file: name)
      }
    }
    for object in objects {
      result.objectCount += object.isLastFragment ? 1 : 0
      result.recordCount += object.rows.count
      result.byteCount += object.byteCount
    }
    let records = result.recordCount
    guard records == reader.footer.recordCount else {
      throw CairnError.damaged(
        file: name, offset: reader.footerRef.offset,
        cause: "objects hold \(records) records, the footer says \(reader.footer.recordCount)")
    }
    try proof.finish(objects, threads: threads)
    return result
  }

  private func verifyBlocks() throws {
    let columns = try reader.catalogue().columns.indices.map { try reader.column($0) }
    var refs = try fixedBlocks()
    for column in columns {
      if case .block(let ref) = column.info.place { refs.append(ref) }
      refs += column.directory.blocks
    }
    refs.sort { $0.offset < $1.offset }
    var expected = UInt64(SegmentFormat.headerByteCount)
    for ref in refs {
      guard ref.offset == expected else {
        throw CairnError.damaged(file: reader.name, offset: expected, cause: "bytes that belong to no block")
      }
      expected += UInt64(ref.byteCount)
    }
    guard expected == UInt64(reader.byteCount - SegmentFormat.tailByteCount) else {
      throw CairnError.damaged(file: reader.name, offset: expected, cause: "bytes that belong to no block")
    }
    let list = refs
    _ = try parallelMap(count: list.count, threads: threads) { _ = try reader.blocks.read(list[$0]) }
  }

  /// All blocks but those of columns.
  private func fixedBlocks() throws -> [BlockRef] {
    let footer = reader.footer
    var refs = [reader.footerRef, footer.catalogue, footer.shapes, footer.envelopes] + footer.packs
    for group in footer.rowGroups {
      refs.append(group.times)
      if let verbatim = group.verbatim { refs.append(verbatim) }
    }
    for (index, block) in footer.objectBlocks.enumerated() {
      refs += block.blocks
      for object in try reader.objects(block: index) { refs += object.opaqueParts }
    }
    return refs
  }
}
