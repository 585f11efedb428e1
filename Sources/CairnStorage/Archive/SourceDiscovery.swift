import Glibc

/// A file to compact.
package struct SourceFile: Sendable {
  package var path: String
  package var key: String
  package var byteCount: Int
  /// Nanoseconds since 1970.
  package var modified: Int64
  /// Sorts objects by delivery time across accounts and regions, then by key.
  package var delivery: String
  /// Standard input or a pipe: read once, size unknown.
  package var isStream = false
  fileprivate var identity: FileIdentity?
  /// Other files of this run that have the same key and come before: `logs/` and `../logs/` give the same keys.
  package var sameKeyCount = 0
}

private struct FileIdentity: Hashable {
  var device: UInt64
  var inode: UInt64

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

/// What the sources named on the command line contain.
package struct SourceDiscovery {
  package private(set) var files: [SourceFile] = []
  package private(set) var rejects: [Reject] = []
  private var visited: Set<FileIdentity> = []
  private let archive: FileIdentity?

  /// Finds all files of `sources`: files, directories, globs, `-` for standard input. `archive` is left out
  /// where it lies among them.
  ///
  /// Throws `CairnError.io` where a source does not exist; what cannot be read below one is a reject.
  package init(_ sources: [String], archive archivePath: String) throws {
    var status = stat()
    archive = stat(archivePath, &status) == 0 ? FileIdentity(status) : nil
    for source in sources { try add(source: source) }
    files.sort { a, b in
      if a.delivery != b.delivery { return a.delivery < b.delivery }
      if a.key != b.key { return a.key.utf8.lexicographicallyPrecedes(b.key.utf8) }
      return a.path.utf8.lexicographicallyPrecedes(b.path.utf8)
    }
    numberSameKeys()
  }

  /// The same file named twice is one object; different files with the same key are versions of one.
  private mutating func numberSameKeys() {
    var key: String?
    var identities: Set<FileIdentity> = []
    files = files.compactMap { file in
      guard let identity = file.identity else { return file }
      if file.key != key { (key, identities) = (file.key, []) }
      guard identities.insert(identity).inserted else { return nil }
      var numbered = file
      numbered.sameKeyCount = identities.count - 1
      return numbered
    }
  }

  private mutating func add(source: String) throws {
    if source == "-" {
      files.append(
        SourceFile(path: "-", key: "stdin", byteCount: 0, modified: 0, delivery: "", isStream: true))
      return
    }
    var status = stat()
    if stat(source, &status) == 0 {
      if FileIdentity(status) == archive {
        reject(source, "a Cairn archive, not a source of logs")
      } else {
        add(path: source, status)
      }
      return
    }
    let failure = errno
    let matches = Self.expand(source)
    if matches.isEmpty { throw CairnError.io(path: source, action: "open", errno: failure) }
    for match in matches where stat(match, &status) == 0 { add(path: match, status) }
  }

  private static func expand(_ pattern: String) -> [String] {
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, 0, nil, &result) == 0 else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
  }

  private mutating func add(path: String, _ status: stat) {
    switch status.st_mode & S_IFMT {
    case S_IFREG:
      let key = SourceKey.key(ofPath: path)
      files.append(
        SourceFile(
          path: path, key: key, byteCount: Int(status.st_size),
          modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec),
          delivery: SourceKey(key).delivery ?? "", identity: FileIdentity(status)))
    case S_IFDIR:
      add(directory: path, status)
    case S_IFIFO:
      files.append(
        SourceFile(
          path: path, key: SourceKey.key(ofPath: path), byteCount: 0, modified: 0, delivery: "",
          isStream: true))
    default:
      reject(path, "not a regular file")
    }
  }

  private mutating func add(directory path: String, _ status: stat) {
    let identity = FileIdentity(status)
    if identity == archive { return }
    guard visited.insert(identity).inserted else { return }
    do {
      let names = try Directory.names(path)
      if try ArchivePaths.isArchive(path) {
        reject(path, "a Cairn archive, not a source of logs")
        return
      }
      for name in names {
        let child = path.hasSuffix("/") ? path + name : path + "/" + name
        var childStatus = stat()
        if stat(child, &childStatus) == 0 {
          // Pipes and devices in a tree would block or never end.
          if childStatus.st_mode & S_IFMT == S_IFIFO {
            reject(child, "not a regular file")
          } else {
            add(path: child, childStatus)
          }
        } else {
          reject(child, "cannot stat: \(systemMessage(errno))")
        }
      }
    } catch CairnError.io(_, let action, let number) {
      reject(path, "cannot \(action): \(systemMessage(number))")
    } catch {
      reject(path, "\(error)")
    }
  }

  private mutating func reject(_ path: String, _ reason: String) {
    rejects.append(
      Reject(
        key: Array(SourceKey.key(ofPath: path).utf8), offset: 0, reason: reason, bytes: [], isObject: true))
  }
}
