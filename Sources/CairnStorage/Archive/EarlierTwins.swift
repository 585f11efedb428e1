/// Rows of a segment that segments of other archives have too: where several archives are read as one, an event of two
/// counts once, for the archive that is named first.
///
/// Nothing is read until rows are asked for, and then only what lies at their times; archives of different accounts or
/// regions are told apart by the dictionaries of these.
final class EarlierTwins: HiddenRows {
  private let own: SegmentReader
  private let earlier: [ArchiveSegment]
  private let open: @Sendable (ArchiveSegment) throws -> SegmentReader
  private let finder = ShadowFinder(threads: 1)
  private let apart = Memo<Int, Bool>()
  private let objectTwins = Memo<Int, [UInt32]>()
  private let lock = Lock()
  /// Hidden positions by row group, of those that were looked at as a whole.
  private nonisolated(unsafe) var known: [Int: [UInt32]] = [:]

  /// Of fewer rows of a row group than this part only these are looked at.
  private static let fewPart = 8

  /// Nil where no segment of an archive before can have a row of this one. `open` gives segments as they are stored.
  init?(
    _ own: SegmentReader, _ segment: ArchiveSegment, among all: [ArchiveSegment],
    open: @escaping @Sendable (ArchiveSegment) throws -> SegmentReader
  ) {
    self.own = own
    self.open = open
    earlier = all.filter { $0.archive < segment.archive && $0.entry.mayShareTime(with: segment.entry) }
    if earlier.isEmpty { return nil }
  }

  func visible(_ positions: Positions, in rowGroup: Int) throws -> Positions {
    if positions.isEmpty { return positions }
    let rowCount = own.footer.rowGroups[rowGroup].rowCount
    var hidden = lock.withLock { known[rowGroup] }
    if hidden == nil {
      let isFew = positions.count < rowCount / Self.fewPart
      let found = try twins(of: isFew ? positions : .run(0..<rowCount), in: rowGroup)
      if !isFew { lock.withLock { known[rowGroup] = found } }
      hidden = found
    }
    guard var left = hidden?[...], !left.isEmpty else { return positions }
    return Positions(
      positions.list.filter { position in
        left = left.drop { $0 < position }
        return left.first != position
      })
  }

  // MARK: Finding

  /// Those of the positions whose rows an earlier segment has, ascending.
  private func twins(of positions: Positions, in rowGroup: Int) throws -> [UInt32] {
    let group = own.footer.rowGroups[rowGroup]
    let untimed = positions.list.prefix { Int($0) < group.untimedRowCount }
    let times = try own.times(of: rowGroup)
    let timed = positions.list.dropFirst(untimed.count).map { times[Int($0) - group.untimedRowCount] }
    var keys: EventKeys?
    var found: Set<UInt32> = []
    for (place, other) in earlier.enumerated() {
      guard other.mayMeet(timed, hasUntimed: !untimed.isEmpty), try !isApart(place) else { continue }
      let reader = try open(other)
      let own = try keys ?? EventKeys(own, rowGroup: rowGroup, positions)
      keys = own
      for index in reader.footer.rowGroups.indices {
        found.formUnion(try shared(own, timed, hasUntimed: !untimed.isEmpty, with: reader, index))
      }
    }
    guard let keys else { return [] }
    var hidden = found.map { $0 - UInt32(group.firstRow) }
    if keys.entries.count < positions.count {
      let named = Set(keys.entries.map(\.row))
      let twins = Set(try rowsOfObjectTwins())
      hidden += positions.list.filter {
        let row = $0 + UInt32(group.firstRow)
        return !named.contains(row) && twins.contains(row)
      }
    }
    return hidden.sorted()
  }

  /// Rows of this segment that a row group of another one has, of those with keys.
  private func shared(
    _ keys: EventKeys, _ timed: [Int64], hasUntimed: Bool, with other: SegmentReader, _ rowGroup: Int
  ) throws -> [UInt32] {
    let group = other.footer.rowGroups[rowGroup]
    var rows: [UInt32] = hasUntimed ? (0..<UInt32(group.untimedRowCount)).map { $0 } : []
    if let first = timed.first, let last = timed.last, group.untimedRowCount < group.rowCount,
      group.minimumTime <= last, group.maximumTime >= first
    {
      let times = try other.times(of: rowGroup)
      rows += Self.places(of: timed, in: times).map { $0 + UInt32(group.untimedRowCount) }
    }
    var theirs: [UInt32] = []
    var mine: Set<UInt32> = []
    for entry in try EventKeys.read(other, rowGroup, Positions(rows)) {
      let twins = keys.twins(of: entry)
      if twins.isEmpty { continue }
      theirs.append(entry.row)
      for twin in twins { mine.insert(twin.row) }
    }
    if theirs.isEmpty { return [] }
    return try finder.equal(own, mine.sorted(), other, theirs.sorted())
  }

