import Glibc

/// What the sources named on the command line contain. Everything that is named or lies below a named directory is
/// a file to read, or a reject that says why it is not read.
package struct SourceDiscovery {
  package private(set) var files: [SourceFile] = []
  package private(set) var rejects: [Reject] = []
  /// Files that were left out since what they hold is known.
  package private(set) var skippedCount = 0
  /// Files that were left out since they are being written.
  package private(set) var unfinishedCount = 0
  private var visited: Set<FileStatus.Identity> = []
  private let archive: FileStatus.Identity?
  private let look: Look
  private let leavesOutMissing: Bool
  /// Places of known files, where several sources may lead to one.
  private var knownPlaces: Set<Hash128> = []
  private let hasSeveralSources: Bool
  private let threads: Int
  /// Files of directories that have not been looked at yet: so many at a time, since most of that is waiting for the
  /// system.
  private var pending: [Found] = []
  private static let pendingLimit = 1 << 14

  /// Finds all files of `sources`: files, directories, globs, `-` for standard input. `archive` is left out
  /// where it lies among them; files that are known are counted only.
  ///
  /// Throws `CairnError.io` where a source does not exist; what cannot be read below one is a reject.
  package init(
    _ sources: [FilePath], archive archivePath: String, leavesOutMissing: Bool = false, threads: Int = 1,
    isUnfinished: (@Sendable (FilePath, FileStatus) -> Bool)? = nil,
    isKnown: @escaping @Sendable (SourceFile) -> Bool = { _ in false }
  ) throws {
    self.threads = threads
    self.leavesOutMissing = leavesOutMissing
    look = Look(isKnown: isKnown, isUnfinished: isUnfinished)
    archive = FilePath(archivePath).status()?.identity
    hasSeveralSources = sources.count > 1
    for source in sources { try add(source: source) }
    try addPending()
    files.sort { a, b in
      if a.delivery != b.delivery { return a.delivery < b.delivery }
      if a.key != b.key { return a.key.lexicographicallyPrecedes(b.key) }
      return a.path.bytes.lexicographicallyPrecedes(b.path.bytes)
    }
    dropSameFiles()
  }

  /// The same file named twice is one object.
  private mutating func dropSameFiles() {
    var key: [UInt8]?
    var identities: Set<FileStatus.Identity> = []
    files = files.filter { file in
      guard let identity = file.identity else { return true }
      if file.key != key { (key, identities) = (file.key, []) }
      return identities.insert(identity).inserted
    }
  }

  private mutating func add(source: FilePath) throws {
    if source.bytes == [UInt8(ascii: "-")] {
      files.append(
        SourceFile(
          path: source, key: Array("stdin".utf8), byteCount: 0, modified: 0, isStream: true))
      return
    }
    if let status = source.status() {
      if status.identity == archive {
        reject(source, "a Cairn archive, not a source of logs")
      } else if status.isPipe {
        files.append(
          SourceFile(
            path: source, key: SourceKey.key(ofPath: source), byteCount: 0, modified: 0, isStream: true))
      } else {
        add(Found(source), status)
      }
      return
    }
    let failure = errno
    if leavesOutMissing, failure == ENOENT || failure == ENOTDIR { return }
    let pattern = try Self.pattern(source, failure: failure)
    for (path, number) in pattern.unreadable {
      reject(path, "cannot read directory: \(systemMessage(number))")
    }
    for match in pattern.matches { add(found: Found(match)) }
  }

  /// What a source that is no file stands for, `failure` being why it is none. Throws `CairnError.io` where nothing
  /// matches.
  private static func pattern(_ source: FilePath, failure: Int32) throws -> SourcePattern {
    let pattern = try SourcePattern(source)
    // A link to nothing matches its own name.
    if pattern.matches.isEmpty && pattern.unreadable.isEmpty || pattern.matches == [source] {
      throw CairnError.io(path: source.shown, action: "open", errno: failure)
    }
    return pattern
  }

  /// Whether there is anything among the sources that could hold a log, or that cannot be read. Ends at the first one.
  ///
  /// Throws `CairnError.io` where a source does not exist.
  package static func hasFiles(_ sources: [FilePath]) throws -> Bool {
    var left: [FilePath] = []
    var hasOther = false
    for source in sources {
      if source.bytes == [UInt8(ascii: "-")] {
        hasOther = true
      } else if source.status() != nil {
        left.append(source)
      } else {
        let pattern = try pattern(source, failure: errno)
        hasOther = hasOther || !pattern.unreadable.isEmpty
        left += pattern.matches
      }
    }
    if hasOther { return true }
    var visited: Set<FileStatus.Identity> = []
    while let path = left.popLast() {
      guard let status = path.status(), case .directory = status.kind else { return true }
      guard visited.insert(status.identity).inserted else { continue }
      guard let (entries, failure) = try? Directory.entries(path), failure == nil else { return true }
      left += entries.reversed().map { path.appending($0.name) }
    }
    return false
  }

  /// What a directory or a pattern gave. Pipes and devices there would block or never end.
  private mutating func add(found: Found) {
    guard let status = found.path.status() else {
      return reject(found.path, "cannot stat: \(systemMessage(errno))")
    }
    add(found, status)
  }

  private mutating func add(_ found: Found, _ status: FileStatus) {
    switch status.kind {
    case .regular: add(look.at(found, status))
    case .directory: add(directory: found, status)
    default: reject(found.path, "not a regular file")
    }
  }

  private mutating func add(_ sight: Sight) {
    switch sight {
    case .new(let file): files.append(file)
    case .known(let place):
      if !hasSeveralSources || knownPlaces.insert(place).inserted { skippedCount += 1 }
    case .unfinished: unfinishedCount += 1
    case .reject(let path, let reason): reject(path, reason)
    case .other(let found, let status): add(found, status)
    }
  }

  /// Looks at the files that wait for it, several threads at a time, and takes them in their order.
  private mutating func addPending() throws {
    while !pending.isEmpty {
      let (found, look) = (pending, look)
      pending = []
      let step = 256
      let sights = try parallelMap(count: (found.count + step - 1) / step, threads: threads) { part in
        found[(part * step)..<min(part * step + step, found.count)].map { found -> Sight in
          guard let status = found.path.status() else {
            return .reject(found.path, "cannot stat: \(systemMessage(errno))")
          }
          return status.kind == .regular ? look.at(found, status) : .other(found, status)
        }
      }
      for sight in sights.joined() { add(sight) }
    }
  }

  private mutating func add(directory found: Found, _ status: FileStatus) {
    let path = found.path
    let identity = status.identity
    if identity == archive { return }
    guard visited.insert(identity).inserted else { return }
    do {
      let (entries, failure) = try Directory.entries(path)
      let mayBeArchive = failure != nil || entries.contains { ArchivePaths.isOfArchive($0.name) }
      if mayBeArchive, try ArchivePaths.isArchive(path) {
        reject(path, "a Cairn archive, not a source of logs")
        return
      }
      for entry in entries {
        let found = found.appending(entry.name)
        if entry.isFile { pending.append(found) } else { add(found: found) }
      }
      if pending.count >= Self.pendingLimit { try addPending() }
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

/// A path among the sources: as it was named, as the archive has it, and where it is.
private struct Found: Sendable {
  var path: FilePath
  /// `SourceKey.key` of the path.
  private var key: [UInt8]
  /// From the root; the links on the way to the source that was named are followed.
  private(set) var place: [UInt8]

  init(_ path: FilePath) {
    self.path = path
    key = SourceKey.key(ofPath: path)
    place = path.absolute ?? path.bytes
  }

  /// An entry of this directory.
  func appending(_ name: [UInt8]) -> Found {
    var entry = self
    entry.path = path.appending(name)
    // The same bytes are held once.
    entry.key =
      key.isEmpty ? name : key == path.bytes ? entry.path.bytes : FilePath.joined(key, name)
    entry.place += (place.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]) + name
    return entry
  }

  /// The key, or where it does not have the delivered name, but the place has, that: a run from inside `AWSLogs`.
  var deliveredKey: [UInt8] {
    guard ObjectName.deliveredStart(key) == nil, let start = ObjectName.deliveredStart(place) else {
      return key
    }
    return Array(place[start...])
  }
}

/// What a look at a file gives.
private enum Sight: Sendable {
  case new(SourceFile)
  case known(place: Hash128)
  case unfinished
  case reject(FilePath, String)
  /// No file, though its directory said so.
  case other(Found, FileStatus)
}

/// Says of a file whether it is to be read. On any thread.
private struct Look: Sendable {
  let isKnown: @Sendable (SourceFile) -> Bool
  let isUnfinished: (@Sendable (FilePath, FileStatus) -> Bool)?

  func at(_ found: Found, _ status: FileStatus) -> Sight {
    guard status.byteCount >= 0 else {
      return .reject(found.path, "cannot stat: its size is \(status.byteCount)")
    }
    var file = SourceFile(
      path: found.path, key: found.deliveredKey, byteCount: status.byteCount,
      modified: SourceFile.nanoseconds(status), identity: status.identity, place: Hash128(found.place))
    if isKnown(file) { return .known(place: file.place) }
    if let isUnfinished, isUnfinished(found.path, status) { return .unfinished }
    file.delivery = SourceKey(file.key).order
    return .new(file)
  }
}
