extension RandomAccessCollection {
  /// Index of the first element that belongs to the second part, where `isInSecondPart` is false for all
  /// elements before it and true for all from it on; the end where it is never true.
  @inline(__always)
  package func partitioningIndex(where isInSecondPart: (Element) throws -> Bool) rethrows -> Index {
    var low = startIndex
    var left = count
    while left > 0 {
      let half = left / 2
      let middle = index(low, offsetBy: half)
      if try isInSecondPart(self[middle]) {
        left = half
      } else {
        low = index(after: middle)
        left -= half + 1
      }
    }
    return low
  }
}