  /// Where ascending times have one of other ascending times.
  private static func places(of wanted: [Int64], in times: RowTimes) -> [UInt32] {
    var places: [UInt32] = []
    var at = 0
    var index = wanted.first.map { times.firstIndex(from: $0) } ?? times.count
    while at < wanted.count, index < times.count {
      let time = times[index]
      if wanted[at] < time {
        at += 1
      } else {
        if wanted[at] == time { places.append(UInt32(index)) }
        index += 1
      }
    }
    return places
  }

  /// Rows of objects whose bytes an object of an earlier segment has: what rows without an event ID go by.
  private func rowsOfObjectTwins() throws -> [UInt32] {
    try objectTwins.value(0) {
      var digests: Set<[UInt8]> = []
      for (place, other) in earlier.enumerated() where try !isApart(place) {
        let reader = try open(other)
        for block in reader.footer.objectBlocks.indices {
          for object in try reader.objects(block: block) where object.isWholeLog {
            digests.insert(object.digest)
          }
        }
      }
      var rows: [UInt32] = []
      for block in own.footer.objectBlocks.indices {
        for object in try own.objects(block: block) where object.isWholeLog && digests.contains(object.digest)
        {
          rows += object.rows
        }
      }
      return rows
    }
  }

  // MARK: Telling segments apart

  private static let tellingPaths = ["recipientAccountId", "awsRegion"].map {
    [PathName(bytes: Array($0.utf8), isExact: true)]
  }
  /// Accounts or regions of a segment that are compared; of more nothing is said.
  private static let entryLimit = 4096

  /// Whether no row of an earlier segment can be one of this one, since they are of other accounts or regions.
  private func isApart(_ place: Int) throws -> Bool {
    try apart.value(place) {
      let other = try open(earlier[place])
      return try Self.tellingPaths.contains { path in
        guard let mine = try own.everyValue(at: path, limit: Self.entryLimit),
          let theirs = try other.everyValue(at: path, limit: Self.entryLimit)
        else { return false }
        // A row of which one segment has a value for sure has it in the other one too.
        return (mine.isInEachRow || theirs.isInEachRow) && mine.texts.isDisjoint(with: theirs.texts)
      }
    }
  }
}

extension ArchiveSegment {
  /// Whether rows at such times, ascending, can be among the segment's.
  fileprivate func mayMeet(_ times: [Int64], hasUntimed: Bool) -> Bool {
    if hasUntimed, entry.untimedRowCount > 0 { return true }
    guard let first = times.first, let last = times.last else { return false }
    return first <= entry.maximumTime && last >= entry.minimumTime
  }
}

extension SegmentEntry {
  fileprivate func mayShareTime(with other: SegmentEntry) -> Bool {
    untimedRowCount > 0 && other.untimedRowCount > 0
      || minimumTime <= other.maximumTime && maximumTime >= other.minimumTime
  }
}

extension SegmentReader {
  /// All values that rows have as a member of the record, and whether each row has one; nil where that is not told by
  /// one small dictionary.
  fileprivate func everyValue(
    at path: [PathName], limit: Int
  ) throws -> (texts: Set<[UInt8]>, isInEachRow: Bool)? {
    let slots = try slots(at: path)
    guard slots.count == 1, let index = try columnTable().column(slots[0], .string),
      try columnTable().columns(of: slots[0]).count == 1
    else { return nil }
    let column = try column(index)
    let count = column.directory.entryCount
    guard 1...limit ~= count else { return nil }
    let entries = try column.entries((0..<UInt32(count)).map { $0 })
    let counts = try valueCounts(ofRows: index).dropFirst(Int(ValueKind.firstShapeWord))
    return (Set((0..<entries.count).map { Array(entries[$0]) }), counts.allSatisfy { $0 > 0 })
  }
}
