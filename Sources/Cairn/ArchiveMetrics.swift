import CairnStorage

/// What a monitor should know of an archive after a run, in Prometheus' text format.
public struct ArchiveMetrics: Sendable {
  /// How a run ended.
  public struct Run: Sendable {
    /// When it ended, seconds since 1970.
    public var time: Int64
    /// Its exit code.
    public var exitCode: Int32
    /// Its summary, as far as it came to one.
    public var summary: CompactionSummary?

    /// A run that ended at `time` (seconds since 1970).
    public init(time: Int64, exitCode: Int32, summary: CompactionSummary?) {
      (self.time, self.exitCode, self.summary) = (time, exitCode, summary)
    }
  }

  private var lines: [String] = []

  /// Metrics of the archive at `path`, of which those that cannot be told are left out, and of a run over it.
  public init(path: String, run: Run) {
    add("last_run_timestamp_seconds", "gauge", "When the last run ended.", Int(run.time))
    add("last_run_exit_code", "gauge", "How the last run ended (docs/operate.md).", Int(run.exitCode))
    if let summary = run.summary {
      add("last_run_objects_added", "gauge", "Objects that the last run added.", summary.objects)
      add("last_run_records", "gauge", "Records that the last run read.", summary.records)
      add(
        "last_run_rejects", "gauge", "Objects and records that the last run could not read.",
        summary.rejectedObjects + summary.rejected + summary.unreadFiles)
    }
    guard let manifest = try? ArchiveSnapshot(path: path).manifest else { return }
    func sum(_ field: KeyPath<SegmentEntry, Int>) -> Int {
      manifest.segments.reduce(0) { $0 + $1[keyPath: field] }
    }
    add("events", "gauge", "Events that queries see.", sum(\.visibleRowCount))
    add("shadowed_records", "gauge", "Rows that queries skip.", sum(\.rowCount) - sum(\.visibleRowCount))
    add("objects", "gauge", "Source objects, fragments counted one by one.", sum(\.objectCount))
    add("rejected_records", "gauge", "Records of kept objects that could not be read.", sum(\.rejectedCount))
    add("archive_bytes", "gauge", "Bytes of the segments.", sum(\.byteCount))
    add("segments", "gauge", "Segments.", manifest.segments.count)
    add("retired_files", "gauge", "Files that stay for readers of earlier states.", manifest.retired.count)
    add("held", "gauge", "Whether dropping is forbidden.", manifest.hold == nil ? 0 : 1)
    let newest = manifest.segments.map(\.maximumTime).max() ?? .min
    if newest > .min {
      add("newest_event_timestamp_seconds", "gauge", "The latest event time.", Int(newest / 1000))
    }
  }

  private mutating func add(_ name: String, _ type: String, _ help: String, _ value: Int) {
    lines += ["# HELP cairn_\(name) \(help)", "# TYPE cairn_\(name) \(type)", "cairn_\(name) \(value)"]
  }

  /// One line each, with a line feed at the end.
  public var text: String { lines.joined(separator: "\n") + "\n" }
}
