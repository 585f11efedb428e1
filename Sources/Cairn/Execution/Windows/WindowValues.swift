/// The values of a column by place in a partition: in memory, or in temporary files, looked at one by one.
enum WindowValues {
  case inMemory([EngineValue])
  case stored(RowStore, ColumnID, rows: [Int])

  init(_ store: RowStore, _ id: ColumnID, rows: [Int], isStored: Bool) throws {
    if isStored {
      self = .stored(store, id, rows: rows)
    } else {
      let values = try store.cachedValues(id)
      self = .inMemory(rows.map { values[$0] })
    }
  }

  var count: Int {
    switch self {
    case .inMemory(let values): values.count
    case .stored(_, _, let rows): rows.count
    }
  }

  subscript(place: Int) -> EngineValue {
    switch self {
    case .inMemory(let values): values[place]
    case .stored(let store, let id, let rows): store.storedValue(id, rows[place])
    }
  }

  /// Whether each is TRUE.
  var truths: [Bool] { (0..<count).map { self[$0].truth == true } }
}
