import CairnSQL
import CairnStorage

/// Paths of a query that no record of the archive has: mostly misspelled, so they are worth a word.
struct PathWarnings {
  private let archive: Archive
  private let paths: [BoundPath]

  init(_ archive: Archive, _ tables: [EventsTable]) {
    self.archive = archive
    var seen: Set<BoundPath> = []
    paths = tables.flatMap(\.columns).compactMap { column in
      guard case .path(let path) = column.source, !path.names.isEmpty else { return nil }
      return seen.insert(path).inserted ? path : nil
    }
  }

  /// One text for each.
  func texts() throws -> [String] {
    var missing = paths
    var near: [BoundPath: [String]] = [:]
    for entry in archive.snapshot.manifest.segments where !missing.isEmpty {
      let catalogue = try archive.open(entry, statistics: ReadStatistics()).catalogue()
      missing.removeAll { path in
        let (found, siblings) = catalogue.follow(path)
        if !found { near[path, default: []] += siblings }
        return found
      }
    }
    if archive.snapshot.manifest.segments.isEmpty { return [] }
    return missing.map { path in
      let last = path.names.last.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
      let suggestion = NearNames.nearest(to: last, among: Array(Set(near[path] ?? [])).sorted())
      return "no record has \(path.description)\(suggestion.map { "; did you mean \($0)?" } ?? "")"
    }
  }
}

extension Catalogue {
  /// Whether the path is there, and what the names beside its last one are.
  fileprivate func follow(_ path: BoundPath) -> (found: Bool, siblings: [String]) {
    var level = [0]
    for name in path.names {
      let children = level.flatMap { self.children[$0] }.filter { !slots[$0].isElement }
      let next = children.filter { PathResolver.match(name, [slots[$0].name]) != nil }
      if next.isEmpty {
        return (false, children.map { String(decoding: slots[$0].name, as: UTF8.self) })
      }
      level = next
    }
    return (true, [])
  }
}
