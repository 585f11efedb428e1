import ArgumentParser
import Cairn

/// `--watch`: runs for as long as nobody ends them.
extension CompactCommand {
  /// What all runs have done.
  private struct Total {
    var runs = 0
    var objects = 0
    var records = 0
    var kept = 0
    var duplicates = 0
    var shadowed = 0
    var rejected = 0
    var hasRejects = false
    /// What has been said of files that are not read, which every listing meets again.
    var told: Set<String> = []

    mutating func add(_ summary: CompactionSummary) {
      runs += 1
      objects += summary.objects + summary.opaqueObjects
      records += summary.records
      kept += summary.kept
      duplicates += summary.duplicates
      shadowed += summary.shadowed
      rejected += summary.rejected
      hasRejects = hasRejects || summary.hasRejects
    }
  }

  /// Ends, when a signal comes, with exit code 0, or 3 where something was rejected or not read.
  func follow(_ archive: String, _ options: CompactionOptions, _ cancellation: QueryCancellation) throws {
    var total = Total()
    let settling = Settling(seconds: settle.seconds)
    let loop = WatchLoop(
      sources.map(Arguments.path), into: archive, settling: settling, settle: settle.seconds,
      listing: relist.seconds, isCancelled: { cancellation.isCancelled },
      say: { if !quiet { printError("watch    \($0)") } },
      run: { share in
        try runOnce(share, archive, options, settling, &total)
      })
    do {
      try loop.follow()
    } catch {
      try? writeMetrics(archive, .init(error: error))
      throw error
    }
    if !quiet {
      printError(
        "watched  \(formatCount(total.runs)) runs: \(formatCount(total.objects)) objects added; "
          + "\(formatCount(total.records)) records in = \(formatCount(total.kept)) kept + "
          + "\(formatCount(total.duplicates)) duplicates + \(formatCount(total.shadowed)) shadowed + "
          + "\(formatCount(total.rejected)) rejected")
    }
    try StandardOutput.shared.flush()
    if total.hasRejects { throw ExitCode(3) }
  }

  /// One run. What is being written is left for a later one.
  private func runOnce(
    _ share: WatchLoop.Share, _ archive: String, _ options: CompactionOptions, _ settling: Settling,
    _ total: inout Total
  ) throws {
    var options = options
    options.isUnfinished = { settling.isUnfinished($0, $1) }
    // A source may go at any moment.
    options.leavesOutMissing = true
    let start = monotonicSeconds()
    let summary = try compact(share.paths, into: archive, options: options)
    total.add(summary)
    let isIdle =
      summary.objects + summary.opaqueObjects == 0 && summary.merged.sources == 0
      && summary.firstRejects.allSatisfy(total.told.contains)
    if !isIdle {
      if json {
        try StandardOutput.shared.write(summary.json(seconds: monotonicSeconds() - start) + "\n")
        try StandardOutput.shared.flush()
      } else if !quiet {
        report(summary, seconds: monotonicSeconds() - start)
      }
    }
    list(summary, told: &total.told)
    try writeMetrics(archive, .init(summary))
  }
}
