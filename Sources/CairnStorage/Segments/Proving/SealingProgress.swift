/// How far the sealing of a segment is, from any thread.
package final class SealingProgress: @unchecked Sendable {
  /// What of the time it takes, about: merging and transposing, encoding, and the proof.
  static let transposing = 0.15
  static let encoding = 0.35
  static let proving = 0.5

  private let lock = Lock()
  private var done = 0.0
  private var reported = 0.0
  private let report: @Sendable (_ share: Double) -> Void

  /// - Parameter report: is told the part that is done, one call at a time.
  package init(_ report: @escaping @Sendable (_ share: Double) -> Void) { self.report = report }

  /// Adds `share` of a part that takes `weight` of the time.
  func add(_ share: Double, of weight: Double) {
    lock.withLock {
      done = min(1, done + share * weight)
      guard done - reported >= 0.01 else { return }
      reported = done
      report(done)
    }
  }
}
