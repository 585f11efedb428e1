/// How large the array or map is that an aggregate gathers: beyond the limits (S86) it is NULL, and what was gathered
/// is let go.
struct CollectedSize: Sendable {
  private var elementCount = 0
  /// As the limit counts.
  private var byteCount = 0
  private(set) var isOver = false

  mutating func add(_ value: EngineValue, times: Int = 1) {
    guard let size = value.byteCount(depth: ResultLimits.nesting - 1) else { return isOver = true }
    add(elements: times, byteCount: size.multipliedReportingOverflow(by: times))
  }

  /// Takes in a value of so many bytes in a result of a form; nil for one that is beyond every limit.
  mutating func add(_ byteCount: Int?, as form: CollectedForm?) {
    guard let byteCount else { return isOver = true }
    if case .text = form {
      self.byteCount += byteCount
      isOver = self.byteCount > ResultLimits.textByteCount
    } else {
      add(elements: 1, byteCount: (byteCount, false))
    }
  }

  mutating func merge(_ other: CollectedSize) {
    isOver = isOver || other.isOver
    add(elements: other.elementCount, byteCount: (other.byteCount, false))
  }

  private mutating func add(elements: Int, byteCount more: (partialValue: Int, overflow: Bool)) {
    let (count, isMany) = elementCount.addingReportingOverflow(elements)
    let (total, isLarge) = byteCount.addingReportingOverflow(more.partialValue)
    (elementCount, byteCount) = (count, total)
    if isMany || isLarge || more.overflow || count > ResultLimits.elementCount
      || total > ResultLimits.compositeByteCount
    {
      (elementCount, byteCount, isOver) = (0, 0, true)
    }
  }

  /// Bytes in memory, roughly.
  var heldByteCount: Int { byteCount }
}
