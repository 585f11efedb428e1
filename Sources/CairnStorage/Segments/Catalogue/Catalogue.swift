/// Names, columns and shapes of a segment: everything needed to find a path's values and to rebuild records.
package struct Catalogue: Sendable {
  package let table: ColumnTable
  package let shapes: ShapeTable

  package init(_ table: ColumnTable, _ shapes: ShapeTable) {
    self.table = table
    self.shapes = shapes
  }

  package var slots: [Slot] { table.slots }
  package var columns: [ColumnInfo] { table.columns }

  package func columns(of slot: Int) -> Range<Int> { table.columns(of: slot) }
  package func children(of slot: Int) -> ArraySlice<Int> { table.children(of: slot) }
  package func column(_ slot: Int, _ kind: ColumnKind) -> Int? { table.column(slot, kind) }
  package func elementSlot(of slot: Int) -> Int? { table.elementSlot(of: slot) }
  package func path(of slot: Int) -> String { table.path(of: slot) }
}
