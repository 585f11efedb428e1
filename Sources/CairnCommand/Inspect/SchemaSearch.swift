import Cairn

/// Paths that have to do with a word: in their names, in what CloudTrail documents of them, or in their values.
struct SchemaSearch {
  private let word: String
  /// Paths with such values.
  private let valued: Set<String>

  /// Throws as queries do, and `CairnError.usage` for an empty word.
  init(_ word: String, _ archive: String, threads: Int, _ progress: InvestigationProgress) throws {
    guard !word.isEmpty else { throw CairnError.usage("--find wants a word") }
    self.word = word.lowercased()
    // Values are looked for in archives only: a segment alone cannot be asked.
    if FilePath(archive).isRegularFile {
      valued = []
    } else {
      var options = InvestigationOptions()
      options.threads = threads
      options.progress = progress
      let search = try IndicatorSearch(
        try Archive(path: archive), for: [try Indicator(word, isExpression: false)], ignoresCase: true,
        eventLimit: 0, options: options)
      valued = Set(search.hits.flatMap(\.paths.keys))
    }
  }

  func contains(_ path: ArchiveSchema.Path) -> Bool {
    path.name.lowercased().contains(word) || valued.contains(path.name)
      || FieldMeaning.of(path.name)?.lowercased().contains(word) == true
  }

  var nothing: CairnError { .usage("no path has \(word) in its name, its documentation or its values") }
}
