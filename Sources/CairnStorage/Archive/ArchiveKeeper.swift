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
    writer = try ArchiveWriter(path: path)
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
    try store.replace(result.sources, with: entries)
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
    let before = writer.manifest.retired
    let sizes = try before.map { try writer.segments.status(of: FileName($0.name))?.byteCount ?? 0 }
    let limit = RetiredFile.now() - grace
    if before.contains(where: { $0.time <= limit }) { try writer.commit([], grace: grace) }
    let left = Set(writer.manifest.retired.map(\.name))
    for (file, byteCount) in zip(before, sizes) where !left.contains(file.name) {
      summary.files += 1
      summary.byteCount += byteCount
    }
    summary.waiting = left.count
    return summary
  }

  // MARK: Holding

  /// Forbids dropping until it is released. Throws `CairnError.usage` where the reason is no line of text.
  package func hold(reason: String) throws {
    guard let hold = HoldEntry(time: RetiredFile.now(), reason: reason) else {
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
      let result = try merger.rewrite(group) { segment, object in
        plan.objects.contains(DropPlan.Place(segment: segment, block: object.block, index: object.index))
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
      time: RetiredFile.now(), before: before, objectCount: summary.objects, recordCount: summary.records)
    try writer.commit(new, removing: plan.segments, threads: options.threads) { $0.drops.append(entry) }
    let kept = writer.manifest.segments.dropLast(new.count)
    summary.unshadowed = shadowed - kept.reduce(0) { $0 + ($1.marks?.rowCount ?? 0) }
    summary.hiddenRows = visible - writer.manifest.segments.reduce(0) { $0 + $1.visibleRowCount }
    return summary
  }
}

/// Which objects `drop` takes out.
struct DropPlan {
  struct Place: Hashable {
    var segment: String
    var block: Int
    var index: Int
  }

  private struct Identity: Hashable {
    var key: [UInt8]
    var version: Int
  }

  private enum Age { case older, straddling, younger, timeless }

  private(set) var objects: Set<Place> = []
  private(set) var segments: Set<String> = []
  private(set) var summary = DropSummary()
  /// Segments that are to be written anew together: those that share an object.
  private(set) var groups: [Set<String>] = []

  init(_ snapshot: ArchiveSnapshot, before: Int64) throws {
    var fragments: [Identity: [(place: Place, age: Age, records: Int)]] = [:]
    for entry in snapshot.manifest.segments {
      let reader = try snapshot.open(entry, readsMarks: false)
      let times = try RowTimesOfSegment(reader)
      for block in reader.footer.objectBlocks.indices {
        for (index, object) in try reader.objects(block: block).enumerated() {
          let place = Place(segment: entry.name, block: block, index: index)
          let age = Self.age(object, times, before)
          if object.fragment > 0 || !object.isLastFragment {
            fragments[Identity(key: object.key, version: object.version), default: []].append(
              (place, age, object.rows.count))
          } else {
            take([(place, age, object.rows.count)])
          }
        }
      }
    }
    var joined: [Set<String>] = []
    for parts in fragments.values {
      take(parts)
      joined.append(Set(parts.map(\.place.segment)))
    }
    segments = Set(objects.map(\.segment))
    // Fragments of an object go and move together.
    var isGrowing = true
    while isGrowing {
      isGrowing = false
      for part in joined where !part.isDisjoint(with: segments) && !part.isSubset(of: segments) {
        segments.formUnion(part)
        isGrowing = true
      }
    }
    groups = Self.groups(snapshot.manifest.segments.map(\.name).filter(segments.contains), joined)
  }

  private static func groups(_ names: [String], _ joined: [Set<String>]) -> [Set<String>] {
    var groups = names.map { Set([$0]) }
    for part in joined {
      let touched = groups.filter { !$0.isDisjoint(with: part) }
      guard touched.count > 1, let first = groups.firstIndex(where: { !$0.isDisjoint(with: part) }) else {
        continue
      }
      let union = touched.reduce(into: Set<String>()) { $0.formUnion($1) }
      groups[first] = union
      groups = groups.enumerated().filter { $0.offset == first || $0.element.isDisjoint(with: part) }
        .map(\.element)
    }
    return groups
  }

  /// One object: all of its fragments.
  private mutating func take(_ parts: [(place: Place, age: Age, records: Int)]) {
    let ages = parts.map(\.age)
    let told = ages.filter { $0 != .timeless || parts.count == 1 }
    if told.allSatisfy({ $0 == .older }), !told.isEmpty {
      objects.formUnion(parts.map(\.place))
      summary.objects += 1
      summary.records += parts.reduce(0) { $0 + $1.records }
    } else if told.contains(.older) || told.contains(.straddling) {
      summary.straddling += 1
    } else if told.contains(.timeless) || told.isEmpty {
      summary.timeless += 1
    }
  }

  private static func age(_ object: StoredObject, _ times: RowTimesOfSegment, _ before: Int64) -> Age {
    if object.rows.isEmpty {
      guard let delivered = SourceKey(object.key).deliveryTime else { return .timeless }
      return delivered < before ? .older : .younger
    }
    var (isOlder, isYounger, isTimeless) = (false, false, false)
    for row in object.rows {
      let time = times[row]
      if time == EventTime.unknown {
        isTimeless = true
      } else if time < before {
        isOlder = true
      } else {
        isYounger = true
      }
    }
    if isOlder { return isYounger || isTimeless ? .straddling : .older }
    return isYounger ? .younger : .timeless
  }
}

/// Event times of all rows of a segment.
private struct RowTimesOfSegment {
  private var times: [Int64] = []

  init(_ reader: SegmentReader) throws {
    for (rowGroup, group) in reader.footer.rowGroups.enumerated() {
      times += [Int64](repeating: EventTime.unknown, count: group.untimedRowCount)
      let timed = try reader.times(of: rowGroup)
      times += (0..<timed.count).map { timed[$0] }
    }
  }

  /// A row's time, or `EventTime.unknown`.
  subscript(row: UInt32) -> Int64 { times.indices.contains(Int(row)) ? times[Int(row)] : EventTime.unknown }
}

extension SourceKey {
  /// The end of the minute, or day, that the key names as the time of delivery; nil where it names none.
  var deliveryTime: Int64? {
    guard let delivery, delivery.count >= 8 else { return nil }
    func number(_ range: Range<Int>) -> Int {
      delivery.dropFirst(range.lowerBound).prefix(range.count).reduce(0) { $0 * 10 + Int($1 &- 0x30) }
    }
    let (month, day) = (number(4..<6), number(6..<8))
    guard 1...12 ~= month, 1...31 ~= day else { return nil }
    let days = EventTime.days(year: number(0..<4), month: month, day: day)
    guard delivery.count >= 12 else { return Int64(days + 1) * 86_400_000 - 1 }
    return Int64(days * 86_400 + number(8..<10) * 3600 + number(10..<12) * 60 + 59) * 1000
  }
}
