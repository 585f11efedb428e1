/// Settings of one compaction run.
public struct CompactionOptions: Sendable {
  /// Workers. Changes speed, never bytes.
  public var threads = 2
  /// Inflated size above which an object is a reject.
  public var objectByteLimit = 2 << 30
  /// Memory that pieces waiting for their segment may take before they are written to temporary files, in
  /// bytes. Changes speed, never bytes.
  public var memoryByteLimit = 1 << 30
  /// How hard zstd tries, from 1 to 19: more makes smaller segments, and takes longer to write them only.
  public var level = Self.defaultLevel
  /// A segment is complete with the piece that takes it to either limit.
  package var segmentRowLimit = SegmentFormat.segmentRowLimit
  package var segmentJSONByteLimit = SegmentFormat.segmentJSONByteLimit
  /// A piece is planned from consecutive files until their estimated JSON reaches this.
  package var pieceByteTarget = 24 << 20
  /// JSON bytes after which an object's fragment ends.
  package var fragmentByteLimit = ObjectShredder.fragmentByteLimit
  /// Whether files that hold no log are copied into `rejects/` too.
  public var keepsForeignFiles = false
  /// Whether segments are merged where small ones have become many.
  public var merges = true
  /// Whether files whose size and modification time are unchanged are read all the same.
  public var rehashes = false
  /// Says of a file that it is being written: it is left for a later run, and counted.
  package var isUnfinished: (@Sendable (FilePath, FileStatus) -> Bool)?
  /// Whether sources that are not there are left out.
  package var leavesOutMissing = false
  /// The only wrapping of records that is looked for (`.none`: CloudTrail's own form alone); all where it is nil.
  public var wrapping: Wrapping?
  /// Called from workers, one call at a time, with each piece of some 24 MB that is done and while segments are
  /// sealed; merging calls it too.
  public var progress: (@Sendable (CompactionProgress) -> Void)?
  /// Asked between objects: true ends the run with `CairnError.interrupted`.
  public var isCancelled: (@Sendable () -> Bool)?

  /// What sealing a full segment of ordinary logs takes beside its pieces.
  private static let sealingByteCount = 288 << 20

  /// Memory of pieces that wait for their segment or are being sealed: none where sealing alone takes all that there may
  /// be.
  var residentPieceByteLimit: Int {
    min(memoryByteLimit / 4, max(0, memoryByteLimit - Self.sealingByteCount))
  }

  /// `level`, once it has been checked.
  var zstdLevel: Int32 { Int32(clamping: level) }

  /// Two workers, 2 GiB an object, 1 GiB of memory, level 3.
  public init() {}

  /// The level that is taken where none is asked for.
  public static let defaultLevel = Int(ZstdCompressor.defaultLevel)
  /// The levels that there are.
  public static let levels = Int(ZstdCompressor.levels.lowerBound)...Int(ZstdCompressor.levels.upperBound)

  /// The largest limit that an object can be given.
  public static let greatestObjectByteLimit = SegmentFormat.objectByteLimit

  /// Throws `CairnError.usage` where a number makes no sense.
  func check() throws {
    guard threads >= 1 else { throw CairnError.usage("threads must be at least 1") }
    guard 1...Self.greatestObjectByteLimit ~= objectByteLimit else {
      throw CairnError.usage("the limit of an object must be between 1 byte and 1 TiB")
    }
    guard Self.levels.contains(level) else {
      throw CairnError.usage("the level must be from \(Self.levels.lowerBound) to \(Self.levels.upperBound)")
    }
    guard memoryByteLimit >= 1 else { throw CairnError.usage("the limit of memory must be at least 1 byte") }
  }

  func checkCancelled() throws {
    if isCancelled?() == true { throw CairnError.interrupted }
  }
}

/// What a run did. `records == kept + duplicates + shadowed + rejected`; what was skipped is not among them.
public struct CompactionSummary: Sendable {
  /// Of a run that found nothing.
  package init() {}

