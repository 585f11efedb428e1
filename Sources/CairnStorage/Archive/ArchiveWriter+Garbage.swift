/// Files that no state in force needs any more.
extension ArchiveWriter {
  /// Notes in the state which files it does without, and removes those that have been so noted for longer than
  /// `grace`. They go before the commit: the state in force does not need them either.
  func collect(_ next: inout Manifest, grace: Int64) throws {
    let now = RetiredFiles.now()
    // Noted by a clock that was ahead: their time begins now.
    for index in next.retired.indices { next.retired[index].time = min(next.retired[index].time, now) }
    let due = next.retired.filter { $0.time <= now - grace }
    if !due.isEmpty {
      for name in try segments.names() {
        guard let stored = StoredName(name.bytes), due.contains(where: { $0.contains(stored) }) else {
          continue
        }
        try segments.remove(name)
      }
      next.retired.removeAll(where: due.contains)
    }
    next.retire(filesOf: manifest, at: now)
  }

  /// Files in `segments/` that stay for readers of earlier states, with their sizes.
  func retiredFiles() throws -> [(name: FileName, byteCount: Int)] {
    if manifest.retired.isEmpty { return [] }
    return try segments.names().filter(isRetired).map { name in
      (name, try segments.status(of: name)?.byteCount ?? 0)
    }
  }

  func isRetired(_ name: FileName) -> Bool {
    guard let name = StoredName(name.bytes) else { return false }
    return manifest.retired.contains { $0.contains(name) }
  }
}
