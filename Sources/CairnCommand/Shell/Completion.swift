import Cairn

/// What could stand where the cursor is: values of a path inside quotes; else paths of the archive's records one step at
/// a time, functions, keywords.
struct Completion {
  /// The word before the cursor.
  let word: String
  /// All that it could become.
  let candidates: [String]
  /// What to put in its place: what all candidates begin with; nil where that is no more than the word.
  let replacement: String?
  /// What to say where nothing can be completed: the arguments of the function whose parenthesis is open.
  let hint: String?

  /// - Parameters:
  ///   - before: the statement up to the cursor.
  ///   - values: gives values of a path that begin with a text.
  init(
    _ before: String, paths: [ArchiveSchema.Path],
    values: (_ path: String, _ prefix: String) -> ValueCompletion.Found
  ) {
    if let literal = OpenLiteral(before) {
      self.init(literal, values(literal.path, literal.text))
    } else {
      self.init(before, paths)
    }
  }

  private init(_ before: String, _ paths: [ArchiveSchema.Path]) {
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
    hint = candidates.isEmpty ? FunctionHint(before)?.text : nil
  }

  /// Values inside quotes: they are closed where there is one value only.
  private init(_ literal: OpenLiteral, _ found: ValueCompletion.Found) {
    word = literal.typed
    let values = found.texts
    candidates = values
    hint = nil
    let common = Self.commonPrefix(values)
    let escaped = SQLText.inside(common)
    // What a terminal would act on is not typed for anybody.
    // What others begin with that were not found is not known either.
    guard escapeForTerminal(escaped) == escaped, found.isWhole else {
      replacement = nil
      return
    }
    if values.count == 1 {
      replacement = escaped + "'"
    } else {
      replacement =
        common.count > literal.text.count || (!values.isEmpty && !common.hasPrefix(literal.text))
        ? escaped : nil
    }
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
    let shown = candidates.prefix(limit).map { CellText.fit(escapeForTerminal($0), max(20, width - 2)) }
    let cell = (shown.map(displayWidth).max() ?? 0) + 2
    let perLine = max(1, width / max(1, cell))
    var lines: [String] = []
    for start in stride(from: 0, to: shown.count, by: perLine) {
      let row = shown[start..<min(start + perLine, shown.count)]
      lines.append(row.map { $0.padded(to: cell) }.joined())
    }
    if candidates.count > limit { lines.append("… and more") }
    return lines.joined(separator: "\n")
  }
}

/// A text in quotes that is being typed, and the path that it is compared with: `eventName = 'Upd`.
struct OpenLiteral: Equatable {
  let path: String
  /// What has been typed, as it stands there, and as a value.
  let typed: String
  let text: String

  /// Nil where the cursor is in no such text.
  init?(_ before: String) {
    var quote: Character?
    var start = before.startIndex
    for index in before.indices {
      let character = before[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "'" || character == "\"" {
        // The second of two quotes opens again what the first has closed: the text began before.
        if !(character == "'" && index > before.startIndex && before[before.index(before: index)] == "'"
          && index > start)
        {
          start = index
        }
        quote = character
      }
    }
    guard quote == "'", let path = Self.path(before[..<start]) else { return nil }
    self.path = path
    typed = String(before[before.index(after: start)...])
    text = Self.value(typed)
  }

  private static func value(_ typed: String) -> String {
    var output = ""
    var isSecond = false
    for character in typed {
      isSecond = character == "'" && !isSecond
      if !isSecond { output.append(character) }
    }
    return output
  }

  /// The path before a comparison.
  private static func path(_ text: Substring) -> String? {
    var rest = trimmed(text)
    // Of a list, the values before.
    if let open = rest.lastIndex(of: "("), !rest[open...].contains(")") {
      let before = trimmed(rest[..<open])
      if let head = dropping("in", before) { rest = dropping("not", head) ?? head } else { return nil }
    } else {
      let operators: Set<Character> = ["=", "<", ">", "!"]
      let head = rest.reversed().drop { operators.contains($0) }.reversed()
      if head.count < rest.count {
        rest = trimmed(Substring(String(head)))
      } else if let head = dropping("like", rest) ?? dropping("ilike", rest) {
        rest = dropping("not", head) ?? head
      } else {
        return nil
      }
    }
    let path = String(
      rest.reversed().prefix { $0.isLetter || $0.isNumber || "_.$\"[]@-".contains($0) }.reversed())
    return path.isEmpty ? nil : path
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  /// The text before a word that it ends in.
  private static func dropping(_ word: String, _ text: Substring) -> Substring? {
    guard text.lowercased().hasSuffix(word) else { return nil }
    let head = text.dropLast(word.count)
    guard let last = head.last, last.isWhitespace || last == "\"" || last == "]" else { return nil }
    return trimmed(head)
  }
}

/// The function whose arguments are being typed.
struct FunctionHint {
  let text: String

  /// Nil where there is none.
  init?(_ before: String) {
    var depth = 0
    var open: String.Index?
    for index in before.indices.reversed() {
      if before[index] == ")" { depth += 1 }
      if before[index] == "(" {
        if depth == 0 {
          open = index
          break
        }
        depth -= 1
      }
    }
    guard let open else { return nil }
    let name = String(
      before[..<open].reversed().prefix { $0.isLetter || $0.isNumber || $0 == "_" }.reversed()
    ).lowercased()
    guard let function = SQLFunction.all.first(where: { $0.name == name }) else { return nil }
    text = function.signature
  }
}
