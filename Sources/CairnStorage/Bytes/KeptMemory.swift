import CairnShims
import Synchronization

/// Freed memory that stays with the process: given back to the system it is touched anew, page by page, which takes a
/// third of the time of large groupings, sorts and windows (measured, `docs/performance.md`).
package enum KeptMemory {
  private enum State: Int {
    case undecided, ours
    /// The environment decides how much malloc keeps.
    case left
  }

  private static let state = Atomic(State.undecided.rawValue)
  /// Where queries may take little, malloc keeps as little as it does by itself.
  private static let least = 128 << 20

  /// Called before a query runs that may take so much memory. The first one decides for the process.
  package static func prepare(memoryLimit: Int) {
    let byteCount = keptByteCount(memoryLimit)
    guard byteCount >= least, state.load(ordering: .relaxed) == State.undecided.rawValue else { return }
    let isOurs = cairn_keep_freed_memory(byteCount)
    state.store((isOurs ? State.ours : .left).rawValue, ordering: .relaxed)
  }

  /// Gives it back, wherever it lies, where it is more than that: malloc gives all or nothing.
  package static func release(memoryLimit: Int) {
    if state.load(ordering: .relaxed) == State.ours.rawValue {
      cairn_trim_freed_memory(keptByteCount(memoryLimit))
    }
  }

  private static func keptByteCount(_ memoryLimit: Int) -> Int { min(512 << 20, memoryLimit / 4) }

  // MARK: Compaction

  private static let pieceByteCount = Atomic(32 << 20)

  /// How many freed bytes may stay in a compaction that may take so much memory. What sealing alone takes leaves hardly
  /// any room for them.
  static func prepareCompaction(memoryByteLimit: Int) {
    pieceByteCount.store(max(8 << 20, (memoryByteLimit - (256 << 20)) / 6), ordering: .relaxed)
  }

  /// Gives pages back that lie free between what is in use, where these are more: where many columns grow side by side,
  /// that comes to several times what is used.
  static func releasePieces() { cairn_trim_freed_memory(pieceByteCount.load(ordering: .relaxed)) }
}