  /// Source files found.
  public var files = 0
  /// CloudTrail objects added.
  public var objects = 0
  /// Objects added that are no CloudTrail logs, kept as bytes.
  public var opaqueObjects = 0
  /// Objects that were in the archive already, under their name and with their content.
  public var skippedObjects = 0
  /// Those of them that were not read, since name, size and modification time are unchanged.
  public var unchangedObjects = 0
  /// Objects that this run has met under one name and with one content before.
  public var repeatedObjects = 0
  /// Objects added although their content is there, since it has another name.
  public var renamedObjects = 0
  /// Files left for a later run, since they are being written.
  public var unfinishedFiles = 0
  /// Objects of which only a part was readable.
  public var incompleteObjects = 0
  /// Objects of which nothing could be kept.
  public var rejectedObjects = 0
  /// Files that are no JSON and hold no log: left where they are, and nothing of them is in the archive.
  public var foreignFiles = 0
  /// Files that hold CloudTrail, or may well, in a form that is not read, such as archives: left where they are.
  public var unreadFiles = 0
  /// Keys of objects added although their name is there, since their content is another; both are kept.
  public var changedKeys: [String] = []
  /// Records read, rejected ones among them.
  public var records = 0
  /// Distinct records stored that no other segment has.
  public var kept = 0
  /// Records that were another delivery of a kept one in the same segment.
  public var duplicates = 0
  /// Records stored with their objects that an earlier segment has, or that the same segment has in another spelling:
  /// queries skip them.
  public var shadowed = 0
  /// Records that could not be read.
  public var rejected = 0
  /// Bytes of the added objects as delivered.
  public var sourceByteCount = 0
  /// Bytes of the added objects inflated.
  public var jsonByteCount = 0
  /// Bytes of the segments written.
  public var archiveByteCount = 0
  /// Segments written.
  public var segments = 0
  /// What was merged, of the run's segments and earlier ones.
  public var merged = MergeSummary()
  /// Why segments that should have been merged were not: they cannot be read.
  public var mergeFailure: String?
  /// The first rejects, for the message at the end; keys and reasons as people see them.
  public var firstRejects: [String] = []
  /// The first of `foreignFiles`, with what they are.
  public var firstForeign: [String] = []
  /// The first of `unreadFiles`, with what they are and the way out.
  public var firstUnread: [String] = []

  /// Entries of each of the lists of first ones.
  public static let listLimit = 20

  /// Whether anything was rejected, or left unread although it may hold logs: exit code 3.
  public var hasRejects: Bool {
    rejectedObjects > 0 || rejected > 0 || incompleteObjects > 0 || unreadFiles > 0
  }
}

