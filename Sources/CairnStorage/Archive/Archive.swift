import Glibc

/// Names inside an archive directory.
package struct ArchivePaths: Sendable {
  package let root: String

  package init(_ root: String) { self.root = root }

  package var current: String { root + "/CURRENT" }
  package var lock: String { root + "/LOCK" }
  package var segments: String { root + "/segments" }
  package var rejects: String { root + "/rejects" }
  package var temporary: String { root + "/tmp" }
  package func manifest(_ sequence: Int) -> String { root + "/" + Manifest.fileName(sequence) }
  package func segment(_ name: String) -> String { segments + "/" + name }

  /// Whether the directory is an archive.
  package static func isArchive(_ path: String) -> Bool {
    guard let bytes = try? File.readAll(path + "/CURRENT", limit: 64) else { return false }
    return bytes.starts(with: Array("MANIFEST-".utf8))
  }
}

/// An archive opened for reading: one snapshot, which later commits do not touch.
public final class ArchiveSnapshot: Sendable {
  /// The directory.
  public let path: String
  /// The state that the snapshot shows.
  public let manifest: Manifest
  package let paths: ArchivePaths

  /// Opens the newest state of the archive at `path`.
  ///
  /// Throws `CairnError.usage` where `path` is no archive, `.damaged` where `CURRENT` or the manifest is, `.io`.
  public init(path: String) throws {
    self.path = path
    paths = ArchivePaths(path)
    manifest = try Self.load(paths)
  }

  /// A commit may replace the manifest between the two reads; then `CURRENT` has moved on and is read again.
  private static func load(_ paths: ArchivePaths) throws -> Manifest {
    var previous: CurrentPointer?
    while true {
      let pointer = try readCurrent(paths)
      do {
        return try readManifest(paths, pointer)
      } catch {
        if pointer == previous { throw error }
        previous = pointer
      }
    }
  }

  private static func readCurrent(_ paths: ArchivePaths) throws -> CurrentPointer {
    guard Directory.exists(paths.current) else {
      guard Directory.exists(paths.root) else {
        throw CairnError.io(path: paths.root, action: "open", errno: ENOENT)
      }
      throw CairnError.usage("\(paths.root): not a Cairn archive (no CURRENT in it)")
    }
    return try CurrentPointer.decode(try File.readAll(paths.current, limit: 256), file: paths.current)
  }

  private static func readManifest(_ paths: ArchivePaths, _ pointer: CurrentPointer) throws -> Manifest {
    let path = paths.manifest(pointer.sequence)
    guard Directory.exists(path) else {
      throw CairnError.damaged(file: path, offset: 0, cause: "manifest named by CURRENT is missing")
    }
    let bytes = try File.readAll(path)
    guard checksum(bytes, seed: 0) == pointer.manifestChecksum else {
      throw CairnError.damaged(
        file: path, offset: 0, cause: "manifest does not match its checksum in CURRENT")
    }
    let manifest = try Manifest.decode(bytes, file: path)
    guard manifest.sequence == pointer.sequence else {
      throw CairnError.damaged(file: path, offset: 0, cause: "manifest has number \(manifest.sequence)")
    }
    return manifest
  }

  /// Opens a segment of the snapshot, and checks that it is the file that was committed.
  package func open(
    _ entry: SegmentEntry, statistics: ReadStatistics = ReadStatistics(),
    pool: BufferPool = BufferPool(byteLimit: BufferPool.smallByteLimit)
  ) throws -> SegmentReader {
    let path = paths.segment(entry.name)
    guard Directory.exists(path) else {
      throw CairnError.damaged(file: path, offset: 0, cause: "segment of the manifest is missing")
    }
    let reader = try SegmentReader(try FileBlockStore(path: path), statistics: statistics, pool: pool)
    guard reader.byteCount == entry.byteCount, try reader.seal() == entry.seal,
      reader.footer.rowCount == entry.rowCount
    else {
      throw CairnError.damaged(file: path, offset: 0, cause: "file is not the segment that was committed")
    }
    return reader
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
