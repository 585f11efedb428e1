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
    /// What ended it before.
    public var error: String?

    /// A run that ended at `time` (seconds since 1970).
    public init(time: Int64, exitCode: Int32, summary: CompactionSummary?, error: String? = nil) {
      (self.time, self.exitCode, self.summary, self.error) = (time, exitCode, summary, error)
    }
  }

  /// A longer file is none of these.
  package static let byteLimit = 1 << 20

  private var lines: [String] = []

  /// Metrics of the archive at `path`, of which those that cannot be told are left out, and of a run over it; `before`
  /// is the text after the run before, for what only that knows.
  public init(path: String, run: Run, after before: [UInt8] = []) {
    addOutcome(run, after: String(decoding: before, as: UTF8.self))
    addVerification(VerificationRecord(path: path))
    addState(path, run)
  }

  /// When a run came to its end, and what kept the last that did not.
  private mutating func addOutcome(_ run: Run, after before: String) {
    func earlier(_ name: String) -> String? {
      before.split(separator: "\n").last { $0.hasPrefix("cairn_\(name) ") || $0.hasPrefix("cairn_\(name){") }
        .map { String($0.dropFirst("cairn_\(name)".count)) }
    }
    let success = run.error == nil ? " \(run.time)" : earlier("last_success_timestamp_seconds")
    if let success {
      addLine("last_success_timestamp_seconds", "When a run last came to its end.", success)
    }
    let failure =
      run.error.map { "{error=\"\(Self.label($0))\"} \(run.time)" } ?? earlier("last_error_timestamp_seconds")
    if let failure {
      addLine("last_error_timestamp_seconds", "When a run was last ended by an error, and by which.", failure)
    }
    add("last_run_timestamp_seconds", "gauge", "When the last run ended.", Int(run.time))
    add("last_run_exit_code", "gauge", "How the last run ended (docs/operate.md).", Int(run.exitCode))
    if let summary = run.summary {
      add("last_run_objects_added", "gauge", "Objects that the last run added.", summary.objects)
      add("last_run_records", "gauge", "Records that the last run read.", summary.records)
      add(
        "last_run_rejects", "gauge", "Objects and records that the last run could not read.",
        summary.rejectedObjects + summary.rejected + summary.unreadFiles)
    }
  }

  /// A text inside quotation marks.
  private static func label(_ text: String) -> String {
    String(
      text.unicodeScalars.prefix(500).map { scalar -> Character in
        scalar.value < 0x20 || scalar == "\"" || scalar == "\\" ? "'" : Character(scalar)
      })
  }

  private mutating func addVerification(_ record: VerificationRecord) {
    if let whole = record.whole {
      add(
        "last_whole_verification_timestamp_seconds", "gauge", "When everything was last verified.",
        Int(whole.time))
    }
    guard let last = record.last else { return }
    add(
      "last_verification_timestamp_seconds", "gauge",
      "When the archive, or a share of it, was last verified.",
      Int(last.time))
    add(
      "last_verification_problems", "gauge", "What the last verification found to be wrong.", last.problems)
  }

  private mutating func addState(_ path: String, _ run: Run) {
    guard let snapshot = try? ArchiveSnapshot(path: path) else { return }
    let manifest = snapshot.manifest
    func sum(_ field: KeyPath<SegmentEntry, Int>) -> Int {
      manifest.segments.reduce(0) { $0 + $1[keyPath: field] }
    }
    add("events", "gauge", "Events that queries see.", sum(\.visibleRowCount))
    add("shadowed_records", "gauge", "Rows that queries skip.", sum(\.rowCount) - sum(\.visibleRowCount))
    add("objects", "gauge", "Source objects, fragments counted one by one.", sum(\.objectCount))
    add("rejected_records", "gauge", "Records of kept objects that could not be read.", sum(\.rejectedCount))
    add("archive_bytes", "gauge", "Bytes of the segments.", sum(\.byteCount))
    add("segments", "gauge", "Segments.", manifest.segments.count)
    add(
      "retired_segments", "gauge", "Segments that stay for readers of earlier states.",
      manifest.retiredSegmentCount)
    add("held", "gauge", "Whether dropping is forbidden.", manifest.hold == nil ? 0 : 1)
    // One record from a clock that is far ahead would say for years that nothing is late.
    guard let events = try? Events(snapshot, until: run.time * 1000) else { return }
    add("future_events", "gauge", "Events later than the end of the last run.", events.laterCount)
    if let newest = events.newest {
      add(
        "newest_event_timestamp_seconds", "gauge", "The latest event time that is not in the future.",
        Int(newest / 1000))
      add(
        "lag_seconds", "gauge", "From that event to the end of the last run.",
        Int(run.time) - Int(newest / 1000))
    }
  }

  /// What event times say of a moment, milliseconds since 1970.
  private struct Events {
    /// The latest that is not behind the moment.
    private(set) var newest: Int64?
    /// Rows behind it.
    private(set) var laterCount = 0

    init(_ snapshot: ArchiveSnapshot, until moment: Int64) throws {
      for entry in snapshot.manifest.segments where entry.rowCount > entry.untimedRowCount {
        if entry.maximumTime <= moment {
          take(entry.maximumTime)
        } else {
          try add(snapshot.open(entry), until: moment)
        }
      }
    }

    private mutating func add(_ reader: SegmentReader, until moment: Int64) throws {
      for (index, group) in reader.footer.rowGroups.enumerated() where group.rowCount > group.untimedRowCount
      {
        if group.maximumTime <= moment {
          take(group.maximumTime)
        } else {
          let times = try reader.times(of: index)
          let first = times.firstIndex(from: moment + 1)
          if first > 0 { take(times[first - 1]) }
          laterCount += times.count - first
        }
      }
    }

    private mutating func take(_ time: Int64) { newest = max(newest ?? time, time) }
  }

  private mutating func add(_ name: String, _ type: String, _ help: String, _ value: Int) {
    lines += ["# HELP cairn_\(name) \(help)", "# TYPE cairn_\(name) \(type)", "cairn_\(name) \(value)"]
  }

  private mutating func addLine(_ name: String, _ help: String, _ rest: String) {
    lines += ["# HELP cairn_\(name) \(help)", "# TYPE cairn_\(name) gauge", "cairn_\(name)\(rest)"]
  }

  /// One line each, with a line feed at the end.
  public var text: String { lines.joined(separator: "\n") + "\n" }
}
