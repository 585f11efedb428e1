import ArgumentParser
import Cairn
import Glibc

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    _superCommandName: "cairn",
    abstract: "Prove that an archive is whole and rebuilds every source object.",
    discussion: """
      Reads every byte, checks every checksum, rebuilds every source object and compares its SHA-256 with the \
      one taken when it was compacted. Goes on past what is wrong. Exit code 4 where anything differs, 5 where \
      something cannot be read.
      """)

  @Argument(help: "The archive directory.", completion: .directory)
  var archive: String

  @Option(
    help: ArgumentHelp(
      "Only one of N segments, others each day: N days of daily checks read all.", valueName: "n"))
  var sample: Int?

  @OptionGroup var threading: ThreadOptions

  @OptionGroup var output: QuietOptions

  func validate() throws {
    if let sample, !(1...1_000_000 ~= sample) { throw ValidationError("--sample must be 1 to 1000000") }
  }

  func run() throws {
    let start = monotonicSeconds()
    let opened = try Archive(path: archive)
    var errors: [CairnError] = []
    let share = sample.map { (of: $0, day: Int(TimeArgument.now() / 86_400_000)) }
    let cancellation = QueryCancellation()
    let interrupt = Interrupt(cancelling: cancellation)
    defer { interrupt.end() }
    let progress = WorkProgress { cancellation.isCancelled }
    let meter = ProgressMeter.start(isWanted: !output.quiet) { $0 = .init("verifying", progress.counts) }
    defer { meter?.end() }
    Signals.advise("nothing was changed; --sample N reads a part of the archive") {
      "\(formatCount(progress.counts.objects)) objects were compared"
    }
    let result = try opened.verify(threads: threading.count, sample: share, progress: progress) { error in
      errors.append(error)
      ProgressMeter.rest()
      printError("cairn: \(error)")
    }
    meter?.end()
    let seconds = monotonicSeconds() - start
    note(result.segments, errors.count)
    if !output.quiet {
      printError(
        "\(outcome(errors)) \(formatCount(result.objects)) objects, "
          + "\(formatCount(result.records)) records, \(formatBytes(result.jsonByteCount)) of JSON in "
          + "\(result.segments) of \(opened.snapshot.manifest.segments.count) segments, \(fixed(seconds, 2)) s"
      )
    }
    if let code = errors.map(\.exitCode).min() { throw ExitCode(code) }
  }

  /// For monitors; whoever may only read the archive verifies it all the same.
  private func note(_ segments: Int, _ problems: Int) {
    let entry = VerificationRecord.Entry(
      time: TimeArgument.now() / 1000, segments: segments, problems: problems)
    do {
      try VerificationRecord.note(entry, isWhole: sample ?? 1 == 1, in: archive)
    } catch CairnError.io(_, _, EACCES), CairnError.io(_, _, EROFS), CairnError.io(_, _, EPERM) {
    } catch {
      printError("cairn: not noted for monitors: \(error)")
    }
  }

  private func outcome(_ errors: [CairnError]) -> String {
    if errors.isEmpty { return "verified" }
    return errors.contains { $0.exitCode == 4 } ? "damaged:" : "not all could be read:"
  }
}
