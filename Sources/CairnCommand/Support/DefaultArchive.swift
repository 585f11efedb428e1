import Cairn
import Glibc

/// The archive that is meant where a command that reads names none: `CAIRN_ARCHIVE`, or `archive = PATH` in
/// `~/.config/cairn/config`. Commands that change an archive always want its name.
enum DefaultArchive {
  private static let readers: Set<String> = [
    "query", "scan", "inspect", "verify", "restore", "history", "trace", "who", "grep", "new", "denied",
    "coverage",
    "timeline",
  ]

  /// The arguments with the archive in its place, behind the command's name.
  ///
  /// Throws `CairnError.usage` and `.io` where the file of settings cannot be used.
  static func completed(_ arguments: [String]) throws -> [String] {
    guard let command = arguments.first, readers.contains(command),
      !arguments.contains(where: { ["-h", "--help", "-help", "--version"].contains($0) }),
      !namesArchive(arguments.dropFirst()), let path = try path()
    else { return arguments }
    return [command, path] + arguments.dropFirst()
  }

  /// Whether one of the arguments is an archive, or a directory or file that was meant to be one.
  private static func namesArchive(_ arguments: ArraySlice<String>) -> Bool {
    zip(arguments.indices, arguments).contains { index, argument in
      if argument.hasPrefix("-") || argument.isEmpty { return false }
      let path = FilePath(argument)
      guard let status = path.status() else { return ArchiveWords.isThere(argument) }
      if case .directory = status.kind, (try? ArchivePaths.isArchive(path)) != false { return true }
      // What stands behind an option may be its value.
      return index == arguments.startIndex || !arguments[index - 1].hasPrefix("-")
    }
  }

  private static func path() throws -> String? {
    if let value = Settings.environment("CAIRN_ARCHIVE") { return value }
    return try Settings.folder.flatMap { try archive(inSettings: $0 + "/config") }
  }

  private static func archive(inSettings file: String) throws -> String? {
    let descriptor = uninterrupted { open(file, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw CairnError.io(path: file, action: "open", errno: errno)
    }
    close(descriptor)
    var archive: String?
    for (number, line) in try SQLInput.read(file: file).split(
      separator: "\n", omittingEmptySubsequences: false
    ).enumerated() {
      let line = trimmed(line)
      if line.isEmpty || line.hasPrefix("#") { continue }
      let parts = line.split(separator: "=", maxSplits: 1).map { trimmed($0) }
      guard parts.count == 2, parts[0] == "archive", !parts[1].isEmpty else {
        throw CairnError.usage("\(file), line \(number + 1): expected archive = PATH, found \(line)")
      }
      archive = parts[1]
    }
    guard let archive, archive.hasPrefix("~/"), let home = Settings.environment("HOME") else {
      return archive
    }
    return home + archive.dropFirst()
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    let isBlank = { (character: Character) in character.isWhitespace }
    return String(text.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  }
}
