import CairnStorage

/// Some rows on their way through the operators. Columns are read or computed when they are asked for, so that
/// what no row needs is never touched.
struct Batch: Sendable {
  let rowCount: Int
  var columns: [ColumnID: Column]

  init(rowCount: Int, columns: [ColumnID: Column] = [:]) {
    self.rowCount = rowCount
    self.columns = columns
  }

  /// The rows at `indices`, in that order; rows may come several times.
  func select(_ indices: [UInt32]) -> Batch {
    let isAscending = zip(indices, indices.dropFirst()).allSatisfy { $0 < $1 }
    if isAscending, indices.count == rowCount { return self }
    var subsets = ScanSubsets(indices, isAscending: isAscending)
    return Batch(rowCount: indices.count, columns: columns.mapValues { $0.select(indices, &subsets) })
  }

  /// The first rows.
  func prefix(_ count: Int) -> Batch {
    count >= rowCount ? self : select((0..<UInt32(max(0, count))).map { $0 })
  }
}

/// A column of a batch: read, computed or gathered once, when first asked for.
final class Column: @unchecked Sendable {
  private let lock = Lock()
  private var loaded: Vector?
  private var load: (@Sendable () throws -> Vector)?
  /// Where an unread column of `events` is read: fewer rows of it can be read instead.
  private let origin: (rows: ScanRows, source: EventsColumn, charge: Charge?)?

  init(_ vector: Vector) {
    loaded = vector
    origin = nil
  }

  /// Whoever asks first, the work is charged to the operator that makes the column.
  init(_ load: @escaping @Sendable () throws -> Vector) {
    self.load = Charge.keep(.current, load)
    origin = nil
  }

  /// - Parameter charge: the scan's, also where another operator takes fewer rows.
  init(_ rows: ScanRows, _ source: EventsColumn, charge: Charge? = .current) {
    origin = (rows, source, charge)
    load = Charge.keep(charge) { try rows.vector(source) }
  }

  func vector() throws -> Vector {
    try lock.withLock {
      if let loaded { return loaded }
      let vector = try load?() ?? .constant(.null)
      loaded = vector
      load = nil
      return vector
    }
  }

  fileprivate func select(_ indices: [UInt32], _ subsets: inout ScanSubsets) -> Column {
    if let vector = lock.withLock({ loaded }) { return Column(vector.gathered(indices)) }
    guard let origin else { return Column { [self] in try vector().gathered(indices) } }
    let subset = subsets.subset(of: origin.rows)
    guard let places = subsets.places else {
      return Column(subset, origin.source, charge: origin.charge)
    }
    let read = Charge.keep(origin.charge) { try subset.vector(origin.source) }
    return Column { try read().gathered(places) }
  }
}

/// The parts of scans that one selection leads to, shared by all columns of a batch.
private struct ScanSubsets {
  /// Rows to read, ascending, each once.
  private let rows: [UInt32]
  /// For each wanted row its place among them; nil where that is the same.
  let places: [UInt32]?
  private var known: [ObjectIdentifier: ScanRows] = [:]

  init(_ indices: [UInt32], isAscending: Bool) {
    guard !isAscending else {
      rows = indices
      places = nil
      return
    }
    var distinct: [UInt32] = []
    for index in indices.sorted() where distinct.last != index { distinct.append(index) }
    rows = distinct
    places = indices.map { index in
      var (low, high) = (0, distinct.count)
      while low < high {
        let middle = (low + high) / 2
        if distinct[middle] < index { low = middle + 1 } else { high = middle }
      }
      return UInt32(low)
    }
  }

  mutating func subset(of scan: ScanRows) -> ScanRows {
    let key = ObjectIdentifier(scan)
    if let found = known[key] { return found }
    let subset = scan.subset(rows)
    known[key] = subset
    return subset
  }
}
