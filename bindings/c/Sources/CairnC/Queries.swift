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

  convenience init(_ sql: String, on archive: Archive, _ options: cairn_options) throws {
    var settings = QueryOptions()
    if options.since != .min { settings.since = options.since }
    if options.until != .max { settings.until = options.until }
    if options.limit >= 0 { settings.rowLimit = Int(options.limit) }
    if options.memory_bytes > 0 { settings.memoryLimit = Int(options.memory_bytes) }
    let threads = options.threads > 0 ? Int(options.threads) : sysconf(Int32(_SC_NPROCESSORS_ONLN))
    settings.threads = min(max(1, threads), Self.threadLimit)
    let flags = options.flags
    settings.isStrict = flags & UInt32(CAIRN_STRICT) != 0
    let hasDictionaries = flags & UInt32(CAIRN_DICTIONARIES) != 0
    let encoder = BatchEncoder(
      textByteLimit: options.text_bytes > 0 ? Int(options.text_bytes) : BatchEncoder.defaultTextByteLimit,
      hasDictionaries: hasDictionaries)
    self.init(
      Run(
        try Query(sql, on: archive, options: settings), settings.cancellation, encoder,
        hasStaticTypes: flags & UInt32(CAIRN_STATIC_TYPES) != 0), hasDictionaries: hasDictionaries)
  }

  private static let threadLimit = 1024
}

extension cairn_options {
  /// The options of a caller, who may know fewer of them.
  fileprivate init(_ pointer: UnsafePointer<cairn_options>?) throws {
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

/// A statement whose rows are the values at paths.
private func scanText(
  _ columns: [String], _ condition: String?, on archive: Archive
) throws -> String {
  guard !columns.isEmpty else { throw CairnError.usage("a scan needs columns") }
  let items = try columns.map { column in
    // Nothing but a path, or the record as a whole, may stand here.
    if column.lowercased() != "eventjson" { _ = try FieldPath.names(column, on: archive) }
    let parts = column.split(separator: "\"", omittingEmptySubsequences: false)
    return "\(column) AS \"\(parts.joined(separator: "\"\""))\""
  }
  var text = "SELECT \(items.joined(separator: ", ")) FROM events"
  if let condition {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    _ = try Condition(condition, now: Int64(now.tv_sec) * 1000, on: archive)
    // A comment may end the condition.
    text += " WHERE (\(condition)\n)"
  }
  return text
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
    let paths = try (0..<Int(max(0, column_count))).map { index in
      guard let path = columns[index] else { throw missing("columns[\(index)]") }
      return String(cString: path)
    }
    let text = try scanText(paths, condition.map { String(cString: $0) }, on: opened)
    query.pointee = handle(try Statement(text, on: opened, try cairn_options(options)))
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
