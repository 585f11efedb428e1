import ArgumentParser
import Cairn

struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    _superCommandName: "cairn",
    abstract: "Prove that an archive is whole and rebuilds every source object.",
    discussion: """
      Reads every byte, checks every checksum, rebuilds every source object and compares its SHA-256 with the \
      one taken when it was compacted. Exit code 4 where anything differs.
      """)

  @Argument(help: "The archive directory.")
  var archive: String

  @OptionGroup var threading: ThreadOptions

  func run() throws {
    let start = monotonicSeconds()
    let opened = try Archive(path: archive)
    var damages = 0
    let result = try opened.verify(threads: threading.count) { error in
      damages += 1
      printError("cairn: \(error)")
    }
    let seconds = monotonicSeconds() - start
    printError(
      "\(damages == 0 ? "verified" : "damaged:") \(formatCount(result.objects)) objects, "
        + "\(formatCount(result.records)) records, \(formatBytes(result.jsonByteCount)) of JSON in "
        + "\(result.segments) of \(opened.snapshot.manifest.segments.count) segments, \(fixed(seconds, 2)) s")
    if damages > 0 { throw ExitCode(4) }
  }
}
