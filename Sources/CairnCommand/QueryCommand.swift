import ArgumentParser
import CResources
import Cairn
import Glibc

struct QueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    _superCommandName: "cairn",
    abstract: "Ask an archive with SQL, in the dialect of Athena and CloudTrail Lake.",
    discussion: """
      The archive is the table events; a statement may call it by one other name, a placeholder such as \
      $EDS_ID too. --table adds tables from files. \
      Without SQL a shell opens on a terminal; else the statements come from standard input. No rows is \
      exit code 0. docs/query.md says what can be asked.

        cairn query archive "SELECT eventName, count(*) FROM events GROUP BY 1 ORDER BY 2 DESC LIMIT 10"
        cairn query archive -f queries.sql --output csv
        cairn query 'archives/2025-*' "SELECT \"$archive\", count(*) FROM events GROUP BY 1"
      """)

  @Argument(
    help:
      "The archive directory, or several that are read as one: one after the other, a pattern in quotes or a directory of archives; then statements, separated by semicolons, or - for standard input.",
    completion: .directory)
  var archive: [String]

  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: ArgumentHelp(
      "Read the statements from a file, or those that .save has given a name.", valueName: "file"),
    completion: .file())
  var file: String?

  @OptionGroup var range: TimeRangeOptions

  @Option(
    name: .customLong("table"),
    help: ArgumentHelp(
      "Read a file as a table beside events: CSV with a header line, a JSON array, or JSON lines. May be repeated.",
      valueName: "name=file"), completion: .file())
  var tables: [String] = []

  @Flag(help: "Names that mean nothing are errors, not warnings.")
  var strict = false

  @OptionGroup var limiting: LimitOptions

  @OptionGroup var format: OutputOptions

  @OptionGroup var threading: ThreadOptions

  @Option(
    help:
      "Memory for what a step of a query keeps, such as 4GiB; more goes to temporary files."
  )
  var memory = ByteCount(value: 2 << 30)

  @Flag(
    name: [.long, .customLong("explain")],
    help: "Say on standard error how many rows there were, how long it took and what was read.")
  var stats = false

  @Flag(help: "No row count and no warnings; errors only.")
  var quiet = false

  @Option(
    help: ArgumentHelp(
      "Plan without a step, for whoever looks for a mistake in it. May be repeated.", valueName: "pass",
      visibility: .hidden))
  var withoutPass: [PlanPass] = []

  func validate() throws {
    if sql != nil, file != nil { throw ValidationError("give SQL or --file, not both") }
    if let extra = archives.dropFirst().first(where: {
      $0.contains(where: \.isWhitespace) && !ArchiveWords.isThere($0)
    }) {
      throw ValidationError("\(extra): one text of SQL is given, behind the archives")
    }
    if format.output == .raw { throw ValidationError("--output raw is for cairn scan") }
  }

  /// The words that name archives.
  private var archives: [String] { sql == nil ? archive : Array(archive.dropLast()) }

  /// The statements behind the archives: the last word, unless it is an archive too.
  private var sql: String? {
    guard archive.count > 1, let last = archive.last, !ArchiveWords.isThere(last) else { return nil }
    return last
  }

  func run() throws {
    cairn_prefer_large_pages()
    if let word = archive.first, archive.count == 1, file == nil, word.contains(where: \.isWhitespace),
      !ArchiveWords.isThere(word)
    {
      throw CairnError.usage(
        "\(word): no archive; give its directory before the SQL, or name it in CAIRN_ARCHIVE")
    }
    let session = QuerySession(
      try Archive(named: archives, cacheByteLimit: Archive.cacheByteLimit(memoryLimit: memory.value))
        .keptOpen(),
      format.named ?? .standard, isSafe: format.csvSafe)
    session.options.since = range.since?.milliseconds
    session.options.until = range.until?.milliseconds
    session.options.usesLogstashTime = !range.ignoresLogstashTime
    session.options.threads = threading.count
    session.options.rowLimit = limiting.limit
    session.options.isStrict = strict
    session.options.mode.withoutPasses = Set(withoutPass)
    session.options.tables = try tables.map(Self.table)
    session.options.queries = SavedQueries().tables
    session.options.memoryLimit = memory.value
    session.showsPlansAsText = format.named == nil
    session.showsWarnings = !quiet
    session.showsCount = stats || (!quiet && isTerminal(2))
    session.showsStatistics = stats
    if !quiet {
      if let description = range.description { printError(description) }
      if let note = range.emptyNote(session.archive) { printError(note) }
    }
    let text = try text()
    try format.begin()
    if let text {
      ReportBuilder.begin(session.format, question: text, range: range)
      if isScript { try Shell(session).runScript(text) } else { try session.run(text) }
      try ReportBuilder.current?.finish(session.archive)
    } else {
      session.showsCount = !quiet
      session.isShell = true
      try Shell(session).run()
    }
  }

  private static func table(_ argument: String) throws -> TableFile {
    let parts = argument.split(separator: "=", maxSplits: 1)
    guard parts.count == 2 else { throw CairnError.usage("--table \(argument): expected NAME=FILE") }
    return try TableFile(name: String(parts[0]), path: String(parts[1]))
  }

  /// Whether the text may have commands of the shell between its statements.
  private var isScript: Bool { sql == nil || sql == "-" }

  /// The statements; nil where the shell asks for them.
  private func text() throws -> String? {
    if let file {
      if SavedQueries.isName(file), FilePath(file).status() == nil, let saved = try SavedQueries().load(file)
      {
        return saved
      }
      return try SQLInput.read(file: file)
    }
    if let sql, sql != "-" { return sql }
    if sql == nil, isTerminal(0) {
      guard isTerminal(1) else { throw CairnError.usage("no SQL: give it as an argument or with --file") }
      return nil
    }
    return try SQLInput.readStandardInput()
  }
}

/// SQL from files.
enum SQLInput {
  /// More is no query.
  private static let byteLimit = 16 << 20

  static func read(file: String) throws -> String {
    let descriptor = uninterrupted { open(file, O_RDONLY | O_CLOEXEC) }
    guard descriptor >= 0 else { throw CairnError.io(path: file, action: "open", errno: errno) }
    defer { close(descriptor) }
    return try read(descriptor, name: file)
  }

  static func readStandardInput() throws -> String { try read(0, name: "standard input") }

  private static func read(_ descriptor: Int32, name: String) throws -> String {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = uninterrupted { Glibc.read(descriptor, &buffer, buffer.count) }
      if count == 0 { break }
      if count < 0 { throw CairnError.io(path: name, action: "read", errno: errno) }
      bytes += buffer[..<count]
      guard bytes.count <= byteLimit else { throw CairnError.usage("\(name): more than 16 MiB of SQL") }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CairnError.usage("\(name): the text is not UTF-8")
    }
    return text
  }
}

extension PlanPass: ExpressibleByArgument {}
