import Glibc

/// The newest state of an archive that is whole, for when `CURRENT` does not lead to one.
///
/// Making it looks only; `perform()` changes the archive. Nothing is removed: what the state does not name goes to
/// `lost+found`.
public struct ArchiveRecovery: Sendable {
  /// Something that is not part of the state, and why.
  public struct Exclusion: Sendable, Equatable {
    /// Its name in the archive.
    public var name: String
    /// What is wrong with it.
    public var reason: String
  }

  /// The directory.
  public let path: String
  /// What is wrong with the archive as it is; nil where nothing is, and nothing is to be done.
  public let problem: String?
  /// The state: the newest of those that manifests describe, or what the segments themselves tell.
  public let manifest: Manifest
  /// Whether the state is made anew: of a manifest's segments as far as they are whole, or, where no manifest is
  /// intact, of all segments that can be opened.
  public let isRebuilt: Bool
  /// Newer manifests that are damaged, or have segments that are not whole, newest first.
  public let manifestsPassedOver: [Exclusion]
  /// Segment files that the state does not have.
  public let segmentsLeftOut: [Exclusion]

  /// Looks for the newest whole state: that of the newest intact manifest, without segments that are missing or are not
  /// those that were committed; without such a manifest, all segments that can be opened.
  ///
  /// Throws `CairnError.usage` where `path` is no archive, `.damaged` where no segment is whole, `.unsupportedVersion`
  /// where a newer Cairn has written one, `.io` where it cannot be told which is the newest.
  public init(path: String) throws { try self.init(try ArchiveDirectory(forReading: path)) }

  private init(_ directory: ArchiveDirectory) throws {
    path = directory.path
    let survey = try ArchiveSurvey(directory)
    problem = survey.problem
    if let state = survey.state {
      (manifest, isRebuilt) = (state, survey.isReduced)
    } else {
      (manifest, isRebuilt) = (try survey.rebuilt(), true)
    }
    manifestsPassedOver = survey.passedOver
    segmentsLeftOut = try survey.segmentsOutside(manifest)
  }

  /// Makes the state the archive's. Throws as a writer does, and `CairnError.usage` where the archive is not the one
  /// that was looked at.
  public func perform() throws {
    let root = try DirectoryHandle.open(path)
    let claim = try WriterClaim(root)
    try withExtendedLifetime(claim) {
      let directory = ArchiveDirectory(root)
      let now = try ArchiveRecovery(directory)
      guard let problem = now.problem else { return }
      guard now.manifest == manifest, now.isRebuilt == isRebuilt else {
        throw CairnError.usage("\(path): the archive has changed since it was looked at")
      }
      try replaceState(directory, problem)
    }
  }

  private func replaceState(_ directory: ArchiveDirectory, _ problem: String) throws {
    let root = directory.root
    let lost = LostAndFound(root)
    for passed in manifestsPassedOver {
      try lost.take(FileName(passed.name), from: root, place: passed.name, reason: passed.reason)
    }
    for name in [
      ArchiveDirectory.current, ArchiveDirectory.temporaryCurrent, ArchiveDirectory.temporaryManifest,
    ] where try root.status(of: name) != nil {
      try lost.take(name, from: root, place: "\(name)", reason: "before a recovery: \(problem)")
    }
    let state = isRebuilt ? try marked(manifest, directory, lost) : manifest
    let bytes = state.encode()
    if isRebuilt {
      try root.writeSynced(ArchiveDirectory.temporaryManifest, bytes)
      try root.move(
        ArchiveDirectory.temporaryManifest, to: root, as: FileName(Manifest.fileName(manifest.sequence)))
    }
    let pointer = CurrentPointer(sequence: manifest.sequence, manifestChecksum: checksum(bytes, seed: 0))
    try root.writeSynced(ArchiveDirectory.temporaryCurrent, pointer.encode())
    try root.sync()
    try root.replace(ArchiveDirectory.current, with: ArchiveDirectory.temporaryCurrent)
    try root.sync()
  }

  /// The state with marks, found anew, of the rows that its segments have in common.
  private func marked(
    _ state: Manifest, _ directory: ArchiveDirectory, _ lost: LostAndFound
  ) throws -> Manifest {
    var state = state
    let snapshot = ArchiveSnapshot(directory, state)
    let segments = try directory.root.directory(ArchiveDirectory.segments, followsLinks: true)
    let finder = ShadowFinder(threads: 1)
    for index in state.segments.indices {
      let entry = state.segments[index]
      let reader = try snapshot.open(entry)
      let marks = try finder.marks(of: reader, behind: Array(state.segments[..<index])) {
        try snapshot.open($0)
      }
      guard let marks else { continue }
      let (named, bytes) = MarksEntry.make(marks, of: reader, entry, commit: state.sequence)
      let name = FileName(named.name)
      if try segments.status(of: name) != nil {
        try lost.take(name, from: segments, place: "segments/\(name)", reason: "no state names it")
      }
      try segments.writeSynced(name, bytes)
      state.segments[index].marks = named
    }
    try segments.sync()
    return state
  }
}
