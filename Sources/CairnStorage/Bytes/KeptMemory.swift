import CairnShims
import Synchronization

/// Freed memory that stays with the process for the next query: given back to the system it is touched anew, page by
/// page, which takes a third of the time of large groupings, sorts and windows (measured, `docs/performance.md`).
package enum KeptMemory {
  private static let isPrepared = Atomic(false)
  /// Where queries may take little, malloc keeps as little as it does by itself.
  private static let least = 128 << 20

  /// Called before a query runs that may take so much memory. The first one decides for the process.
  package static func prepare(memoryLimit: Int) {
    let byteCount = keptByteCount(memoryLimit)
    guard byteCount >= least, !isPrepared.exchange(true, ordering: .relaxed) else { return }
    cairn_keep_freed_memory(byteCount)
  }

  /// Gives it back, wherever it lies, where it is more than that: malloc gives all or nothing.
  package static func release(memoryLimit: Int) {
    if isPrepared.load(ordering: .relaxed) { cairn_trim_freed_memory(keptByteCount(memoryLimit)) }
  }

  private static func keptByteCount(_ memoryLimit: Int) -> Int { min(512 << 20, memoryLimit / 4) }
}
