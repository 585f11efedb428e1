import CairnStorage

extension JoinTable {
  /// Runs the right side of a join, keeps its rows, and makes the table over them.
  ///
  /// - Parameters:
  ///   - rows: where they are kept; by default their keys by value, and other columns unread as far as they are.
  ///   - isRead: which columns are read now, since few rows at a time will be taken later.
  convenience init(
    _ right: any Operator, rows: KeptRows? = nil, _ equalities: [JoinOperator.Equality],
    _ context: ExecutionContext, isRead: (@Sendable (Column) -> Bool)? = nil
  ) throws {
    let ids = equalities.map(\.right)
    let rows = rows ?? KeptRows(context, byteLimit: context.options.memoryLimit, byValue: Set(ids))
    var hashes: [KeyHashes] = []
    let isSpilling = rows.isSpilling
    try right.pull(context) { batch -> (batch: Batch, hashes: KeyHashes, entryCount: Int) in
      let keys = try ids.map {
        JoinKeys(try batch.columns[$0]?.vector() ?? .constant(.null), count: batch.rowCount)
      }
      if let isRead {
        for column in batch.columns.values where isRead(column) { _ = try column.vector() }
      }
      return (
        try batch.prepared(reading: [], computing: isSpilling.isSet),
        KeyHashes(keys, rowCount: ids.isEmpty ? 0 : batch.rowCount), keys.reduce(0) { $0 + $1.entryCount }
      )
    } _: { part in
      if part.batch.rowCount == 0 { return true }
      try context.check()
      hashes.append(part.hashes)
      try rows.add(
        part.batch,
        more: part.hashes.count * JoinTable.rowByteCount + part.entryCount * EngineValue.ownByteCount)
      if let arena = rows.arena {
        // All that are still in memory: once those of before, then the new ones.
        for index in hashes.indices.reversed() {
          if hashes[index].isInFile { break }
          hashes[index] = try hashes[index].spilled(arena)
        }
      }
      return true
    }
    try self.init(rows, hashes: hashes, equalities, context)
  }
}
