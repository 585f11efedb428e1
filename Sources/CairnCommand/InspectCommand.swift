import ArgumentParser
import Cairn

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    _superCommandName: "cairn",
    abstract: "Show what an archive or a segment holds, and where its bytes go.")

  @Argument(help: "An archive directory or a .cairn file.")
  var archive: String

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

  @Option(help: "With --schema: table, vertical, jsonl, json, csv or markdown.")
  var output: OutputFormat?

  @OptionGroup var threading: ThreadOptions

  func validate() throws {
    if !schema, path != nil || depth != nil || output != nil {
      throw ValidationError("--path, --depth and --output go with --schema")
    }
    if [schema, columns, sources, conflicts].filter({ $0 }).count > 1 {
      throw ValidationError("--schema, --columns, --sources or --conflicts, not several")
    }
    if let depth, depth < 1 { throw ValidationError("--depth must be at least 1") }
    if output == .raw { throw ValidationError("--output raw is for cairn scan") }
  }

  func run() throws {
    if schema {
      let schema = try ArchiveSchema(path: archive, detail: .examples, threads: threading.count)
      return try SchemaListing(schema, prefix: path, depth: depth).write(output ?? .table)
    }
    if sources { return try sourceList() }
    if conflicts { return try conflictList() }
    let inspection = try Inspection(path: archive, columns: columns)
    try summary(inspection)
    try segments(inspection)
    if columns { try columnList(inspection) }
  }

  private func line(_ name: String, _ text: String) throws {
    try StandardOutput.shared.write("\(name.padded(to: 11)) \(text)\n")
  }

  private func summary(_ inspection: Inspection) throws {
    let total = inspection.total
    func perEvent(_ bytes: Int) -> String {
      total[.rows] > 0 ? "\(fixed(Double(bytes) / Double(total[.rows]), 2)) B/event" : "-"
    }
    let shadowed = total[.shadowed] > 0 ? "\(formatCount(total[.shadowed])) shadowed, " : ""
    try line(
      "events",
      "\(formatCount(total[.rows] - total[.shadowed])) kept, \(formatCount(total[.duplicates])) duplicates, "
        + "\(shadowed)\(formatCount(total[.rejected])) rejected")
    try line(
      "objects",
      "\(formatCount(total[.objects])), \(formatBytes(total[.sourceByteCount])) delivered, \(formatBytes(total[.jsonByteCount])) of JSON"
    )
    if total.minimumTime <= total.maximumTime {
      try line("event time", "\(formatTime(total.minimumTime)) … \(formatTime(total.maximumTime))")
    }
    if total[.untimedRows] > 0 {
      try line("untimed", "\(formatCount(total[.untimedRows])) events without a readable eventTime")
    }
    if total[.byteCount] > 0 {
      let ratio = Double(total[.jsonByteCount]) / Double(total[.byteCount])
      try line(
        "size",
        "\(formatBytes(total[.byteCount])), \(perEvent(total[.byteCount])), \(fixed(ratio, 1)) : 1 of JSON")
    }
    try line(
      "verbatim", "\(formatCount(total[.verbatimRows])) events keep their original bytes beside their columns"
    )
    for (name, bytes) in [
      ("columns", total[.columnByteCount]), ("packs", total[.packByteCount]),
      ("catalogue", total[.catalogueByteCount]),
      ("provenance", total[.provenanceByteCount]), ("row times", total[.timeByteCount]),
      ("verbatim", total[.verbatimByteCount]), ("other JSON", total[.opaqueByteCount]),
    ] where bytes > 0 {
      try line("  \(name)", "\(formatBytes(bytes).padded(to: 9)) \(perEvent(bytes))")
    }
  }

  private func segments(_ inspection: Inspection) throws {
    let out = StandardOutput.shared
    try out.write(
      "\nsegment        events      row groups  shapes  columns (packed)  size       from                  to\n"
    )
    for segment in inspection.segments {
      let from =
        segment.sizes.minimumTime <= segment.sizes.maximumTime ? formatTime(segment.sizes.minimumTime) : "-"
      let to =
        segment.sizes.minimumTime <= segment.sizes.maximumTime ? formatTime(segment.sizes.maximumTime) : "-"
      let columns = "\(segment.columns) (\(segment.packedColumns))"
      try out.write(
        "\(escapeForTerminal(segment.name).padded(to: 14)) \(formatCount(segment.sizes[.rows] - segment.sizes[.shadowed]).padded(to: 11)) "
          + "\(String(segment.sizes[.rowGroups]).padded(to: 11)) \(String(segment.shapes).padded(to: 7)) "
          + "\(columns.padded(to: 17)) \(formatBytes(segment.sizes[.byteCount]).padded(to: 10)) \(from.padded(to: 21)) \(to)\n"
      )
    }
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

  private func columnList(_ inspection: Inspection) throws {
    let out = StandardOutput.shared
    try out.write("\nbytes      values      distinct    kind     encodings              path\n")
    for column in inspection.columns {
      let encodings = column.encodings.joined(separator: ",") + (column.isPacked ? " (packed)" : "")
      try out.write(
        "\(formatBytes(column.byteCount).padded(to: 10)) \(formatCount(column.values).padded(to: 11)) "
          + "\((column.distinct > 0 ? formatCount(column.distinct) : "-").padded(to: 11)) "
          + "\(column.kind.padded(to: 8)) \(encodings.padded(to: 22)) \(escapeForTerminal(column.path))\n")
    }
  }
}
