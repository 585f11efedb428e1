/// Finds where chosen instances' values stand in a column, from shape words alone.
///
/// An instance is a row, or an element of an array, or an object with a shape column of its own: whatever has
/// a value word. A column's values stand in instance order, so the position of an instance's first value is
/// the number of values of all instances before it.
package struct RowRank {
  private let codes: [UInt32]
  /// Chosen instances, ascending.
  private let chosen: [UInt32]

  package init(words: CodedWords, chosen: [UInt32]) {
    codes = words.allCodes()
    self.chosen = chosen
  }

  /// Codes of the chosen instances.
  package var chosenCodes: [UInt32] { chosen.map { codes[Int($0)] } }

  /// Positions of the chosen instances' values in a column, where code `c` has `counts[c]` values in it.
  /// Positions beyond 32 bits, which only forged shapes have, are given as the last one: behind every column.
  package func positions(counts: [Int]) -> [UInt32] {
    if counts.allSatisfy({ $0 == 1 }) { return chosen }
    var output: [UInt32] = []
    var position = 0
    var instance = 0
    for target in chosen {
      while instance < Int(target) {
        position += counts[Int(codes[instance])]
        instance += 1
      }
      for offset in 0..<counts[Int(codes[Int(target)])] { output.append(UInt32(clamping: position + offset)) }
    }
    return output
  }

  /// Position of each chosen instance's first value; every chosen instance must have one.
  package func firstPositions(counts: [Int]) -> [UInt32] {
    if counts.allSatisfy({ $0 == 1 }) { return chosen }
    var position = 0
    var instance = 0
    return chosen.map { target in
      while instance < Int(target) {
        position += counts[Int(codes[instance])]
        instance += 1
      }
      return UInt32(position)
    }
  }
}
