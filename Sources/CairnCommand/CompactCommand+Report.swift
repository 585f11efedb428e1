import Cairn

/// What a run tells of itself.
extension CompactCommand {
  /// What was rejected, not read or changed, on standard error. Lines that `told` has are not said again.
  func list(_ summary: CompactionSummary, told: inout Set<String>) {
    func list(_ what: String, _ lines: [String], of count: Int? = nil) {
      for line in lines where told.insert(line).inserted { printError("\(what): \(line)") }
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

  func report(_ summary: CompactionSummary, seconds: Double) {
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
  func json(seconds: Double) -> String {
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
