import CairnSQL
import CairnStorage

/// The keys that records of the archive have, found in the catalogues when they are first asked for.
final class RecordKeys {
  private let archive: Archive
  private var loaded: [[PathName]: [String]] = [:]
  private var found: [[PathName]: Bool] = [:]
  /// Those of the top level, of the segments that have been looked at: the newest ones.
  private var topKeys: Set<String> = []
  private var topSegmentCount = 0
  /// Why they could not be read; a run that reads the same segments throws it.
  private(set) var failure: (any Error)?

  init(_ archive: Archive) { self.archive = archive }

  /// The keys of the objects at a path of names, those of the top level without one, in the order of `SELECT *` (S61):
  /// documented fields first, then the others by name.
  func ordered(at path: [PathName] = []) throws -> [String] {
    if let known = loaded[path] { return known }
    var found: Set<String> = []
    for entry in archive.segments {
      let reader = try archive.open(entry, statistics: ReadStatistics())
      for key in try reader.keys(at: path) { found.insert(String(decoding: key, as: UTF8.self)) }
    }
    let documented = WellKnownField.members(of: path).filter { found.contains($0) }
    let others = found.subtracting(documented).sorted {
      Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8))
    }
    loaded[path] = documented + others
    return documented + others
  }

  func contains(_ name: String) -> Bool { hasTopKey { $0.contains(name) } }

  func containsIgnoringCase(_ name: String) -> Bool {
    hasTopKey { $0.contains(name) || $0.contains { AccessPath.isSameIgnoringCase($0, name) } }
  }

  /// Whether the keys of the top level of some segment are what is asked for: most are in the first that is looked at.
  private func hasTopKey(_ accepts: (Set<String>) -> Bool) -> Bool {
    if accepts(topKeys) { return true }
    let segments = archive.segments
    while topSegmentCount < segments.count {
      do {
        let segment = segments[segments.count - 1 - topSegmentCount]
        let keys = try archive.open(segment, statistics: ReadStatistics()).keys(at: [])
        topSegmentCount += 1
        let fresh = Set(keys.map { String(decoding: $0, as: UTF8.self) }).subtracting(topKeys)
        topKeys.formUnion(fresh)
        if accepts(fresh) { return true }
      } catch {
        failure = error
        return false
      }
    }
    return false
  }

  /// Whether there is anything that could have a key.
  var hasRecords: Bool { archive.segments.contains { $0.rowCount > 0 } }

  /// Whether some records may have Logstash's `@timestamp` and no eventTime.
  var hasLogstashTimes: Bool {
    archive.segments.contains { $0.untimedRowCount > 0 } && contains("@timestamp")
  }

  /// Whether some record has a path of names, each as it matches: exactly, or in any case.
  func hasKey(_ path: [PathName]) -> Bool {
    if let known = found[path] { return known }
    do {
      let isThere = try archive.segments.contains { entry in
        try !archive.open(entry, statistics: ReadStatistics()).slots(at: path).isEmpty
      }
      found[path] = isThere
      return isThere
    } catch {
      failure = error
      return false
    }
  }
}
