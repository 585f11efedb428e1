import ArgumentParser
import Cairn

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    _superCommandName: "cairn",
    abstract: "Show what an archive or a segment holds: accounts, regions, days, who, what and from where.",
    discussion: """
      --storage shows where its bytes go, --schema the paths of its records.

        cairn inspect archive
        cairn inspect archive --schema --find mfa
      """)

  @Argument(help: "An archive directory or a .cairn file.", completion: .file())
  var archive: String

  @Flag(help: "Show sizes, segments and what they hold instead.")
  var storage = false

  @Flag(help: "List every column with its size and encodings, largest first.")
  var columns = false

  @Flag(help: "List its source objects: what was recognised, and what became of their records.")
  var sources = false

  @Flag(help: "List event IDs that several events have, with values that differ.")
  var conflicts = false

  @Flag(help: "List the paths of its records: kinds, numbers of values, examples.")
  var schema = false

  @Option(help: ArgumentHelp("With --schema: this path and what is below it.", valueName: "prefix"))
  var path: String?

  @Option(help: ArgumentHelp("With --schema: levels to show.", valueName: "levels"))
  var depth: Int?

  @Option(
    help: ArgumentHelp(
      "With --schema: only paths with this word in their name, their documentation or their values.",
      valueName: "word"))
  var find: String?

  @OptionGroup var format: OutputOptions

  @OptionGroup var threading: ThreadOptions

  func validate() throws {
    if !schema, path != nil || depth != nil || find != nil || format.output != nil {
      throw ValidationError("--path, --depth, --find and --output go with --schema")
    }
    if [schema, columns || storage, sources, conflicts].filter({ $0 }).count > 1 {
      throw ValidationError("--schema, --storage, --sources or --conflicts, not several")
    }
    if let depth, depth < 1 { throw ValidationError("--depth must be at least 1") }
    if format.output == .raw { throw ValidationError("--output raw is for cairn scan") }
    if format.named == .html { throw ValidationError("--output html is for query, scan and investigations") }
  }

  func run() throws {
    let shown = format.named ?? .table
    try format.begin()
    let progress = InvestigationProgress()
    let meter = ProgressMeter.start(isWanted: true) { $0 = .init(progress) }
    defer { meter?.end() }
    if schema {
      let schema = try ArchiveSchema(path: archive, detail: .examples, threads: threading.count)
      let found = try find.map { try SchemaSearch($0, archive, threads: threading.count, progress) }
      return try SchemaListing(schema, prefix: path, depth: depth, found: found).write(shown)
    }
    if sources { return try sourceList() }
    if conflicts { return try conflictList() }
    let inspection = try Inspection(path: archive, columns: columns)
    let listing = StorageListing(inspection)
    try listing.writeSummary()
    // A single segment is looked at for how it is stored.
    guard storage || columns || FilePath(archive).isRegularFile else {
      return try ArchivePortrait(try Archive(path: archive), threads: threading.count, progress).write()
    }
    try listing.writeParts()
    if columns { try listing.writeColumns() }
  }

  private func sourceList() throws {
    let out = StandardOutput.shared
    try out.write(
      "records     kept        duplicates  shadowed    rejected  bytes      form             source\n")
    try SourceListing(path: archive).visit { source in
      var name = source.key + (source.version > 1 ? "~\(source.version)" : "")
      if source.isIncomplete { name += " (incomplete)" }
      let form = (source.wrapping?.name ?? "no records") + (source.isCompressed ? " *" : "")
      try out.write(
        "\(formatCount(source.records).padded(to: 11)) \(formatCount(source.kept).padded(to: 11)) "
          + "\(formatCount(source.duplicates).padded(to: 11)) \(formatCount(source.shadowed).padded(to: 11)) "
          + "\(formatCount(source.rejected).padded(to: 9)) "
          + "\(formatBytes(source.sourceByteCount).padded(to: 10)) \(form.padded(to: 16)) \(name)\n")
    }
  }

  private func conflictList() throws {
    let out = StandardOutput.shared
    var count = 0
    try ConflictListing(try Archive(path: archive)).visit { conflict in
      count += 1
      for event in conflict.events {
        let time = event.time.map(formatTime) ?? "-"
        try out.write(
          "\(escapeForTerminal(conflict.eventID).padded(to: 37)) \(time.padded(to: 21)) \(event.source)\n")
      }
    }
    printError("\(formatCount(count)) event IDs have events that differ")
  }
}
