import CairnSQL
import CairnStorage

/// Names of a query that find nothing in the archive: mostly misspelled, so they are worth a word.
struct NameWarnings {
  private let archive: Archive
  private let paths: [BoundPath]
  private let partitions: [VirtualColumn]
  private let elementPaths: [AccessPath]
  private let unnested: [UnnestedNames]

  init(_ archive: Archive, _ tables: [EventsTable]) {
    var paths: [BoundPath] = []
    // Where eventTime is @timestamp, some records have one of the two.
    let substitutes = Set(tables.flatMap(\.substituted))
    var partitions: [VirtualColumn] = []
    for column in tables.flatMap(\.columns) {
      switch column.source {
      case .path(let path), .element(let path, _), .count(let path): paths.append(path)
      case .elements(let form): paths += form.whole.paths
      case .virtual(let column): partitions.append(column)
      }
    }
    self.init(
      archive, paths: paths.filter { !substitutes.contains($0) }, partitions: partitions,
      elementPaths: tables.flatMap(\.elementPaths),
      unnested: tables.flatMap(\.unnested))
  }

  init(
    _ archive: Archive, paths: [BoundPath], partitions: [VirtualColumn] = [], elementPaths: [AccessPath] = [],
    unnested: [UnnestedNames] = []
  ) {
    self.archive = archive
    self.unnested = unnested
    self.elementPaths = elementPaths.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
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
    return archive.segments.contains { entry in
      // What cannot be read fails the query itself.
      guard let reader = try? archive.open(entry, statistics: ReadStatistics()) else { return false }
      return places.contains { (try? reader.stringColumns(at: $0).isEmpty) == false }
    }
  }

  /// One text for each.
  func texts() throws -> [String] {
    try missingPaths() + missingMembers() + mistakenColumns() + emptyPartitions()
  }

  private func missingPaths() throws -> [String] {
    var missing = paths
    let segments = archive.segments
    for entry in segments where !missing.isEmpty {
      let reader = try archive.open(entry, statistics: ReadStatistics())
      missing = try missing.filter { try reader.slots(at: $0.names).isEmpty }
    }
    if missing.isEmpty || segments.isEmpty { return [] }
    let schema = try ArchiveSchema(archive, detail: .names)
    return missing.map { path in
      let suggestion = schema.nearest(to: path.description)
      return "no record has \(path.description)\(suggestion.map { "; did you mean \($0)?" } ?? "")"
    }
  }

  /// Members that no element of an array has, though elements are objects.
  private func missingMembers() throws -> [String] {
    if elementPaths.isEmpty { return [] }
    let found = try self.found(elementPaths)
    let missing = zip(elementPaths, found).filter { $1 == false }.map(\.0.description)
    if missing.isEmpty { return [] }
    let schema = try ArchiveSchema(archive, detail: .names)
    return missing.map { name in
      "no record has \(name)\(schema.nearest(to: name).map { "; did you mean \($0)?" } ?? "")"
    }
  }

  /// Columns of UNNEST that are no members of its objects, beside others that are; or, where none is, so that they go
  /// by their places, those that nearly are.
  private func mistakenColumns() throws -> [String] {
    var texts: [String] = []
    for columns in unnested {
      let paths = columns.names.map { AccessPath(steps: columns.elements.steps + [.name($0)]) }
      let documented = WellKnownField.members(
        ofElementsOf: AccessPath(steps: Array(columns.elements.steps.dropLast())))
      let found = zip(columns.names, try self.found(paths)).map { name, isThere in
        documented.contains { AccessPath.isSameIgnoringCase($0, name) } ? true : isThere
      }
      guard found.contains(false) else { continue }
      let goByName = found.contains(true)
      let members = try ArchiveSchema(archive, detail: .names).members(of: columns.elements.description)
      for (name, isThere) in zip(columns.names, found) where isThere == false {
        let near = NearNames.nearest(to: name, among: documented + members)
        if goByName {
          texts.append(
            "no element of \(columns.elements.description) has \(name)\(near.map { "; did you mean \($0)?" } ?? "")"
          )
        } else if let near {
          texts.append(
            "no element of \(columns.elements.description) has \(name), so the columns of UNNEST go by their places; did you mean "
              + "\(near)?")
        }
      }
    }
    return texts
  }

  /// Of paths into elements of arrays: whether some record has each; nil where no such element has members.
  private func found(_ paths: [AccessPath]) throws -> [Bool?] {
    var found = [Bool?](repeating: nil, count: paths.count)
    for entry in archive.segments where found.contains(where: { $0 != true }) {
      let slots = try archive.open(entry, statistics: ReadStatistics()).catalogue().slots
      for (place, path) in paths.enumerated() where found[place] != true {
        found[place] = NameWarnings.has(path, slots) ?? found[place]
      }
    }
    return found
  }

  /// Whether a segment's records have a path; nil where they have no elements with members on the way to it.
  private static func has(_ path: AccessPath, _ slots: [Slot]) -> Bool? {
    var reached: Set<Int> = [0]
    var isInside = false
    for step in path.steps {
      var next: Set<Int> = []
      var hasMembers = false
      for (index, slot) in slots.enumerated() where index > 0 && reached.contains(slot.parent) {
        guard let name = step.pathName else {
          if slot.isElement { next.insert(index) }
          continue
        }
        if slot.isElement { continue }
        hasMembers = hasMembers || isInside
        let own = slot.name.withUnsafeBufferPointer { StringSpelling.unescape($0) }
        if name.isExact ? own == name.bytes : PathResolver.equalsFolded(own, name.bytes) {
          next.insert(index)
        }
      }
      if next.isEmpty { return hasMembers ? false : nil }
      reached = next
      isInside = isInside || step == .anyElement
    }
    return true
  }

  /// Partition columns are read off names of objects, which may be other than AWS gives them.
  private func emptyPartitions() throws -> [String] {
    var empty = Set(partitions.filter { !$0.isOfFile })
    let segments = archive.segments
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
