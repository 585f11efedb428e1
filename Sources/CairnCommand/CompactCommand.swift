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
      Objects that the archive has already (same key, size and modification time) are skipped, so the same \
      command can run again at any time. What cannot be read is kept under ARCHIVE/rejects with its place \
      and reason, and the exit code is then 3.
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

  /// For tests: small segments, so that a short run commits many times.
  @Option(name: .customLong("segment-bytes"), help: .hidden)
  var segmentBytes: ByteCount?

  @Flag(help: "No progress and no summary; errors only.")
  var quiet = false

  func run() throws {
    var options = CompactionOptions()
    options.threads = threading.count
    options.memoryByteLimit = memory.value
    options.objectByteLimit = maxObject.value
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
    let summary = try compact(sources, into: into, options: options)
    let seconds = monotonicSeconds() - start
    if showsProgress { writeError("\r\u{1B}[K") }
    if !quiet { report(summary, seconds: seconds) }
    for reject in summary.firstRejects { printError("rejected: \(escapeForTerminal(reject))") }
    let shown = summary.firstRejects.count
    if shown == 20 { printError("(further rejects are listed in \(into)/rejects)") }
    for key in summary.changedKeys.prefix(20) {
      printError("changed: \(escapeForTerminal(key)) differs from the copy in the archive; both are kept")
    }
    if summary.hasRejects { throw ExitCode(3) }
  }

  private func report(_ summary: CompactionSummary, seconds: Double) {
    var lines: [(String, String)] = []
    var objects = "\(formatCount(summary.objects)) added"
    if summary.opaqueObjects > 0 { objects += ", \(formatCount(summary.opaqueObjects)) kept as other JSON" }
    if summary.skippedObjects > 0 { objects += ", \(formatCount(summary.skippedObjects)) already in" }
    if summary.incompleteObjects > 0 { objects += ", \(formatCount(summary.incompleteObjects)) incomplete" }
    if summary.rejectedObjects > 0 { objects += ", \(formatCount(summary.rejectedObjects)) rejected" }
    lines.append(("objects", objects))
    lines.append(
      (
        "records",
        "\(formatCount(summary.records)) in = \(formatCount(summary.kept)) kept + "
          + "\(formatCount(summary.duplicates)) duplicates + \(formatCount(summary.rejected)) rejected"
      ))
    lines.append(
      (
        "bytes",
        "\(formatBytes(summary.sourceByteCount)) delivered, \(formatBytes(summary.jsonByteCount)) of JSON → "
          + "\(formatBytes(summary.archiveByteCount)) in \(summary.segments) segment\(summary.segments == 1 ? "" : "s")"
      ))
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
