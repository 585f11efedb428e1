import ArgumentParser
import Cairn

struct DropCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "drop",
    _superCommandName: "cairn",
    abstract: "Take old objects out of an archive.",
    discussion: """
      Objects go whose every record is older than TIME, and objects without records that were delivered before; \
      an object that has one newer record stays whole. Without --yes it tells what would go and changes nothing. \
      What a record that goes had hidden is seen again. The state before stays readable until `cairn gc`. \
      Remove the originals as well: the next run over them would add them again.
      """)

  @Argument(help: "The archive directory.", completion: .directory)
  var archive: String

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Objects whose every record is older: 2023-07-10, 400d.", valueName: "time"))
  var before: TimeArgument

  @Flag(help: "Do it.")
  var yes = false

  @OptionGroup var threading: ThreadOptions

  @OptionGroup var compression: LevelOptions

  @OptionGroup var output: QuietOptions

  func run() throws {
    let cancellation = QueryCancellation()
    let interrupt = Interrupt(cancelling: cancellation)
    defer { interrupt.end() }
    var options = CompactionOptions()
    options.threads = threading.count
    options.level = compression.level
    options.isCancelled = { cancellation.isCancelled }
    let view = CompactionView()
    options.progress = { view.set($0) }
    let meter = ProgressMeter.start(isWanted: !output.quiet) { $0 = view.state }
    defer { meter?.end() }
    if yes { Signals.advise("the archive is as it was: dropping counts when all of it is done") }
    let summary = try dropObjects(
      of: try Arguments.text(archive, of: "the archive"), before: before.milliseconds, isTrial: !yes,
      options: options)
    meter?.end()
    if output.quiet { return }
    printError("before   \(formatTime(before.milliseconds))")
    printError(
      "\(yes ? "dropped " : "would drop") \(formatCount(summary.objects)) objects with "
        + "\(formatCount(summary.records)) records")
    if summary.straddling > 0 {
      printError("kept     \(formatCount(summary.straddling)) objects that have newer records too")
    }
    if summary.timeless > 0 {
      printError("kept     \(formatCount(summary.timeless)) objects that do not tell how old they are")
    }
    if summary.unshadowed > 0 {
      printError("seen     \(formatCount(summary.unshadowed)) records again that dropped ones had hidden")
    }
    if !yes, summary.objects > 0 { printError("nothing was changed; --yes drops them") }
  }
}

struct HoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    _superCommandName: "cairn",
    abstract: "Forbid dropping from an archive until it is released.")

  @Argument(help: "The archive directory.", completion: .directory)
  var archive: String

  @Option(help: "Why, for whoever meets it.")
  var reason = "held"

  @OptionGroup var output: QuietOptions

  func run() throws {
    try holdArchive(at: try Arguments.text(archive, of: "the archive"), reason: reason)
    if !output.quiet { printError("held: nothing can be dropped until `cairn release`") }
  }
}

struct ReleaseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    _superCommandName: "cairn",
    abstract: "Allow dropping from an archive again.")

  @Argument(help: "The archive directory.", completion: .directory)
  var archive: String

  @OptionGroup var output: QuietOptions

  func run() throws {
    let held = try releaseArchive(at: try Arguments.text(archive, of: "the archive"))
    if output.quiet { return }
    printError(held.map { "released: was held since \(formatTime($0.time)): \($0.reason)" } ?? "was not held")
  }
}
