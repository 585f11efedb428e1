/// What a merge did.
public struct MergeSummary: Sendable {
  /// Segments that were merged, and their bytes.
  public var sources = 0
  /// Bytes of them.
  public var sourceByteCount = 0
  /// Segments in their place.
  public var segments = 0
  /// Bytes of them.
  public var byteCount = 0
  /// Rows that went, since they are the same as others.
  public var collapsedRows = 0

  /// Nothing yet.
  public init() {}
}

/// What `collect` removed.
public struct GarbageSummary: Sendable {
  /// Files removed.
  public var files = 0
  /// Bytes of them.
  public var byteCount = 0
  /// Files that stay for readers of earlier states.
  public var waiting = 0
}

/// What `drop` took out, and what it left.
public struct DropSummary: Sendable {
  /// Objects taken out.
  public var objects = 0
  /// Records of theirs.
  public var records = 0
  /// Objects that have older records and others: they stay.
  public var straddling = 0
  /// Objects that stay since neither records nor name tell how old they are.
  public var timeless = 0
  /// Rows that are seen again, since what hid them is gone.
  public var unshadowed = 0
  /// Rows that are gone from sight.
  public var hiddenRows = 0
}

/// Changes what an archive has without adding to it: merges, drops, holds, collects.
package final class ArchiveKeeper {
  private let writer: ArchiveWriter
  private let options: CompactionOptions

  /// Opens an archive that is there.
  ///
  /// Throws as writers do, and `CairnError.usage` where `path` is no archive.
  package init(archive path: String, options: CompactionOptions) throws {
    try options.check()
    _ = try ArchiveDirectory(forReading: path).load()
    self.options = options
    writer = try ArchiveWriter(
      path: path, level: options.zstdLevel, memoryByteLimit: options.memoryByteLimit)
  }

  // MARK: Merging

  /// Merges the segments that are smaller than segments get, or all: then the archive's objects alone decide on its
  /// segments' bytes.
  package func merge(all: Bool) throws -> MergeSummary {
    let policy = MergePolicy(options)
    let chosen = writer.manifest.segments.filter { all || !policy.isFull($0) }
    var summary = MergeSummary()
    guard !chosen.isEmpty else { return summary }
    let store = try KnownStore(writer.directory.root, try writer.snapshot())
    _ = try Self.merge(Set(chosen.map(\.name)), writer, store, options, &summary)
    return summary
  }

  /// Merges the segments named, as far as they have whole objects. False where nothing was to be done.
  static func merge(
    _ names: Set<String>, _ writer: ArchiveWriter, _ store: KnownStore, _ options: CompactionOptions,
    _ summary: inout MergeSummary
  ) throws -> Bool {
    let result = try ArchiveMerger(writer, options).rewrite(names)
    let isSame = result.sources.map(\.seal) == result.segments.map(\.entry.seal)
    if result.sources.isEmpty || isSame {
      writer.discard(result.segments)
      return false
    }
    let entries = try writer.commit(
      result.segments, removing: Set(result.sources.map(\.name)), threads: options.threads)
    try store.add(result.segments, inPlaceOf: result.sources)
    summary.sources += result.sources.count
    summary.sourceByteCount += result.sources.reduce(0) { $0 + $1.byteCount }
    summary.segments += entries.count
    summary.byteCount += entries.reduce(0) { $0 + $1.byteCount }
    summary.collapsedRows +=
      result.sources.reduce(0) { $0 + $1.rowCount } - entries.reduce(0) { $0 + $1.rowCount }
    return true
  }

  // MARK: Retired files

  /// Removes files that no state has needed for `grace` milliseconds.
  package func collect(grace: Int64) throws -> GarbageSummary {
    var summary = GarbageSummary()
    let before = try writer.retiredFiles()
    let limit = RetiredFiles.now() - grace
    if writer.manifest.retired.contains(where: { $0.time <= limit }) { try writer.commit([], grace: grace) }
    for file in before {
      if writer.isRetired(file.name) {
        summary.waiting += 1
      } else {
        summary.files += 1
        summary.byteCount += file.byteCount
      }
    }
    return summary
  }

  // MARK: Holding

  /// Forbids dropping until it is released. Throws `CairnError.usage` where the reason is no line of text.
  package func hold(reason: String) throws {
    guard let hold = HoldEntry(time: RetiredFiles.now(), reason: reason) else {
      throw CairnError.usage("a reason is one line of 1 to \(HoldEntry.reasonByteLimit) bytes")
    }
    try writer.commit([]) { $0.hold = hold }
  }

  /// Allows dropping again; gives what was held.
  package func release() throws -> HoldEntry? {
    guard let hold = writer.manifest.hold else { return nil }
    try writer.commit([]) { $0.hold = nil }
    return hold
  }

  // MARK: Dropping

  /// Takes out the objects whose every record is older than `before` (milliseconds since 1970), and objects without
  /// records whose names say that they were delivered before.
  ///
  /// Throws `CairnError.usage` where the archive is held, and as merging does.
  package func drop(before: Int64, isTrial: Bool = false) throws -> DropSummary {
    if let hold = writer.manifest.hold {
      throw CairnError.usage(
        "\(writer.paths.root): nothing may be dropped: \(hold.reason) (`cairn release` allows it)")
    }
    let plan = try DropPlan(try writer.snapshot(), before: before)
    var summary = plan.summary
    if isTrial || plan.objects.isEmpty { return summary }
    let shadowed = writer.manifest.segments.filter { !plan.segments.contains($0.name) }
      .reduce(0) { $0 + ($1.marks?.rowCount ?? 0) }
    let visible = writer.manifest.segments.reduce(0) { $0 + $1.visibleRowCount }
    var new: [ArchiveWriter.NewSegment] = []
    // Each segment for itself, so that all stay in the order that they have.
    for group in plan.groups {
      let merger = ArchiveMerger(writer, options)
      let result = try merger.rewrite(group) { segment, place in
        plan.objects.contains(DropPlan.Place(segment: segment, block: place.block, index: place.index))
      }
      guard result.sources.count == group.count else {
        throw CairnError.damaged(
          file: writer.paths.segments, offset: 0,
          cause: "objects of \(group.sorted().joined(separator: ", ")) have fragments that no segment has")
      }
      new += result.segments
    }
    // What is known of files that had them must go first.
    try writer.directory.root.remove(KnownLog.name)
    let entry = DropEntry(
      time: RetiredFiles.now(), before: before, objectCount: summary.objects, recordCount: summary.records)
    try writer.commit(new, removing: plan.segments, threads: options.threads) { $0.drops.append(entry) }
    let kept = writer.manifest.segments.dropLast(new.count)
    summary.unshadowed = shadowed - kept.reduce(0) { $0 + ($1.marks?.rowCount ?? 0) }
    summary.hiddenRows = visible - writer.manifest.segments.reduce(0) { $0 + $1.visibleRowCount }
    return summary
  }
}
