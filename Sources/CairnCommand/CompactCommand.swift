import ArgumentParser
import Cairn
import Glibc

struct CompactCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact",
    _superCommandName: "cairn",
    abstract: "Compact CloudTrail logs into an archive.",
    discussion: """
      SOURCE is a file, a directory, a glob (** for any number of directories), or - for standard input; JSON plain, gzip or zstd, told by content. \
      Objects that the archive has already are skipped, however the path to them is typed, so the same command \
      can run again at any time: files of unchanged size and modification time without being read. What cannot be read is kept under ARCHIVE/rejects with its place \
      and reason, and the exit code is then 3. Files that by their content hold no log (images, programs) are \
      named and left where they are; those that hold logs in a form that is not read too, with the way out and \
      exit code 3.
      """)

  @Argument(help: ArgumentHelp("Files, directories, globs, or - .", valueName: "source"), completion: .file())
  var sources: [String]

  @Option(
    name: .long, help: ArgumentHelp("The archive directory; made where there is none.", valueName: "archive"),
    completion: .directory)
  var into: String

  @OptionGroup var threading: ThreadOptions

  @OptionGroup var compression: LevelOptions

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
      "Look for this wrapping of records only.",
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

  @Flag(help: "Stay and take what comes: SOURCEs are directories.")
  var watch = false

  @Option(
    help: ArgumentHelp(
      "With --watch: what has not changed for so long is whole, were it not closed by who writes it.",
      valueName: "span"))
  var settle = Span(seconds: 2)

  @Option(
    help: ArgumentHelp("With --watch: how often everything is listed, as proof.", valueName: "span"))
  var relist = Span(seconds: 600)

  func validate() throws {
    guard maxObject.value <= CompactionOptions.greatestObjectByteLimit else {
      throw ValidationError("--max-object must be at most 1TiB")
    }
    if let place = sources.first(where: { $0.hasPrefix("s3://") || $0.hasPrefix("https://") }) {
      throw ValidationError(
        "\(place): cairn reads files; aws s3 sync BUCKET DIRECTORY brings objects, only what is new")
    }
  }

  func run() throws {
    let start = monotonicSeconds()
    var options = makeOptions()
    let view = CompactionView()
    options.progress = { view.set($0) }
    let cancellation = QueryCancellation()
    options.isCancelled = { cancellation.isCancelled }
    let interrupt = Interrupt(cancelling: cancellation)
    defer { interrupt.end() }
    let archive = try Arguments.text(into, of: "--into")
    if watch { return try follow(archive, options, cancellation) }
    let meter = ProgressMeter.start(isWanted: !quiet) { $0 = view.state }
    defer { meter?.end() }
    let before = Self.contents(archive)
    Signals.advise("the archive is whole; the same command goes on from there") {
      let (segments, objects) = Self.contents(archive)
      return segments == before.segments
        ? "nothing of this run is in the archive yet"
        : "\(formatCount(max(0, objects - before.objects))) objects of this run are in the archive"
    }
    let summary: CompactionSummary
    do {
      if try isAboutNothing(archive) {
        printError("cairn: warning: there is no file among the sources; \(archive) was not made")
        summary = CompactionSummary()
      } else {
        summary = try compact(sources.map(Arguments.path), into: archive, options: options)
      }
    } catch {
      try? writeMetrics(archive, .init(error: error))
      throw error
    }
    let seconds = monotonicSeconds() - start
    meter?.end()
    if json {
      try StandardOutput.shared.write(summary.json(seconds: seconds) + "\n")
    } else if !quiet {
      report(summary, seconds: seconds)
    }
    var told: Set<String> = []
    list(summary, told: &told)
    try writeMetrics(archive, .init(summary))
    if summary.hasRejects { throw ExitCode(3) }
  }

  /// Whether the archive is new and there is nothing to put in: a mistyped source leaves no archive behind.
  private func isAboutNothing(_ archive: String) throws -> Bool {
    guard FilePath(archive).status() == nil, errno == ENOENT else { return false }
    return try !SourceDiscovery.hasFiles(sources.map(Arguments.path))
  }

  /// Segments and objects that an archive has; none where there is no archive.
  private static func contents(_ archive: String) -> (segments: Set<String>, objects: Int) {
    guard let segments = try? Archive(path: archive).snapshot.manifest.segments else { return ([], 0) }
    return (Set(segments.map(\.name)), segments.reduce(0) { $0 + $1.objectCount })
  }

  private func makeOptions() -> CompactionOptions {
    var options = CompactionOptions()
    options.threads = threading.count
    options.level = compression.level
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
    return options
  }

  /// The file is replaced as a whole: a monitor never reads half of it.
  func writeMetrics(_ archive: String, _ outcome: ArchiveMetrics.Run) throws {
    guard let metrics else { return }
    let path = try Arguments.text(metrics, of: "--metrics")
    let parent = try DirectoryHandle.open(Directory.parent(of: path))
    let name = FileName(path.split(separator: "/").last.map(String.init) ?? path)
    let before = try? parent.readStored(name, limit: ArchiveMetrics.byteLimit)
    let text = ArchiveMetrics(path: archive, run: outcome, after: before ?? []).text
    let temporary = FileName(bytes: name.bytes + Array(".tmp".utf8))
    do {
      try parent.writeSynced(temporary, Array(text.utf8))
      try parent.replace(name, with: temporary)
    } catch {
      try? parent.remove(temporary)
      throw error
    }
  }
}

extension ArchiveMetrics.Run {
  /// A run that has just come to its end.
  init(_ summary: CompactionSummary) {
    self.init(
      time: TimeArgument.now() / 1000, exitCode: summary.hasRejects ? 3 : 0, summary: summary, error: nil)
  }

  /// A run that an error has ended.
  init(error: any Error) {
    self.init(
      time: TimeArgument.now() / 1000, exitCode: (error as? CairnError)?.exitCode ?? 5, summary: nil,
      error: "\(error)")
  }
}

extension Wrapping: ExpressibleByArgument {
  /// By the name that people write; nil where there is none of it.
  public init?(argument: String) {
    guard let found = Wrapping.allCases.first(where: { $0.name == argument }) else { return nil }
    self = found
  }

  /// The names.
  public static var allValueStrings: [String] { allCases.map(\.name) }
}

/// What a compaction or a merge reports, for the line that shows it.
final class CompactionView: @unchecked Sendable {
  private let lock = Lock()
  private var progress = CompactionProgress()

  func set(_ progress: CompactionProgress) { lock.withLock { self.progress = progress } }

  var state: ProgressMeter.State {
    let progress = lock.withLock { self.progress }
    var state = ProgressMeter.State()
    let phases = progress.isMerging ? ["merging", "merging, sealing"] : ["reading", "sealing"]
    state.phase = phases[progress.isSealing ? 1 : 0]
    state.bytes = progress.jsonByteCount
    guard progress.totalFiles > 0 else { return state }
    // Reading takes half of the time, and sealing as much: of all bytes, which are known when all is read.
    let read = Double(progress.files) / Double(progress.totalFiles)
    let sealed = read * Double(progress.sealedByteCount) / Double(max(1, progress.jsonByteCount))
    state.fraction = (read + min(read, sealed)) / 2
    state.counts =
      "\(formatCount(progress.files)) of \(formatCount(progress.totalFiles)) objects, "
      + "\(formatCount(progress.records)) events, "
    state.end = "\(progress.isMerging ? "merged" : "read") %; committing"
    return state
  }
}
