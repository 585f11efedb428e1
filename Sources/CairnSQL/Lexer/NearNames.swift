/// Finds the names that someone may have meant.
public enum NearNames {
  /// Longer names are not searched for: the cost grows with the square of the length.
  static let longestName = 64

  /// The candidate that differs least from a name, ignoring case, or nil if none is near.
  ///
  /// Near means at most a third of the letters changed; a swap of neighbours counts as one change. Names
  /// of one or two letters are near to nothing. Of equally near candidates the first wins.
  public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    let target = Array(name.lowercased().unicodeScalars.prefix(longestName + 1))
    guard target.count >= 3, target.count <= longestName else { return nil }
    let limit = target.count / 3
    var best: (name: String, distance: Int)?
    for candidate in candidates {
      let letters = Array(candidate.lowercased().unicodeScalars.prefix(longestName + 1))
      guard abs(letters.count - target.count) <= limit, letters.count <= longestName else { continue }
      let found = distance(target, letters)
      if found <= limit, found < best?.distance ?? Int.max { best = (candidate, found) }
    }
    return best?.name
  }

  /// Edits (insert, delete, replace, swap neighbours) between two names, by the rows of the usual table.
  static func distance(_ lhs: [Unicode.Scalar], _ rhs: [Unicode.Scalar]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...rhs.count)
    for (row, left) in lhs.enumerated() {
      var current = [row + 1]
      current.reserveCapacity(rhs.count + 1)
      for (column, right) in rhs.enumerated() {
        let replaced = previous[column] + (left == right ? 0 : 1)
        var cost = min(replaced, previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left == rhs[column - 1], lhs[row - 1] == right {
          cost = min(cost, beforePrevious[column - 1] + 1)
        }
        current.append(cost)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[rhs.count]
  }
}
