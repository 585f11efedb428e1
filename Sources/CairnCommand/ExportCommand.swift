import ArgumentParser
import Cairn
import Glibc

/// Hands on to the Python package, which has writers for other systems' files (`docs/export.md`).
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    _superCommandName: "cairn",
    abstract: "Write Parquet, NDJSON or CSV by day, or the original objects, for other systems.",
    discussion: """
      Parquet, NDJSON and CSV are written by the Python package cairn, Parquet with pyarrow: the python3 on the path \
      must have them, or the one that CAIRN_PYTHON names. A file appears whole; what was interrupted goes on when \
      the same command is run again, and what has been exported of an archive that has grown is not written again.
      """)

  /// What is written.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case parquet, ndjson, csv, objects
  }

  @Argument(help: "The archive directory.")
  var archive: String

  @Option(
    help: ArgumentHelp(
      "Directory to write below: an empty one, or that of an earlier export.", valueName: "dir"))
  var to: String

  @Option(help: ArgumentHelp("parquet, ndjson, csv or objects.", valueName: "format"))
  var format = Format.parquet

  @Option(help: ArgumentHelp("Least event time.", valueName: "t"))
  var since: TimeArgument?

  @Option(help: ArgumentHelp("First event time that is too late.", valueName: "t"))
  var until: TimeArgument?

  @Option(
    name: .customLong("where"), help: ArgumentHelp("Only events that satisfy it.", valueName: "condition"))
  var condition: String?

  @Option(help: ArgumentHelp("Directories beneath the day's: account, region or both.", valueName: "keys"))
  var by: String?

  @Flag(help: "Add the whole record as the column eventJson.")
  var records = false

  @Flag(help: "Write members that are objects as Parquet's VARIANT, by DuckDB, instead of JSON text.")
  var variant = false

  @Flag(help: "Make an Iceberg table of the Parquet files, which needs pyiceberg too.")
  var iceberg = false

  @Option(
    help: ArgumentHelp(
      "Where the table's readers will find the directory, such as s3://bucket/lake.", valueName: "url"))
  var location: String?

  @Flag(help: "Show errors only.")
  var quiet = false

  func validate() throws {
    if format != .parquet, iceberg || variant || location != nil {
      throw ValidationError("--variant, --iceberg and --location go with --format parquet")
    }
    if variant, iceberg || location != nil { throw ValidationError("an Iceberg table has no VARIANT yet") }
    // Objects are what they were: part of one is none.
    if format == .objects, since != nil || until != nil || condition != nil || by != nil || records {
      throw ValidationError(
        "--since, --until, --where, --by and --records are not for --format objects; cairn restore --source chooses by name"
      )
    }
  }

  func run() throws {
    if format == .objects {
      let result = try RestoreCommand.restore(
        try Archive(path: archive), to: to, gzip: true, threads: ThreadOptions.processorCount, isQuiet: quiet)
      if !quiet { printError("restored \(formatCount(result.objects)) objects") }
      if result.unwrittenObjects > 0 { throw ExitCode(3) }
      return
    }
    let python = getenv("CAIRN_PYTHON").map { String(cString: $0) } ?? "python3"
    try check(python)
    var arguments = [python, "-m", "cairn", "export", "--to=\(to)", "--format=\(format.rawValue)"]
    if let since { arguments.append("--since=\(formatTime(since.milliseconds))") }
    if let until { arguments.append("--until=\(formatTime(until.milliseconds))") }
    if let condition { arguments.append("--where=\(condition)") }
    if let by { arguments.append("--by=\(by)") }
    if records { arguments.append("--records") }
    if variant { arguments.append("--variant") }
    if iceberg { arguments.append("--iceberg") }
    if let location { arguments.append("--location=\(location)") }
    if quiet { arguments.append("--quiet") }
    arguments += ["--", archive]
    // It takes the process over, with its signals and its exit code.
    withArguments(arguments) { _ = execvp(python, $0) }
    throw CairnError.io(path: python, action: "run", errno: errno)
  }

  /// Throws where what is needed is not there.
  private func check(_ python: String) throws {
    let isTable = iceberg || location != nil
    let packages =
      (format == .parquet ? ["pyarrow"] : []) + (isTable ? ["pyiceberg"] : []) + (variant ? ["duckdb"] : [])
    let modules = (["cairn"] + packages).joined(separator: ", ")
    var process = pid_t()
    // What it has to say is said better here.
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
    var status: Int32 = -1
    let result = withArguments([python, "-c", "import \(modules)"]) {
      posix_spawnp(&process, python, &actions, nil, $0, environ)
    }
    if result == 0 { while waitpid(process, &status, 0) < 0, errno == EINTR {} }
    guard result == 0, status == 0 else {
      let python = escapeForTerminal(python)
      throw CairnError.usage(
        """
        export --format \(format.rawValue) needs \(python) with \(modules): make wheel, then \
        \((["\(python) -m pip install dist/cairn-*.whl"] + packages).joined(separator: " "))
        """)
    }
  }

  private func withArguments<Result>(
    _ arguments: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let copies = arguments.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
  }
}
