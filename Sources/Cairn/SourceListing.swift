/// The source objects of an archive or a segment, with what became of their records.
public struct SourceListing: Sendable {
  /// One object as it was delivered.
  public struct Source: Sendable {
    /// Its key, as people see it.
    public var key = ""
    /// Counted from 1 under one key.
    public var version = 1
    /// What its records are wrapped in; nil for an object that holds none.
    public var wrapping: Wrapping?
    /// Whether it was delivered as gzip or zstd.
    public var isCompressed = false
    /// Whether only a part of it could be read.
    public var isIncomplete = false
    /// SHA-256 of its JSON bytes, inflated, in hexadecimal.
    public var digest = ""
    /// Bytes as delivered.
    public var sourceByteCount = 0
    /// Records read; `records == kept + duplicates + shadowed + rejected`.
    public var records = 0
    /// Records that are rows of their own: no object before it in its segment has them.
    public var kept = 0
    /// Records that an object before it has, in its segment.
    public var duplicates = 0
    /// Records that another segment has, or the same one in another spelling: queries skip them.
    public var shadowed = 0
    /// Records that could not be read.
    public var rejected = 0
  }

  private let readers: [SegmentReader]

  /// Opens an archive directory or a segment file. Throws as opening does: `CairnError.usage`, `.damaged`, `.io`.
  public init(path: String) throws { readers = try Inspection.readers(path) }

  /// The objects of the state that a snapshot shows, whatever its directory is called and has in it by now.
  public init(_ snapshot: ArchiveSnapshot) throws {
    readers = try snapshot.manifest.segments.map { try snapshot.open($0) }
  }

  /// Calls `body` with each object, in the order of the archive; one in several segments comes once, at its end.
  public func visit(_ body: (Source) throws -> Void) throws {
    var source = Source()
    for reader in readers {
      var seen = [Bool](repeating: false, count: reader.footer.rowCount)
      var isShadowed = seen
      for row in reader.marks?.rows ?? [] { isShadowed[Int(row)] = true }
      for block in reader.footer.objectBlocks.indices {
        for object in try reader.objects(block: block) {
          if object.fragment == 0 { source = Source() }
          source.add(object, &seen, isShadowed)
          guard object.isLastFragment else { continue }
          source.finish(object)
          try body(source)
        }
      }
    }
  }
}

extension SourceListing.Source {
  fileprivate mutating func add(_ object: StoredObject, _ seen: inout [Bool], _ isShadowed: [Bool]) {
    rejected += object.rejectedCount
    for row in object.rows {
      if seen[Int(row)] {
        duplicates += 1
      } else if isShadowed[Int(row)] {
        shadowed += 1
      } else {
        kept += 1
      }
      seen[Int(row)] = true
    }
  }

  fileprivate mutating func finish(_ object: StoredObject) {
    key = shownName(object.key)
    version = object.version
    wrapping = object.flags.contains(.opaque) ? nil : object.flags.wrapping
    isCompressed = object.flags.contains(.gzip) || object.flags.contains(.zstd)
    isIncomplete = object.flags.contains(.incomplete)
    digest = hexadecimal(object.objectDigest)
    sourceByteCount = object.sourceByteCount
    records = kept + duplicates + shadowed + rejected
  }
}
