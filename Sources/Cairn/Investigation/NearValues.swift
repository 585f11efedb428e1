import CairnSQL
import CairnStorage

/// Values that are near to one that was not found, from dictionaries: no row is looked for, so that what was misspelled
/// takes hardly longer than what is there. They are of all times.
struct NearValues {
  /// Entries of dictionaries, and values without one, that are looked at for each path; the newest segments' first.
  private static let entryLimit = 1 << 18
  private static let valueLimit = 1 << 14

  /// The nearest of each path, in the order of paths, each once, without the name itself. Of an ARN the name in it counts,
  /// too.
  static func nearest(
    to name: String, at paths: [String], in archive: Archive, _ options: InvestigationOptions
  ) throws -> [String] {
    guard let search = NearNames.Search(name) else { return [] }
    let found = try parallelMap(count: paths.count, threads: options.threads) { index in
      let names = paths[index].split(separator: ".").map { PathName(bytes: Array($0.utf8), isExact: false) }
      var search = search
      try look(at: names, in: archive, options, &search)
      return search.nearest
    }
    var seen: Set<String> = []
    return found.compactMap(\.self).filter { $0 != name && seen.insert($0).inserted }
  }

  private static func look(
    at path: [PathName], in archive: Archive, _ options: InvestigationOptions,
    _ search: inout NearNames.Search
  ) throws {
    var (entriesLeft, valuesLeft) = (entryLimit, valueLimit)
    for segment in archive.segments.reversed() {
      try options.cancellation.check()
      let reader = try archive.open(segment, statistics: ReadStatistics())
      for index in try reader.stringColumns(at: path) {
        let column = try reader.column(index)
        for block in column.directory.dictionary.indices where entriesLeft > 0 && !search.isExact {
          let table = try column.dictionaryBlock(block)
          entriesLeft -= table.count
          for entry in 0..<table.count { look(at: table[entry], &search) }
        }
        if column.directory.entryCount > 0 { continue }
        for chunk in column.directory.chunks where valuesLeft > 0 && !search.isExact {
          let positions = (0..<UInt32(min(chunk.valueCount, valuesLeft))).map { $0 }
          let strings = try column.strings(in: chunk.rowGroup, positions: positions) {
            try reader.seconds(of: chunk.rowGroup)
          }
          valuesLeft -= positions.count
          for entry in 0..<strings.table.count { look(at: strings.table[entry], &search) }
        }
      }
      if search.isExact || entriesLeft <= 0 && valuesLeft <= 0 { return }
    }
  }

  private static func look(at value: UnsafeBufferPointer<UInt8>, _ search: inout NearNames.Search) {
    search.look(at: value)
    if value.count > 4, value.starts(with: "arn:".utf8), let name = ARN.name(in: value) {
      search.look(at: name)
    }
  }
}
