import CCairn
import Cairn
import Glibc

/// What a caller wants scanned, as the texts that statements are made of.
struct ScanText {
  var columns: [String]
  var condition: String?
  var filter: String?

  init(columns: [String], condition: String?, filter: String? = nil) {
    (self.columns, self.condition, self.filter) = (columns, condition, filter)
  }

  /// A statement whose rows are the values at paths.
  func statement(on archive: Archive) throws -> String {
    guard !columns.isEmpty else { throw CairnError.usage("a scan needs columns") }
    let items = try columns.map { column in
      // Nothing but a path, or the record as a whole, may stand here.
      if column.lowercased() != "eventjson" { try FieldPath.check(column, on: archive) }
      let parts = column.split(separator: "\"", omittingEmptySubsequences: false)
      // A comment may end it.
      return "\(column)\n AS \"\(parts.joined(separator: "\"\""))\""
    }
    if let condition {
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      _ = try Condition(condition, now: Int64(now.tv_sec) * 1000, on: archive)
    }
    // A comment may end the condition.
    let conditions = [condition.map { "(\($0)\n)" }, filter].compactMap { $0 }
    let text = "SELECT \(items.joined(separator: ", ")) FROM events"
    return conditions.isEmpty ? text : "\(text) WHERE \(conditions.joined(separator: " AND "))"
  }

  /// What parts of the scan belong to.
  func name(_ options: cairn_options) -> String {
    "\(options.since) \(options.until) \(condition.map(quoted) ?? "") \(filter.map(quoted) ?? "")"
  }
}

extension ScanText {
  fileprivate init(_ request: cairn_request, on archive: Archive) throws {
    guard request.size == Int64(MemoryLayout<cairn_request>.size) else {
      throw CairnError.usage(
        "cairn_request of \(request.size) bytes: this library has \(MemoryLayout<cairn_request>.size)")
    }
    self.init(
      columns: try texts(request.columns, request.column_count, "columns"),
      condition: request.condition.map { String(cString: $0) },
      filter: try request.filter.map { try FilterText(archive).text(of: $0) })
  }
}

@c @implementation
public func cairn_scan_request(
  _ archive: OpaquePointer!, _ request: UnsafePointer<cairn_request>!,
  _ options: UnsafePointer<cairn_options>!,
  _ query: UnsafeMutablePointer<OpaquePointer?>!, _ error: TextResult!
) -> Int32 {
  status(error) {
    guard let archive, let request, let query else { throw missing("archive, request or query") }
    query.pointee = nil
    let opened = object(Archive.self, of: archive)
    let text = try ScanText(request.pointee, on: opened)
    let settings = try cairn_options(options)
    let part = try request.pointee.part.map {
      try ArchivePart(token: String(cString: $0), request: text.name(settings), on: opened)
    }
    query.pointee = handle(
      try Statement(try text.statement(on: opened), on: opened, settings, part: part))
  }
}

@c @implementation
public func cairn_sql_part(
  _ archive: OpaquePointer!, _ statement: UnsafePointer<CChar>!, _ part: UnsafePointer<CChar>!,
  _ options: UnsafePointer<cairn_options>!, _ query: UnsafeMutablePointer<OpaquePointer?>!,
  _ error: TextResult!
) -> Int32 {
  status(error) {
    guard let archive, let statement, let part, let query else {
      throw missing("archive, statement, part or query")
    }
    query.pointee = nil
    let opened = object(Archive.self, of: archive)
    let settings = try cairn_options(options)
    let all = ScanText(columns: [], condition: nil).name(settings)
    let given = try ArchivePart(token: String(cString: part), request: all, on: opened)
    query.pointee = handle(
      try Statement(String(cString: statement), on: opened, settings, part: given))
  }
}

@c @implementation
public func cairn_scan_parts(
  _ archive: OpaquePointer!, _ request: UnsafePointer<cairn_request>!,
  _ options: UnsafePointer<cairn_options>!,
  _ count: Int64, _ parts: TextResult!, _ error: TextResult!
) -> Int32 {
  status(error) {
    guard let archive, let request, let parts else { throw missing("archive, request or parts") }
    parts.pointee = nil
    guard request.pointee.part == nil, count > 0 else {
      throw CairnError.usage("a whole scan is divided, into one part or more")
    }
    let opened = object(Archive.self, of: archive)
    let text = try ScanText(request.pointee, on: opened)
    let given = try cairn_options(options)
    var settings = QueryOptions(given)
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    settings.now = Int64(now.tv_sec) * 1000
    let query = try Query(try text.statement(on: opened), on: opened, options: settings)
    let made = try query.parts(atMost: Int(min(count, 1 << 20)), request: text.name(given))
    parts.pointee = copied(made.map { "\($0.token) \($0.rowCount)\n" }.joined())
  }
}
