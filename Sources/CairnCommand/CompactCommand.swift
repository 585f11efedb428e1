import ArgumentParser
import Cairn
import Glibc

struct CompactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact",
    _superCommandName: "cairn",
    abstract: "Compact CloudTrail logs into an archive.",
    discussion: """
      SOURCE is a file, a directory, a glob, or - for standard input; JSON plain, gzip or zstd, told by content. \
      Objects that the archive has already are skipped, however the path to them is typed, so the same command \
      can run again at any time: files of unchanged size and modification time without being read. What cannot be read is kept under ARCHIVE/rejects with its place \
      and reason, and the exit code is then 3. Files that by their content hold no log (images, programs) are \
      named and left where they are; those that hold logs in a form that is not read (zip, UTF-16) too, with \
      the way out and exit code 3.
      """)

  @Argument(help: ArgumentHelp("Files, directories, globs, or - .", valueName: "source"))
  var sources: [String]

  @Option(
    name: .long, help: ArgumentHelp("The archive directory; made where there is none.", valueName: "archive"))
  var into: String

  @OptionGroup var threading: ThreadOptions

  @Option(help: "Memory to aim for, such as 1GiB. Changes speed, never bytes.")
  var memory = ByteCount(value: 1 << 30)

  @Option(
    name: .customLong("max-object"), help: "Inflated size above which an object is rejected, such as 2GiB.")
  var maxObject = ByteCount(value: 2 << 30)

  @Flag(
    name: .customLong("keep-foreign"),
    help: "Copy files that hold no log into ARCHIVE/rejects instead of naming them only.")
  var keepForeign = false

  @Flag(name: .customLong("no-merge"), help: "Do not merge segments where small ones have become many.")
  var noMerge = false

  @Flag(help: "Read files also where size and modification time are unchanged.")
  var rehash = false

  @Option(
    help: ArgumentHelp(
      "Look for this wrapping of records only: \(Wrapping.allCases.map(\.name).joined(separator: ", ")).",
      valueName: "form"))
  var envelope: Wrapping?

  /// For tests: small segments, so that a short run commits many times.
  @Option(name: .customLong("segment-bytes"), help: .hidden)
  var segmentBytes: ByteCount?

  @Flag(help: "Print the summary as one JSON object on standard output.")
  var json = false

  @Option(
    help: ArgumentHelp(
      "Write metrics of the run and the archive there, in Prometheus' text format.", valueName: "file"))
  var metrics: String?

  @Flag(help: "No progress and no summary; errors only.")
  var quiet = false

  func validate() throws {
    guard maxObject.value <= CompactionOptions.greatestObjectByteLimit else {
      throw ValidationError("--max-object must be at most 1TiB")
    }
  }

  func run() throws {
    var options = CompactionOptions()
    options.threads = threading.count
    options.memoryByteLimit = memory.value
    options.objectByteLimit = maxObject.value
    options.keepsForeignFiles = keepForeign
    options.rehashes = rehash
    options.merges = !noMerge
    options.wrapping = envelope
    if let segmentBytes {
      options.segmentJSONByteLimit = segmentBytes.value
      options.pieceByteTarget = min(options.pieceByteTarget, max(1, segmentBytes.value / 2))
      options.fragmentByteLimit = min(options.fragmentByteLimit, segmentBytes.value)
    }
    let start = monotonicSeconds()
    let showsProgress = !quiet && isTerminal(2)
    if showsProgress {
      let line = ProgressLine(start: start)
      options.progress = { line.show($0) }
    }
    let cancellation = QueryCancellation()
    options.isCancelled = { cancellation.isCancelled }
    let interrupt = Interrupt(cancelling: cancellation)
    defer { interrupt.end() }
    let archive = try Arguments.text(into, of: "--into")
    let summary: CompactionSummary
    do {
      summary = try compact(sources.map(Arguments.path), into: archive, options: options)
    } catch {
      try? writeMetrics(archive, (error as? CairnError)?.exitCode ?? 5, nil)
      throw error
    }
    let seconds = monotonicSeconds() - start
    if showsProgress { writeError("\r\u{1B}[K") }
    if json {
      try StandardOutput.shared.write(summary.json(seconds: seconds) + "\n")
    } else if !quiet {
      report(summary, seconds: seconds)
    }
    list(summary)
    try writeMetrics(archive, summary.hasRejects ? 3 : 0, summary)
    if summary.hasRejects { throw ExitCode(3) }
  }

  /// The file is replaced as a whole: a monitor never reads half of it.
  private func writeMetrics(_ archive: String, _ code: Int32, _ summary: CompactionSummary?) throws {
    guard let metrics else { return }
    let path = try Arguments.text(metrics, of: "--metrics")
    let run = ArchiveMetrics.Run(
      time: TimeArgument.now() / 1000, exitCode: code, summary: summary)
    let parent = try DirectoryHandle.open(Directory.parent(of: path))
    let name = FileName(path.split(separator: "/").last.map(String.init) ?? path)
    let temporary = FileName(bytes: name.bytes + Array(".tmp".utf8))
    try parent.writeSynced(temporary, Array(ArchiveMetrics(path: archive, run: run).text.utf8))
    try parent.replace(name, with: temporary)
  }

  private func list(_ summary: CompactionSummary) {
    func list(_ what: String, _ lines: [String], of count: Int? = nil) {
      for line in lines { printError("\(what): \(line)") }
      if let count, count > lines.count { printError("(and \(formatCount(count - lines.count)) more)") }
    }
    list("rejected", summary.firstRejects)
    if summary.firstRejects.count == CompactionSummary.listLimit {
      printError("(further rejects are listed in \(into)/rejects)")
    }
    list("not read", summary.firstUnread, of: summary.unreadFiles)
    if !quiet { list("not kept", summary.firstForeign, of: summary.foreignFiles) }
    if let failure = summary.mergeFailure { printError("not merged: \(failure)") }
    for key in summary.changedKeys.prefix(CompactionSummary.listLimit) {
      printError("changed: \(key) differs from the copy in the archive; both are kept")
    }
    let more = summary.changedKeys.count - CompactionSummary.listLimit
    if more > 0 { printError("(and \(formatCount(more)) more)") }
  }

  /// Why objects were not added, and which were although their content is there.
  private func skipped(_ summary: CompactionSummary) -> String? {
    let same = summary.skippedObjects - summary.unchangedObjects
    let reasons = [
      (summary.unchangedObjects, "of unchanged size and time, not read"),
      (same, "with the name and content of one in the archive"),
      (summary.repeatedObjects, "met before in this run"),
      (summary.renamedObjects, "added with the content of another name"),
      (summary.changedKeys.count, "added with other content under a known name"),
    ].filter { $0.0 > 0 }
    guard !reasons.isEmpty else { return nil }
    return reasons.map { "\(formatCount($0.0)) \($0.1)" }.joined(separator: ", ")
  }

  private func report(_ summary: CompactionSummary, seconds: Double) {
    var lines: [(String, String)] = []
    var objects = "\(formatCount(summary.objects)) added"
    if summary.opaqueObjects > 0 { objects += ", \(formatCount(summary.opaqueObjects)) kept as other JSON" }
    if summary.skippedObjects > 0 { objects += ", \(formatCount(summary.skippedObjects)) already in" }
    if summary.incompleteObjects > 0 { objects += ", \(formatCount(summary.incompleteObjects)) incomplete" }
    if summary.rejectedObjects > 0 { objects += ", \(formatCount(summary.rejectedObjects)) rejected" }
    if summary.unreadFiles > 0 { objects += ", \(formatCount(summary.unreadFiles)) not read" }
    if summary.foreignFiles > 0 { objects += ", \(formatCount(summary.foreignFiles)) not kept" }
    lines.append(("objects", objects))
    if let skipped = skipped(summary) { lines.append(("skipped", skipped)) }
    lines.append(
      (
        "records",
        "\(formatCount(summary.records)) in = \(formatCount(summary.kept)) kept + "
          + "\(formatCount(summary.duplicates)) duplicates + "
          + (summary.shadowed > 0 ? "\(formatCount(summary.shadowed)) shadowed + " : "")
          + "\(formatCount(summary.rejected)) rejected"
      ))
    lines.append(
      (
        "bytes",
        "\(formatBytes(summary.sourceByteCount)) delivered, \(formatBytes(summary.jsonByteCount)) of JSON → "
          + "\(formatBytes(summary.archiveByteCount)) in \(summary.segments) segment\(summary.segments == 1 ? "" : "s")"
      ))
    if summary.merged.sources > 0 { lines.append(("merged", MergeCommand.text(summary.merged))) }
    if summary.archiveByteCount > 0, summary.kept > 0 {
      lines.append(
        (
          "size",
          "\(fixed(Double(summary.archiveByteCount) / Double(summary.kept), 1)) bytes per event, "
            + "\(fixed(Double(summary.jsonByteCount) / Double(summary.archiveByteCount), 1)) : 1 of JSON, "
            + "\(fixed(Double(summary.sourceByteCount) / Double(summary.archiveByteCount), 1)) : 1 of delivered"
        ))
    }
    let rate = seconds > 0 ? Double(summary.jsonByteCount) / seconds / 1e6 : 0
    lines.append(
      (
        "time",
        "\(fixed(seconds, 2)) s, \(fixed(rate, 0)) MB/s of JSON, \(formatBytes(peakMemory())) peak memory"
      ))
    for (name, text) in lines { printError("\(name.padded(to: 8)) \(text)") }
  }
}

