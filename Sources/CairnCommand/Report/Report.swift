import Cairn

/// What a command found, for a ticket: the rows with what was asked, how, and where the evidence lies.
struct Report {
  /// A line of the head.
  struct Fact {
    var name: String
    var text: String
  }

  /// Rows of one kind, as texts; nil is NULL.
  struct Table {
    var title: String
    var columns: [String]
    var rows: [[[UInt8]?]] = []
    /// Rows that there were, be they shown or not.
    var rowCount = 0
  }

  /// An event that rows name, and where it was delivered.
  struct Event {
    var id: String
    var time: String
    var name: String
    /// Compact JSON.
    var json: [UInt8]
    /// Key of the source object.
    var source: String
    /// Path of the archive that has it.
    var archive: String
  }

  /// A source object that events are from.
  struct Source {
    var key: String
    /// SHA-256 of its JSON.
    var digest: String
  }

  var question = ""
  var facts: [Fact] = []
  var tables: [Table] = []
  var events: [Event] = []
  /// Event IDs that rows name, whether or not the events are here.
  var eventIDCount = 0
  var sources: [Source] = []

  /// A page is for people: further rows are counted, not shown.
  static let rowLimit = 10_000
  /// Events that are here as a whole.
  static let eventLimit = 1000
  static let eventByteLimit = 16 << 20
  /// Longer records are named only.
  static let recordByteLimit = 256 << 10
  static let sourceLimit = 200
}

/// Gathers a report while a command runs; written when it is whole.
final class ReportBuilder {
  private var report = Report()
  private let format: OutputFormat
  /// The report of this run; nil where the output is none.
  nonisolated(unsafe) private(set) static var current: ReportBuilder?

  private init(_ format: OutputFormat) { self.format = format }

  /// Begins a report where the format is one.
  static func begin(_ format: OutputFormat, question: String, range: TimeRangeOptions) {
    guard format.isReport else { return }
    let builder = ReportBuilder(format)
    builder.report.question = question
    builder.report.facts = [
      .init(name: "command", text: CommandText.whole),
      .init(name: "range", text: "\(range.description ?? "all events"), UTC"),
    ]
    current = builder
  }

  func begin(_ title: String, _ columns: [String]) {
    report.tables.append(.init(title: title, columns: columns))
  }

  func add(_ row: [[UInt8]?]) {
    let index = report.tables.count - 1
    report.tables[index].rowCount += 1
    if report.tables[index].rows.count < Report.rowLimit { report.tables[index].rows.append(row) }
  }

  /// Looks up the evidence and writes everything.
  ///
  /// Throws as queries do.
  func finish(_ archive: Archive) throws {
    Self.current = nil
    try report.gatherEvidence(archive)
    let rows = report.tables.map { formatCount($0.rowCount) }.joined(separator: " + ")
    let segments = archive.segments
    var facts = report.facts
    let last = facts.popLast()
    facts += archive.snapshots.map { .init(name: "archive", text: "\($0.path), \($0.manifest.name)") }
    let times = segments.filter { $0.minimumTime <= $0.maximumTime }
    if let from = times.map(\.minimumTime).min(), let to = times.map(\.maximumTime).max() {
      let count = segments.reduce(0) { $0 + $1.visibleRowCount }
      facts.append(
        .init(name: "holds", text: "\(formatCount(count)) events, \(formatTime(from)) to \(formatTime(to))"))
    }
    facts += last.map { [$0] } ?? []
    let ids = formatCount(report.eventIDCount)
    facts += [
      .init(name: "rows", text: "\(rows), naming \(ids) event IDs"),
      .init(name: "made", text: "\(formatTime(TimeArgument.now())) by cairn \(cairnVersion)"),
    ]
    report.facts = facts
    if format == .html {
      try HTMLReport(report).write(StandardOutput.shared)
    } else {
      try MarkdownReport(report).write(StandardOutput.shared)
    }
  }
}

/// Puts rows into the report of this run.
final class ReportRows: RowWriter {
  private let builder: ReportBuilder
  private let title: String
  let takesJSON = false

  init(_ builder: ReportBuilder, title: String) {
    self.builder = builder
    self.title = title
  }

  func begin(_ columns: [String]) { builder.begin(title, columns) }
  func write(_ row: [[UInt8]?]) { builder.add(row) }
  func end() {}
}

/// The command line as someone could type it again.
enum CommandText {
  static var whole: String {
    (["cairn"] + Arguments.words.map(quoted)).joined(separator: " ")
  }

  /// What the command is asked about, and what it is for.
  static func purpose(of subject: String?) -> String {
    let name = Arguments.words.first
    let command = CairnCommand.configuration.subcommands.first { $0._commandName == name }
    var text = command?.configuration.abstract ?? ""
    if text.hasPrefix("Show ") { text.removeFirst("Show ".count) }
    if text.hasSuffix(".") { text.removeLast() }
    return subject.map { "\($0): \(text)" } ?? text.prefix(1).uppercased() + text.dropFirst()
  }

  /// A word of a POSIX shell.
  static func quoted(_ word: String) -> String {
    let plain = { (byte: UInt8) in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "-_./:=@%+,~".utf8.contains(byte)
    }
    if !word.isEmpty, word.utf8.allSatisfy(plain), !word.hasPrefix("~") { return word }
    // By scalars: a quote may be one character with a combining mark behind it.
    let inside = word.unicodeScalars.flatMap { $0 == "'" ? Array("'\\''".unicodeScalars) : [$0] }
    return "'\(String(String.UnicodeScalarView(inside)))'"
  }
}
