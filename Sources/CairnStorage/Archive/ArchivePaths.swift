/// Names inside an archive directory.
package struct ArchivePaths: Sendable {
  package let root: String

  package init(_ root: String) { self.root = root }

  package var current: String { root + "/CURRENT" }
  package var segments: String { root + "/segments" }
  package var rejects: String { root + "/rejects" }
  package var temporary: String { root + "/tmp" }
  package func segment(_ name: String) -> String { segments + "/" + name }

  /// Whether every archive has an entry of this name, or of another one that this is true for.
  package static func isOfArchive(_ name: [UInt8]) -> Bool {
    name == ArchiveDirectory.current.bytes || name == ArchiveDirectory.segments.bytes
  }

  /// Whether the directory is an archive, were its `CURRENT` missing or unreadable.
  ///
  /// Throws `CairnError.io` where that cannot be told, and where `path` is no directory.
  package static func isArchive(_ path: FilePath) throws -> Bool {
    let root = try DirectoryHandle.openForLookup(path)
    if let bytes = try? root.readStored(ArchiveDirectory.current, limit: CurrentPointer.byteLimit),
      bytes.starts(with: Array("MANIFEST-".utf8))
    {
      return true
    }
    guard try root.status(of: ArchiveDirectory.segments)?.kind == .directory else { return false }
    if try root.names().contains(where: { ArchiveDirectory.sequence(of: $0) != nil }) { return true }
    let segments = try root.directory(ArchiveDirectory.segments)
    return try segments.names().contains(where: ArchiveDirectory.isSegment)
  }
}
