import CCairn
import Cairn

private typealias Progress = @convention(c) (Int64, Int64, UnsafeMutableRawPointer?) -> Int32

/// A caller's function with what it wants to be called with.
private final class ProgressCall: @unchecked Sendable {
  private let function: Progress
  private let context: UnsafeMutableRawPointer?
  let cancellation = QueryCancellation()
  // One call at a time.
  private var files = (done: Int64(0), all: Int64(0))

  init(_ function: @escaping Progress, _ context: UnsafeMutableRawPointer?) {
    (self.function, self.context) = (function, context)
  }

  func report(_ progress: CompactionProgress) {
    // A merge counts objects; all files are done then.
    if !progress.isMerging { files = (Int64(progress.files), Int64(progress.totalFiles)) }
    if function(files.done, files.all, context) != 0 { cancellation.cancel() }
  }
}

@c @implementation
public func cairn_compact(
  _ sources: UnsafePointer<UnsafePointer<CChar>?>!, _ source_count: Int64, _ path: UnsafePointer<CChar>!,
  _ progress: (@convention(c) (Int64, Int64, UnsafeMutableRawPointer?) -> Int32)!,
  _ context: UnsafeMutableRawPointer!, _ summary: TextResult!, _ error: TextResult!
) -> Int32 {
  status(error) {
    guard let sources, let path else { throw missing("sources or path") }
    let names = try (0..<Int(max(0, source_count))).map { index in
      guard let name = sources[index] else { throw missing("sources[\(index)]") }
      return String(cString: name)
    }
    var options = CompactionOptions()
    if let progress {
      let call = ProgressCall(progress, context)
      options.progress = { call.report($0) }
      options.isCancelled = { call.cancellation.isCancelled }
    }
    let result = try compact(names, into: String(cString: path), options: options)
    summary?.pointee = copied(
      object([
        ("files", "\(result.files)"), ("objects", "\(result.objects)"),
        ("skipped_objects", "\(result.skippedObjects)"), ("rejected_objects", "\(result.rejectedObjects)"),
        ("unread_files", "\(result.unreadFiles)"), ("records", "\(result.records)"),
        ("kept", "\(result.kept)"),
        ("duplicates", "\(result.duplicates)"), ("shadowed", "\(result.shadowed)"),
        ("rejected", "\(result.rejected)"), ("source_bytes", "\(result.sourceByteCount)"),
        ("archive_bytes", "\(result.archiveByteCount)"), ("segments", "\(result.segments)"),
      ]))
  }
}