extension CompactionSummary {
  /// One JSON object: counts of objects, records and bytes, the seconds the run took.
  fileprivate func json(seconds: Double) -> String {
    let counts: [(String, Int)] = [
      ("files", files), ("objectsAdded", objects), ("otherObjects", opaqueObjects),
      ("objectsKnown", skippedObjects), ("objectsUnchanged", unchangedObjects),
      ("objectsRepeated", repeatedObjects), ("objectsRenamed", renamedObjects),
      ("objectsChanged", changedKeys.count), ("objectsIncomplete", incompleteObjects),
      ("objectsRejected", rejectedObjects), ("filesForeign", foreignFiles), ("filesUnread", unreadFiles),
      ("records", records), ("kept", kept), ("duplicates", duplicates), ("shadowed", shadowed),
      ("rejected", rejected), ("sourceBytes", sourceByteCount), ("jsonBytes", jsonByteCount),
      ("archiveBytes", archiveByteCount), ("segments", segments), ("segmentsMerged", merged.sources),
      ("segmentsOfMerge", merged.segments),
    ]
    return "{" + counts.map { "\"\($0)\":\($1)" }.joined(separator: ",")
      + ",\"seconds\":\(fixed(seconds, 3))}"
  }
}

extension Wrapping: ExpressibleByArgument {
  /// By the name that people write; nil where there is none of it.
  public init?(argument: String) {
    guard let found = Wrapping.allCases.first(where: { $0.name == argument }) else { return nil }
    self = found
  }
}

/// One line on a terminal, rewritten at most ten times a second.
private final class ProgressLine: @unchecked Sendable {
  private let start: Double
  private var last = 0.0

  init(start: Double) { self.start = start }

  func show(_ progress: CompactionProgress) {
    let now = monotonicSeconds()
    guard now - last >= 0.1 else { return }
    last = now
    let rate = Double(progress.jsonByteCount) / max(now - start, 0.001) / 1e6
    let phase = progress.isSealing ? "sealing" : "reading"
    writeError(
      "\r\u{1B}[K\(phase) \(formatCount(progress.files))/\(formatCount(progress.totalFiles)) objects, "
        + "\(formatCount(progress.records)) events, \(formatBytes(progress.jsonByteCount)), \(fixed(rate, 0)) MB/s"
    )
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
