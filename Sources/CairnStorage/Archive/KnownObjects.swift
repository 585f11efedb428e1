import CairnShims

/// The objects that an archive has already: what makes a second run skip them.
package struct KnownObjects: Sendable {
  package struct Known: Sendable {
    package var sourceByteCount: Int
    package var modified: Int64
    package var digest: [UInt8]
    package var version: Int
  }

  private struct KeyHash: Hashable {
    var low: UInt64
    var high: UInt64

    init(_ key: [UInt8]) {
      let hash = key.withUnsafeBytes { cairn_xxh3_128($0.baseAddress, $0.count, 0) }
      low = hash.low
      high = hash.high
    }
  }

  private var entries: [KeyHash: [Known]] = [:]

  package init() {}

  package init(_ snapshot: ArchiveSnapshot) throws {
    for entry in snapshot.manifest.segments {
      let reader = try snapshot.open(entry)
      for block in reader.footer.objectBlocks.indices {
        for object in try reader.objects(block: block) where object.isLastFragment { add(object) }
      }
    }
  }

  private mutating func add(_ object: StoredObject) {
    entries[KeyHash(object.key), default: []].append(
      Known(
        sourceByteCount: object.sourceByteCount, modified: object.modified, digest: object.objectDigest,
        version: object.version))
  }

  package func versions(_ key: [UInt8]) -> [Known] { entries[KeyHash(key)] ?? [] }

  /// Whether the file is in, judged by key, size and modification time.
  package func contains(_ file: SourceFile) -> Bool {
    !file.isStream && file.modified != SourceFile.unknownTime
      && versions(file.key).contains { $0.sourceByteCount == file.byteCount && $0.modified == file.modified }
  }
}
