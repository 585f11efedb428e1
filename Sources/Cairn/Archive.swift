/// An archive opened for reading: one state of it, which later commits do not touch. Or several that are read as one:
/// then an event that two of them have counts once.
///
/// Segments that have been read stay open, and what has been decoded of them stays in memory up to a bound, for
/// all scans and queries of the object.
public final class Archive: Sendable {
  /// The state that is read of each archive, in the order in which they were named.
  public var snapshots: [ArchiveSnapshot] { opened.snapshots }
  /// The state that is read of the only archive, or of the first.
  public var snapshot: ArchiveSnapshot { opened.snapshots[0] }
  /// The segments of all of them.
  public var segments: [ArchiveSegment] { opened.all }
  /// The same in the order in which their rows come.
  var segmentsInOrder: [ArchiveSegment] { opened.inOrder }
  private let opened: SegmentsOfArchives

  /// Opens the newest state.
  ///
  /// Throws `CairnError.usage` where `path` is no archive, `.damaged` where it is damaged, `.io`.
  ///
  /// - Parameter cacheByteLimit: memory for decoded parts of segments that stay for the next scan or query.
  public convenience init(path: String, cacheByteLimit: Int = 512 << 20) throws {
    try self.init(paths: [path], cacheByteLimit: cacheByteLimit)
  }

  /// Opens the newest states of several archives, to be read as one. An archive that is named twice is one.
  ///
  /// Throws as for one archive: none of them may be missing. `CairnError.usage` where there is none.
  public init(paths: [String], cacheByteLimit: Int = 512 << 20) throws {
    var known: Set<FileStatus.Identity> = []
    let snapshots = try paths.map { try ArchiveSnapshot(path: $0) }.filter {
      known.insert(try $0.identity()).inserted
    }
    if snapshots.isEmpty { throw CairnError.usage("no archive is named") }
    opened = SegmentsOfArchives(snapshots, pool: BufferPool(byteLimit: cacheByteLimit))
  }

  /// Opens the archives that words name: each an archive, a directory that holds nothing but archives, or a shell
  /// pattern.
  ///
  /// Throws as `init(paths:)`; `CairnError.usage` too where a pattern matches nothing, or a directory holds archives and
  /// other directories.
  public convenience init(named words: [String], cacheByteLimit: Int = 512 << 20) throws {
    try self.init(paths: try ArchiveList.paths(words), cacheByteLimit: cacheByteLimit)
  }

  /// Memory for decoded parts that goes with `QueryOptions.memoryLimit`: a quarter, at least 64 MiB, at most 512 MiB.
  public static func cacheByteLimit(memoryLimit: Int) -> Int {
    min(512 << 20, max(64 << 20, memoryLimit / 4))
  }

  /// Whether a segment has been read before.
  func isOpen(_ segment: ArchiveSegment) -> Bool { opened.isOpen(segment) }

  /// A reader of a segment, opened once; what it reads from the file is counted in `statistics`.
  func open(_ segment: ArchiveSegment, statistics: ReadStatistics) throws -> SegmentReader {
    try opened.open(segment, statistics: statistics)
  }

  /// Throws `CairnError.usage` where there are several.
  private func requireOne(to purpose: String) throws {
    if snapshots.count > 1 { throw CairnError.usage("\(purpose) one archive at a time") }
  }

  /// What a verification found in order.
  public struct Verification: Sendable {
    /// Segments read whole.
    public var segments = 0
    /// Source objects rebuilt and compared.
    public var objects = 0
    /// Records in them.
    public var records = 0
    /// JSON bytes compared.
    public var jsonByteCount = 0
  }

