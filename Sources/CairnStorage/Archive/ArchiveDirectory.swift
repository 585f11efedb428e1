import Glibc

/// An archive's open directory, and what it says of the archive's state.
package struct ArchiveDirectory: Sendable {
  package let root: DirectoryHandle

  package static let current: FileName = "CURRENT"
  package static let lock: FileName = "LOCK"
  package static let segments: FileName = "segments"
  package static let rejects: FileName = "rejects"
  package static let temporary: FileName = "tmp"
  package static let lostAndFound: FileName = "lost+found"
  /// When it was verified, for monitors.
  package static let verified: FileName = "VERIFIED"
  package static let temporaryVerified: FileName = "VERIFIED.tmp"
  /// What `CURRENT` and manifests are called until they are whole.
  static let temporaryCurrent: FileName = "CURRENT.tmp"
  static let temporaryManifest: FileName = "MANIFEST.tmp"

  package init(_ root: DirectoryHandle) { self.root = root }

  /// Opens a directory to read an archive in it. Throws `CairnError.usage` where `path` is a file.
  package init(forReading path: String) throws {
    do {
      root = try DirectoryHandle.openForLookup(path)
    } catch let error as CairnError {
      guard case .io(_, _, ENOTDIR) = error, try Directory.status(path) != nil else { throw error }
      throw CairnError.usage("\(path): not a Cairn archive (no directory)")
    }
  }

  package var path: String { root.path }

  static func sequence(of name: FileName) -> Int? { name.text.flatMap { Manifest.sequence(ofFileName: $0) } }

  // MARK: State

  /// What `CURRENT` says; nil only where the system says that there is none.
  package func pointer() throws -> CurrentPointer? {
    do {
      guard let bytes = try root.readStored(Self.current, limit: CurrentPointer.byteLimit) else { return nil }
      return try CurrentPointer.decode(bytes, file: root.path(of: Self.current))
    } catch CairnError.damaged(let file, let offset, let cause) {
      throw CairnError.damaged(file: file, offset: offset, cause: cause + wayOut)
    }
  }

  /// The manifest that `CURRENT` names.
  package func manifest(_ pointer: CurrentPointer) throws -> Manifest {
    do {
      guard let bytes = try manifestBytes(pointer.sequence) else {
        throw damagedManifest(pointer.sequence, "manifest named by CURRENT is missing")
      }
      guard checksum(bytes, seed: 0) == pointer.manifestChecksum else {
        throw damagedManifest(pointer.sequence, "manifest does not match its checksum in CURRENT")
      }
      return try decode(bytes, pointer.sequence)
    } catch CairnError.damaged(let file, let offset, let cause) {
      throw CairnError.damaged(file: file, offset: offset, cause: cause + wayOut)
    }
  }

  /// A manifest by its number alone, with its own checksum only. Throws `CairnError.damaged`, `.unsupportedVersion`.
  func manifest(_ sequence: Int) throws -> Manifest {
    guard let bytes = try manifestBytes(sequence) else {
      throw damagedManifest(sequence, "manifest is missing")
    }
    return try decode(bytes, sequence)
  }

  private func manifestBytes(_ sequence: Int) throws -> [UInt8]? {
    try root.readStored(FileName(Manifest.fileName(sequence)), limit: Manifest.byteLimit)
  }

  private func decode(_ bytes: [UInt8], _ sequence: Int) throws -> Manifest {
    let manifest = try Manifest.decode(
      bytes, file: root.path(of: FileName(Manifest.fileName(sequence))))
    guard manifest.sequence == sequence else {
      throw damagedManifest(sequence, "manifest has number \(manifest.sequence)")
    }
    return manifest
  }

  private func damagedManifest(_ sequence: Int, _ cause: String) -> CairnError {
    .damaged(file: root.path(of: FileName(Manifest.fileName(sequence))), offset: 0, cause: cause)
  }

  /// What a message about a lost state ends with.
  private var wayOut: String { " (`cairn recover` shows the newest state that is whole)" }

  /// The state in force, for a reader.
  ///
  /// A commit may replace the manifest between the two reads; then `CURRENT` has moved on and is read again.
  package func load() throws -> Manifest {
    var previous: CurrentPointer?
    while true {
      guard let pointer = try pointer() else {
        try refuseWithoutPointer()
        continue
      }
      do {
        return try manifest(pointer)
      } catch {
        if pointer == previous { throw error }
        previous = pointer
      }
    }
  }

  /// Throws what the absence of `CURRENT` means; returns where it has come meanwhile.
  private func refuseWithoutPointer() throws {
    let remains = try remains()
    if try pointer() != nil { return }
    if case .archive(let trace) = remains { throw lost(trace) }
    throw CairnError.usage("\(path): not a Cairn archive (no CURRENT in it)")
  }

  func lost(_ trace: String) -> CairnError {
    .damaged(
      file: root.path(of: Self.current), offset: 0,
      cause: "CURRENT is missing, but the directory is an archive's: \(trace) is there" + wayOut)
  }

  /// `CURRENT` has gone back, were it by a copy from a backup.
  func outdated(_ sequence: Int, _ newest: Int) -> CairnError {
    .damaged(
      file: root.path(of: Self.current), offset: 0,
      cause: "CURRENT names \(Manifest.fileName(sequence)), but \(Manifest.fileName(newest)) is there"
        + wayOut)
  }

  /// Commits of which a manifest is there, in order.
  func sequences() throws -> [Int] { try root.names().compactMap(Self.sequence).sorted() }

  // MARK: Without a state

  /// What a directory without `CURRENT` holds.
  enum Remains: Equatable {
    /// Nothing, or what a run made before its archive had its first state.
    case nothing
    /// Something of an archive.
    case archive(String)
    /// Only what is none of ours.
    case foreign(String)
  }

  func remains() throws -> Remains {
    var foreign: String?
    var archive: String?
    for name in try root.names() {
      switch name {
      // A file system's own `lost+found` may lie in an archive that is one's root.
      case Self.lock, Self.temporaryCurrent, Self.temporaryManifest, Self.lostAndFound, KnownLog.name,
        KnownLog.temporaryName, Self.verified, Self.temporaryVerified:
        continue
      case Self.segments, Self.rejects, Self.temporary:
        guard try root.status(of: name)?.kind == .directory else {
          foreign = foreign ?? "\(name)"
          continue
        }
        guard let first = try root.directory(name).names().first else { continue }
        let isOurs = name == Self.segments ? Self.isStored(first) : name == Self.rejects
        if isOurs { archive = archive ?? "\(name)/\(first)" } else { foreign = foreign ?? "\(name)/\(first)" }
      default:
        guard let sequence = Self.sequence(of: name) else {
          foreign = foreign ?? "\(name)"
          continue
        }
        if try !isUnfinishedBeginning(sequence) { archive = "\(name)" }
      }
    }
    if let archive { return .archive(archive) }
    return foreign.map { .foreign($0) } ?? .nothing
  }

  static func isSegment(_ name: FileName) -> Bool {
    if case .segment = StoredName(name.bytes) { true } else { false }
  }

  /// Whether a name is one that files in `segments/` have.
  static func isStored(_ name: FileName) -> Bool { StoredName(name.bytes) != nil }

  /// The first manifest of an archive names nothing: a run that ended before `CURRENT` named it has left nothing else.
  private func isUnfinishedBeginning(_ sequence: Int) throws -> Bool {
    guard sequence == Self.firstManifest.sequence else { return false }
    let expected = Self.firstManifest.encode()
    let bytes = try root.readStored(FileName(Manifest.fileName(sequence)), limit: expected.count + 1)
    return bytes.map { expected.starts(with: $0) } ?? true
  }

  static let firstManifest = Manifest(sequence: 1)
}
