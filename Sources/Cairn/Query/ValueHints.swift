import CairnStorage

/// Texts that a condition compares a path with and that no record has there, though some have one in other letters:
/// mistakes that would end as nothing found.
struct ValueHints {
  private let archive: Archive
  private let needles: [Needle]

  /// Texts looked for, and entries of a dictionary that are looked at, at most.
  private static let textLimit = 16
  private static let entryLimit = 1 << 16
  private static let serviceEnding = Array(".amazonaws.com".utf8)

  init(_ archive: Archive, _ conjuncts: [BoundExpression]) {
    self.archive = archive
    needles = conjuncts.compactMap(\.needle).filter {
      !$0.path.names.isEmpty && $0.texts.count <= Self.textLimit
    }
  }

  /// One text for each. Throws as opening segments does.
  func texts() throws -> [String] {
    try needles.flatMap { needle in
      try needle.texts.compactMap { text in
        try variant(of: text, at: needle.path.names).map {
          "no record has \(needle.path.description) '\(shown(text))'; some have '\(shown($0))'"
        }
      }
    }
  }

  private func shown(_ text: [UInt8]) -> String { String(decoding: text, as: UTF8.self) }

  /// A value that differs from a text in case only, or is the service that it abbreviates; nil where some record has the
  /// text itself, where none has the like, or where that is not told quickly.
  private func variant(of text: [UInt8], at path: [PathName]) throws -> [UInt8]? {
    let service = text + Self.serviceEnding
    var variant: [UInt8]?
    for entry in archive.snapshot.manifest.segments {
      let reader = try archive.open(entry, statistics: ReadStatistics())
      for index in try reader.stringColumns(at: path) {
        let column = try reader.column(index)
        let count = column.directory.entryCount
        guard 1...Self.entryLimit ~= count else { return nil }
        let entries = try column.entries((0..<count).map { UInt32($0) })
        for place in 0..<count {
          let value = entries[place]
          guard value.count == text.count || value.count == service.count else { continue }
          if value.elementsEqual(text) { return nil }
          if variant == nil, JSONText.isSameIgnoringCase(value, text) || value.elementsEqual(service) {
            variant = Array(value)
          }
        }
      }
    }
    return variant
  }
}
