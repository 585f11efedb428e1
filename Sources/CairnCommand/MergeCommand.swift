import ArgumentParser
import Cairn

struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    _superCommandName: "cairn",
    abstract: "Merge small segments of an archive into larger ones.",
    discussion: """
      `compact` merges by itself where small segments have become many; this merges all that are smaller than \
      segments get, or with --all every segment: then the objects alone decide on the bytes, in whatever order \
      they came. Every object is proved to be rebuilt before it counts. Replaced segments stay for readers of \
      earlier states until `cairn gc` removes them.
      """)

  @Argument(help: "The archive directory.", completion: .directory)
  var archive: String

  @Flag(help: "Merge every segment, full ones too.")
  var all = false

  @OptionGroup var threading: ThreadOptions

  @OptionGroup var compression: LevelOptions

  @Option(help: "Memory to aim for, such as 1GiB. Changes speed, never bytes.")
  var memory = ByteCount(value: 1 << 30)

  @OptionGroup var output: QuietOptions

  func run() throws {
    let cancellation = QueryCancellation()
    let interrupt = Interrupt(cancelling: cancellation)
    defer { interrupt.end() }
    var options = CompactionOptions()
    options.threads = threading.count
    options.level = compression.level
    options.memoryByteLimit = memory.value
    options.isCancelled = { cancellation.isCancelled }
    let view = CompactionView()
    options.progress = { view.set($0) }
    let meter = ProgressMeter.start(isWanted: !output.quiet) { $0 = view.state }
    defer { meter?.end() }
    Signals.advise("the archive is as it was, since a merge counts when all of it is done: run it again")
    let summary = try mergeSegments(
      of: try Arguments.text(archive, of: "the archive"), all: all, options: options)
    meter?.end()
    if output.quiet { return }
    printError(summary.sources == 0 ? "nothing to merge" : "merged   \(Self.text(summary))")
  }

  static func text(_ summary: MergeSummary) -> String {
    "\(formatCount(summary.sources)) segments of \(formatBytes(summary.sourceByteCount)) → "
      + "\(formatCount(summary.segments)) of \(formatBytes(summary.byteCount))"
      + (summary.collapsedRows > 0
        ? ", \(formatCount(summary.collapsedRows)) shadowed records collapsed" : "")
  }
}

struct CollectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc",
    _superCommandName: "cairn",
    abstract: "Remove files that merges and drops have left for readers of earlier states.",
    discussion: """
      A reader works on the state in which it has opened the archive: what a later state does without stays for \
      a day. Runs of compact, merge and drop remove it then by themselves; this does so at once.
      """)

  @Argument(help: "The archive directory.", completion: .directory)
  var archive: String

  @Option(help: ArgumentHelp("How long files stay that no state needs: 24h, 7d, 0s.", valueName: "span"))
  var grace = "24h"

  @OptionGroup var output: QuietOptions

  func run() throws {
    guard let start = TimeArgument.relative(grace, now: 0), start <= 0, grace != "now" else {
      throw ValidationError("--grace is a span such as 24h")
    }
    let meter = ProgressMeter.start(isWanted: !output.quiet) { $0.phase = "removing" }
    defer { meter?.end() }
    let summary = try collectGarbage(of: try Arguments.text(archive, of: "the archive"), grace: 0 - start)
    if output.quiet { return }
    let waiting = summary.waiting > 0 ? ", \(formatCount(summary.waiting)) stay for readers" : ""
    printError("removed  \(formatCount(summary.files)) files of \(formatBytes(summary.byteCount))\(waiting)")
  }
}