/// Compacts sources into an archive: plans pieces, lets workers fill them, and seal segments in input order meanwhile.
package final class Compactor {
  private let writer: ArchiveWriter
  private let options: CompactionOptions
  private let store: KnownStore
  private let rejectStore: RejectStore
  private var summary = CompactionSummary()
  private let meter: CompactionMeter
  private let hashSeed: UInt64
  private let residentPieceBytes = ByteTally()
  /// Segments that wait for the rest of their last object.
  private var open: [ArchiveWriter.NewSegment] = []

  /// Estimated JSON bytes per delivered byte of a compressed file: only balances work.
  static let inflationEstimate = 8
  /// What a file counts as at least, so that a piece has a bounded number of objects.
  static let leastFileByteCount = 64

  package init(archive path: String, options: CompactionOptions) throws {
    try options.check()
    KeptMemory.prepareCompaction(memoryByteLimit: options.memoryByteLimit)
    self.options = options
    writer = try ArchiveWriter(
      path: path, level: options.zstdLevel, memoryByteLimit: options.memoryByteLimit)
    store = try KnownStore(writer.directory.root, try writer.snapshot())
    rejectStore = try RejectStore(writer.paths)
    meter = CompactionMeter(options.progress)
    var generator = SystemRandomNumberGenerator()
    hashSeed = generator.next()
  }

  package func run(_ sources: [String]) throws -> CompactionSummary {
    try run(sources.map { FilePath($0) })
  }

  package func run(_ sources: [FilePath]) throws -> CompactionSummary {
    let (known, rehashes) = (store.index, options.rehashes)
    let discovery = try SourceDiscovery(
      sources, archive: writer.paths.root, leavesOutMissing: options.leavesOutMissing,
      threads: options.threads, isUnfinished: options.isUnfinished
    ) {
      !rehashes && known.contains($0)
    }
    summary.unfinishedFiles = discovery.unfinishedCount
    summary.files = discovery.files.count + discovery.skippedCount
    summary.skippedObjects = discovery.skippedCount
    summary.unchangedObjects = discovery.skippedCount
    for reject in discovery.rejects { try account(FileRejects(key: reject.key, rejects: [reject])) }
    meter.start(totalFiles: discovery.files.count)
    try compact(discovery.files)
    try store.finish()
    if options.merges, summary.segments > 0 { try merge() }
    try writer.syncRejects()
    return summary
  }

  private func plan(_ files: [SourceFile]) -> [Range<Int>] {
    var plan: [Range<Int>] = []
    var start = 0
    var weight = 0
    for (index, file) in files.enumerated() {
      // A stream cannot be read again where a neighbour has to be.
      if file.isStream, start < index {
        plan.append(start..<index)
        (start, weight) = (index, 0)
      }
      let isCompressed = [".gz", ".zst"].contains { file.key.suffix($0.utf8.count).elementsEqual($0.utf8) }
      // A sparse file may have any size, and very many empty ones are a piece's worth too.
      let byteCount = min(max(file.byteCount, Self.leastFileByteCount), options.pieceByteTarget)
      weight += byteCount * (isCompressed ? Self.inflationEstimate : 1)
      if weight >= options.pieceByteTarget || file.isStream {
        plan.append(start..<(index + 1))
        (start, weight) = (index + 1, 0)
      }
    }
    if start < files.count { plan.append(start..<files.count) }
    return plan
  }

  /// Workers fill pieces, and one of them seals a segment whenever its pieces are complete.
  private func compact(_ files: [SourceFile]) throws {
    let runObjects = RunObjects(store.index)
    let queue = PieceQueue(plan: plan(files), options: options, objects: runObjects)
    let (known, options, hashSeed, meter) = (store.index, options, hashSeed, meter)
    let (paths, tally) = (writer.paths, residentPieceBytes)
    let crew = CompactionCrew(queue) { tally.hasRoom(for: $0, below: options.residentPieceByteLimit) }
    // Its state is that of sealing, which one worker does at a time.
    nonisolated(unsafe) let compactor = self
    do {
      _ = try parallelMap(count: options.threads, threads: options.threads) { _ in
        let filler = PieceFiller(
          known: known, runObjects: runObjects, options: options, hashSeed: hashSeed, paths: paths,
          residentPieceBytes: tally)
        try crew.run { piece, range in
          let output = try filler.fill(files[range])
          meter.add(files: range.count, output.pieces)
          queue.put(piece, output)
        } seal: {
          try compactor.seal(queue, crew)
        }
      }
    } catch {
      throw crew.sealFailure ?? error
    }
    if !open.isEmpty { try commit(open) }
  }

  private func seal(_ queue: PieceQueue, _ crew: CompactionCrew) throws {
    var taken = queue.takeSegment()
    // What comes behind it may be filled now.
    crew.wake()
    for output in taken.outputs { try account(output) }
    // They hold the pieces too.
    taken.outputs = []
    let endsInsideObject = taken.pieces.last?.objects.last?.isLastFragment == false
    let jsonByteCount = taken.pieces.reduce(0) { $0 + $1.jsonByteCount }
    let byteCount = taken.pieces.reduce(0) { $0 + ($1.isSpilled ? 0 : $1.state.memoryByteCount) }
    if taken.pieces.contains(where: { !$0.objects.isEmpty }) {
      let segment = try meter.sealing(byteCount: jsonByteCount, isLast: queue.isHandedOut) { progress in
        try writer.write(&taken.pieces, threads: options.threads, progress: progress) {
          residentPieceBytes.subtract(byteCount)
          crew.wake()
        }
      }
      open.append(segment)
    } else {
      residentPieceBytes.subtract(byteCount)
    }
    // Fragments of one object become visible together.
    if !endsInsideObject, !open.isEmpty {
      try commit(open)
      open = []
    }
  }

  /// Merges segments while there are many small ones. What has been committed stays, whatever becomes of this.
  private func merge() throws {
    let policy = MergePolicy(options)
    do {
      while true {
        let snapshot = try writer.snapshot()
        let names = try policy.choose(writer.manifest.segments) {
          try MergePolicy.isWide(snapshot.open($0, readsMarks: false))
        }
        guard names.count > 1,
          try ArchiveKeeper.merge(names, writer, store, options, &summary.merged)
        else { return }
      }
    } catch let error as CairnError where error.exitCode == 4 {
      summary.mergeFailure = "\(error)"
    }
  }

  private func commit(_ segments: [ArchiveWriter.NewSegment]) throws {
    let entries = try writer.commit(segments, threads: options.threads)
    for entry in entries { count(entry) }
    try store.add(segments)
  }

  // MARK: Accounting

  private func count(_ entry: SegmentEntry) {
    summary.segments += 1
    summary.kept += entry.visibleRowCount
    summary.shadowed += entry.marks?.rowCount ?? 0
    summary.duplicates += entry.duplicateCount
    summary.archiveByteCount += entry.byteCount
  }

  private func account(_ output: PieceFiller.Output) throws {
    summary.skippedObjects += output.skippedCount
    summary.changedKeys += output.changed
    summary.repeatedObjects += output.repeatedCount
    summary.renamedObjects += output.renamedCount
    store.note(output.sightings)
    for piece in output.pieces {
      for object in piece.objects {
        summary.rejected += object.rejectedCount
        summary.records += object.rowCount + object.rejectedCount
        summary.jsonByteCount += object.byteCount
        guard object.isLastFragment else { continue }
        summary.sourceByteCount += object.sourceByteCount
        if object.flags.contains(.opaque) { summary.opaqueObjects += 1 } else { summary.objects += 1 }
        if object.flags.contains(.incomplete) { summary.incompleteObjects += 1 }
      }
    }
    for rejects in output.rejects { try account(rejects) }
  }

  private func account(_ file: FileRejects) throws {
    func list(_ path: WritableKeyPath<CompactionSummary, [String]>, _ text: String) {
      if summary[keyPath: path].count < CompactionSummary.listLimit { summary[keyPath: path].append(text) }
    }
    let key = shownName(file.key)
    if let content = file.foreign {
      if content.holdsLogs {
        summary.unreadFiles += 1
        list(\.firstUnread, "\(key): \(content.reason)")
      } else {
        summary.foreignFiles += 1
        list(\.firstForeign, "\(key): \(content.reason)")
      }
      if file.delivered == nil { return }
    } else {
      for reject in file.rejects {
        if reject.isObject { summary.rejectedObjects += 1 }
        list(\.firstRejects, "\(key): byte \(reject.offset): \(reject.reason)")
      }
    }
    try rejectStore.write(file)
  }
}
