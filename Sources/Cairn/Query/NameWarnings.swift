import CairnSQL
import CairnStorage

/// Names of a query that find nothing in the archive: mostly misspelled, so they are worth a word.
struct NameWarnings {
  private let archive: Archive
  private let paths: [BoundPath]
  private let partitions: [VirtualColumn]

  init(_ archive: Archive, _ tables: [EventsTable]) {
    var paths: [BoundPath] = []
    // Where eventTime is @timestamp, some records have one of the two.
    let substitutes = Set(tables.flatMap(\.substituted))
    var partitions: [VirtualColumn] = []
    for column in tables.flatMap(\.columns) {
      switch column.source {
      case .path(let path): if !substitutes.contains(path) { paths.append(path) }
      case .virtual(let column): partitions.append(column)
      }
    }
    self.init(archive, paths: paths, partitions: partitions)
  }

  init(_ archive: Archive, paths: [BoundPath], partitions: [VirtualColumn] = []) {
    self.archive = archive
    self.partitions = partitions
    var seen: Set<BoundPath> = []
    // JSON functions look for text that holds JSON on the way: where it may be, the path behind it is no key.
    let documents = Set(paths.filter(\.onlyStrings).map(\.names))
    self.paths = paths.filter { path in
      !path.names.isEmpty && !path.onlyStrings && seen.insert(path).inserted
    }.filter { path in
      !(1..<path.names.count).contains { documents.contains(Array(path.names.prefix($0))) }
        || !NameWarnings.hasText(archive, path, documents)
    }
  }

  /// Whether a document that the path may lead into is text in some record.
  private static func hasText(_ archive: Archive, _ path: BoundPath, _ documents: Set<[PathName]>) -> Bool {
    let places = (1..<path.names.count).map { Array(path.names.prefix($0)) }.filter(documents.contains)
    return archive.snapshot.manifest.segments.contains { entry in
      // What cannot be read fails the query itself.
      guard let reader = try? archive.open(entry, statistics: ReadStatistics()) else { return false }
      return places.contains { (try? reader.stringColumns(at: $0).isEmpty) == false }
    }
  }

  /// One text for each.
  func texts() throws -> [String] { try missingPaths() + emptyPartitions() }

  private func missingPaths() throws -> [String] {
    var missing = paths
    let segments = archive.snapshot.manifest.segments
    for entry in segments where !missing.isEmpty {
      let table = try archive.open(entry, statistics: ReadStatistics()).columnTable()
      missing.removeAll { !table.slots(at: $0.names).isEmpty }
    }
    if missing.isEmpty || segments.isEmpty { return [] }
    let schema = try ArchiveSchema(archive, detail: .names)
    return missing.map { path in
      let suggestion = schema.nearest(to: path.description)
      return "no record has \(path.description)\(suggestion.map { "; did you mean \($0)?" } ?? "")"
    }
  }

  /// Partition columns are read off names of objects, which may be other than AWS gives them.
  private func emptyPartitions() throws -> [String] {
    var empty = Set(partitions.filter { !$0.isOfFile })
    let segments = archive.snapshot.manifest.segments
    if empty.isEmpty || segments.isEmpty { return [] }
    for entry in segments {
      let reader = try archive.open(entry, statistics: ReadStatistics())
      for block in reader.footer.objectBlocks.indices {
        for object in try reader.objects(block: block) {
          empty = empty.filter { $0.value(of: SourceObject(object)).isNull }
          if empty.isEmpty { return [] }
        }
      }
    }
    return Set(empty.map(\.part.rawValue)).sorted().map {
      "\($0) is NULL for every event: the names of the objects do not tell it"
    }
  }
}
