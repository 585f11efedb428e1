import Cairn

/// Which files are whole: those that their writers have closed, and others that have been the same for a while.
///
/// Asked by the thread that lists sources while a run goes on, told by the one that watches between runs.
final class Settling: @unchecked Sendable {
  private enum State {
    case complete, written
    /// With the size and time that it had, and since when (seconds of a steady clock).
    case appeared
  }

  private struct Look {
    var byteCount: Int
    var modified: Int
    var modifiedNanoseconds: Int
    var since: Double
  }

  private let seconds: Double
  private let lock = Lock()
  private var states: [FilePath: State] = [:]
  private var looks: [FilePath: Look] = [:]
  private var firstEvent: Double?
  private var lastEvent = 0.0

  /// A file is whole that has not changed for `seconds`.
  init(seconds: Double) { self.seconds = seconds }

  func note(_ event: TreeWatch.Event) {
    lock.withLock {
      switch event {
      case .complete(let path): states[path] = .complete
      case .written(let path): states[path] = .written
      case .appeared(let path): if states[path] == nil { states[path] = .appeared }
      case .gone(let path): (states[path], looks[path]) = (nil, nil)
      case .lost: return
      }
      lastEvent = monotonicSeconds()
      firstEvent = firstEvent ?? lastEvent
    }
  }

  /// What was known of writers may be wrong.
  func forgetWriters() {
    lock.withLock { states = states.mapValues { $0 == .written ? .appeared : $0 } }
  }

  /// Files that are whole now, where nothing has happened for a while or something has for long; nil else.
  func batch() -> [FilePath]? {
    lock.withLock {
      let now = monotonicSeconds()
      guard let first = firstEvent, now - lastEvent >= seconds || now - first >= seconds * 10 else {
        return nil
      }
      var files: [FilePath] = []
      var isWaiting = false
      for (path, state) in states {
        switch state {
        case .complete: files.append(path)
        case .written: break
        case .appeared:
          guard let status = path.status() else {
            states[path] = nil
            continue
          }
          // A link is whole at once; what was only just made empty is about to be written.
          if status.byteCount > 0, !isChanging(path, status, now) {
            files.append(path)
          } else if status.byteCount > 0 {
            isWaiting = true
          }
        }
      }
      firstEvent = isWaiting ? now : nil
      return files.isEmpty ? nil : files.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    }
  }

  /// Files that a run has taken, or has found to be no logs.
  func finish(_ files: [FilePath]) {
    lock.withLock {
      for file in files where states[file] != .written { (states[file], looks[file]) = (nil, nil) }
    }
  }

  /// Files that a run did not get to.
  func postpone(_ files: [FilePath]) {
    lock.withLock {
      for file in files where states[file] == nil { states[file] = .appeared }
      firstEvent = firstEvent ?? monotonicSeconds()
      lastEvent = monotonicSeconds()
    }
  }

  /// Whether a file that a listing has found is not whole: then a batch will have it.
  func isUnfinished(_ path: FilePath, _ status: FileStatus) -> Bool {
    lock.withLock {
      switch states[path] {
      case .complete: return false
      case .written: return true
      case .appeared, nil:
        let now = monotonicSeconds()
        guard isChanging(path, status, now) else { return false }
        states[path] = .appeared
        firstEvent = firstEvent ?? now
        lastEvent = now
        return true
      }
    }
  }

  private func isChanging(_ path: FilePath, _ status: FileStatus, _ now: Double) -> Bool {
    let age = Double(TimeArgument.now()) / 1000 - Double(status.modifiedSeconds)
    // A time in the future tells nothing.
    if age >= seconds + 1 {
      looks[path] = nil
      return false
    }
    if let look = looks[path], look.byteCount == status.byteCount, look.modified == status.modifiedSeconds,
      look.modifiedNanoseconds == status.modifiedNanoseconds
    {
      return now - look.since < seconds
    }
    looks[path] = Look(
      byteCount: status.byteCount, modified: status.modifiedSeconds,
      modifiedNanoseconds: status.modifiedNanoseconds, since: now)
    return true
  }
}
