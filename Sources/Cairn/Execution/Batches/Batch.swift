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
    return taken(indices, isAscending: isAscending)
  }

  /// The same for a batch that is kept: what is read for the rows is not kept with it, even where they are all of
  /// its rows.
  func taken(_ indices: [UInt32], isAscending: Bool) -> Batch {
    var subsets = ScanSubsets(indices, isAscending: isAscending)
    return Batch(rowCount: indices.count, columns: columns.mapValues { $0.select(indices, &subsets) })
  }

  /// Some columns under other names.
  func renamed(_ columns: [ColumnID], as ids: [ColumnID]) -> Batch {
    var output = Batch(rowCount: rowCount)
    for (id, column) in zip(ids, columns) { output.columns[id] = self.columns[column] }
    return output
  }

  /// All rows of a batch that is kept.
  func handedOut() -> Batch { Batch(rowCount: rowCount, columns: columns.mapValues(\.handedOut)) }

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
    /// Made for the rows at given indices; nil for all.
    case rows(@Sendable ([UInt32]?) throws -> Vector)
    /// Rows of a column in a temporary file; nil for all.
    case spilled(SpilledColumn, [UInt32]?)
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

  /// A column whose values are made for as many rows as are wanted, nil for all. Whoever asks, the work is charged to
  /// the operator that makes the column.
  init(rows make: @escaping @Sendable ([UInt32]?) throws -> Vector) {
    let charge = Charge.current
    let make = { @Sendable rows in try Charge.keep(charge) { try make(rows) }() }
    origin = .rows(make)
    load = { try make(nil) }
  }

  init(_ spilled: SpilledColumn, rows: [UInt32]? = nil) {
    origin = .spilled(spilled, rows)
    load = { try spilled.vector(rows) }
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
    if let (coded, segment) = try storedField() { return .stored(coded, segment: segment) }
    return CodeColumn(try vector(), count: count)
  }

  /// The column as storage has it, where that is a dictionary's entries and nobody has read them yet; else nil.
  func storedField() throws -> (field: CodedField, segment: Int)? {
    guard case .events(let rows, let source, let charge) = origin, lock.withLock({ loaded == nil }),
      let field = try Charge.keep(charge, { try rows.field(source) })()
    else { return nil }
    // Who asks for values next need not look for them again.
    let next = Charge.keep(charge) { try rows.vector(field) }
    lock.withLock { if loaded == nil { load = next } }
    if case .coded(let coded) = field { return (coded, rows.segment.number) }
    return nil
  }

  /// Whether each row is NULL, which storage may tell without reading a value.
  func nulls(count: Int) throws -> [Bool] {
    if case .events(let rows, let source, let charge) = origin, lock.withLock({ loaded == nil }),
      let nulls = try Charge.keep(charge, { try rows.nulls(source) })()
    {
      return nulls
    }
    return try vector().nulls(count: count)
  }

  /// The elements of its arrays as storage has them, and how many each row has; nil where the arrays have to be read.
  func elements() throws -> (rows: ScanRows, counts: [UInt32])? {
    guard case .events(let rows, .path(let path), let charge) = origin, lock.withLock({ loaded == nil })
    else {
      return nil
    }
    return try Charge.keep(charge) { try rows.elements(path).map { ($0.rows, $0.counts) } }()
  }

  /// The values at some names inside its values; elements' members as storage has them.
  func member(_ names: [PathName]) -> Column {
    if names.isEmpty { return self }
    if case .events(let rows, .path(let path), let charge) = origin, rows.root != .records,
      path.names.isEmpty,
      lock.withLock({ loaded == nil })
    {
      return Column(rows, .path(BoundPath(names: names)), charge: charge)
    }
    return Column { [self] in try vector().member(names) }
  }

  fileprivate func select(_ indices: [UInt32], _ subsets: inout ScanSubsets) -> Column {
    if let vector = lock.withLock({ loaded }) { return Column(vector.gathered(indices)) }
    switch origin {
    case nil: return Column { [self] in try vector().gathered(indices) }
    case .rows(let make):
      return Column(rows: { rows in try make(rows.map { rows in rows.map { indices[Int($0)] } } ?? indices) })
    case .spilled(let spilled, let rows):
      return Column(spilled, rows: rows.map { rows in indices.map { rows[Int($0)] } } ?? indices)
    case .events(let rows, let source, let charge):
      let subset = subsets.subset(of: rows)
      guard let places = subsets.places else { return Column(subset, source, charge: charge) }
      let read = Charge.keep(charge) { try subset.vector(source) }
      return Column { try read().gathered(places) }
    }
  }
}

// MARK: Keeping

extension Column {
  /// The same for one that is kept in a temporary file: what is read is not kept with it.
  fileprivate var handedOut: Column {
    if case .spilled(let spilled, let rows) = origin { Column(spilled, rows: rows) } else { self }
  }

