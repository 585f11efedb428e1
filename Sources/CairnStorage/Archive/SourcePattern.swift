import Glibc

/// Paths that match a shell pattern. `**` between slashes stands for any number of directories, links not followed.
struct SourcePattern {
  private(set) var matches: [FilePath] = []
  /// Directories that could not be read, and why: what they hide might have matched.
  private(set) var unreadable: [(FilePath, Int32)] = []

  private static let slash = UInt8(ascii: "/")
  private static let anyDepth = Array("**".utf8)

  /// Matches in order of their bytes. Throws `CairnError.io`.
  init(_ pattern: FilePath) throws {
    try expand(pattern)
    matches = Set(matches).sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
  }

  private mutating func expand(_ pattern: FilePath) throws {
    let parts = pattern.bytes.split(separator: Self.slash, omittingEmptySubsequences: false)
    guard let place = parts.firstIndex(where: { $0.elementsEqual(Self.anyDepth) }) else {
      return try glob(pattern)
    }
    let rest = Array(parts[(place + 1)...].joined(separator: [Self.slash]))
    let start =
      place == 0
      ? FilePath(".") : FilePath(Array(parts[..<place].joined(separator: [Self.slash])) + [Self.slash])
    let found = matches
    try glob(start)
    let bases = matches[found.count...]
    matches = found
    for base in bases {
      // Directories are read to their last file.
      if rest.isEmpty {
        matches.append(base)
        continue
      }
      for directory in directories(below: base) {
        try expand(FilePath(Self.quoted(directory.bytes)).appending(rest))
      }
    }
  }

  /// A directory and those below it.
  private mutating func directories(below base: FilePath) -> [FilePath] {
    var found: [FilePath] = []
    var left = [base]
    while let directory = left.popLast() {
      found.append(directory)
      do {
        let (entries, failure) = try Directory.entries(directory)
        if let failure { unreadable.append((directory, failure)) }
        for entry in entries where !entry.isFile {
          let path = directory.appending(entry.name)
          if path.isDirectoryItself { left.append(path) }
        }
      } catch CairnError.io(_, _, let number) {
        unreadable.append((directory, number))
      } catch {
        unreadable.append((directory, EIO))
      }
    }
    return found
  }

  /// A path as a pattern that it alone matches.
  private static func quoted(_ path: [UInt8]) -> [UInt8] {
    path.flatMap { Array("*?[]\\".utf8).contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] }
  }

  // MARK: The system's patterns

  /// The system's function takes a callback without a context.
  private static let lock = Lock()
  nonisolated(unsafe) private static var reported: [(FilePath, Int32)] = []

  private mutating func glob(_ pattern: FilePath) throws {
    try Self.lock.withLock {
      Self.reported = []
      var result = glob_t()
      defer { globfree(&result) }
      errno = 0
      let status = pattern.withCString { text in
        Glibc.glob(
          text, 0,
          { path, number in
            // What is not there hides nothing.
            if let path, number != ENOENT, number != ENOTDIR {
              SourcePattern.reported.append((FilePath(cString: path), number))
            }
            return 0
          }, &result)
      }
      // It says that something failed; what it was is in `errno`.
      let cause = errno == 0 ? EIO : errno
      guard status == 0 || status == GLOB_NOMATCH else {
        throw CairnError.io(
          path: pattern.shown, action: "expand", errno: status == GLOB_NOSPACE ? ENOMEM : cause)
      }
      matches += (0..<Int(result.gl_pathc)).compactMap {
        result.gl_pathv[$0].map { FilePath(cString: $0) }
      }
      unreadable += Self.reported
    }
  }
}

extension FilePath {
  /// Whether it is a directory, and no link to one.
  fileprivate var isDirectoryItself: Bool {
    var status = stat()
    return withCString { text in uninterrupted { lstat(text, &status) } } == 0
      && status.st_mode & S_IFMT == S_IFDIR
  }
}
