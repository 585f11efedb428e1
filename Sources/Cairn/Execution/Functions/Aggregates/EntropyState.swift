import Glibc

/// `entropy` of counts, in bits; 0 without any.
struct EntropyState: AggregateState {
  /// What is added is so in whole multiples of this, so that its order makes no difference.
  private static let step = 0x1p-50
  /// Larger counts have no entropy here, so that the sums stay in range.
  private static let mostCount = 0x1p56

  private var total: Int128 = 0
  /// Of each count times its logarithm.
  private var weighted: Int128 = 0
  private var isOver = false

  mutating func add(_ arguments: [EngineValue], times: Int) {
    guard let count = arguments.first?.number?.double else { return }
    guard count >= 0, count <= Self.mostCount else { return isOver = true }
    add(count, times, to: \.total)
    add(count > 0 ? count * log2(count) : 0, times, to: \.weighted)
  }

  private mutating func add(_ value: Double, _ times: Int, to sum: WritableKeyPath<EntropyState, Int128>) {
    let (product, overflow) = Int128((value / Self.step).rounded()).multipliedReportingOverflow(
      by: Int128(times))
    let (result, more) = self[keyPath: sum].addingReportingOverflow(product)
    self[keyPath: sum] = result
    isOver = isOver || overflow || more
  }

  mutating func merge(_ later: EntropyState) {
    let (total, overflow) = total.addingReportingOverflow(later.total)
    let (weighted, more) = weighted.addingReportingOverflow(later.weighted)
    (self.total, self.weighted, isOver) = (total, weighted, isOver || later.isOver || overflow || more)
  }

  var result: EngineValue {
    if isOver { return .null }
    if total == 0 { return EngineValue(double: 0) }
    let sum = Double(total) * Self.step
    return EngineValue(double: max(0, log2(sum) - Double(weighted) * Self.step / sum))
  }
}
