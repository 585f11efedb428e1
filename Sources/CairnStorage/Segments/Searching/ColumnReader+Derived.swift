/// Values that follow from those of other columns.
extension ColumnReader {
  /// Values of a chunk of derived ones, at ascending positions below their number, or all where these are nil.
  func derived(_ chunk: ColumnDirectory.Chunk, positions: [UInt32]?) throws -> StringTable {
    try storedDerived(chunk).values(at: positions) { try parentValues($0, chunk, $1) }
  }

  /// Positions of the values that have a piece of text in them, ascending.
  ///
  /// - Parameter holds: whether some value of a column in the row group may have it.
  func derivedPositions(
    _ chunk: ColumnDirectory.Chunk, _ piece: TextPiece, holds: (_ column: Int) -> Bool
  ) throws -> [UInt32] {
    let stored = try storedDerived(chunk)
    // What has a spelling of its own is searched by that.
    guard stored.exceptions.styles.isEmpty else {
      return try derived(chunk, positions: nil).entries(containing: piece)
    }
    let parents = directory.parents
    var found: [UInt32] = []
    try stored.visit(
      holding: piece.finder, parentHolds: { parents.indices.contains($0) && holds(parents[$0]) },
      parent: { try parentValues($0, chunk, $1) }
    ) { position, _ in found.append(position) }
    return found
  }

  /// Calls `found` with the position of each of the values in which something is, and what that is.
  ///
  /// - Parameter holds: whether some value of a column in the row group may have the finder's common text.
  func visitDerived(
    _ chunk: ColumnDirectory.Chunk, _ finder: ValueFinder, holds: (_ column: Int) -> Bool,
    _ found: (UInt32, [Int]) -> Void
  ) throws {
    let parents = directory.parents
    try finder.visit(
      storedDerived(chunk, keeps: false),
      parentHolds: { parents.indices.contains($0) && holds(parents[$0]) },
      parent: { try parentValues($0, chunk, $1) }, found)
  }

  /// - Parameter keeps: false where nothing of it is going to be asked for again.
  private func storedDerived(_ chunk: ColumnDirectory.Chunk, keeps: Bool = true) throws -> DerivedStrings {
    try pooled(
      .derived, chunk.rowGroup, keeps: keeps, byteCount: { (held: DerivedStrings) in held.byteCount }
    ) {
      var (_, body) = try storedStrings(chunk, keeps: keeps)
      return try DerivedStrings(&body, count: chunk.valueCount, parentCount: directory.parents.count)
    }
  }

  private func parentValues(
    _ number: Int, _ chunk: ColumnDirectory.Chunk, _ positions: [UInt32]
  ) throws -> DerivedStrings.Values {
    let strings = try parent(number).strings(in: chunk.rowGroup, positions: positions) {
      try segment.seconds(of: chunk.rowGroup)
    }
    return (strings.table, strings.codes)
  }

  /// A column of strings that values are derived from: none whose own are derived.
  private func parent(_ number: Int) throws -> ColumnReader {
    let columns = try segment.columnTable().columns
    let index = directory.parents[number]
    guard columns.indices ~= index, columns[index].kind == .string else {
      throw origin.damaged("values derived from column \(index)")
    }
    let column = try segment.column(index)
    guard column.directory.parents.isEmpty else {
      throw origin.damaged("values derived from column \(index), which is derived itself")
    }
    return column
  }
}
