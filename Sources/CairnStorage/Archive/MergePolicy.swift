/// Which segments a run merges, so that many small runs leave few segments.
///
/// Segments are in tiers by the size of their JSON, each eight times the one below. Where a tier has eight, these become
/// one, and so on upward: every byte is rewritten once a tier, and at most seven segments of a tier stay. Segments of
/// half the size that a segment may have stay as they are.
struct MergePolicy {
  /// Segments of a tier that become one.
  static let fanIn = 8
  /// Segments that are merged at a time.
  static let sourceLimit = 64

  private let options: CompactionOptions

  init(_ options: CompactionOptions) { self.options = options }

  /// Whether a segment is as large as merging makes them.
  func isFull(_ entry: SegmentEntry) -> Bool {
    entry.rowCount >= options.segmentRowLimit / 2 || entry.objectCount >= options.segmentRowLimit / 2
      || entry.jsonByteCount >= options.segmentJSONByteLimit / 2
  }

  private static func tier(_ byteCount: Int) -> Int {
    (Int.bitWidth - max(1, byteCount).leadingZeroBitCount) / 3
  }

  /// Names of the segments to merge next; empty where there is nothing to do.
  func choose(_ segments: [SegmentEntry]) -> Set<String> {
    let tiers = Dictionary(grouping: segments.filter { !isFull($0) }) { Self.tier($0.jsonByteCount) }
    for (tier, members) in tiers.sorted(by: { $0.key < $1.key }) where members.count >= Self.fanIn {
      var chosen = Array(members.prefix(Self.sourceLimit))
      var top = tier
      // What comes of it may complete the tier that it belongs to.
      while chosen.count < Self.sourceLimit {
        let next = Self.tier(chosen.reduce(0) { $0 + $1.jsonByteCount })
        guard next > top, let others = tiers[next], others.count + 1 >= Self.fanIn else { break }
        chosen += others.prefix(Self.sourceLimit - chosen.count)
        top = next
      }
      return Set(chosen.map(\.name))
    }
    return []
  }
}
