import Glibc

/// Files in `segments/` that earlier states need and this one does not: they stay for readers of those states.
///
/// What commits of one hour have done without is told together, segments as ranges of numbers, each with all marks that
/// it ever had: as merging takes neighbours, however many runs leave few ranges.
public struct RetiredFiles: Sendable, Equatable {
  /// When a commit stopped naming the last of them, milliseconds since 1970.
  public internal(set) var time: Int64
  /// Numbers of segments, ascending.
  public internal(set) var segments: [ClosedRange<Int>] = []
  /// Marks of segments that the state still has, by segment and commit, ascending.
  var marks: [Marks] = []

  struct Marks: Hashable, Comparable {
    var segment: Int
    var commit: Int

    static func < (a: Marks, b: Marks) -> Bool { (a.segment, a.commit) < (b.segment, b.commit) }
  }

  /// Milliseconds that a file stays after a commit has stopped naming it, where nobody says otherwise: a day, for
  /// readers that have opened an archive before.
  public static let defaultGrace: Int64 = 24 * 3600 * 1000

  /// What is told together.
  static let spanMilliseconds: Int64 = 3600 * 1000

  /// Ranges or marks that one line of the manifest has.
  static let lineItemLimit = 32

  /// Milliseconds since 1970, now.
  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return max(0, Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }

  func contains(_ name: StoredName) -> Bool {
    if case .marks(let segment, let commit) = name, marks.contains(Marks(segment: segment, commit: commit)) {
      return true
    }
    return segments.contains { $0.contains(name.segment) }
  }

  /// Ranges that have the same numbers, ascending, none of which touches another.
  static func joined(_ ranges: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
    var joined: [ClosedRange<Int>] = []
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = joined.last, range.lowerBound <= last.upperBound + 1 {
        joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        joined.append(range)
      }
    }
    return joined
  }
}

// MARK: The manifest's line

extension RetiredFiles {
  /// The files, as lines of the manifest have them.
  static func lines(time: Int64, segments: [ClosedRange<Int>], marks: [Marks]) -> [RetiredFiles] {
    let (segments, marks) = (joined(segments), marks.sorted())
    return stride(from: 0, to: segments.count, by: lineItemLimit).map {
      RetiredFiles(time: time, segments: Array(segments[$0...].prefix(lineItemLimit)))
    }
      + stride(from: 0, to: marks.count, by: lineItemLimit).map {
        RetiredFiles(time: time, marks: Array(marks[$0...].prefix(lineItemLimit)))
      }
  }

  var line: String {
    let ranges = segments.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
    let pairs = marks.map { "\($0.segment)-\($0.commit)" }
    return "retired at=\(time)"
      + (ranges.isEmpty ? "" : " segments=" + ranges.joined(separator: ","))
      + (pairs.isEmpty ? "" : " marks=" + pairs.joined(separator: ","))
  }

  /// From a line's words; nil where they are none.
  init?(_ words: [Substring]) {
    guard words.count == 3, let fields = LineFields(words.dropFirst()), let time = fields.time("at") else {
      return nil
    }
    func pairs(_ name: Substring) -> [(Int, Int)]? {
      guard let text = fields[name] else { return [] }
      var pairs: [(Int, Int)] = []
      for item in text.split(separator: ",", omittingEmptySubsequences: false) {
        let numbers = item.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard 1...2 ~= numbers.count, let first = numbers[0], let last = numbers[numbers.count - 1],
          0...Manifest.numberLimit ~= first, 0...Manifest.numberLimit ~= last
        else { return nil }
        pairs.append((first, last))
      }
      return pairs
    }
    guard let ranges = pairs("segments"), let marks = pairs("marks"), ranges.allSatisfy({ $0.0 <= $0.1 }),
      ranges.count + marks.count <= Self.lineItemLimit, !(ranges.isEmpty && marks.isEmpty)
    else { return nil }
    self.init(
      time: time, segments: ranges.map { $0.0...$0.1 },
      marks: marks.map { Marks(segment: $0.0, commit: $0.1) })
  }
}

extension Manifest {
  /// Segments that readers of earlier states may need.
  public var retiredSegmentCount: Int {
    retired.reduce(0) { $0 + $1.segments.reduce(0) { $0 + $1.count } }
  }

  /// Whether the state speaks of a file in `segments/`.
  package func speaks(of name: FileName) -> Bool { StoredNames(self).contains(name) }

  /// Notes which files of an earlier state this one does without.
  mutating func retire(filesOf earlier: Manifest, at now: Int64) {
    let kept = Dictionary(uniqueKeysWithValues: segments.map { ($0.number, $0.marks?.name) })
    var gone: [ClosedRange<Int>] = []
    var marks: [RetiredFiles.Marks] = []
    for entry in earlier.segments {
      guard let keptMarks = kept[entry.number] else {
        gone.append(entry.number...entry.number)
        continue
      }
      if let old = entry.marks, old.name != keptMarks,
        case .marks(let segment, let commit) = StoredName(old.name)
      {
        marks.append(RetiredFiles.Marks(segment: segment, commit: commit))
      }
    }
    if gone.isEmpty, marks.isEmpty { return }
    // A segment takes its marks with it.
    let numbers = Set(gone.map(\.lowerBound))
    for index in retired.indices { retired[index].marks.removeAll { numbers.contains($0.segment) } }
    retired.removeAll { $0.segments.isEmpty && $0.marks.isEmpty }
    let span = now / RetiredFiles.spanMilliseconds
    for files in retired where files.time / RetiredFiles.spanMilliseconds == span {
      gone += files.segments
      marks += files.marks
    }
    retired.removeAll { $0.time / RetiredFiles.spanMilliseconds == span }
    retired += RetiredFiles.lines(time: now, segments: gone, marks: marks)
  }

  /// What of retired files cannot be so.
  var retiredContradiction: String? {
    let ranges = retired.flatMap(\.segments)
    let sorted = ranges.sorted { $0.lowerBound < $1.lowerBound }
    for (a, b) in zip(sorted, sorted.dropFirst()) where a.upperBound >= b.lowerBound {
      return "segment \(b.lowerBound) is retired twice"
    }
    let numbers = segments.map(\.number).sorted()
    var next = 0
    for range in sorted {
      while next < numbers.count, numbers[next] < range.lowerBound { next += 1 }
      if next < numbers.count, range.contains(numbers[next]) {
        return "segment \(numbers[next]) is retired and named"
      }
    }
    var marks = Set(segments.compactMap { $0.marks.flatMap { StoredName($0.name) } })
    for files in retired {
      for item in files.marks
      where !marks.insert(.marks(segment: item.segment, commit: item.commit)).inserted {
        return "marks \(item.segment)-\(item.commit) are named twice"
      }
    }
    return nil
  }
}

/// Names in `segments/` that a state speaks of.
struct StoredNames {
  private var named: Set<StoredName> = []
  private let retired: [RetiredFiles]

  init(_ manifest: Manifest) {
    for entry in manifest.segments {
      named.insert(.segment(entry.number))
      if let marks = entry.marks.flatMap({ StoredName($0.name) }) { named.insert(marks) }
    }
    retired = manifest.retired
  }

  func contains(_ name: FileName) -> Bool {
    guard let name = StoredName(name.bytes) else { return false }
    return named.contains(name) || retired.contains { $0.contains(name) }
  }
}
