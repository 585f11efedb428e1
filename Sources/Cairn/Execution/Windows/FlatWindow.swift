/// All rows of a window at once: those of a partition follow each other in the window's order, and a place is one of
/// theirs, counted over all.
final class FlatWindow {
  /// The row at each place.
  let rows: [UInt32]
  /// The places behind the partitions' last ones.
  let partitionEnds: [Int]
  /// The partition of each row.
  let partitionNumbers: [UInt32]
  /// Whether rows of a partition have an order.
  let isOrdered: Bool
  /// The places of rows that are peers, where these are several.
  private let ties: [Range<Int>]
  private let store: RowStore
  private var vectors: [ColumnID: Vector] = [:]
  private(set) lazy var peers = findPeers()

  init(_ store: RowStore, partition: [ColumnID], ordering: [SortKey], threads: Int) throws {
    self.store = store
    isOrdered = !ordering.isEmpty
    let numbers = try CombinationNumbers.ofRows(store.batches, by: partition)
    partitionNumbers = numbers.rows
    let order = try OrderedRows(store.batches, ordering, in: numbers.rows, threads: threads)
    rows = order.rows
    ties = order.ties
    var counts = [Int](repeating: 0, count: numbers.count)
    for number in numbers.rows { counts[Int(number)] += 1 }
    var end = 0
    partitionEnds = counts.map { count in
      end += count
      return end
    }
  }

  /// A column's values by row.
  func vector(_ id: ColumnID) throws -> Vector {
    if let known = vectors[id] { return known }
    let vector = Vector.joined(
      try store.batches.map { try $0.columns[id]?.vector() ?? .constant(.null) },
      counts: store.batches.map(\.rowCount))
    vectors[id] = vector
    return vector
  }

  /// A column's value where it is the same in all rows.
  func constant(_ id: ColumnID) throws -> EngineValue? {
    if case .constant(let value) = try vector(id) { value } else { nil }
  }

  /// The rows by partition.
  var groups: LocalGroups {
    let entries = Array(repeating: EngineValue.null, count: partitionEnds.count)
    return LocalGroups(
      [.coded(Vector.Coded(entries: entries, codes: partitionNumbers))], rowCount: rows.count)
  }

  /// The places of each partition.
  var partitions: [Range<Int>] {
    var start = 0
    return partitionEnds.map { end in
      defer { start = end }
      return start..<end
    }
  }

  /// Calls `body` with each place and its partition.
  @inline(__always)
  func eachPlace(_ body: (_ place: Int, _ partition: Range<Int>) -> Void) {
    var start = 0
    for end in partitionEnds {
      for place in start..<end { body(place, start..<end) }
      start = end
    }
  }

  /// For each place the first and the place behind the last of the peers.
  struct Peers {
    var starts: [UInt32]
    var ends: [UInt32]
  }

  private func findPeers() -> Peers {
    let places = 0..<UInt32(truncatingIfNeeded: rows.count)
    var peers = Peers(starts: places.map { $0 }, ends: places.map { $0 + 1 })
    for tie in ties {
      for place in tie {
        peers.starts[place] = UInt32(truncatingIfNeeded: tie.lowerBound)
        peers.ends[place] = UInt32(truncatingIfNeeded: tie.upperBound)
      }
    }
    return peers
  }

  /// Those of a partition, counted in it.
  func peers(of partition: Range<Int>) -> [Range<Int>] {
    partition.map { place in
      Int(peers.starts[place]) - partition.lowerBound..<Int(peers.ends[place]) - partition.lowerBound
    }
  }
}

extension Vector {
  /// The rows at `indices`, in that order; NULL for `UInt32.max`.
  func gatheredOrNull(_ indices: [UInt32]) -> Vector {
    func numbers<Number: AdditiveArithmetic>(_ numbers: Numbers<Number>) -> Numbers<Number> {
      Numbers(
        indices.map { $0 == .max ? .zero : numbers.values[Int($0)] },
        isNull: indices.map { $0 == .max || numbers.isNull(Int($0)) })
    }
    switch self {
    case .times(let times):
      // Seconds that have no text are NULL.
      return .times(Times(indices.map { $0 == .max ? .min : times.seconds[Int($0)] }))
    case .timestamps(let times):
      return .timestamps(Times(indices.map { $0 == .max ? .min : times.seconds[Int($0)] }))
    case .wholes(let wholes): return .wholes(numbers(wholes))
    case .doubles(let doubles): return .doubles(numbers(doubles))
    case .texts(let texts): return .texts(texts.gathered(indices))
    case .plain(let values): return .plain(indices.map { $0 == .max ? .null : values[Int($0)] })
    case .constant(let value):
      return .coded(Coded(entries: [value, .null], codes: indices.map { $0 == .max ? 1 : 0 }))
    case .coded(let coded):
      let null = UInt32(truncatingIfNeeded: coded.entries.count)
      return .coded(
        Coded(
          entries: coded.entries + [.null],
          codes: indices.map { $0 == .max ? null : coded.codes[Int($0)] },
          keys: []))
    }
  }
}
