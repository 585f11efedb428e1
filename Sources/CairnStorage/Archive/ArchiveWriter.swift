import Glibc

/// The one writer of an archive: holds the lock, adds segments, commits states.
package final class ArchiveWriter {
  package let paths: ArchivePaths
  package private(set) var manifest = Manifest()
  let directory: ArchiveDirectory
  let segments: DirectoryHandle
  let temporary: DirectoryHandle
  private let rejects: DirectoryHandle
  let claim: WriterClaim
  /// What `CURRENT` says, as this writer has read or written it; nil until an archive has its first state.
  private var pointer: CurrentPointer?
  private var nextSegmentNumber = 1
  private let level: Int32
  private let memoryByteLimit: Int
  /// Part of the names of this run's temporary files, so that no other run's are meant.
  let token: String
  /// With less memory sealing spares it.
  private static let ampleByteCount = 512 << 20
  /// Manifests kept beside the one in force, for readers that are just opening one.
  static let keptManifestCount = 4

  /// Opens the archive at `path` for writing, making it where there is nothing.
  ///
  /// Throws `CairnError.locked` where another process writes to it, `.usage` where `path` is a directory with
  /// other things in it, `.damaged` where it is an archive without a readable state, `.io`.
  ///
  /// - Parameters:
  ///   - level: of zstd, in the segments that are written.
  ///   - memoryByteLimit: what proving a segment keeps within, about.
  package init(
    path: String, level: Int32 = ZstdCompressor.defaultLevel, memoryByteLimit: Int = 1 << 30
  ) throws {
    self.level = level
    self.memoryByteLimit = memoryByteLimit
    paths = ArchivePaths(path)
    try Self.refuseBeforeTouching(path)
    try Directory.createAll(path)
    let root = try DirectoryHandle.open(path)
    directory = ArchiveDirectory(root)
    claim = try WriterClaim(root)
    token = hexadecimal(UInt64.random(in: 0...UInt64.max))
    (segments, rejects, temporary) = try Self.openParts(root)
    if let pointer = try directory.pointer() {
      manifest = try directory.manifest(pointer)
      self.pointer = pointer
      try refuseOlderState()
    } else {
      try begin()
    }
    try setLeftoversAside()
    nextSegmentNumber = manifest.lastSegmentNumber + 1
  }

  /// What is no archive is left as it is, without so much as a `LOCK` in it.
  private static func refuseBeforeTouching(_ path: String) throws {
    if try Directory.status(path) == nil { return try refuseInsideArchive(path) }
    let directory = try ArchiveDirectory(forReading: path)
    if try directory.pointer() == nil { try refuse(try directory.remains(), directory) }
  }

  private static func refuse(_ remains: ArchiveDirectory.Remains, _ directory: ArchiveDirectory) throws {
    switch remains {
    case .nothing: return
    case .archive(let trace): throw directory.lost(trace)
    case .foreign(let name):
      throw CairnError.usage("\(directory.path): not a Cairn archive, and not empty (\(name) is in it)")
    }
  }

  /// An archive below another's directory would be taken for something that is lost there.
  private static func refuseInsideArchive(_ path: String) throws {
    var parent = Directory.parent(of: path)
    while try Directory.status(parent) == nil, Directory.parent(of: parent) != parent {
      parent = Directory.parent(of: parent)
    }
    for directory in [parent, parent + "/.."] {
      // What cannot be told of directories above is no reason against a new one.
      guard let isArchive = try? ArchivePaths.isArchive(FilePath(directory)), isArchive else { continue }
      throw CairnError.usage("\(path): lies inside another archive (\(directory))")
    }
  }

  private static func openParts(
    _ root: DirectoryHandle
  ) throws -> (segments: DirectoryHandle, rejects: DirectoryHandle, temporary: DirectoryHandle) {
    var hasMade = false
    for name in [ArchiveDirectory.segments, ArchiveDirectory.rejects, ArchiveDirectory.temporary] {
      if try root.makeDirectory(name) { hasMade = true }
    }
    if hasMade { try root.sync() }
    // Segments and rejects may lie on another disk, behind a link; what is in `tmp` is removed, so it must be our own.
    return (
      try root.directory(ArchiveDirectory.segments, followsLinks: true),
      try root.directory(ArchiveDirectory.rejects, followsLinks: true),
      try root.directory(ArchiveDirectory.temporary)
    )
  }

  /// The first state of a new archive.
  private func begin() throws {
    try Self.refuse(try directory.remains(), directory)
    let first = ArchiveDirectory.firstManifest
    // Of a run that ended here before: it names nothing.
    try directory.root.remove(FileName(Manifest.fileName(first.sequence)))
    try publish(first)
  }

  /// A commit leaves at most one manifest newer than `CURRENT`, its own when it is interrupted: more mean that
  /// `CURRENT` has gone back, and going on from it would set newer states aside.
  private func refuseOlderState() throws {
    let newest = try directory.sequences().last ?? 0
    guard newest <= manifest.sequence + 1 else { throw directory.outdated(manifest.sequence, newest) }
  }

  package func snapshot() throws -> ArchiveSnapshot { ArchiveSnapshot(directory, manifest) }

  // MARK: Segments

  /// A segment that is on disk and proved, under a temporary name.
  package struct NewSegment {
    package var entry: SegmentEntry
    /// What its objects are told by.
    var objects: [KnownObjects.Object]
    var temporaryName: FileName
    /// Held open with a lock, so that no other writer takes it for a dead run's.
    var file: File
  }

  /// Seals `pieces` into a file in `tmp/`, proves that it rebuilds its objects, and syncs it. Not yet visible.
  ///
  /// `pieces` is emptied once it is no longer needed, so that its memory is free for the proof; then `release` is called.
  package func write(
    _ pieces: inout [Piece], threads: Int, progress: SealingProgress? = nil, release: () -> Void = {}
  ) throws -> NewSegment {
    guard nextSegmentNumber <= Manifest.numberLimit else {
      throw CairnError.damaged(
        file: paths.segments, offset: 0, cause: "no segment can follow number \(manifest.lastSegmentNumber)")
    }
    let name = Manifest.segmentName(nextSegmentNumber)
    let temporaryName = Self.temporaryName(nextSegmentNumber, token)
    nextSegmentNumber += 1
    let file = try temporary.createFile(temporaryName)
    do {
      guard try file.tryLock() else {
        throw CairnError.io(path: file.path, action: "lock", errno: EWOULDBLOCK)
      }
      let writer = SegmentWriter(
        pieces, threads: threads, level: level, progress: progress,
        sparesMemory: memoryByteLimit < Self.ampleByteCount)
      _ = try writer.write(to: file)
      // On its way to the disk while it is proved.
      file.startWriting()
    } catch {
      try? temporary.remove(temporaryName)
      throw error
    }
    let objects = KnownObjects.Object.ending(in: pieces)
    let read = ReadObjects(pieces)
    pieces = []
    release()
    KeptMemory.releasePieces()
    let reader = try SegmentReader(try FileBlockStore(path: temporaryName, in: temporary))
    let byteCount = Double(max(1, reader.footer.jsonByteCount))
    let verifier = SegmentVerifier(reader, threads: threads, memoryByteLimit: memoryByteLimit)
    _ = try verifier.verifyContent(comparing: read) { object in
      progress?.add(Double(object.byteCount) / byteCount, of: SealingProgress.proving)
    }
    do { try file.sync() } catch {
      try? temporary.remove(temporaryName)
      throw error
    }
    let entry = try SegmentEntry(name: name, reader)
    return NewSegment(entry: entry, objects: objects, temporaryName: temporaryName, file: file)
  }

  // MARK: Commits

  /// Makes the segments part of the archive, all or none, in the place of those that are named in `gone`; finds the
  /// marks of rows that they share with others. Gives the segments as the manifest has them.
  ///
  /// Files that have been retired for longer than `grace`, in milliseconds, are removed.
  ///
  /// Throws `CairnError.superseded` where the archive is no longer the one that was opened; the segments are then in
  /// its `lost+found`.
  @discardableResult
  package func commit(
    _ new: [NewSegment], removing gone: Set<String> = [], threads: Int = 1,
    grace: Int64 = RetiredFiles.defaultGrace, editing edit: (inout Manifest) -> Void = { _ in }
  ) throws -> [SegmentEntry] {
    var next = manifest
    next.sequence += 1
    let removed = next.segments.filter { gone.contains($0.name) }
    next.segments.removeAll { gone.contains($0.name) }
    next.segments += new.map(\.entry)
    edit(&next)
    var marks: [NewMarks] = []
    do {
      marks = try makeMarks(&next, new, gone: removed, threads: threads)
      try prove()
      try collect(&next, grace: grace)
      for segment in new { try publishFile(segment) }
      try publishMarks(marks)
      try segments.sync()
      try publish(next)
      return Array(next.segments.suffix(new.count))
    } catch CairnError.superseded(let path, let cause) {
      discardTemporary(marks)
      throw CairnError.superseded(path: path, cause: cause + "; " + keepAside(new, because: cause))
    } catch {
      takeBack(new, marks, next)
      throw error
    }
  }

  func prove() throws {
    if let pointer { try claim.prove(pointer) }
  }

  /// Writes a manifest and moves `CURRENT` to it: the moment of commit is the rename of `CURRENT`.
  private func publish(_ next: Manifest) throws {
    guard next.sequence <= Manifest.numberLimit else {
      throw CairnError.damaged(
        file: paths.current, offset: 0, cause: "no commit can follow number \(manifest.sequence)")
    }
    // Rejects that the run has written belong to what it commits.
    try rejects.sync()
    let root = directory.root
    let bytes = next.encode()
    let name = FileName(Manifest.fileName(next.sequence))
    try root.writeSynced(ArchiveDirectory.temporaryManifest, bytes)
    do {
      try root.move(ArchiveDirectory.temporaryManifest, to: root, as: name)
    } catch CairnError.io(_, _, EEXIST) {
      throw claim.superseded("somebody else has written \(name) during this run")
    }
    let nextPointer = CurrentPointer(
      sequence: next.sequence, manifestChecksum: checksum(bytes, seed: 0))
    try root.writeSynced(ArchiveDirectory.temporaryCurrent, nextPointer.encode())
    try root.sync()
    try prove()
    try root.replace(ArchiveDirectory.current, with: ArchiveDirectory.temporaryCurrent)
    (manifest, pointer) = (next, nextPointer)
    try root.sync()
    try removeOldManifests()
  }

  /// What has been written beside segments, on disk: for runs that end without a commit.
  package func syncRejects() throws { try rejects.sync() }

  private func removeOldManifests() throws {
    for name in try directory.root.names() {
      guard let sequence = ArchiveDirectory.sequence(of: name),
        sequence < manifest.sequence - Self.keptManifestCount
      else { continue }
      try directory.root.remove(name)
    }
  }
}
