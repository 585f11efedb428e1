import CLineEditor
import Cairn
import Glibc

/// The interactive shell: statements that may span lines, and commands that begin with a dot.
final class Shell {
  let session: QuerySession
  private let history = HistoryFile()
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
    let rows = session.archive.snapshot.manifest.segments.reduce(0) { $0 + $1.visibleRowCount }
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
    var pending = ""
    while true {
      var line: UnsafePointer<CChar>?
      switch line_editor_read(pending.isEmpty ? Self.prompt : Self.continuation, &line) {
      case LINE_READ:
        guard let line else { return }
        pending += (pending.isEmpty ? "" : "\n") + String(cString: line)
        guard try take(&pending) else { return }
      case LINE_INTERRUPTED:
        pending = ""
        try say("")
      default:
        return try say("")
      }
    }
  }

  /// Runs what is complete of the text typed so far; false where the shell is left.
  private func take(_ pending: inout String) throws -> Bool {
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
    } catch let error as CairnError {
      // Without a reader there is nobody to talk to.
      if case .io("standard output", _, _) = error { throw error }
      if Signals.isEnding { throw error }
      try StandardOutput.shared.flush()
      printError("\(error)")
    }
    return true
  }

  func schema() throws -> ArchiveSchema {
    if let loadedSchema { return loadedSchema }
    let schema = try ArchiveSchema(session.archive, threads: session.options.threads)
    loadedSchema = schema
    return schema
  }

  /// Completes the word before the cursor; several candidates are listed below the line.
  private func complete(_ before: String) -> line_completion {
    // A schema that cannot be read is said when it is asked for, not while typing.
    let completion = Completion(before, paths: (try? schema())?.paths ?? [])
    if let text = completion.replacement {
      return line_completion(
        deleted_count: Int32(completion.word.unicodeScalars.count), inserted: strdup(text), has_printed: false
      )
    }
    guard !completion.candidates.isEmpty else {
      return line_completion(deleted_count: 0, inserted: nil, has_printed: false)
    }
    let listed = completion.listing(width: terminalWidth())
    do { try say("\n" + listed) } catch {
      return line_completion(deleted_count: 0, inserted: nil, has_printed: false)
    }
    return line_completion(deleted_count: 0, inserted: nil, has_printed: true)
  }
}

/// A C function without a context asks for completions.
nonisolated(unsafe) private var completingShell: Shell?
