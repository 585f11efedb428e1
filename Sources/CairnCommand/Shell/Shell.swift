import CLineEditor
import Cairn
import Glibc

/// The interactive shell: statements that may span lines, and commands that begin with a dot.
final class Shell {
  let session: QuerySession
  private let history = HistoryFile()
  /// The lines of a statement that is not complete yet.
  private var pending = ""
  /// Read when it is first needed.
  private var loadedSchema: ArchiveSchema?
  private static let prompt = "cairn> "
  private static let continuation = "   ..> "

  init(_ session: QuerySession) { self.session = session }

  func run() throws {
    // Ctrl-C belongs to the line being typed or to the query running; between them it does nothing.
    signal(SIGINT, SIG_IGN)
    Signals.rememberTerminal()
    completingShell = self
    defer { completingShell = nil }
    let isEditing = line_editor_open { before in
      completingShell?.complete(before.map { String(cString: $0) } ?? "")
        ?? line_completion(deleted_count: 0, inserted: nil, has_printed: false)
    }
    defer { line_editor_close() }
    for entry in history.load() { line_editor_add_history(entry) }
    try greet(isEditing: isEditing)
    try readLines()
  }

  private func greet(isEditing: Bool) throws {
    let rows = session.archive.segments.reduce(0) { $0 + $1.visibleRowCount }
    try say(
      "cairn \(cairnVersion), \(formatCount(rows)) events. Statements end with a semicolon; .help for help.")
    if !isEditing {
      try say("Lines cannot be edited here: libedit is missing, or the terminal cannot do it.")
    }
  }

  private func say(_ text: String) throws {
    try StandardOutput.shared.write(text + "\n")
    try StandardOutput.shared.flush()
  }

  private func readLines() throws {
    while true {
      var line: UnsafePointer<CChar>?
      switch line_editor_read(pending.isEmpty ? Self.prompt : Self.continuation, &line) {
      case LINE_READ:
        guard let line else { return }
        pending += (pending.isEmpty ? "" : "\n") + String(cString: line)
        guard try take() else { return }
      case LINE_INTERRUPTED:
        pending = ""
        try say("")
      default:
        return try say("")
      }
    }
  }

  /// Runs what is complete of the text typed so far; false where the shell is left.
  private func take() throws -> Bool {
    let command = ShellCommand(pending)
    if command == nil {
      switch StatementEnd(of: pending) {
      case .blank:
        pending = ""
        return true
      case .open: return true
      case .complete: break
      }
    }
    let text = pending
    pending = ""
    if let entry = history.add(text) { line_editor_add_history(entry) }
    if command == .quit { return false }
    do {
      if let command { try run(command) } else { try session.run(text) }
      try StandardOutput.shared.flush()
    } catch is PagerLeft {
      try StandardOutput.shared.endPaging()
    } catch let error as CairnError {
      // Without a reader there is nobody to talk to.
      if case .io("standard output", _, _) = error { throw error }
      if Signals.isEnding { throw error }
      try StandardOutput.shared.flush()
      printError("\(error)", hasLines: true)
    }
    return true
  }

  func schema() throws -> ArchiveSchema {
    if let loadedSchema { return loadedSchema }
    let schema = try ArchiveSchema(session.archive, threads: session.options.threads)
    loadedSchema = schema
    return schema
  }

  /// Statements and commands of a file, a line at a time as they would be typed; the first error ends it.
  func runScript(_ text: String) throws {
    guard text.split(separator: "\n").contains(where: { $0.trimmedStart.hasPrefix(".") }) else {
      return try session.run(text)
    }
    var statement = ""
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if case .blank = StatementEnd(of: statement), let command = ShellCommand(String(line)),
        line.trimmedStart.hasPrefix(".")
      {
        statement = ""
        if command == .quit { return }
        try run(command)
        continue
      }
      statement += (statement.isEmpty ? "" : "\n") + line
      if case .complete = StatementEnd(of: statement) {
        try session.run(statement)
        statement = ""
      }
    }
    if case .blank = StatementEnd(of: statement) { return }
    try session.run(statement)
  }

  /// Time in which completion must have an answer.
  private static let completionSeconds = 0.04
  private static let candidateLimit = 200

  private func values(_ path: String, _ prefix: String) -> ValueCompletion.Found {
    let deadline = monotonicSeconds() + Self.completionSeconds
    // What cannot be read is said when it is asked for, not while typing.
    let found = try? ValueCompletion(session.archive, path: path).values(
      beginningWith: prefix, limit: Self.candidateLimit, isLate: { monotonicSeconds() > deadline })
    return found ?? .init(texts: [], isWhole: true)
  }

  /// Completes what stands before the cursor; several candidates, or a hint, are shown below the line.
  private func complete(_ before: String) -> line_completion {
    let text = pending.isEmpty ? before : pending + "\n" + before
    let isLiteral = OpenLiteral(text) != nil
    let completion = Completion(
      text, paths: isLiteral ? [] : (try? schema())?.paths ?? [], values: values)
    if let text = completion.replacement {
      return line_completion(
        deleted_count: Int32(completion.word.unicodeScalars.count), inserted: strdup(text), has_printed: false
      )
    }
    let listed = completion.candidates.isEmpty ? completion.hint : completion.listing(width: terminalWidth())
    guard let listed else { return line_completion(deleted_count: 0, inserted: nil, has_printed: false) }
    do { try say("\n" + listed) } catch {
      return line_completion(deleted_count: 0, inserted: nil, has_printed: false)
    }
    return line_completion(deleted_count: 0, inserted: nil, has_printed: true)
  }
}

extension Substring {
  fileprivate var trimmedStart: Substring { drop { $0.isWhitespace } }
}

/// A C function without a context asks for completions.
nonisolated(unsafe) private var completingShell: Shell?
