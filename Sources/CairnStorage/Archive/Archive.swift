import Glibc

/// An archive opened for reading: one snapshot, which later commits do not touch.
public final class ArchiveSnapshot: Sendable {
  /// The directory.
  public let path: String
  /// The state that the snapshot shows.
  public let manifest: Manifest
  private let directory: ArchiveDirectory

  /// Opens the newest state of the archive at `path`.
  ///
  /// Throws `CairnError.usage` where `path` is no archive, `.damaged` where `CURRENT` or the manifest is damaged or
  /// missing, `.unsupportedVersion` where a newer Cairn has written it, `.io` where the system cannot read it.
  public convenience init(path: String) throws {
    let directory = try ArchiveDirectory(forReading: path)
    self.init(directory, try directory.load())
  }

  package init(_ directory: ArchiveDirectory, _ manifest: Manifest) {
    path = directory.path
    self.directory = directory
    self.manifest = manifest
  }

  /// What tells its directory from any other.
  package func identity() throws -> FileStatus.Identity { try directory.root.status().identity }

  /// Opens a segment of the snapshot, and checks that it is the file that was committed and that all the manifest says
  /// of it is so.
  ///
  /// - Parameter readsMarks: false for those who want all rows, and what is stored whatever is known of it.
  package func open(
    _ entry: SegmentEntry, statistics: ReadStatistics = ReadStatistics(),
    pool: BufferPool = BufferPool(byteLimit: BufferPool.smallByteLimit), readsMarks: Bool = true
  ) throws -> SegmentReader {
    let marks = readsMarks ? try marks(of: entry) : nil
    let name = FileName("\(ArchiveDirectory.segments)/\(entry.name)")
    let store: FileBlockStore
    do {
      store = try FileBlockStore(path: name, in: directory.root)
    } catch CairnError.io(let file, "open", ENOENT) {
      throw CairnError.damaged(file: file, offset: 0, cause: "segment of the manifest is missing")
    }
    let reader = try SegmentReader(store, statistics: statistics, pool: pool, marks: marks)
    try entry.check(reader)
    return reader
  }

  /// The rows of a segment that queries skip; nil where there are none. Throws `CairnError.damaged`.
  package func marks(of entry: SegmentEntry) throws -> ShadowMarks? {
    try entry.marks?.read(of: entry, in: directory.root)
  }
}

extension SegmentReader {
  /// The checksum at the end of the footer block.
  package func seal() throws -> UInt64 {
    let offset = footerRef.offset + UInt64(footerRef.byteCount) - 8
    var reader = ByteReader(
      try blocks.store.read(offset: offset, byteCount: 8), origin: ByteOrigin(file: name, offset: offset))
    return try reader.readUInt64()
  }
}
