import Cairn

/// What could stand where the cursor is: paths of the archive's records one step at a time, functions, keywords.
struct Completion {
  /// The word before the cursor.
  let word: String
  /// All that it could become.
  let candidates: [String]
  /// What to put in its place: what all candidates begin with; nil where that is no more than the word.
  let replacement: String?

  init(_ before: String, paths: [ArchiveSchema.Path]) {
    let word = String(before.reversed().prefix { Self.isPartOfWord($0) }.reversed())
    self.word = word
    if word.hasPrefix("."), word == before {
      candidates = ShellCommand.names.filter { $0.hasPrefix(word) }
    } else if word.isEmpty {
      candidates = []
    } else {
      candidates = Self.paths(word, paths) + (word.contains(".") ? [] : Self.words(word))
    }
    let common = Self.commonPrefix(candidates)
    let isProgress = common.count > word.count || (candidates.count == 1 && common != word)
    replacement = isProgress ? common : nil
  }

  private static func isPartOfWord(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || "_.$\"[]".contains(character)
  }

  /// The next step of paths that begin with the word, in any case. An object's path ends with a dot, since
  /// its members follow.
  private static func paths(_ word: String, _ paths: [ArchiveSchema.Path]) -> [String] {
    let wanted = word.lowercased()
    return paths.filter { path in
      guard path.name.lowercased().hasPrefix(wanted) else { return false }
      let rest = path.name.dropFirst(word.count)
      return rest.first == "\"" || !rest.contains { $0 == "." || $0 == "[" }
    }.map { path in
      path.kinds == [.object] || path.kinds == [.object, .null] ? path.name + "." : path.name
    }
  }

  /// Functions and keywords, in capitals where the word is.
  private static func words(_ word: String) -> [String] {
    let wanted = word.lowercased()
    let isCapital = word.first?.isUppercase == true
    let functions = SQLWords.functions.filter { $0.hasPrefix(wanted) }.map { $0 + "(" }
    let keywords = (SQLWords.keywords.map { $0.lowercased() } + ["events"]).filter { $0.hasPrefix(wanted) }
    let all = (functions + keywords.map { $0 + " " }).map { isCapital ? $0.uppercased() : $0 }
    return Array(Set(all)).sorted()
  }

  /// In the spelling of the first; compared without case.
  private static func commonPrefix(_ texts: [String]) -> String {
    guard let first = texts.first else { return "" }
    var count = first.count
    let letters = Array(first.lowercased())
    for text in texts.dropFirst() {
      count = min(count, zip(letters, text.lowercased()).prefix { $0 == $1 }.count)
    }
    return String(first.prefix(count))
  }

  /// The candidates in columns, as many as a screen shows.
  func listing(width: Int) -> String {
    let limit = 100
    let shown = candidates.prefix(limit).map { escapeForTerminal($0) }
    let cell = (shown.map(displayWidth).max() ?? 0) + 2
    let perLine = max(1, width / max(1, cell))
    var lines: [String] = []
    for start in stride(from: 0, to: shown.count, by: perLine) {
      let row = shown[start..<min(start + perLine, shown.count)]
      lines.append(row.map { $0.padded(to: cell) }.joined())
    }
    if candidates.count > limit { lines.append("… and \(candidates.count - limit) more") }
    return lines.joined(separator: "\n")
  }
}
