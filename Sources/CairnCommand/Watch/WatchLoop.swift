import Cairn
import Glibc

/// Follows directories: a run over what has become whole, as it becomes so, and over everything now and then.
final class WatchLoop {
  /// What a run is over: everything, or files that have become whole.
  enum Share {
    case all([FilePath])
    case files([FilePath])

    var paths: [FilePath] {
      switch self {
      case .all(let paths), .files(let paths): paths
      }
    }
  }

  private let sources: [FilePath]
  private let archive: String
  private let listing: Double
  private let settling: Settling
  private let settle: Double
  private let isCancelled: () -> Bool
  private let run: (Share) throws -> Void
  private let say: (String) -> Void
  private var watch: TreeWatch
  /// What each source is; nil where it is gone.
  private var roots: [FileStatus.Identity?] = []
  private var nextListing = 0.0
  private var nextTry = 0.0
  private var nextLook = 0.0
  private var isLocked = false
  /// Whether everything has just been followed anew.
  private var isFresh = false
  private var toldFailure: String?

  /// Longest that a signal waits to be noticed.
  private static let patienceMilliseconds = 400.0
  /// How often it is looked whether sources are there.
  private static let lookSeconds = 1.0

  init(
    _ sources: [FilePath], into archive: String, settling: Settling, settle: Double, listing: Double,
    isCancelled: @escaping () -> Bool, say: @escaping (String) -> Void,
    run: @escaping (Share) throws -> Void
  ) {
    (self.sources, self.archive, self.settling, self.settle) = (sources, archive, settling, settle)
    (self.listing, self.isCancelled, self.say, self.run) = (listing, isCancelled, say, run)
    watch = TreeWatch(archive: FilePath(archive))
  }

  /// Returns when it is cancelled. Throws as a run does, but where the archive is locked, or a source is gone: then it
  /// waits.
  func follow() throws {
    for source in sources where source.status()?.kind != .directory {
      if let failure = source.status() == nil ? errno : nil {
        throw CairnError.io(path: source.shown, action: "open", errno: failure)
      }
      throw CairnError.usage("\(source.shown): only directories can be followed")
    }
    roots = sources.map { $0.status()?.identity }
    begin()
    say("following \(watch.directoryCount) director\(watch.directoryCount == 1 ? "y" : "ies")")
    while !isCancelled() {
      let now = monotonicSeconds()
      if now >= nextLook { lookAtSources(now) }
      if now >= nextTry { try runWhatIsDue(now) }
      if isCancelled() { return }
      let events = watch.events(within: Int32(min(Self.patienceMilliseconds, max(10, settle * 250))))
      for event in events {
        settling.note(event)
        if case .lost = event { nextListing = 0 }
      }
      if nextListing == 0 {
        settling.forgetWriters()
        begin()
      }
    }
  }

  /// Follows all sources anew; a listing is due.
  private func begin() {
    watch = TreeWatch(archive: FilePath(archive))
    for source in sources where source.status() != nil { watch.follow(source) }
    if let failure = watch.failure, failure != toldFailure {
      say("not everything can be followed (\(failure)): it is listed now and then all the same")
    }
    toldFailure = watch.failure
    isFresh = true
    nextListing = monotonicSeconds()
  }

  private func lookAtSources(_ now: Double) {
    nextLook = now + Self.lookSeconds
    let found = sources.map { source in source.status().flatMap { $0.kind == .directory ? $0.identity : nil }
    }
    if found == roots { return }
    for (index, source) in sources.enumerated() where found[index] != roots[index] {
      if found[index] == nil {
        say("\(source.shown) is gone: waiting for it")
      } else {
        say("\(source.shown) is \(roots[index] == nil ? "there again" : "another directory now")")
      }
    }
    let hasNew = zip(found, roots).contains { $0 != nil && $0 != $1 }
    roots = found
    if hasNew {
      settling.forgetWriters()
      begin()
    }
  }

  private func runWhatIsDue(_ now: Double) throws {
    let present = zip(sources, roots).filter { $0.1 != nil }.map(\.0)
    if now >= nextListing, !present.isEmpty {
      // Directories that were missed are followed from now on.
      if !isFresh { for source in present { watch.follow(source) } }
      isFresh = false
      nextListing = now + listing
      if try attempt(.all(present)) { return }
      nextListing = nextTry
    } else if let files = settling.batch() {
      if try attempt(.files(files)) { settling.finish(files) } else { settling.postpone(files) }
    }
  }

  /// False where the archive is locked: then later.
  private func attempt(_ share: Share) throws -> Bool {
    do {
      try run(share)
      isLocked = false
      return true
    } catch CairnError.locked(let path, let owner) {
      if !isLocked { say("\(CairnError.locked(path: path, owner: owner)): waiting") }
      isLocked = true
      nextTry = monotonicSeconds() + max(1, settle)
      return false
    } catch CairnError.interrupted where isCancelled() {
      return false
    }
  }
}
