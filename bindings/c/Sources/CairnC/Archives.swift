import CCairn
import Cairn

/// What callers have of an object, and the way back.
func handle(_ object: AnyObject) -> OpaquePointer { OpaquePointer(Unmanaged.passRetained(object).toOpaque()) }

func object<Object: AnyObject>(_ type: Object.Type, of handle: OpaquePointer) -> Object {
  Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).takeUnretainedValue()
}

func giveBack<Object: AnyObject>(_ type: Object.Type, _ handle: OpaquePointer?) {
  if let handle { Unmanaged<Object>.fromOpaque(UnsafeRawPointer(handle)).release() }
}

private let defaultCacheByteCount = 512 << 20

@c @implementation
public func cairn_open(
  _ path: UnsafePointer<CChar>!, _ cache_bytes: Int64, _ archive: UnsafeMutablePointer<OpaquePointer?>!,
  _ error: TextResult!
) -> Int32 {
  status(error) {
    guard let path, let archive else { throw missing(path == nil ? "path" : "archive") }
    archive.pointee = nil
    let byteCount = cache_bytes > 0 ? Int(cache_bytes) : defaultCacheByteCount
    archive.pointee = handle(try Archive(path: String(cString: path), cacheByteLimit: byteCount))
  }
}

@c @implementation
public func cairn_open_all(
  _ paths: UnsafePointer<UnsafePointer<CChar>?>!, _ path_count: Int64, _ cache_bytes: Int64,
  _ archive: UnsafeMutablePointer<OpaquePointer?>!, _ error: TextResult!
) -> Int32 {
  status(error) {
    guard let archive else { throw missing("archive") }
    archive.pointee = nil
    let byteCount = cache_bytes > 0 ? Int(cache_bytes) : defaultCacheByteCount
    archive.pointee = handle(
      try Archive(named: try texts(paths, path_count, "paths"), cacheByteLimit: byteCount))
  }
}

@c @implementation public func cairn_close(_ archive: OpaquePointer!) { giveBack(Archive.self, archive) }

@c @implementation
public func cairn_describe(_ archive: OpaquePointer!) -> UnsafeMutablePointer<CChar>! {
  guard let archive else { return nil }
  let opened = object(Archive.self, of: archive)
  let segments = opened.segments
  let timed = segments.filter { $0.untimedRowCount < $0.rowCount }
  let parts = segments.map { segment in
    object([
      ("archive", "\(segment.archive)"), ("name", quoted(segment.name)),
      ("marks", segment.marks.map { quoted($0.name) } ?? "null"),
      ("rows", "\(segment.rowCount)"), ("untimed_rows", "\(segment.untimedRowCount)"),
      ("first", "\(segment.minimumTime)"), ("last", "\(segment.maximumTime)"),
    ])
  }
  func sum(_ part: (SegmentEntry) -> Int) -> String { String(segments.reduce(0) { $0 + part($1.entry) }) }
  func time(_ milliseconds: Int64?) -> String { milliseconds.map { quoted(formatTime($0)) } ?? "null" }
  return copied(
    object([
      ("archives", "[\(opened.snapshots.map { quoted($0.path) }.joined(separator: ", "))]"),
      ("segments", String(segments.count)), ("rows", sum(\.rowCount)), ("objects", sum(\.objectCount)),
      ("untimed_rows", sum(\.untimedRowCount)),
      ("json_bytes", sum(\.jsonByteCount)), ("archive_bytes", sum(\.byteCount)),
      ("first", time(timed.map(\.minimumTime).min())), ("last", time(timed.map(\.maximumTime).max())),
      ("parts", "[\(parts.joined(separator: ", "))]"),
    ]))
}

@c @implementation
public func cairn_restore(
  _ archive: OpaquePointer!, _ directory: UnsafePointer<CChar>!, _ pattern: UnsafePointer<CChar>!,
  _ gzip: Int32, _ summary: TextResult!, _ error: TextResult!
) -> Int32 {
  status(error) {
    guard let archive, let directory else { throw missing(archive == nil ? "archive" : "directory") }
    let result = try object(Archive.self, of: archive).restore(
      to: String(cString: directory), matching: pattern.map { String(cString: $0) }, gzip: gzip != 0)
    summary?.pointee = copied(
      object([
        ("objects", "\(result.objects)"), ("json_bytes", "\(result.jsonByteCount)"),
        ("incomplete_objects", "\(result.incompleteObjects)"),
        ("unwritten_objects", "\(result.unwrittenObjects)"),
      ]))
  }
}
