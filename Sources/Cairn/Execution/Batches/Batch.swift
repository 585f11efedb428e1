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
  /// Where an unread column comes from, so that fewer rows of it can be read instead.
  private enum Origin: Sendable {
    /// With what the reading is charged to.
    case events(ScanRows, EventsColumn, Charge?)
    /// Made for the rows at given indices.
    case rows(@Sendable ([UInt32]) throws -> Vector)
  }

  private let lock = Lock()
  private var loaded: Vector?
  private var load: (@Sendable () throws -> Vector)?
  private let origin: Origin?

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
    origin = .events(rows, source, charge)
    load = Charge.keep(charge) { try rows.vector(source) }
  }

  /// A column of `count` rows whose values are made for as many rows as are wanted.
  init(count: Int, _ make: @escaping @Sendable ([UInt32]) throws -> Vector) {
    origin = .rows(make)
    load = { try make((0..<count).map { UInt32($0) }) }
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

  /// The column for work on codes: what storage has in a dictionary is not looked up.
  func codes(count: Int) throws -> CodeColumn {
    if case .events(let rows, let source, let charge) = origin {
      let known = lock.withLock { loaded }
      if known == nil, let field = try Charge.keep(charge, { try rows.field(source) })() {
        if case .coded(let coded) = field { return .stored(coded, segment: rows.segment.number) }
        let vector = try rows.vector(field)
        lock.withLock {
          loaded = vector
          load = nil
        }
        return .coded(vector.coded(count: count))
      }
    }
    return .coded(try vector().coded(count: count))
  }

  fileprivate func select(_ indices: [UInt32], _ subsets: inout ScanSubsets) -> Column {
    if let vector = lock.withLock({ loaded }) { return Column(vector.gathered(indices)) }
    switch origin {
    case nil: return Column { [self] in try vector().gathered(indices) }
    case .rows(let make): return Column(count: indices.count) { try make($0.map { indices[Int($0)] }) }
    case .events(let rows, let source, let charge):
      let subset = subsets.subset(of: rows)
      guard let places = subsets.places else { return Column(subset, source, charge: charge) }
      let read = Charge.keep(charge) { try subset.vector(source) }
      return Column { try read().gathered(places) }
    }
  }
}

/// The parts of scans that one selection leads to, shared by all columns of a batch.
private struct ScanSubsets {
  /// Rows to read, ascending, each once.
  private let rows: Positions
  /// For each wanted row its place among them; nil where that is the same.
  let places: [UInt32]?
  private var known: [ObjectIdentifier: ScanRows] = [:]

  init(_ indices: [UInt32], isAscending: Bool) {
    guard !isAscending else {
      rows = Positions(indices)
      places = nil
      return
    }
    var distinct: [UInt32] = []
    for index in indices.sorted() where distinct.last != index { distinct.append(index) }
    rows = Positions(distinct)
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
