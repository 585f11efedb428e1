import Glibc

/// The archives that words name: each an archive, a directory that holds nothing but archives, or a shell pattern.
package enum ArchiveList {
  /// Paths of archives, as they are to be named in messages; one that cannot be opened is among them.
  ///
  /// Throws `CairnError.usage` where a pattern matches nothing, or a directory holds archives and others; `.io` where a
  /// directory cannot be read: what it hides might have matched.
  package static func paths(_ words: [String]) throws -> [String] { try words.flatMap(paths) }

  /// Whether a word names an archive, or several.
  package static func isNamed(by word: String) -> Bool {
    let path = FilePath(word)
    guard path.status() != nil else {
      guard isPattern(word), let matches = try? SourcePattern(path).matches else { return false }
      return matches.contains { (try? ArchivePaths.isArchive($0)) == true }
    }
    return (try? ArchivePaths.isArchive(path)) == true || ((try? members(of: path)) ?? []).count > 0
  }

  private static func isPattern(_ word: String) -> Bool { word.utf8.contains { "*?[".utf8.contains($0) } }

  private static func paths(_ word: String) throws -> [String] {
    let path = FilePath(word)
    if let status = path.status() {
      guard status.kind == .directory, try !ArchivePaths.isArchive(path) else { return [word] }
      let members = try members(of: path)
      return try members.isEmpty ? [word] : members.map(text)
    }
    guard isPattern(word) else { return [word] }
    let pattern = try SourcePattern(path)
    if let (directory, number) = pattern.unreadable.first {
      throw CairnError.io(path: directory.shown, action: "read directory", errno: number)
    }
    if pattern.matches.isEmpty { throw CairnError.usage("\(word): no archive matches") }
    return try pattern.matches.map(text)
  }

  private static func text(_ path: FilePath) throws -> String {
    guard let text = String(validating: path.bytes, as: UTF8.self) else {
      throw CairnError.usage("names of archives must be UTF-8: \(path.shown)")
    }
    return text
  }

  /// The archives in a directory that is none itself; empty where it holds none.
  private static func members(of directory: FilePath) throws -> [FilePath] {
    let (entries, failure) = try Directory.entries(directory)
    if let failure { throw CairnError.io(path: directory.shown, action: "read directory", errno: failure) }
    let folders = entries.map { directory.appending($0.name) }.filter { path in
      if case .directory? = path.status()?.kind { true } else { false }
    }
    let archives = try folders.filter(ArchivePaths.isArchive)
    if archives.isEmpty || archives.count == folders.count { return archives }
    let others = folders.filter { !archives.contains($0) }
    throw CairnError.usage(
      "\(directory.shown) holds archives, and \(others[0].shown), which is none: name the archives")
  }
}
