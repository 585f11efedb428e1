/// Finds the names that someone may have meant.
public enum NearNames {
  /// Longer names are not searched for: the cost grows with the square of the length.
  static let longestName = 64

  /// The candidate that differs least from a name, ignoring case, or nil if none is near.
  ///
  /// Near means at most a third of the letters changed; a swap of neighbours counts as one change. Names
  /// of one or two letters are near to nothing. Of equally near candidates the first wins.
  public static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
    guard var search = Search(name) else { return nil }
    for candidate in candidates {
      var candidate = candidate
      candidate.withUTF8 { search.look(at: $0) }
      if search.isExact { break }
    }
    return search.nearest
  }

  /// The same among candidates that come one after the other.
  public struct Search: Sendable {
    private let target: [UInt32]
    /// A bit for each letter of the target, by its lowest six bits.
    private let targetLetters: UInt64
    private var limit: Int
    private var best: [UInt8]?
    private var letters: [UInt32] = []
    private var table: [Int] = []
    /// Whether a candidate was the name but for case: none is nearer.
    public private(set) var isExact = false

    /// Nil where nothing is near to a name.
    public init?(_ name: String) {
      target = NearNames.letters(name)
      guard target.count >= 3, target.count <= NearNames.longestName else { return nil }
      limit = target.count / 3
      targetLetters = NearNames.bits(target)
    }

    /// The nearest that it has been given.
    public var nearest: String? { best.map { String(decoding: $0, as: UTF8.self) } }

    /// Takes a candidate.
    public mutating func look(at text: UnsafeBufferPointer<UInt8>) {
      // A letter has one to four bytes: most candidates are told by that.
      if isExact || text.count + limit < target.count || text.count > 4 * (target.count + limit) { return }
      letters.removeAll(keepingCapacity: true)
      if text.allSatisfy({ $0 < 0x80 }) {
        if text.count > target.count + limit || text.count > NearNames.longestName { return }
        for byte in text { letters.append(UInt32(byte &- 0x41 <= 25 ? byte | 0x20 : byte)) }
      } else {
        letters = NearNames.letters(String(decoding: text, as: UTF8.self))
      }
      guard abs(letters.count - target.count) <= limit, letters.count <= NearNames.longestName else { return }
      // Each letter that only one of them has is a change.
      let others = NearNames.bits(letters)
      if (targetLetters & ~others).nonzeroBitCount > limit { return }
      if (others & ~targetLetters).nonzeroBitCount > limit { return }
      guard let found = NearNames.distance(target, letters, limit: limit, &table) else { return }
      best = Array(text)
      isExact = found == 0
      // Only what is nearer is better.
      limit = found - 1
    }
  }

  private static func letters(_ name: String) -> [UInt32] {
    name.lowercased().unicodeScalars.prefix(longestName + 1).map(\.value)
  }

  private static func bits(_ letters: [UInt32]) -> UInt64 {
    letters.reduce(0) { $0 | 1 << UInt64($1 & 63) }
  }

  /// Edits (insert, delete, replace, swap neighbours) between two names, by the rows of the usual table; nil for more
  /// than so many.
  private static func distance(
    _ lhs: [UInt32], _ rhs: [UInt32], limit: Int, _ table: inout [Int]
  ) -> Int? {
    let width = rhs.count + 1
    // Three rows, of which each in turn is the current one.
    table.removeAll(keepingCapacity: true)
    table.append(contentsOf: repeatElement(0, count: 3 * width))
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
