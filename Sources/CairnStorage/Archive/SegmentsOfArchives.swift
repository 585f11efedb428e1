/// A segment of one of the archives that are read as one.
@dynamicMemberLookup
public struct ArchiveSegment: Sendable {
  /// What its archive's manifest says of it.
  public let entry: SegmentEntry
  /// Which of the archives has it.
  public let archive: Int

  /// What its archive's manifest says of it.
  public subscript<Value>(dynamicMember path: KeyPath<SegmentEntry, Value>) -> Value { entry[keyPath: path] }

  fileprivate static func isEarlier(_ one: ArchiveSegment, than other: ArchiveSegment) -> Bool {
    (one.entry.minimumTime, one.archive, one.entry.name)
      < (other.entry.minimumTime, other.archive, other.entry.name)
  }
}

/// The segments of one or several archives, opened once each.
package final class SegmentsOfArchives: Sendable {
  package let snapshots: [ArchiveSnapshot]
  /// By archive, each in the order of its manifest.
  package let all: [ArchiveSegment]
  /// The same in the order in which rows come: by earliest event.
  package let inOrder: [ArchiveSegment]
  private let stored: OpenSegments
  private let seen = Memo<Key, SegmentReader>()

  fileprivate struct Key: Hashable {
    var archive: Int
    var name: String
  }

  package init(_ snapshots: [ArchiveSnapshot], pool: BufferPool) {
    self.snapshots = snapshots
    all = snapshots.enumerated().flatMap { number, snapshot in
      snapshot.manifest.segments.map { ArchiveSegment(entry: $0, archive: number) }
    }
    inOrder = all.sorted(by: ArchiveSegment.isEarlier)
    stored = OpenSegments(snapshots, pool)
  }

  /// A reader of a segment, opened once; what it reads from the file is counted in `statistics`.
  package func open(_ segment: ArchiveSegment, statistics: ReadStatistics) throws -> SegmentReader {
    let reader = try stored.open(segment, statistics: statistics)
    if segment.archive == 0 { return reader }
    return seen.value(Key(archive: segment.archive, name: segment.name)) { [stored] in
      let twins = EarlierTwins(reader, segment, among: all) {
        try stored.open($0, statistics: ReadStatistics())
      }
      return twins.map(reader.hiding) ?? reader
    }.counting(in: statistics)
  }

  /// Whether a segment has been read before.
  package func isOpen(_ segment: ArchiveSegment) -> Bool { stored.isOpen(segment) }

  /// Segments as they are stored.
  private final class OpenSegments: @unchecked Sendable {
    private let snapshots: [ArchiveSnapshot]
    private let pool: BufferPool
    private let lock = Lock()
    private var readers: [Key: SegmentReader] = [:]

    init(_ snapshots: [ArchiveSnapshot], _ pool: BufferPool) {
      self.snapshots = snapshots
      self.pool = pool
    }

    func isOpen(_ segment: ArchiveSegment) -> Bool {
      lock.withLock { readers[Key(archive: segment.archive, name: segment.name)] != nil }
    }

    func open(_ segment: ArchiveSegment, statistics: ReadStatistics) throws -> SegmentReader {
      let key = Key(archive: segment.archive, name: segment.name)
      if let reader = lock.withLock({ readers[key] }) { return reader.counting(in: statistics) }
      let reader = try snapshots[segment.archive].open(segment.entry, statistics: statistics, pool: pool)
      return lock.withLock {
        // One that another thread has opened meanwhile goes first.
        if let known = readers[key] { return known.counting(in: statistics) }
        readers[key] = reader
        return reader
      }
    }
  }
}
