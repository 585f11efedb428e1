import CCairn
import Cairn
import Glibc

/// A statement of a caller, and whether its rows have been handed out.
final class Statement {
  let run: Run
  let hasDictionaries: Bool
  var isTaken = false

  init(_ run: Run, hasDictionaries: Bool) {
    self.run = run
    self.hasDictionaries = hasDictionaries
  }

  deinit { if !isTaken { run.abandon() } }

  convenience init(
    _ sql: String, on archive: Archive, _ options: cairn_options, part: ArchivePart? = nil
  ) throws {
    var settings = QueryOptions(options)
    settings.part = part
    let flags = options.flags
    let hasDictionaries = flags & UInt32(CAIRN_DICTIONARIES) != 0
    let encoder = BatchEncoder(
      textByteLimit: options.text_bytes > 0 ? Int(options.text_bytes) : BatchEncoder.defaultTextByteLimit,
      hasDictionaries: hasDictionaries)
    self.init(
      Run(
        try Query(sql, on: archive, options: settings), settings.cancellation, encoder,
        hasStaticTypes: flags & UInt32(CAIRN_STATIC_TYPES) != 0), hasDictionaries: hasDictionaries)
  }
}

extension QueryOptions {
  init(_ options: cairn_options) {
    self.init()
    if options.since != .min { since = options.since }
    if options.until != .max { until = options.until }
    if options.limit >= 0 { rowLimit = Int(options.limit) }
    if options.memory_bytes > 0 { memoryLimit = Int(options.memory_bytes) }
    let threads = options.threads > 0 ? Int(options.threads) : sysconf(Int32(_SC_NPROCESSORS_ONLN))
    self.threads = min(max(1, threads), Self.threadLimit)
    isStrict = options.flags & UInt32(CAIRN_STRICT) != 0
  }

  private static let threadLimit = 1024
}

extension cairn_options {
  /// The options of a caller, who may know fewer of them.
  init(_ pointer: UnsafePointer<cairn_options>?) throws {
    self.init(
      size: Int64(MemoryLayout<cairn_options>.size), since: .min, until: .max, limit: -1, memory_bytes: 0,
      text_bytes: 0, threads: 0, flags: 0)
    guard let pointer else { return }
    let size = pointer.pointee.size
    guard size == self.size else {
      throw CairnError.usage("cairn_options of \(size) bytes: this library has \(self.size)")
    }
    self = pointer.pointee
  }
}

@c @implementation
public func cairn_sql(
  _ archive: OpaquePointer!, _ statement: UnsafePointer<CChar>!, _ options: UnsafePointer<cairn_options>!,
  _ query: UnsafeMutablePointer<OpaquePointer?>!, _ error: TextResult!
) -> Int32 {
  status(error) {
    guard let archive, let statement, let query else { throw missing("archive, statement or query") }
    query.pointee = nil
    query.pointee = handle(
      try Statement(
        String(cString: statement), on: object(Archive.self, of: archive), try cairn_options(options)))
  }
}

@c @implementation
public func cairn_scan(
  _ archive: OpaquePointer!, _ columns: UnsafePointer<UnsafePointer<CChar>?>!, _ column_count: Int64,
  _ condition: UnsafePointer<CChar>!, _ options: UnsafePointer<cairn_options>!,
  _ query: UnsafeMutablePointer<OpaquePointer?>!, _ error: TextResult!
) -> Int32 {
  status(error) {
    guard let archive, let columns, let query else { throw missing("archive, columns or query") }
    query.pointee = nil
    let opened = object(Archive.self, of: archive)
    let request = ScanText(
      columns: try texts(columns, column_count, "columns"), condition: condition.map { String(cString: $0) })
    query.pointee = handle(
      try Statement(try request.statement(on: opened), on: opened, try cairn_options(options)))
  }
}

@c @implementation
public func cairn_query_wait(_ query: OpaquePointer!, _ milliseconds: Int64) -> Int32 {
  guard let query else { return 1 }
  return object(Statement.self, of: query).run.wait(milliseconds: milliseconds) ? 1 : 0
}

@c @implementation
public func cairn_query_schema(
  _ query: OpaquePointer!, _ schema: UnsafeMutablePointer<ArrowSchema>!, _ error: TextResult!
) -> Int32 {
  status(error) {
    guard let query, let schema else { throw missing("query or schema") }
    let statement = object(Statement.self, of: query)
    schema.pointee = ArrowSchema(
      statement.run.columns, try statement.run.settledTypes(), hasDictionaries: statement.hasDictionaries)
  }
}

@c @implementation
public func cairn_query_stream(
  _ query: OpaquePointer!, _ stream: UnsafeMutablePointer<ArrowArrayStream>!, _ error: TextResult!
) -> Int32 {
  status(error) {
    guard let query, let stream else { throw missing("query or stream") }
    let statement = object(Statement.self, of: query)
    guard !statement.isTaken else { throw CairnError.usage("the rows of a query come once") }
    statement.isTaken = true
    stream.pointee = ArrowArrayStream(statement.run, hasDictionaries: statement.hasDictionaries)
  }
}

@c @implementation public func cairn_query_cancel(_ query: OpaquePointer!) {
  if let query { object(Statement.self, of: query).run.cancel() }
}

@c @implementation
public func cairn_query_warnings(_ query: OpaquePointer!) -> UnsafeMutablePointer<CChar>! {
  guard let query else { return nil }
  let warnings = object(Statement.self, of: query).run.warnings
  return warnings.isEmpty ? nil : copied(warnings.joined(separator: "\n"))
}

@c @implementation
public func cairn_query_statistics(_ query: OpaquePointer!) -> UnsafeMutablePointer<CChar>! {
  guard let query, let statistics = object(Statement.self, of: query).run.statistics else { return nil }
  return copied(
    object([
      ("segments", "\(statistics.segments)"), ("segments_read", "\(statistics.segmentsRead)"),
      ("row_groups", "\(statistics.rowGroups)"), ("row_groups_read", "\(statistics.rowGroupsRead)"),
      ("rows", "\(statistics.rows)"), ("bytes_read", "\(statistics.bytesRead)"),
      ("bytes_spilled", "\(statistics.bytesSpilled)"),
    ]))
}

@c @implementation public func cairn_query_free(_ query: OpaquePointer!) { giveBack(Statement.self, query) }
