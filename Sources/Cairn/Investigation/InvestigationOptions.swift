import CairnStorage

/// What the questions of an investigation have in common.
public struct InvestigationOptions: Sendable {
  /// Least event time of what is shown, milliseconds since 1970; nil for no bound.
  public var since: Int64?
  /// First event time that is too late.
  public var until: Int64?
  /// Worker threads.
  public var threads = 2
  /// Bytes that each step of a statement may keep.
  public var memoryLimit = 2 << 30
  /// Whether Logstash's `@timestamp` counts as eventTime in records that have none.
  public var usesLogstashTime = true
  /// Ends the investigation early from another thread or a signal handler.
  public var cancellation = QueryCancellation()
  /// Told of its statements.
  public var progress = InvestigationProgress()

  /// All of the archive, on two threads.
  public init() {}
}

/// The statements of an investigation: each is SQL that the engine runs, with values quoted.
struct Statements {
  let archive: Archive
  let options: InvestigationOptions
  /// What is looked for in events: those in which nothing is found are not seen. Nil for all.
  var finder: ValueFinder?

  init(archive: Archive, options: InvestigationOptions) { (self.archive, self.options) = (archive, options) }

  /// Which times a statement sees.
  enum Times {
    /// Those that were asked for.
    case asked
    /// All before the end: what was before says what a change changed, and where credentials came from.
    case before
    /// All.
    case all
  }

  /// The rows of a statement.
  func rows(_ sql: String, _ times: Times = .asked) throws -> [[QueryValue]] {
    var rows: [[QueryValue]] = []
    try run(sql, times) { rows.append($0) }
    return rows
  }

  private func statement(_ sql: String, _ times: Times) throws -> Query {
    var query = QueryOptions()
    query.since = times == .asked ? options.since : nil
    query.until = times == .all ? nil : options.until
    query.threads = options.threads
    query.memoryLimit = options.memoryLimit
    query.usesLogstashTime = options.usesLogstashTime
    query.cancellation = options.cancellation
    query.finder = finder
    let statement = try Query(sql, on: archive, options: query)
    options.progress.follow(statement.progress)
    return statement
  }

  /// Visits what `work` makes of the rows of a statement, in order; `work` is called from several threads.
  func map<Output: Sendable>(
    _ sql: String, _ times: Times = .asked, _ work: @escaping @Sendable ([QueryValue]) -> Output?,
    _ body: (Output) throws -> Void
  ) throws {
    let statement = try statement(sql, times)
    let count = statement.columns.count
    try statement.run { batch in
      (0..<batch.rowCount).compactMap { row in work((0..<count).map { batch[row, $0] }) }
    } _: { outputs in
      for output in outputs { try body(output) }
    }
  }

  /// Visits what `work` makes of batches whose columns are read when it asks for them.
  func visit<Output: Sendable>(
    _ sql: String, _ times: Times = .asked, _ work: @escaping @Sendable (Batch, [ColumnID]) throws -> Output,
    _ body: (Output) throws -> Void
  ) throws {
    try statement(sql, times).visit(work, body)
  }

  /// Visits the rows of a statement one by one.
  func run(_ sql: String, _ times: Times = .asked, _ body: ([QueryValue]) throws -> Void) throws {
    let statement = try statement(sql, times)
    let count = statement.columns.count
    try statement.run { batch in
      for row in 0..<batch.rowCount { try body((0..<count).map { batch[row, $0] }) }
    }
  }

  /// The events that have one of some values at a path, oldest first: very many values take several
  /// statements.
  func events(
    _ path: String, isOneOf values: Set<String>, and condition: String = "TRUE", _ times: Times
  ) throws -> [RecordedEvent] {
    let parts = SQLText.conditions(path, isOneOf: values)
    let events = try parts.flatMap {
      try self.events(where: "\($0) AND \(condition)", times, .credentials)
    }
    if parts.count < 2 { return events }
    // The parts are in order, each for itself.
    return events.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
      .map(\.element)
  }

