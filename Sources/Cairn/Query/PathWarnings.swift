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
    for entry in archive.snapshot.manifest.segments where !missing.isEmpty {
      let table = try archive.open(entry, statistics: ReadStatistics()).columnTable()
      missing.removeAll { !table.slots(at: $0.names).isEmpty }
    }
    if missing.isEmpty || archive.snapshot.manifest.segments.isEmpty { return [] }
    let schema = try ArchiveSchema(archive, detail: .names)
    return missing.map { path in
      let suggestion = schema.nearest(to: path.description)
      return "no record has \(path.description)\(suggestion.map { "; did you mean \($0)?" } ?? "")"
    }
  }
}
