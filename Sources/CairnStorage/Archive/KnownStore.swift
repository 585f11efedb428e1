import Glibc

/// `KNOWN` of an archive that is open for writing.
final class KnownStore {
  let index: KnownIndex
  private let root: DirectoryHandle
  /// Bytes of the file that are whole; nil where it has to be written anew.
  private var byteCount: Int?
  /// What a file that is written anew has before all that is added to it.
  private var blocks: [KnownLog.Block] = []
  /// Files whose objects may not be committed yet.
  private var waiting: [FileMark] = []

  /// Blocks of replaced segments are left in the file until they are half of it.
  private static let slackByteCount = 1 << 16
  /// Of so few objects nothing is written: the segments tell of them as quickly.
  private static let fewObjects = 1024

  /// Reads the file as far as it agrees with the snapshot's segments, and of segments that it does not have their
  /// objects. Each segment is opened and compared with the manifest, so that nothing counts as known that is gone.
  ///
  /// Throws `CairnError.damaged` where a segment is, `.io`.
  init(_ root: DirectoryHandle, _ snapshot: ArchiveSnapshot) throws {
    self.root = root
    let entries = snapshot.manifest.segments
    var found = try Contents(root, named: Set(entries.map(KnownLog.Segment.init)))
    var parts: [(entry: SegmentEntry, block: KnownLog.Block)] = []
    var missing: [KnownLog.Block] = []
    for entry in entries {
      let segment = KnownLog.Segment(entry)
      if let block = found.segments.removeValue(forKey: segment) {
        _ = try snapshot.open(entry, readsMarks: false)
        parts.append((entry, block))
        continue
      }
      var objects: [KnownObjects.Object] = []
      if entry.objectCount == 0 { _ = try snapshot.open(entry, readsMarks: false) }
      try snapshot.visitObjects([entry]) { _, object, _ in
        if object.isLastFragment { objects.append(KnownObjects.Object(object)) }
      }
      let block = KnownLog.Block(entry, objects, found.hashes)
      parts.append((entry, block))
      missing.append(block)
    }
    index = KnownIndex(snapshot, found.hashes, parts, files: found.files)
    blocks = parts.map(\.block)
    if !found.files.isEmpty { blocks.append(KnownLog.Block(files: found.files.sorted())) }
    byteCount = found.byteCount
    if let whole = byteCount, whole - found.neededByteCount > found.neededByteCount + Self.slackByteCount {
      byteCount = nil
    }
    if byteCount == nil ? !blocks.isEmpty : !missing.isEmpty { try append(byteCount == nil ? [] : missing) }
  }

  /// What the file says.
  private struct Contents {
    var hashes = KnownHashes(seed: UInt64.random(in: 0 ... .max))
    var segments: [KnownLog.Segment: KnownLog.Block] = [:]
    var files: [FileMark] = []
    /// Nil where the file cannot be appended to.
    var byteCount: Int?
    /// Of the blocks of segments that are there.
    var neededByteCount = 0

    init(_ root: DirectoryHandle, named: Set<KnownLog.Segment>) throws {
      guard let status = try root.status(of: KnownLog.name), status.kind == .regular,
        let bytes = try root.readStored(KnownLog.name, limit: KnownLog.byteLimit),
        let (hashes, blocks, whole) = KnownLog.decode(bytes)
      else { return }
      var told: [KnownLog.Segment: (block: KnownLog.Block, byteCount: Int)] = [:]
      var files: [FileMark] = []
      for (block, byteCount) in blocks {
        if let segment = block.segment, told.updateValue((block, byteCount), forKey: segment) != nil {
          return
        }
        for segment in block.replaced where told.removeValue(forKey: segment) == nil { return }
        if block.segment == nil { files += block.files }
      }
      // Of a state that was left: what it says of files may lead to objects that are gone.
      guard told.keys.allSatisfy(named.contains) else { return }
      self.hashes = hashes
      self.files = files
      segments = told.mapValues(\.block)
      neededByteCount = told.values.reduce(files.count * 10) { $0 + $1.byteCount }
      if whole == bytes.count { byteCount = whole }
    }
  }

  /// Notes files that hold objects which the archive has or is about to have, in the state in which they were read.
  func note(_ files: [FileMark]) { waiting += files }

  /// Puts segments that have been committed into the file, in the place of others with the same objects.
  func add(_ new: [ArchiveWriter.NewSegment], inPlaceOf old: [SegmentEntry] = []) throws {
    var added = new.map { KnownLog.Block($0.entry, $0.objects, index.hashes) }
    if added.isEmpty { return }
    added[0].replaced = old.map(KnownLog.Segment.init)
    try append(added)
  }

  /// Puts into the file what has been noted. To be called when all that the run has read is committed.
  func finish() throws {
    if waiting.isEmpty { return }
    let files = Set(waiting).sorted()
    waiting = []
    try append([KnownLog.Block(files: files)])
  }

  private func append(_ added: [KnownLog.Block]) throws {
    // What could not be appended to, or is not there, is written anew.
    let isNew = byteCount == nil
    blocks = isNew ? blocks + added : added
    let objectCount = blocks.reduce(0) { $0 + $1.names.count }
    if isNew, objectCount < Self.fewObjects, blocks.allSatisfy({ $0.segment != nil }) { return }
    var bytes = isNew ? KnownLog.header(index.hashes) : []
    let start = byteCount ?? 0
    for block in blocks { bytes += KnownLog.encode(block, at: start + bytes.count) }
    blocks = []
    byteCount = nil
    if isNew {
      try root.writeSynced(KnownLog.temporaryName, bytes)
      try root.replace(KnownLog.name, with: KnownLog.temporaryName)
      try root.sync()
    } else {
      let file = try root.openOwn(KnownLog.name, appending: true)
      try file.write(bytes)
      try file.sync()
    }
    byteCount = start + bytes.count
  }
}
