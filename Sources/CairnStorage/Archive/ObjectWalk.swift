/// A stored object, all of its fragments.
struct ObjectIdentity: Hashable {
  var key: [UInt8]
  var version: Int

  init(_ object: StoredObject) { (key, version) = (object.key, object.version) }

  init(_ object: MergeObject) { (key, version) = (object.key, object.version) }
}

/// Where a stored object, or a fragment of one, is.
struct ObjectPlace: Hashable, Sendable {
  /// Index into the segments that were walked.
  var segment: Int
  var block: Int
  /// In its block.
  var index: Int
}

extension ArchiveSnapshot {
  /// Calls `body` with all objects and fragments of segments, in their order, and their segment's reader.
  ///
  /// Throws as opening and reading a segment does.
  func visitObjects(
    _ segments: [SegmentEntry], _ body: (ObjectPlace, StoredObject, SegmentReader) throws -> Void
  ) throws {
    for (segment, entry) in segments.enumerated() {
      let reader = try open(entry, readsMarks: false)
      for block in reader.footer.objectBlocks.indices {
        for (index, object) in try reader.objects(block: block).enumerated() {
          try body(ObjectPlace(segment: segment, block: block, index: index), object, reader)
        }
      }
    }
  }
}
