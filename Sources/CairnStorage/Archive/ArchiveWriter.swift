import Glibc

/// The one writer of an archive: holds the lock, adds segments, commits states.
package final class ArchiveWriter {
  package let paths: ArchivePaths
  package private(set) var manifest: Manifest
  private let lock: File
  private var nextSegmentNumber = 1
  /// Manifests kept beside the one in force, for readers that are just opening one.
  static let keptManifestCount = 4

  /// Opens the archive at `path` for writing, making it where there is none.
  ///
  /// Throws `CairnError.locked` where another process writes to it, `.usage` where `path` is a directory with
  /// other things in it.
  package init(path: String) throws {
    paths = ArchivePaths(path)
    let isNew = !Directory.exists(paths.current)
    if isNew, Directory.isDirectory(path) {
      let foreign = try Directory.names(path).filter {
        !Self.ownNames.contains($0) && !$0.hasPrefix("MANIFEST-")
      }
      if let first = foreign.first {
        throw CairnError.usage("\(path): not a Cairn archive, and not empty (\(first) is in it)")
      }
    }
    try Directory.createAll(path)
    lock = try File.openForLocking(paths.lock)
    guard try lock.tryLock() else {
      let owner = (try? File.readAll(paths.lock, limit: 64)).map { String(decoding: $0, as: UTF8.self) } ?? ""
      let shown = owner.split(separator: "\n").first.map(String.init) ?? "owner unknown"
      throw CairnError.locked(path: path, owner: shown)
    }
    try lock.truncate(to: 0)
    try lock.write(Array("pid \(getpid())\n".utf8))
    for directory in [paths.segments, paths.rejects, paths.temporary] { try Directory.create(directory) }
    if Directory.exists(paths.current) {
      manifest = try ArchiveSnapshot(path: path).manifest
    } else {
      manifest = Manifest()
      try publish()
    }
    try collectGarbage()
  }

  // Closing alone leaves the lock with any child process that was being forked at that moment.
  deinit { lock.unlock() }

  private static let ownNames: Set<String> = ["LOCK", "segments", "rejects", "tmp", "CURRENT.tmp"]

  /// Removes what an interrupted run left: temporary files, segments that no commit names, old manifests.
  private func collectGarbage() throws {
    for name in try Directory.names(paths.temporary) { try Directory.remove(paths.temporary + "/" + name) }
    let committed = Set(manifest.segments.map(\.name))
    for name in try Directory.names(paths.segments) {
      if !committed.contains(name) { try Directory.remove(paths.segment(name)) }
    }
    nextSegmentNumber = (committed.compactMap { Int($0.prefix { $0 != "." }) }.max() ?? 0) + 1
  }

  package func snapshot() throws -> ArchiveSnapshot { try ArchiveSnapshot(path: paths.root) }

  package struct NewSegment {
    package var entry: SegmentEntry
    fileprivate var temporaryPath: String
  }

  /// Seals `pieces` into a file in `tmp/`, proves that it rebuilds its objects, and syncs it. Not yet visible.
  ///
  /// `pieces` is emptied once it is no longer needed, so that its memory is free for the proof.
  package func write(_ pieces: inout [Piece], threads: Int) throws -> NewSegment {
    let name = Manifest.padded(nextSegmentNumber) + ".cairn"
    nextSegmentNumber += 1
    let path = paths.temporary + "/" + name
    let footer: Footer
    do {
      let file = try File.create(path)
      footer = try SegmentWriter(pieces, threads: threads).write(to: file)
      try file.sync()
    } catch {
      try? Directory.remove(path)
      throw error
    }
    pieces = []
    let reader = try SegmentReader(try FileBlockStore(path: path))
    _ = try SegmentVerifier(reader, threads: threads).verifyObjects()
    let range = footer.timeRange
    let entry = SegmentEntry(
      name: name, byteCount: reader.byteCount, rowCount: footer.rowCount, recordCount: footer.recordCount,
      duplicateCount: footer.duplicateCount, rejectedCount: footer.rejectedCount,
      objectCount: footer.objectCount, jsonByteCount: footer.jsonByteCount,
      sourceByteCount: footer.sourceByteCount, minimumTime: range.minimum, maximumTime: range.maximum,
      untimedRowCount: footer.rowGroups.reduce(0) { $0 + $1.untimedRowCount }, seal: try reader.seal())
    return NewSegment(entry: entry, temporaryPath: path)
  }

  /// Makes the segments part of the archive, all or none.
  package func commit(_ segments: [NewSegment]) throws {
    for segment in segments {
      try Directory.rename(segment.temporaryPath, to: paths.segment(segment.entry.name))
    }
    try Directory.sync(paths.segments)
    manifest.segments += segments.map(\.entry)
    try publish()
  }

  /// Writes the next manifest and moves `CURRENT` to it: the moment of commit is the rename.
  private func publish() throws {
    manifest.sequence += 1
    let bytes = manifest.encode()
    try writeSynced(paths.manifest(manifest.sequence), bytes)
    let pointer = CurrentPointer(sequence: manifest.sequence, manifestChecksum: checksum(bytes, seed: 0))
    try writeSynced(paths.current + ".tmp", pointer.encode())
    try Directory.sync(paths.root)
    try Directory.rename(paths.current + ".tmp", to: paths.current)
    try Directory.sync(paths.root)
    try removeOldManifests()
  }

  private func removeOldManifests() throws {
    for name in try Directory.names(paths.root) where name.hasPrefix("MANIFEST-") {
      guard let sequence = Int(name.dropFirst(9)), sequence < manifest.sequence - Self.keptManifestCount
      else {
        continue
      }
      try Directory.remove(paths.root + "/" + name)
    }
  }

  private func writeSynced(_ path: String, _ bytes: [UInt8]) throws {
    let file = try File.create(path)
    try file.write(bytes)
    try file.sync()
  }
}
