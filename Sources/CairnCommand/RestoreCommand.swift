import ArgumentParser
import Cairn

struct RestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    _superCommandName: "cairn",
    abstract: "Write the original objects back, byte for byte.",
    discussion: """
      Files go below DIR under their source keys, inflated, without .gz or .zst; --gzip compresses them again \
      (the JSON is exact, the gzip bytes are not those of the original). Every file is compared with the \
      SHA-256 of its original before it gets its name. Regular files that are there are replaced; what cannot be \
      written is named at the end, and the exit code is then 3.
      """)

  @Argument(help: "The archive directory.", completion: .directory)
  var archive: String

  @Option(help: ArgumentHelp("Directory to write below.", valueName: "dir"), completion: .directory)
  var to: String

  @Option(help: ArgumentHelp("Only keys that match this shell pattern; * crosses /.", valueName: "glob"))
  var source: String?

  @Flag(help: "Compress the files with gzip.")
  var gzip = false

  @OptionGroup var threading: ThreadOptions

  @OptionGroup var output: QuietOptions

  func run() throws {
    let result = try Self.restore(
      try Archive(path: try Arguments.text(archive, of: "the archive")), to: Arguments.text(to, of: "--to"),
      matching: source.map { Arguments.path($0) }, gzip: gzip, threads: threading.count, isQuiet: output.quiet
    )
    if !output.quiet {
      printError(
        "restored \(formatCount(result.objects)) objects, \(formatBytes(result.jsonByteCount)) of JSON")
      if result.incompleteObjects > 0 {
        printError("\(formatCount(result.incompleteObjects)) of them were damaged when they were compacted")
      }
    }
    if result.unwrittenObjects > 0 {
      printError("\(formatCount(result.unwrittenObjects)) objects could not be written")
      throw ExitCode(3)
    }
    if result.objects == 0, source != nil { throw ExitCode(1) }
  }

  /// With its progress on a terminal; Ctrl-C leaves whole files.
  static func restore(
    _ archive: Archive, to target: String, matching pattern: FilePath? = nil, gzip: Bool, threads: Int,
    isQuiet: Bool
  ) throws -> Archive.Restoration {
    let cancellation = QueryCancellation()
    let interrupt = Interrupt(cancelling: cancellation)
    defer { interrupt.end() }
    let progress = WorkProgress { cancellation.isCancelled }
    let meter = ProgressMeter.start(isWanted: !isQuiet) { $0 = .init("restoring", progress.counts) }
    defer { meter?.end() }
    Signals.advise("files that are there are whole; the same command writes all of them again") {
      "\(formatCount(progress.counts.objects)) objects were restored"
    }
    return try archive.restore(
      to: target, matching: pattern, gzip: gzip, threads: threads, progress: progress
    ) {
      ProgressMeter.rest()
      printError("not restored: \($0)")
    }
  }
}
