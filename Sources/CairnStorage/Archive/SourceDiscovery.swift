import Glibc

/// What the sources named on the command line contain. Everything that is named or lies below a named directory is
/// a file to read, or a reject that says why it is not read.
package struct SourceDiscovery {
  package private(set) var files: [SourceFile] = []
  package private(set) var rejects: [Reject] = []
  private var visited: Set<FileStatus.Identity> = []
  private let archive: FileStatus.Identity?

  /// Finds all files of `sources`: files, directories, globs, `-` for standard input. `archive` is left out
  /// where it lies among them.
  ///
  /// Throws `CairnError.io` where a source does not exist; what cannot be read below one is a reject.
  package init(_ sources: [FilePath], archive archivePath: String) throws {
    archive = FilePath(archivePath).status()?.identity
    for source in sources { try add(source: source) }
    files.sort { a, b in
      if a.delivery != b.delivery { return a.delivery < b.delivery }
      if a.key != b.key { return a.key.lexicographicallyPrecedes(b.key) }
      return a.path.bytes.lexicographicallyPrecedes(b.path.bytes)
    }
    numberSameKeys()
  }

  /// The same file named twice is one object; different files with the same key are versions of one.
  private mutating func numberSameKeys() {
    var key: [UInt8]?
    var identities: Set<FileStatus.Identity> = []
    files = files.compactMap { file in
      guard let identity = file.identity else { return file }
      if file.key != key { (key, identities) = (file.key, []) }
      guard identities.insert(identity).inserted else { return nil }
      var numbered = file
      numbered.sameKeyCount = identities.count - 1
      return numbered
    }
  }

  private mutating func add(source: FilePath) throws {
    if source.bytes == [UInt8(ascii: "-")] {
      files.append(
        SourceFile(
          path: source, key: Array("stdin".utf8), byteCount: 0, modified: 0, delivery: "", isStream: true))
      return
    }
    if let status = source.status() {
      if status.identity == archive {
        reject(source, "a Cairn archive, not a source of logs")
      } else if status.isPipe {
        files.append(
          SourceFile(
            path: source, key: SourceKey.key(ofPath: source), byteCount: 0, modified: 0, delivery: "",
            isStream: true))
      } else {
        add(path: source, status)
      }
      return
    }
    let failure = errno
    let (matches, unreadable) = try Glob.expand(source)
    // A link to nothing matches its own name.
    if matches.isEmpty && unreadable.isEmpty || matches == [source] {
      throw CairnError.io(path: source.shown, action: "open", errno: failure)
    }
    // What they hide might have matched.
    for (path, number) in unreadable { reject(path, "cannot read directory: \(systemMessage(number))") }
    for match in matches { add(found: match) }
  }

  /// What a directory or a pattern gave. Pipes and devices there would block or never end.
  private mutating func add(found path: FilePath) {
    guard let status = path.status() else { return reject(path, "cannot stat: \(systemMessage(errno))") }
    add(path: path, status)
  }

  private mutating func add(path: FilePath, _ status: FileStatus) {
    switch status.kind {
    case .regular:
      guard status.byteCount >= 0 else {
        return reject(path, "cannot stat: its size is \(status.byteCount)")
      }
      let key = SourceKey.key(ofPath: path)
      files.append(
        SourceFile(
          path: path, key: key, byteCount: status.byteCount,
          modified: SourceFile.nanoseconds(status), delivery: SourceKey(key).delivery ?? "",
          identity: status.identity))
    case .directory:
      add(directory: path, status)
    default:
      reject(path, "not a regular file")
    }
  }

  private mutating func add(directory path: FilePath, _ status: FileStatus) {
    let identity = status.identity
    if identity == archive { return }
    guard visited.insert(identity).inserted else { return }
    do {
      let (names, failure) = try Directory.entries(path)
      if try ArchivePaths.isArchive(path) {
        reject(path, "a Cairn archive, not a source of logs")
        return
      }
      for name in names { add(found: path.appending(name)) }
      if let failure { reject(path, "cannot read directory: \(systemMessage(failure))") }
    } catch CairnError.io(_, let action, let number) {
      reject(path, "cannot \(action): \(systemMessage(number))")
    } catch {
      reject(path, "\(error)")
    }
  }

  private mutating func reject(_ path: FilePath, _ reason: String) {
    rejects.append(
      Reject(key: SourceKey.key(ofPath: path), offset: 0, reason: reason, bytes: [], isObject: true))
  }
}

/// Paths that match a shell pattern.
private enum Glob {
  /// What could not be read meanwhile: the system's function takes a callback without a context.
  private static let lock = Lock()
  nonisolated(unsafe) private static var unreadable: [(FilePath, Int32)] = []

  /// Matches in order of their bytes, and directories that could not be read. Throws `CairnError.io`.
  static func expand(_ pattern: FilePath) throws -> (matches: [FilePath], unreadable: [(FilePath, Int32)]) {
    try lock.withLock {
      unreadable = []
      var result = glob_t()
      defer { globfree(&result) }
      let status = pattern.withCString { text in
        glob(
          text, 0,
          { path, number in
            if let path { Glob.unreadable.append((FilePath(cString: path), number)) }
            return 0
          }, &result)
      }
      guard status == 0 || status == GLOB_NOMATCH else {
        throw CairnError.io(
          path: pattern.shown, action: "expand", errno: status == GLOB_NOSPACE ? ENOMEM : EIO)
      }
      let matches = (0..<Int(result.gl_pathc)).compactMap {
        result.gl_pathv[$0].map { FilePath(cString: $0) }
      }
      return (matches.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }, unreadable)
    }
  }
}
