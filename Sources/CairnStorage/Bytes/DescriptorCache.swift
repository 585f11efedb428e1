import Glibc

/// Keeps the files open that were read last, up to a number: the system bounds a process's descriptors, an archive does
/// not bound its segments.
///
/// Safe to use from several threads. A file that is closed here while it is being read stays open until that ends.
package final class DescriptorCache: @unchecked Sendable {
  /// Whose file it is.
  package struct Place: Hashable, Sendable {
    fileprivate var number: UInt64
  }

  private struct Entry {
    var file: File
    var lastUse: UInt64
  }

  private let lock = Lock()
  private let limit: Int
  private var entries: [Place: Entry] = [:]
  private var slotCount: UInt64 = 0
  private var useCount: UInt64 = 0

  /// Files that one process keeps open, where the system lets it have that many and three times as many others.
  private static let fileLimit = 64

  /// The one of this process.
  package static let shared = DescriptorCache(limit: share(4, atMost: fileLimit))

  package init(limit: Int) { self.limit = max(1, limit) }

  /// The part `1 / parts` of the descriptors that the system lets this process have, at least 1.
  package static func share(_ parts: UInt64, atMost limit: Int) -> Int {
    var allowed = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &allowed) == 0 else { return limit }
    return max(1, Int(min(UInt64(limit), UInt64(allowed.rlim_cur) / parts)))
  }

  package func newSlot() -> Place {
    lock.withLock {
      slotCount += 1
      return Place(number: slotCount)
    }
  }

  /// The open file of a slot; `open` makes it where it is not open. Where the process has no descriptor left, those
  /// that are kept here are given up first.
  package func file(_ slot: Place, open: () throws -> File) throws -> File {
    if let file = lock.withLock({ use(slot) }) { return file }
    let file: File
    do {
      file = try open()
    } catch CairnError.io(_, _, let number) where number == EMFILE || number == ENFILE {
      closeAll()
      file = try open()
    }
    return lock.withLock {
      if let known = use(slot) { return known }
      if entries.count >= limit { removeOldest() }
      useCount += 1
      entries[slot] = Entry(file: file, lastUse: useCount)
      return file
    }
  }

  /// Closes the file of a slot that is used no more.
  package func close(_ slot: Place) { lock.withLock { entries[slot] = nil } }

  /// Files open now.
  package var openCount: Int { lock.withLock { entries.count } }

  /// Gives up all files that are not being read.
  package func closeAll() { lock.withLock { entries.removeAll() } }

  private func use(_ slot: Place) -> File? {
    guard let index = entries.index(forKey: slot) else { return nil }
    useCount += 1
    entries.values[index].lastUse = useCount
    return entries.values[index].file
  }

  private func removeOldest() {
    guard let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
    entries[oldest.key] = nil
  }
}
