/// What a run asks about an archive's objects and files.
///
/// Files are told by marks, so that a run over known ones reads nothing. For an object, traces tell which segments may
/// have its content or its name, and their own word decides: it is read when the first such object is met.
package final class KnownIndex: @unchecked Sendable {
  /// A segment's objects, as far as they have been looked at.
  private struct Part {
    var entry: SegmentEntry
    var contents: [UInt64]
    var names: [KnownLog.Name]
    var isLoaded = false

    func mayHave(content: UInt64, name: UInt64) -> Bool {
      let at = contents.partitioningIndex { $0 >= content }
      if at < contents.count, contents[at] == content { return true }
      let place = names.partitioningIndex { $0.trace >= name }
      return place < names.count && names[place].trace == name
    }
  }

  let hashes: KnownHashes
  private let snapshot: ArchiveSnapshot
  private let files: FileMarks
  private let lock = Lock()
  private var parts: [Part]
  private let objects = KnownObjects()

  /// - Parameter blocks: one of each of the segments, and of files that were found to hold objects of them.
  init(
    _ snapshot: ArchiveSnapshot, _ hashes: KnownHashes,
    _ blocks: [(entry: SegmentEntry, block: KnownLog.Block)], files: [FileMark]
  ) {
    (self.snapshot, self.hashes) = (snapshot, hashes)
    parts = blocks.map { Part(entry: $0.entry, contents: $0.block.contents, names: $0.block.names) }
    var marks = FileMarks(
      count: blocks.reduce(files.count) { $0 + $1.block.files.count + $1.block.names.count })
    for file in files { marks.insert(file) }
    for block in blocks { for file in block.block.marks { marks.insert(file) } }
    self.files = marks
  }

  // MARK: Files

  /// Whether what the file holds is in, judged by name or place, size and modification time.
  package func contains(_ file: SourceFile) -> Bool {
    if files.isEmpty || file.isStream || file.modified == SourceFile.unknownTime { return false }
    if files.contains(hashes.mark(place: file.place, byteCount: file.byteCount, modified: file.modified)) {
      return true
    }
    let name = ObjectName(file.key)
    return name.isUnique
      && files.contains(hashes.mark(base: name.base, byteCount: file.byteCount, modified: file.modified))
  }

  /// What tells a file as it was read, to be kept when all of its objects are in; nil where nothing does, or it is
  /// known already.
  func newMark(of file: SourceFile, byteCount: Int, modified: Int64) -> FileMark? {
    if file.isStream || modified == SourceFile.unknownTime { return nil }
    let mark = hashes.mark(place: file.place, byteCount: byteCount, modified: modified)
    return files.contains(mark) ? nil : mark
  }

  // MARK: Objects

  /// To be called before anything is asked about an object. Throws as opening and reading a segment does.
  func look(for object: KnownObjects.Object) throws {
    let (content, name) = (hashes.trace(object.digest), hashes.trace(object.name, key: object.key))
    try lock.withLock {
      for index in parts.indices where !parts[index].isLoaded {
        guard parts[index].mayHave(content: content, name: name) else { continue }
        try snapshot.visitObjects([parts[index].entry]) { _, object, _ in
          if object.isLastFragment { objects.add(KnownObjects.Object(object)) }
        }
        parts[index].isLoaded = true
      }
    }
  }

  /// As `KnownObjects` has it.
  func contains(_ identity: KnownObjects.Identity) -> Bool { lock.withLock { objects.contains(identity) } }
  func hasContent(_ digest: ContentDigest) -> Bool { lock.withLock { objects.hasContent(digest) } }
  func hasName(_ name: ObjectName, key: Hash128) -> Bool {
    lock.withLock { objects.hasName(name, key: key) }
  }
  func version(_ key: Hash128) -> Int { lock.withLock { objects.version(key) } }
}