  /// The events of which a condition holds, oldest first.
  func events(
    where condition: String, _ times: Times = .asked, _ part: RecordedEvent.Part = .change
  ) throws -> [RecordedEvent] {
    var events: [RecordedEvent] = []
    try run(
      "SELECT \(RecordedEvent.columns(part)) FROM events WHERE \(condition) ORDER BY eventTime", times
    ) { events.append(RecordedEvent($0)) }
    return events
  }
}

/// Values as SQL: whatever is in them, they stay values.
package enum SQLText {
  package static func literal(_ text: String) -> String { "'\(inside(text))'" }

  /// What stands between the quotes of a literal. By scalars: a quote may be one character with a combining mark behind it.
  package static func inside(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.flatMap { $0 == "'" ? [$0, $0] : [$0] }))
  }

  /// `path IN (…)`; false for no values. Long values are known by their digests, since a statement has an end.
  static func isOne(_ path: String, of values: some Sequence<String>) -> String {
    var (short, digests): ([String], [String]) = ([], [])
    for value in Set(values).sorted() {
      if value.utf8.count <= mostValueBytes {
        short.append(literal(value))
      } else {
        let digest = Array(value.utf8).withUnsafeBufferPointer { SHA256.digest($0) }
        digests.append(literal(hexadecimal(digest).uppercased()))
      }
    }
    let plain = short.isEmpty ? "FALSE" : "\(path) IN (\(short.joined(separator: ", ")))"
    if digests.isEmpty { return plain }
    // A character has four bytes at most.
    let isLong = "length(\(path)) > \(mostValueBytes / 4)"
    return
      "(\(plain) OR \(isLong) AND to_hex(sha256(to_utf8(\(path)))) IN (\(digests.joined(separator: ", "))))"
  }

  /// The same where it only spares reading: nil for more values than a statement holds.
  static func isOneIfFew(_ path: String, of values: some Sequence<String>) -> String? {
    let parts = conditions(path, isOneOf: Set(values))
    return parts.count > 1 ? nil : parts.first ?? "FALSE"
  }

  /// So many values go into one statement, and so many bytes of them.
  private static let mostValues = 4096
  private static let mostBytes = 1 << 18
  /// Longer ones are not written out.
  private static let mostValueBytes = 4096

  /// Conditions of which one holds where a path has one of the values.
  static func conditions(_ path: String, isOneOf values: Set<String>) -> [String] {
    var conditions: [String] = []
    var (part, byteCount): ([String], Int) = ([], 0)
    for value in values.sorted() {
      let more = min(value.utf8.count, mostValueBytes)
      if part.count == mostValues || !part.isEmpty && byteCount + more > mostBytes {
        conditions.append(isOne(path, of: part))
        (part, byteCount) = ([], 0)
      }
      part.append(value)
      byteCount += more
    }
    if !part.isEmpty { conditions.append(isOne(path, of: part)) }
    return conditions
  }

  /// `path LIKE '%…%'` that every JSON text with this string in it satisfies, however its characters are spelled:
  /// those that some writer escapes are left open, and so are apart what stands between them.
  static func mentions(_ path: String, _ text: String) -> String? {
    var runs: [String] = [""]
    for scalar in text.unicodeScalars {
      if isPlain(scalar) {
        runs[runs.count - 1].unicodeScalars.append(scalar)
      } else if runs[runs.count - 1] != "" {
        runs.append("")
      }
    }
    let pattern = runs.filter { !$0.isEmpty }.map(escaped).joined(separator: "%")
    return pattern.isEmpty ? nil : "\(path) LIKE \(literal("%\(pattern)%")) ESCAPE '\\'"
  }

  /// A text as part of a LIKE pattern with `\` as its escape.
  static func escaped(_ text: String) -> String {
    var output = ""
    for character in text {
      if character == "%" || character == "_" || character == "\\" { output.append("\\") }
      output.append(character)
    }
    return output
  }

  /// Characters that no writer of JSON escapes.
  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", ":", "@", "*", ",", " ": true
    default: false
    }
  }
}