  /// Reads every byte of every segment, rebuilds every source object, and proves which rows queries skip.
  ///
  /// `report` is called with each thing that is wrong or cannot be read; verification goes on with the next segment.
  ///
  /// - Parameters:
  ///   - sample: only every `of`th segment, another on each `day`; nil for all.
  ///   - progress: told of objects that are compared; may end the work with `CairnError.interrupted`.
  public func verify(
    threads: Int, sample: (of: Int, day: Int)? = nil, progress: WorkProgress = WorkProgress(),
    report: (CairnError) -> Void
  ) throws -> Verification {
    try requireOne(to: "verify")
    var result = Verification()
    let chosen = snapshot.manifest.segments.enumerated().filter { index, _ in
      sample.map { index % max(1, $0.of) == abs($0.day % max(1, $0.of)) } ?? true
    }
    progress.expect(byteCount: chosen.reduce(0) { $0 + $1.element.jsonByteCount })
    for (index, entry) in chosen {
      do {
        let reader = try snapshot.open(entry, readsMarks: false)
        let part = try SegmentVerifier(reader, threads: threads).verify { object in
          try progress.check()
          progress.add(object)
        }
        result.segments += 1
        result.objects += part.objectCount
        result.records += part.recordCount
        result.jsonByteCount += part.byteCount
        try verifyMarks(of: index, reader, threads: threads)
      } catch let error as CairnError {
        switch error {
        case .damaged, .unsupportedVersion, .io: report(error)
        default: throw error
        }
      }
    }
    return result
  }

  /// Finds anew which rows queries are to skip, and compares that with the file that says so.
  private func verifyMarks(of index: Int, _ reader: SegmentReader, threads: Int) throws {
    let entry = snapshot.manifest.segments[index]
    let stored = try snapshot.marks(of: entry)
    let found = try ShadowFinder(threads: threads).marks(
      of: reader, behind: Array(snapshot.manifest.segments[..<index])
    ) { [snapshot] in try snapshot.open($0, readsMarks: false) }
    if stored == found { return }
    throw CairnError.damaged(
      file: entry.marks.map { "\(snapshot.path)/segments/\($0.name)" } ?? reader.name, offset: 0,
      cause: "\(stored?.rows.count ?? 0) rows are marked as another segment's, \(found?.rows.count ?? 0) are"
        + (stored == nil ? "; an older cairn has left them so: `cairn merge --all` counts them once" : ""))
  }

  /// What a restoration wrote.
  public struct Restoration: Sendable {
    /// Files written.
    public var objects: Int
    /// JSON bytes written, before compression.
    public var jsonByteCount: Int
    /// Files whose source was damaged already when it was compacted.
    public var incompleteObjects: Int
    /// Objects that have no file now, since their paths could not be made: other files stand in the way.
    public var unwrittenObjects: Int
  }

  /// Writes source objects below `directory`, each compared with the SHA-256 taken when it was compacted. A regular
  /// file that is there is replaced, never written into; links, pipes and directories stay. A path that cannot be
  /// made, and an object that is damaged, stop no other.
  ///
  /// Throws `CairnError.io` where nothing more can be written or read; at the end, with everything else restored,
  /// `.damaged` where an object does not rebuild.
  ///
  /// - Parameters:
  ///   - pattern: shell pattern for keys, `*` crossing `/`; nil for all.
  ///   - gzip: compress the files again (not to the same compressed bytes).
  ///   - progress: told of objects that are written; may end the work with `CairnError.interrupted`.
  ///   - report: called at the end with the first objects that were not restored, and why.
  public func restore(
    to directory: String, matching pattern: String? = nil, gzip: Bool = false, threads: Int = 2,
    progress: WorkProgress = WorkProgress(), report: (String) -> Void = { _ in }
  ) throws -> Restoration {
    try restore(
      to: directory, matching: pattern.map { FilePath($0) }, gzip: gzip, threads: threads, progress: progress,
      report: report)
  }

  package func restore(
    to directory: String, matching pattern: FilePath?, gzip: Bool, threads: Int,
    progress: WorkProgress = WorkProgress(), report: (String) -> Void
  ) throws -> Restoration {
    try requireOne(to: "restore")
    var options = Restorer.Options()
    options.pattern = pattern
    options.gzip = gzip
    options.threads = threads
    options.progress = progress
    let summary = try Restorer(snapshot, target: directory, options: options).run(report: report)
    return Restoration(
      objects: summary.objects, jsonByteCount: summary.byteCount, incompleteObjects: summary.incomplete,
      unwrittenObjects: summary.unwritten)
  }
}
