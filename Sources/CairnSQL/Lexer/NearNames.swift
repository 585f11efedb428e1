/// Finds the names that someone may have meant.
public enum NearNames {
  /// Longer names are not searched for: the cost grows with the square of the length.
  static let longestName = 64

  /// The candidate that differs least from a name, ignoring case, or nil if none is near.
  ///
  /// Near means at most a third of the letters changed; a swap of neighbours counts as one change. Names
  /// of one or two letters are near to nothing. Of equally near candidates the first wins.
  public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let target = letters(name)
    guard target.count >= 3, target.count <= longestName else { return nil }
    var limit = target.count / 3
    var best: String?
    for candidate in candidates {
      // A letter has one to four bytes: most candidates are told by that.
      let byteCount = candidate.utf8.count
      if byteCount + limit < target.count || byteCount > 4 * (target.count + limit) { continue }
      let letters = letters(candidate)
      guard abs(letters.count - target.count) <= limit, letters.count <= longestName else { continue }
      guard let found = distance(target, letters, limit: limit) else { continue }
      best = candidate
      if found == 0 { return best }
      // Only what is nearer is better.
      limit = found - 1
    }
    return best
  }

  private static func letters(_ name: String) -> [UInt32] {
    name.lowercased().unicodeScalars.prefix(longestName + 1).map(\.value)
  }

  /// Edits (insert, delete, replace, swap neighbours) between two names, by the rows of the usual table; nil for more
  /// than so many.
  static func distance(_ lhs: [UInt32], _ rhs: [UInt32], limit: Int) -> Int? {
    let width = rhs.count + 1
    // Three rows, of which each in turn is the current one.
    var table = [Int](repeating: 0, count: 3 * width)
    for column in 0..<width { table[column] = column }
    var least = 0
    for (row, left) in lhs.enumerated() {
      let (before, previous, current) = (
        (row + 2) % 3 * width, row % 3 * width, (row + 1) % 3 * width
      )
      table[current] = row + 1
      var leastOfRow = row + 1
      for (column, right) in rhs.enumerated() {
        let replaced = table[previous + column] + (left == right ? 0 : 1)
        var cost = min(replaced, table[previous + column + 1] + 1, table[current + column] + 1)
        if row > 0, column > 0, left == rhs[column - 1], lhs[row - 1] == right {
          cost = min(cost, table[before + column - 1] + 1)
        }
        table[current + column + 1] = cost
        leastOfRow = min(leastOfRow, cost)
      }
      // What follows comes of this row, or by a swap of the one before.
      if leastOfRow > limit, least + 1 > limit { return nil }
      least = leastOfRow
    }
    let found = table[lhs.count % 3 * width + rhs.count]
    return found <= limit ? found : nil
  }
}
