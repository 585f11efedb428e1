/// Which segments a run merges, so that many small runs leave few segments.
///
/// Segments are in tiers, each four times the one below, by their objects or by their JSON, whichever is the higher.
/// Where a tier has four, these become one, and so on upward: every byte is rewritten about once a tier, and at most
/// three segments of a tier stay. Segments of half the size that a segment may have stay as they are.
///
/// Of wider tiers there are fewer, and less is rewritten; but each segment costs every question some time, and the runs
/// come once an hour.
///
/// Objects go by number so that runs of some each fill a tier at the same pace, however large these are; what is
/// little together may be rewritten now and then.
struct MergePolicy {
  /// Segments of a tier that become one.
  static let fanIn = 4
  /// Segments that are merged at a time.
  static let sourceLimit = 64

  private let options: CompactionOptions

  init(_ options: CompactionOptions) { self.options = options }

  /// Whether a segment is as large as merging makes them.
  func isFull(_ entry: SegmentEntry) -> Bool {
    entry.rowCount >= options.segmentRowLimit / 2 || entry.objectCount >= options.segmentRowLimit / 2
      || entry.jsonByteCount >= options.segmentJSONByteLimit / 2
  }

  private struct Size {
    var objects = 0
    var bytes = 0

    /// JSON below which a segment's bytes do not matter.
    static let unit = 2 << 20

    mutating func add(_ entry: SegmentEntry) {
      objects += entry.objectCount
      bytes += entry.jsonByteCount
    }

    /// Whole powers of four, from 1 on.
    private static func power(_ number: Int) -> Int {
      (Int.bitWidth - 1 - max(1, number).leadingZeroBitCount) / 2
    }

    var tier: Int { max(Self.power(objects), bytes < Self.unit ? 0 : 1 + Self.power(bytes / Self.unit)) }
  }

  private static func tier(_ segments: some Sequence<SegmentEntry>) -> Int {
    segments.reduce(into: Size()) { $0.add($1) }.tier
  }

  /// Whether a segment has so many keys or shapes that it would end where it does in any merge.
  static func isWide(_ reader: SegmentReader) throws -> Bool {
    let catalogue = try reader.catalogue()
    return catalogue.slots.count >= SegmentFormat.segmentSlotLimit / 2
      || catalogue.shapes.memberCount >= SegmentFormat.segmentMemberLimit / 2
  }

  /// Names of the segments to merge next; empty where there is nothing to do. `isWide` tells of a segment what is looked
  /// up where the tier is complete.
  func choose(_ segments: [SegmentEntry], isWide: (SegmentEntry) throws -> Bool) rethrows -> Set<String> {
    let tiers = Dictionary(grouping: segments.filter { !isFull($0) }) { Self.tier(CollectionOfOne($0)) }
    for (tier, all) in tiers.sorted(by: { $0.key < $1.key }) where all.count >= Self.fanIn {
      let members = try all.filter { try !isWide($0) }
      if members.count < Self.fanIn { continue }
      var chosen = Array(members.prefix(Self.sourceLimit))
      var top = tier
      // What comes of it may complete the tier that it belongs to.
      while chosen.count < Self.sourceLimit {
        let next = Self.tier(chosen)
        guard next > top, let others = tiers[next], others.count + 1 >= Self.fanIn else { break }
        chosen += try others.filter { try !isWide($0) }.prefix(Self.sourceLimit - chosen.count)
        top = next
      }
      return Set(chosen.map(\.name))
    }
    return []
  }
}
