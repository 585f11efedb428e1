import CairnSQL
import CairnStorage
import Glibc

/// How a query runs.
public struct QueryOptions: Sendable {
  /// Least event time of the rows of `events`, milliseconds since 1970; nil for no bound.
  public var since: Int64?
  /// First event time that is too late.
  public var until: Int64?
  /// Worker threads.
  public var threads = 2
  /// Bytes that each step of a query may keep; what needs more puts rows into temporary files. The archive's cache
  /// of decoded parts comes beside it (`Archive.cacheByteLimit(memoryLimit:)` suits it).
  public var memoryLimit = 2 << 30
  /// Where temporary files are made: `TMPDIR` if it is set, else `/var/tmp`. They have no names and vanish with
  /// the process.
  public var temporaryDirectory = QueryOptions.defaultTemporaryDirectory
  /// Rows after which it ends, whatever the statement says; nil for no bound.
  public var rowLimit: Int?
  /// Tables beside the archive.
  public var tables: [TableFile] = []
  /// Queries that can be read as tables by their names, after tables of files.
  public var queries = NamedQueries()
  /// Whether names that mean nothing, which warnings tell otherwise, are errors.
  public var isStrict = false
  /// Whether Logstash's `@timestamp` counts as eventTime in records that have none.
  public var usesLogstashTime = true
  /// What PREPARE names: statements whose options share it can EXECUTE one another's.
  public var prepared = PreparedStatements()
  /// The time that `now()` stands for, milliseconds since 1970; nil for the clock.
  public var now: Int64?
  /// Ends the query early from another thread or a signal handler.
  public var cancellation = QueryCancellation()
  /// Only the row groups of a part are read; nil for all.
  public var part: ArchivePart? {
    didSet { if let part { now = part.now } }
  }
  package var mode = EvaluationMode()
  /// Only rows that no range of time contains, since nothing readable says when they were.
  var isUndated = false
  /// Only events in which this finds something are rows of `events`; nil for all.
  var finder: ValueFinder?

  /// All of the archive, on two threads.
  public init() {}

  private static let defaultTemporaryDirectory: String =
    getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/var/tmp"
}

/// A switch that ends a running query: it throws `CairnError.interrupted` soon after.
public final class QueryCancellation: @unchecked Sendable {
  // A plain byte: written once, from any thread or a signal handler; a late sight of it does no harm.
  private let flag: UnsafeMutablePointer<UInt8>

  /// Not cancelled.
  public init() {
    flag = .allocate(capacity: 1)
    flag.initialize(to: 0)
  }

  /// That of the query that this thread evaluates an expression of.
  @TaskLocal static var current: QueryCancellation?

  /// Whether the value that is being computed is not wanted any more: then any will do, since who asked for it
  /// throws.
  static var isCurrentCancelled: Bool { current?.isCancelled ?? false }

  /// Evaluates expressions, which may look at it while they do.
  func during<Result>(_ body: () throws -> Result) throws -> Result {
    let result = try Self.$current.withValue(self, operation: body)
    try check()
    return result
  }

  deinit { flag.deallocate() }

  /// Asks the query to end. Safe in a signal handler.
  public func cancel() { flag.pointee = 1 }

  /// Whether the query was asked to end.
  public var isCancelled: Bool { flag.pointee != 0 }

  func check() throws {
    if isCancelled { throw CairnError.interrupted }
  }
}
