import ArgumentParser
import Cairn
import CairnSynth
import Glibc

/// `cairn synth`: writes a made-up CloudTrail history to measure and to practise on.
struct SynthCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "synth",
    _superCommandName: "cairn",
    abstract: "Generate a CloudTrail history in S3 layout.",
    discussion: """
      Writes AWSLogs/{account}/CloudTrail/{region}/YYYY/MM/DD/….json.gz below the output directory. The same \
      options and seed give the same bytes with any number of threads.
      """)

  @Option(help: "Distinct events; duplicates come on top.")
  var events = 100_000

  @Option(help: "Days that the history spans.")
  var days = 30

  @Option(help: "Accounts of the organisation.")
  var accounts = 12

  @Option(help: "Regions in use, us-east-1 first.")
  var regions = 8

  @Option(help: "Seed that everything random follows from.")
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp("Directory to write to; must not hold AWSLogs yet.", valueName: "directory"),
    completion: .directory)
  var out: String

  @Option(help: "Worker threads; 0 takes one for each processor.")
  var threads = 0

  @Option(help: "Share of records delivered twice, in percent.")
  var duplicates = 1.0

  @Option(help: "Incident to plant, with its answer as JSON beside the tree; can be repeated.")
  var incident: [Incident] = []

  @Option(help: ArgumentHelp("First day of the history.", valueName: "yyyy-mm-dd"))
  var start = "2025-01-01"

  @OptionGroup var output: QuietOptions

  mutating func run() throws {
    var options = SynthOptions(outputPath: out)
    options.eventCount = events
    options.dayCount = days
    options.accountCount = accounts
    options.regionCount = regions
    options.seed = seed
    options.threadCount = threads
    options.duplicatesPercent = duplicates
    options.incidents = incident
    options.startDate = start
    let view = SynthView(expected: events)
    let meter = ProgressMeter.start(isWanted: !output.quiet) { $0 = view.state }
    defer { meter?.end() }
    let summary = try generate(options) { view.set($0) }
    meter?.end()
    if !output.quiet { print(Self.line(summary)) }
  }

  /// One line of figures: what was written and how fast.
  static func line(_ summary: SynthSummary) -> String {
    let seconds = max(summary.seconds, 0.001)
    let megabytes = Double(summary.jsonByteCount) / 1e6
    return "\(summary.eventCount) events, \(summary.duplicateCount) duplicates, "
      + "\(summary.incidentEventCount) incident events in \(summary.objectCount) objects; "
      + "\(rounded(megabytes)) MB of JSON, \(rounded(Double(summary.compressedByteCount) / 1e6)) MB compressed; "
      + "\(rounded(seconds)) s, \(rounded(megabytes / seconds)) MB/s"
  }

  private static func rounded(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}

/// How far a history is.
private final class SynthView: @unchecked Sendable {
  private let lock = Lock()
  private let expected: Int
  private var summary: SynthSummary?

  init(expected: Int) { self.expected = expected }

  func set(_ summary: SynthSummary) { lock.withLock { self.summary = summary } }

  var state: ProgressMeter.State {
    let known = lock.withLock { self.summary }
    var state = ProgressMeter.State()
    state.phase = "writing"
    guard let summary = known else { return state }
    state.counts = "\(formatCount(summary.eventCount)) events, "
    state.bytes = summary.compressedByteCount
    if expected > 0 { state.fraction = min(1, Double(summary.eventCount) / Double(expected)) }
    state.end = "writing %"
    return state
  }
}

extension Incident: ExpressibleByArgument {}
