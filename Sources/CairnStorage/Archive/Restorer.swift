import Glibc

/// Writes source objects of an archive back as files.
package struct Restorer {
  package struct Options: Sendable {
    /// Shell pattern that keys must match (`*` crosses `/`), or nil for all.
    package var pattern: FilePath?
    /// Compress with gzip and keep the compression suffix.
    package var gzip = false
    package var threads = 2
    package var progress = WorkProgress()

    package init() {}
  }

  package struct Summary: Sendable {
    package var objects = 0
    package var byteCount = 0
    package var incomplete = 0
    /// Objects that have no file now: their paths could not be made.
    package var unwritten = 0
  }

  private let snapshot: ArchiveSnapshot
  private let target: String
  private let options: Options

  package init(_ snapshot: ArchiveSnapshot, target: String, options: Options) {
    self.snapshot = snapshot
    self.target = target
    self.options = options
  }

  /// Restores all matching objects; each file's SHA-256 is compared with the one taken when it was read. A path that
  /// cannot be made, and an object that is damaged, stop no other.
  ///
  /// `report` is called at the end with the first objects that are not written, and why.
  ///
  /// Throws `CairnError.io` where nothing can be written any more (the disk is full) or the archive cannot be read;
  /// at the end, with everything else restored, `.damaged` where an object does not rebuild.
  package func run(report: (String) -> Void = { _ in }) throws -> Summary {
    let tally = RestoreTally()
    defer { for line in tally.firstFailures { report(line) } }
    let target = try RestoreTarget(target)
    let names = try names(tally)
    let writer = RestoreWriter(target, names, gzip: options.gzip, tally)
    do {
      for entry in snapshot.manifest.segments {
        try tally.noting { try restore(entry, writer) }
      }
    } catch {
      // What is whole counts, whatever happened to others.
      try? target.flush()
      throw error
    }
    try target.flush()
    writer.endFragments(of: snapshot.path)
    if let damage = tally.firstDamage { throw damage }
    return tally.summary
  }

  /// Names take all objects into account, so that an object's does not depend on what else is restored.
  private func names(_ tally: RestoreTally) throws -> RestoredNames {
    try RestoredNames(gzip: options.gzip) { take in
      for entry in snapshot.manifest.segments {
        try tally.noting {
          let reader = try snapshot.open(entry, readsMarks: false)
          for block in reader.footer.objectBlocks.indices {
            try options.progress.check()
            let objects = try reader.objects(block: block)
            for object in objects where object.fragment == 0 { take(object) }
            options.progress.expect(byteCount: objects.reduce(0) { $0 + (matches($1) ? $1.byteCount : 0) })
          }
        }
      }
    }
  }

  private func restore(_ entry: SegmentEntry, _ writer: RestoreWriter) throws {
    let reader = try snapshot.open(entry, readsMarks: false)
    let objects = try reader.footer.objectBlocks.indices.flatMap { try reader.objects(block: $0) }.filter(
      matches)
    // Fragments of one object append to one file, so they come one after another.
    let fragments = objects.filter { $0.fragment > 0 || !$0.isLastFragment }
    let whole = objects.filter { $0.fragment == 0 && $0.isLastFragment }
    try rebuild(whole[...], reader, threads: options.threads, writer)
    for object in fragments { try rebuild([object], reader, threads: 1, writer) }
  }

  /// Rebuilds and writes objects. Where damage is met, each half of those that are left is tried alone, down to the
  /// objects that are damaged.
  private func rebuild(
    _ objects: ArraySlice<StoredObject>, _ reader: SegmentReader, threads: Int, _ writer: RestoreWriter
  ) throws {
    let done = DoneObjects()
    let progress = options.progress
    do {
      try ObjectRebuilder(reader, threads: threads).rebuild(Array(objects)) { object, bytes in
        try progress.check()
        try ObjectRebuilder.check(object, bytes, file: reader.name)
        try writer.write(object, bytes, from: reader.name)
        done.add(object)
        progress.add(object)
      }
    } catch let error as CairnError where error.exitCode == 4 {
      let left = objects.filter { !done.contains($0) }
      guard left.count > 1 else {
        if let object = left.first { writer.skip(object, error) }
        return
      }
      let middle = left.count / 2
      try rebuild(left[..<middle], reader, threads: threads, writer)
      try rebuild(left[middle...], reader, threads: threads, writer)
    }
  }

  private func matches(_ object: StoredObject) -> Bool {
    guard let pattern = options.pattern else { return true }
    // No file's name has a zero.
    let key = FilePath(object.key.map { $0 == 0 ? UInt8(ascii: "_") : $0 })
    return pattern.withCString { pattern in key.withCString { fnmatch(pattern, $0, 0) } } == 0
  }
}

/// Objects of a list that are dealt with.
private final class DoneObjects: @unchecked Sendable {
  private let lock = Lock()
  private var versions: [[UInt8]: Set<Int>] = [:]

  func add(_ object: StoredObject) {
    lock.withLock { _ = versions[object.key, default: []].insert(object.version) }
  }
  func contains(_ object: StoredObject) -> Bool {
    lock.withLock { versions[object.key]?.contains(object.version) ?? false }
  }
}
