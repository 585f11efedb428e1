import Glibc

/// A look at all states that an archive's manifests describe. Only what is certainly damaged or missing is passed
/// over: what the system cannot read just now may be whole.
struct ArchiveSurvey {
  private let directory: ArchiveDirectory
  /// What keeps the archive from being read or written as it is.
  private(set) var problem: String?
  /// The state of the newest manifest that is intact, as far as its segments are whole.
  private(set) var state: Manifest?
  /// Whether the state is a new one, since segments of that manifest are not whole.
  private(set) var isReduced = false
  /// Manifests that are not the state, newest first.
  private(set) var passedOver: [ArchiveRecovery.Exclusion] = []
  private let sequences: [Int]

  init(_ directory: ArchiveDirectory) throws {
    self.directory = directory
    sequences = try directory.sequences()
    guard let problem = try findStateInForce() else { return }
    self.problem = problem
    for sequence in sequences.reversed() where state == nil {
      let manifest: Manifest
      do {
        manifest = try directory.manifest(sequence)
      } catch CairnError.damaged(let file, let offset, let cause) {
        passOver(sequence, "\(CairnError.damaged(file: file, offset: offset, cause: cause))")
        continue
      }
      try take(manifest)
    }
  }

  private mutating func passOver(_ sequence: Int, _ reason: String) {
    passedOver.append(.init(name: Manifest.fileName(sequence), reason: reason))
  }

  /// Takes an intact manifest's state, without the segments that are not whole. Throws `CairnError.damaged` where none
  /// is: then `segments/` itself is likely to be elsewhere, and an older state would have nothing either.
  private mutating func take(_ manifest: Manifest) throws {
    let snapshot = ArchiveSnapshot(directory, manifest)
    var whole: [SegmentEntry] = []
    var failures: [CairnError] = []
    for entry in manifest.segments {
      do {
        _ = try snapshot.open(entry, readsMarks: false)
        whole.append(entry)
        _ = try snapshot.marks(of: entry)
      } catch let error as CairnError {
        guard case .damaged = error else { throw error }
        failures.append(error)
      }
    }
    guard let first = failures.first else {
      state = manifest
      return
    }
    if whole.isEmpty { throw first }
    let more = failures.count > 1 ? ", and \(failures.count - 1) more of its files are not whole" : ""
    passOver(manifest.sequence, "\(first)\(more)")
    // Marks are found anew: what hid a row may be gone.
    for index in whole.indices { whole[index].marks = nil }
    var reduced = Manifest(sequence: nextSequence, segments: whole)
    (reduced.drops, reduced.hold) = (manifest.drops, manifest.hold)
    state = reduced
    isReduced = true
  }

  private var nextSequence: Int { (sequences.last ?? 0) + 1 }

  /// Takes the state that `CURRENT` names where it is whole and the newest; else gives what is wrong.
  private mutating func findStateInForce() throws -> String? {
    do {
      guard let pointer = try readPointer() else {
        guard case .archive(let trace) = try directory.remains() else {
          throw CairnError.usage("\(directory.path): not a Cairn archive (no CURRENT in it)")
        }
        throw directory.lost(trace)
      }
      let manifest = try directory.manifest(pointer)
      try checkSegments(of: manifest)
      if let newest = sequences.last, newest > manifest.sequence + 1 {
        throw directory.outdated(manifest.sequence, newest)
      }
      state = manifest
      return nil
    } catch let error as CairnError {
      guard case .damaged = error else { throw error }
      return "\(error)"
    }
  }

  /// An unreadable `CURRENT` can be written anew, unlike anything else that is unreadable.
  private func readPointer() throws -> CurrentPointer? {
    do {
      return try directory.pointer()
    } catch CairnError.io(let path, let action, let number) {
      throw CairnError.damaged(file: path, offset: 0, cause: "cannot \(action): \(systemMessage(number))")
    }
  }

  private func checkSegments(of manifest: Manifest) throws {
    let snapshot = ArchiveSnapshot(directory, manifest)
    for entry in manifest.segments { _ = try snapshot.open(entry) }
  }

  /// Names in `segments/`; none where there is no such directory.
  private func segmentNames() throws -> [FileName] {
    guard try directory.root.status(of: ArchiveDirectory.segments) != nil else { return [] }
    return try directory.root.directory(ArchiveDirectory.segments, followsLinks: true).names()
  }

  private func open(_ name: FileName) throws -> SegmentReader {
    let path = FileName(bytes: ArchiveDirectory.segments.bytes + Array("/".utf8) + name.bytes)
    return try SegmentReader(try FileBlockStore(path: path, in: directory.root))
  }

  /// A state of all segments that can be opened, without any manifest's word. Throws `CairnError.damaged` where there
  /// is none.
  func rebuilt() throws -> Manifest {
    var manifest = Manifest(sequence: nextSequence)
    let names = try segmentNames().compactMap { name in
      name.text.flatMap { text in Manifest.segmentNumber(ofName: text).map { (number: $0, text: text) } }
    }
    // Newest first: what a merge has taken over is not to come twice.
    var seen: Set<Hash128> = []
    for name in names.sorted(by: { $0.number > $1.number }) {
      do {
        let reader = try open(FileName(name.text))
        let entry = try SegmentEntry(name: name.text, reader)
        let objects = (try? reader.objects())?.map(Self.identity) ?? []
        if !objects.isEmpty, seen.isSuperset(of: objects) { continue }
        seen.formUnion(objects)
        manifest.segments.append(entry)
      } catch CairnError.damaged {
        // Reported with all that the state does not have.
        continue
      }
    }
    manifest.segments.reverse()
    guard !manifest.segments.isEmpty else {
      throw CairnError.damaged(
        file: directory.path, offset: 0,
        cause: "no manifest describes a state that is whole, and no segment opens")
    }
    // Segments that lie about themselves make no state either.
    return try Manifest.decode(manifest.encode(), file: directory.path)
  }

  private static func identity(_ object: StoredObject) -> Hash128 {
    Hash128(object.key + [0] + Array("\(object.version) \(object.fragment) ".utf8) + object.digest)
  }

  /// What `segments/` holds beyond a state.
  func segmentsOutside(_ manifest: Manifest) throws -> [ArchiveRecovery.Exclusion] {
    let named = StoredNames(manifest)
    return try segmentNames().filter { !named.contains($0) }.map { name in
      var reason = "the state does not name it"
      if !ArchiveDirectory.isStored(name) || ArchiveDirectory.isSegment(name) {
        do { _ = try open(name) } catch { reason = "\(error)" }
      }
      return ArchiveRecovery.Exclusion(name: "\(ArchiveDirectory.segments)/\(name)", reason: reason)
    }
  }
}
