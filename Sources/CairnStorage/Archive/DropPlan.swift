/// Which objects `drop` takes out.
struct DropPlan {
  struct Place: Hashable {
    var segment: String
    var block: Int
    var index: Int
  }

  private enum Age { case older, straddling, younger, timeless }

  private(set) var objects: Set<Place> = []
  private(set) var segments: Set<String> = []
  private(set) var summary = DropSummary()
  /// Segments that are to be written anew together: those that share an object.
  private(set) var groups: [Set<String>] = []

  init(_ snapshot: ArchiveSnapshot, before: Int64) throws {
    var fragments: [ObjectIdentity: [(place: Place, age: Age, records: Int)]] = [:]
    let segments = snapshot.manifest.segments
    var times: (segment: Int, rows: RowTimesOfSegment)?
    try snapshot.visitObjects(segments) { at, object, reader in
      if times?.segment != at.segment { times = (at.segment, try RowTimesOfSegment(reader)) }
      guard let rows = times?.rows else { return }
      let place = Place(segment: segments[at.segment].name, block: at.block, index: at.index)
      let part = (place, Self.age(object, rows, before), object.rows.count)
      if object.fragment > 0 || !object.isLastFragment {
        fragments[ObjectIdentity(object), default: []].append(part)
      } else {
        take([part])
      }
    }
    var joined: [Set<String>] = []
    for parts in fragments.values {
      take(parts)
      joined.append(Set(parts.map(\.place.segment)))
    }
    self.segments = Set(objects.map(\.segment))
    // Fragments of an object go and move together.
    var isGrowing = true
    while isGrowing {
      isGrowing = false
      for part in joined where !part.isDisjoint(with: self.segments) && !part.isSubset(of: self.segments) {
        self.segments.formUnion(part)
        isGrowing = true
      }
    }
    groups = Self.groups(segments.map(\.name).filter(self.segments.contains), joined)
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
