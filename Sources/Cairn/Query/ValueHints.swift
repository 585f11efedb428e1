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
      try zip(needle.texts, variants(of: needle.texts, at: needle.path.names)).compactMap { text, variant in
        variant.map { "no record has \(needle.path.description) '\(shown(text))'; some have '\(shown($0))'" }
      }
    }
  }

  private func shown(_ text: [UInt8]) -> String { String(decoding: text, as: UTF8.self) }

  /// Of each text a value that differs from it in case only, or is the service that it abbreviates; nil where some record
  /// has the text itself or none has the like, and for all where that is not told quickly.
  private func variants(of texts: [[UInt8]], at path: [PathName]) throws -> [[UInt8]?] {
    let services = texts.map { $0 + Self.serviceEnding }
    var variants = [[UInt8]?](repeating: nil, count: texts.count)
    var isThere = [Bool](repeating: false, count: texts.count)
    for entry in archive.segments {
      let reader = try archive.open(entry, statistics: ReadStatistics())
      for index in try reader.stringColumns(at: path) {
        let column = try reader.column(index)
        let count = column.directory.entryCount
        guard 1...Self.entryLimit ~= count else { return [[UInt8]?](repeating: nil, count: texts.count) }
        let entries = try column.entries((0..<count).map { UInt32($0) })
        for place in 0..<count {
          let value = entries[place]
          for number in texts.indices {
            let (text, service) = (texts[number], services[number])
            guard value.count == text.count || value.count == service.count else { continue }
            if value.elementsEqual(text) { isThere[number] = true }
            if variants[number] == nil,
              JSONText.isSameIgnoringCase(value, text) || value.elementsEqual(service)
            {
              variants[number] = Array(value)
            }
          }
        }
      }
    }
    return texts.indices.map { isThere[$0] ? nil : variants[$0] }
  }
}
