import Glibc

extension RetiredFile {
  /// Milliseconds that a file stays after a commit has stopped naming it, where nobody says otherwise: a day, for
  /// readers that have opened an archive before.
  public static let defaultGrace: Int64 = 24 * 3600 * 1000

  /// Milliseconds since 1970, now.
  static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return max(0, Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}

/// Files that no state in force needs any more.
extension ArchiveWriter {
  /// Notes in the state which files it does without, and removes those that have been so noted for longer than
  /// `grace`. They go before the commit: the state in force does not need them either.
  func collect(_ next: inout Manifest, grace: Int64) throws {
    let now = RetiredFile.now()
    let due = next.retired.filter { $0.time <= now - grace }
    for file in due { try segments.remove(FileName(file.name)) }
    let gone = Set(due.map(\.name))
    next.retired.removeAll { gone.contains($0.name) }
    let left = next.storedNames
    for name in manifest.storedNames.subtracting(left).sorted() {
      guard let text = name.text, !gone.contains(text) else { continue }
      next.retired.append(RetiredFile(name: text, time: now))
    }
  }
}
