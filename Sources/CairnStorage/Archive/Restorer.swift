import Glibc

/// Writes source objects of an archive back as files.
package struct Restorer {
  package struct Options: Sendable {
    /// Shell pattern that keys must match (`*` crosses `/`), or nil for all.
    package var pattern: String?
    /// Compress with gzip and keep the compression suffix.
    package var gzip = false
    package var threads = 2

    package init() {}
  }

  package struct Summary: Sendable {
    package var objects = 0
    package var byteCount = 0
    package var incomplete = 0
  }

  private let snapshot: ArchiveSnapshot
  private let target: String
  private let options: Options

  package init(_ snapshot: ArchiveSnapshot, target: String, options: Options) {
    self.snapshot = snapshot
    self.target = target
    self.options = options
  }

  /// Restores all matching objects; each file's SHA-256 is compared with the one taken when it was read.
  ///
  /// Throws `CairnError.damaged` where an object does not rebuild, `.io` where a file cannot be written,
  /// `.usage` where a path would leave the target through a link.
  package func run() throws -> Summary {
    try Directory.createAll(target)
    let counter = Counter()
    let names = try Names(snapshot, gzip: options.gzip)
    for entry in snapshot.manifest.segments {
      let reader = try snapshot.open(entry)
      let objects = try reader.footer.objectBlocks.indices.flatMap { try reader.objects(block: $0) }.filter(
        matches)
      // Fragments of one object append to one file, so they come one after another.
      let fragments = objects.filter { $0.fragment > 0 || !$0.isLastFragment }
      let whole = objects.filter { $0.fragment == 0 && $0.isLastFragment }
      for (list, threads) in [(whole, options.threads), (fragments, 1)] {
        try ObjectRebuilder(reader, threads: threads).rebuild(list) { object, bytes in
          try ObjectRebuilder.check(object, bytes, file: reader.name)
          try write(object, bytes, names.relative(object))
          counter.add(object)
        }
      }
    }
    return counter.summary
  }

  private func matches(_ object: StoredObject) -> Bool {
    guard let pattern = options.pattern else { return true }
    let key = String(decoding: object.key, as: UTF8.self)
    return fnmatch(pattern, key, 0) == 0
  }

  private func write(
    _ object: StoredObject, _ bytes: UnsafeBufferPointer<UInt8>, _ relative: String
  ) throws {
    let path = target + "/" + relative
    try RestoredPath.createParents(of: relative, in: target)
    if options.gzip {
      // Fragments become members of one gzip file.
      let frame = GzipCompressor.compress(bytes, level: 6)
      try frame.withUnsafeBufferPointer { try put($0, path, append: object.fragment > 0, object) }
    } else {
      try put(bytes, path, append: object.fragment > 0, object)
    }
  }

  private func put(
    _ bytes: UnsafeBufferPointer<UInt8>, _ path: String, append: Bool, _ object: StoredObject
  ) throws {
    let flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (append ? O_APPEND : O_TRUNC)
    let descriptor = open(path, flags, 0o600)
    guard descriptor >= 0 else { throw CairnError.io(path: path, action: "create", errno: errno) }
    let file = File.adopt(descriptor, path: path)
    try file.write(bytes)
    // Its own time helps incremental tools; streams have none.
    if object.modified > 0 {
      let seconds = Int(object.modified / 1_000_000_000)
      let time = timespec(tv_sec: seconds, tv_nsec: Int(object.modified % 1_000_000_000))
      futimens(descriptor, [time, time])
    }
  }

  private final class Counter: @unchecked Sendable {
    private let lock = Lock()
    private(set) var summary = Summary()

    func add(_ object: StoredObject) {
      lock.withLock {
        summary.byteCount += object.byteCount
        guard object.isLastFragment else { return }
        summary.objects += 1
        if object.flags.contains(.incomplete) { summary.incomplete += 1 }
      }
    }
  }
}

/// The file of each object: one of its own, whatever else the archive holds.
private struct Names {
  private let gzip: Bool
  /// Of keys that have several versions: the newest, which has the plain name.
  private var latest: [[UInt8]: Int] = [:]
  /// Keys whose name another key had first: `x.json.gz` beside `x.json`.
  private var taken: Set<[UInt8]> = []

  init(_ snapshot: ArchiveSnapshot, gzip: Bool) throws {
    self.gzip = gzip
    // Hashes, since there may be millions: a false match only lengthens a name.
    var owners: [UInt64: UInt64] = [:]
    for entry in snapshot.manifest.segments {
      let reader = try snapshot.open(entry)
      for block in reader.footer.objectBlocks.indices {
        for object in try reader.objects(block: block) where object.isLastFragment {
          if object.version > 1 { latest[object.key] = max(latest[object.key] ?? 1, object.version) }
          let key = checksum(object.key, seed: 0)
          let path = checksum(Array(plain(object).utf8), seed: 1)
          if let owner = owners[path], owner != key { taken.insert(object.key) } else { owners[path] = key }
        }
      }
    }
  }

  private func plain(_ object: StoredObject) -> String {
    RestoredPath.relative(String(decoding: object.key, as: UTF8.self), gzip: gzip)
  }

  func relative(_ object: StoredObject) -> String {
    var path = plain(object)
    if taken.contains(object.key) { path += "~" + hexadecimal(checksum(object.key, seed: 0)).prefix(8) }
    if (latest[object.key] ?? 1) != object.version { path += "~\(object.version)" }
    return path
  }
}

/// Where a key's file goes: always below the target.
package enum RestoredPath {
  /// The key without anything that leads out of the target, and without its compression suffix.
  package static func relative(_ key: String, gzip: Bool) -> String {
    var parts: [String] = []
    for part in key.split(separator: "/") where part != "." && part != ".." {
      // A byte that ends a path in the system's eyes would cut the name short.
      parts.append(String(part.map { $0 == "\0" ? "_" : $0 }))
    }
    if parts.isEmpty { parts = ["object"] }
    var path = parts.joined(separator: "/")
    // A name that is nothing but a suffix keeps it.
    for suffix in [".gz", ".zst"] where path.hasSuffix(suffix) && parts.last != suffix {
      path.removeLast(suffix.count)
      break
    }
    return gzip ? path + ".gz" : path
  }

  /// Makes the directories above `relative`; refuses one that is a symbolic link.
  package static func createParents(of relative: String, in target: String) throws {
    var path = target
    for part in relative.split(separator: "/").dropLast() {
      path += "/" + part
      var status = stat()
      if lstat(path, &status) == 0 {
        if status.st_mode & S_IFMT == S_IFLNK {
          throw CairnError.usage("\(path): is a symbolic link; restoring through it would leave \(target)")
        }
        continue
      }
      try Directory.create(path)
    }
  }
}
