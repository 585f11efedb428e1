import Dispatch
import Glibc

/// Lets go of the pages of spilled memory many times a second, so that a pass over gigabytes in a temporary file
/// does not make them all count as memory of the process. Their bytes stay in the file and in the page cache.
final class ResidentPages: @unchecked Sendable {
  static let shared = ResidentPages()

  /// Seldom enough to cost little, often enough that not much more than 30 MB comes in between.
  private static let interval = DispatchTimeInterval.milliseconds(3)
  /// Smaller mappings are left alone.
  private static let byteLimit = 1 << 20

  private let lock = Lock()
  private var mappings: [UnsafeMutableRawPointer: Int] = [:]
  private var isRunning = false
  private let queue = DispatchQueue(label: "cairn.resident-pages")

  func add(_ base: UnsafeMutableRawPointer, _ byteCount: Int) {
    if byteCount < Self.byteLimit { return }
    let starts = lock.withLock {
      mappings[base] = byteCount
      defer { isRunning = true }
      return !isRunning
    }
    if starts { schedule() }
  }

  /// Must be called before the mapping goes.
  func remove(_ base: UnsafeMutableRawPointer) {
    lock.withLock { _ = mappings.removeValue(forKey: base) }
  }

  private func schedule() {
    queue.asyncAfter(deadline: .now() + Self.interval) {
      let goesOn = self.lock.withLock {
        for (base, byteCount) in self.mappings { madvise(base, byteCount, MADV_DONTNEED) }
        self.isRunning = !self.mappings.isEmpty
        return self.isRunning
      }
      if goesOn { self.schedule() }
    }
  }
}
