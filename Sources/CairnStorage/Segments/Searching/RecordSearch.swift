/// Finds the rows whose record, or the part of it below a path, has given texts somewhere in its compact JSON,
/// without rebuilding a record: keys, dictionary entries and stored strings are searched, and what is found is
/// taken back to its rows.
///
/// The rows found are all that have the texts, and some more where a text reaches over several keys and values.
/// One object serves the row groups and threads of one scan of a segment.
package final class RecordSearch: Sendable {
  private let reader: SegmentReader
  private let path: [PathName]
  /// What all records must have; what one of is enough behind these.
  private let pieces: [TextPiece]
  private let requiredCount: Int
  /// Whether the rows found are exactly those that pass.
  private let isExact: Bool
  private let scopes = Memo<Int, Scope>()
  private let searches = Memo<Int, PieceSearch>()

  /// What is searched of a segment.
  private struct Scope: Sendable {
    let tree: InstanceTree
    /// By slot: whether it is below a place that the path leads to.
    let isInside: [Bool]
  }

  /// So few rows are rebuilt sooner than searched for.
  package static let rebuiltRowCount = 64
  private let rebuiltRowCount: Int
  private static let mostAlternatives = 16

  /// Nil where every record has the texts.
  ///
  /// - Parameters:
  ///   - path: keys from the root to the object or array that is searched; none for the whole record.
  ///   - needles: what its compact JSON must have in it.
  ///   - rebuiltRowCount: so few rows are not searched; tests search all.
  package init?(
    _ reader: SegmentReader, path: [PathName], _ needles: TextNeedles,
    rebuiltRowCount: Int = RecordSearch.rebuiltRowCount
  ) {
    if needles.isAny {
      // Each is looked for alone: so many take longer than putting records together.
      if needles.texts.count > Self.mostAlternatives { return nil }
      pieces = needles.texts.compactMap { TextPiece.pieces(of: [$0], foldsCase: needles.foldsCase).first }
      if pieces.count < needles.texts.count { return nil }
      requiredCount = 0
    } else {
      pieces = TextPiece.pieces(of: needles.texts, foldsCase: needles.foldsCase)
      requiredCount = pieces.count
    }
    if pieces.isEmpty { return nil }
    // Below a path a record can have the key twice, and only one of them counts.
    isExact =
      needles.isSufficient && !needles.foldsCase && path.isEmpty && needles.texts == pieces.map(\.text)
      && (needles.isAny || needles.texts.count == 1)
    self.reader = reader
    self.path = path
    self.rebuiltRowCount = rebuiltRowCount
  }

  /// Those of `rows` (ascending) that can have the texts.
  package func rows(in rowGroup: Int, among rows: [UInt32]) throws -> [UInt32] {
    let rows = Positions(rows)
    return rows.select(try search(rows, in: rowGroup).indices).list
  }

  /// Indices into `rows` of those that can have the texts, and whether these are sure to pass.
  func search(_ rows: Positions, in rowGroup: Int) throws -> (indices: Positions, isCertain: Bool) {
    var left = Positions.run(0..<rows.count)
    for number in 0..<requiredCount where left.count > rebuiltRowCount {
      left = try pieceSearch(number).indices(left, of: rows, in: rowGroup)
    }
    if requiredCount < pieces.count, left.count > rebuiltRowCount {
      var isFound = [Bool](repeating: false, count: rows.count)
      for number in requiredCount..<pieces.count {
        for index in try pieceSearch(number).indices(left, of: rows, in: rowGroup).list {
          isFound[Int(index)] = true
        }
      }
      left = Positions(left.list.filter { isFound[Int($0)] })
    }
    return (left, isExact && rows.count > rebuiltRowCount)
  }

  private func pieceSearch(_ number: Int) throws -> PieceSearch {
    try searches.value(number) {
      let scope = try scopes.value(0, makeScope)
      return try PieceSearch(reader, pieces[number], tree: scope.tree, isInside: scope.isInside)
    }
  }

  private func makeScope() throws -> Scope {
    let catalogue = try reader.catalogue()
    var places: Set<Int> = [0]
    for name in path {
      // In one record a name means one key, in another one that differs in case.
      places = Set(
        places.flatMap { catalogue.children(of: $0) }.filter {
          !catalogue.slots[$0].isElement && PathResolver.matches(name, catalogue.slots[$0].name) != .different
        })
    }
    var isInside = [Bool](repeating: false, count: catalogue.slots.count)
    for (slot, info) in catalogue.slots.enumerated().dropFirst() {
      isInside[slot] = isInside[info.parent] || places.contains(info.parent)
    }
    return Scope(tree: InstanceTree(catalogue), isInside: isInside)
  }
}