  /// Bytes of its values in a temporary file.
  var spilledByteCount: Int {
    if case .spilled(let spilled, _) = origin { spilled.valueByteCount } else { 0 }
  }

  /// What a column takes beside its values.
  static let ownByteCount = 192
  /// What a value takes that is going to be computed, roughly.
  private static let computedByteCount = 64

  /// Whether it is a record as a whole, which is rebuilt for every row that it is read of.
  var isWholeRecord: Bool {
    if case .events(let rows, .path(let path), _) = origin {
      rows.root == .records && path.names.isEmpty
    } else {
      false
    }
  }

  /// The rows of `events` that it reads.
  var scanRows: ScanRows? {
    if case .events(let rows, _, _) = origin { rows } else { nil }
  }

  /// Whether it is computed when it is asked for, from what other columns hold.
  private var isComputed: Bool {
    switch origin {
    case nil, .rows: lock.withLock { loaded == nil }
    case .events, .spilled: false
    }
  }

  /// One value, where the column is in a temporary file; else NULL.
  func storedValue(_ row: Int) -> EngineValue {
    guard case .spilled(let spilled, let rows) = origin else { return .null }
    return spilled[rows.map { Int($0[row]) } ?? row]
  }

  /// What a row's value takes where it is read, roughly.
  func rowByteCount(rowCount: Int) -> Int {
    if let vector = lock.withLock({ loaded }) { return vector.sampledByteCount(rowCount: rowCount) }
    switch origin {
    case .events(let rows, let source, _):
      // What cannot be read is told when it is.
      return (try? rows.byteCount(source)) ?? Self.computedByteCount
    case .spilled(let spilled, _): return spilled.meanByteCount
    case .rows, nil: return Self.computedByteCount
    }
  }

  func heldByteCount(rowCount: Int) -> Int {
    if let vector = lock.withLock({ loaded }) { return vector.heldByteCount }
    return isComputed ? rowCount * Self.computedByteCount : 0
  }

  /// Computes its values, unless storage or a temporary file has them.
  func compute() throws {
    if isComputed { _ = try vector() }
  }

  /// The column in a temporary file: its values, or only where `events` has them.
  ///
  /// - Parameter isByValue: the values are going to be looked at one by one.
  func spilled(
    _ arena: SpillArena, rowCount: Int, isByValue: Bool, _ parts: inout [ObjectIdentifier: SpillArena.Part]
  ) throws -> SpilledColumn {
    let isLoaded = lock.withLock { loaded != nil }
    guard case .events(let rows, let source, _) = origin, !isLoaded, !isByValue else {
      return try SpilledColumn(try vector(), rowCount: rowCount, arena)
    }
    let part = try parts[ObjectIdentifier(rows)] ?? arena.append(rows.rows.list)
    parts[ObjectIdentifier(rows)] = part
    return SpilledColumn(rows, rows: part, source)
  }
}

/// The parts of scans that one selection leads to, shared by all columns of a batch.
private struct ScanSubsets {
  private let indices: [UInt32]
  private let isAscending: Bool
  /// Rows to read, ascending, each once, and for each wanted row its place among them; nil where that is the same.
  private var reading: (rows: Positions, places: [UInt32]?)?
  private var known: [ObjectIdentifier: ScanRows] = [:]

  init(_ indices: [UInt32], isAscending: Bool) {
    self.indices = indices
    self.isAscending = isAscending
  }

  var places: [UInt32]? { reading?.places }

  mutating func subset(of scan: ScanRows) -> ScanRows {
    let key = ObjectIdentifier(scan)
    if let found = known[key] { return found }
    let reading = reading ?? (isAscending ? (Positions(indices), nil) : Self.distinct(indices))
    self.reading = reading
    let subset = scan.subset(reading.rows)
    known[key] = subset
    return subset
  }

  /// The distinct indices, ascending, and the place of each among them, told by a bit for each row.
  private static func distinct(_ indices: [UInt32]) -> (rows: Positions, places: [UInt32]?) {
    var words = [UInt64](repeating: 0, count: Int(indices.max() ?? 0) / 64 + 1)
    for index in indices { words[Int(index >> 6)] |= 1 << UInt64(index & 63) }
    var rows: [UInt32] = []
    var before: [UInt32] = []
    before.reserveCapacity(words.count)
    for (place, word) in words.enumerated() {
      before.append(UInt32(truncatingIfNeeded: rows.count))
      var left = word
      while left != 0 {
        rows.append(UInt32(truncatingIfNeeded: place * 64 + left.trailingZeroBitCount))
        left &= left - 1
      }
    }
    let places = indices.map { index in
      let below = words[Int(index >> 6)] & (1 << UInt64(index & 63) - 1)
      return before[Int(index >> 6)] + UInt32(truncatingIfNeeded: below.nonzeroBitCount)
    }
    return (Positions(rows), places)
  }
}
