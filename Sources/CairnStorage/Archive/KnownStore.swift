import Glibc

/// The known objects of an archive that is open for writing, and their file.
final class KnownStore {
  let known = KnownObjects()
  private let root: DirectoryHandle
  /// Bytes of the file that are whole; nil where it has to be written anew.
  private var byteCount: Int?
  /// Sightings of files whose objects are not committed yet.
  private var waiting: [KnownObjects.Sighting] = []

  /// Reads the file as far as it agrees with the snapshot's segments, and of segments that it does not have their
  /// objects. Each segment is opened and compared with the manifest, so that nothing counts as known that is gone.
  ///
  /// Throws `CairnError.damaged` where a segment is, `.io`.
  init(_ root: DirectoryHandle, _ snapshot: ArchiveSnapshot) throws {
    self.root = root
    let entries = snapshot.manifest.segments
    var missing = try readFile(named: Set(entries.map(KnownLog.Segment.init)))
    var block = KnownLog.Block()
    for entry in entries {
      let reader = try snapshot.open(entry, readsMarks: false)
      guard missing.remove(KnownLog.Segment(entry)) != nil else { continue }
      block.segments.append(KnownLog.Segment(entry))
      for index in reader.footer.objectBlocks.indices {
        for object in try reader.objects(block: index) where object.isLastFragment {
          block.objects.append(KnownObjects.Object(object))
        }
      }
    }
    for object in block.objects { known.add(object) }
    try finishReading()
    if !block.isEmpty { try append(block) }
  }

  private var contents: [UInt8] = []

  /// Adds what the file says; gives the segments that it does not have.
  private func readFile(named: Set<KnownLog.Segment>) throws -> Set<KnownLog.Segment> {
    guard let status = try root.status(of: KnownLog.name), status.kind == .regular,
      let bytes = try root.readStored(KnownLog.name, limit: KnownLog.byteLimit)
    else { return named }
    var told: Set<KnownLog.Segment> = []
    var isOurs = true
    var objectCount = 0
    let whole = bytes.withUnsafeBytes { raw in
      KnownLog.decode(raw) { block in
        for segment in block.segments where !told.insert(segment).inserted { isOurs = false }
        for segment in block.replaced where told.remove(segment) == nil { isOurs = false }
        objectCount += block.objectCount
      }
    }
    // Of a state that was left: what it says of files may lead to objects that are gone.
    guard isOurs, whole > 0, told.isSubset(of: named) else { return named }
    known.reserve(objectCount)
    bytes.withUnsafeBytes { raw in _ = KnownLog.decode(raw) { $0.addObjects(to: known) } }
    contents = whole == bytes.count ? bytes : Array(bytes.prefix(whole))
    if whole == bytes.count { byteCount = whole }
    return named.subtracting(told)
  }

  /// What files held is looked up when all objects are there.
  private func finishReading() throws {
    contents.withUnsafeBytes { raw in _ = KnownLog.decode(raw) { $0.addSightings(to: known) } }
    if byteCount != nil { contents = [] }
  }

  /// Notes that a file, in the state in which it was read, has objects that the archive has or is about to have.
  func note(_ sightings: [KnownObjects.Sighting]) { waiting += sightings }

  /// Puts into the file what a commit has added, and the sightings so far.
  func commit(_ entries: [SegmentEntry], _ objects: [KnownObjects.Object]) throws {
    let block = KnownLog.Block(
      segments: entries.map(KnownLog.Segment.init), objects: objects, sightings: waiting)
    waiting = []
    if !block.isEmpty { try append(block) }
  }

  /// Puts into the file that segments have taken the place of others, with all of their objects.
  func replace(_ old: [SegmentEntry], with new: [SegmentEntry]) throws {
    try append(
      KnownLog.Block(segments: new.map(KnownLog.Segment.init), replaced: old.map(KnownLog.Segment.init)))
  }

  private func append(_ block: KnownLog.Block) throws {
    if let end = byteCount {
      let bytes = KnownLog.encode(block, at: end)
      byteCount = nil
      let file = try root.openOwn(KnownLog.name, appending: true)
      try file.write(bytes)
      try file.sync()
      byteCount = end + bytes.count
      return
    }
    // What could not be appended to, or is not there.
    var bytes = contents.isEmpty ? KnownLog.header : contents
    bytes += KnownLog.encode(block, at: bytes.count)
    try root.writeSynced(KnownLog.temporaryName, bytes)
    try root.replace(KnownLog.name, with: KnownLog.temporaryName)
    try root.sync()
    (byteCount, contents) = (bytes.count, [])
  }
}
