import CCairn
import Cairn
import Glibc

/// What a stream that has been handed out owns.
private final class StreamOwnership {
  let run: Run
  let hasDictionaries: Bool
  private(set) var lastError: UnsafeMutablePointer<CChar>?

  init(_ run: Run, hasDictionaries: Bool) {
    self.run = run
    self.hasDictionaries = hasDictionaries
  }

  deinit {
    run.abandon()
    free(lastError)
  }

  /// Calls `body` and gives its outcome as the interface has it: 0 or a number of errno.
  func attempt(_ body: () throws -> Void) -> Int32 {
    do {
      try body()
      return 0
    } catch {
      free(lastError)
      lastError = copied(message(error))
      switch error as? CairnError {
      case .usage?: return EINVAL
      case .interrupted?: return ECANCELED
      default: return EIO
      }
    }
  }
}

extension ArrowArrayStream {
  private static func ownership(of stream: UnsafeMutablePointer<ArrowArrayStream>?) -> StreamOwnership? {
    stream?.pointee.private_data.map { Unmanaged<StreamOwnership>.fromOpaque($0).takeUnretainedValue() }
  }

  init(_ run: Run, hasDictionaries: Bool) {
    LiveCount.add(1)
    self.init(
      get_schema: { stream, target in
        guard let own = ArrowArrayStream.ownership(of: stream), let target else { return EINVAL }
        return own.attempt {
          target.pointee = ArrowSchema(
            own.run.columns, try own.run.settledTypes(), hasDictionaries: own.hasDictionaries)
        }
      },
      get_next: { stream, target in
        guard let own = ArrowArrayStream.ownership(of: stream), let target else { return EINVAL }
        return own.attempt {
          if let batch = try own.run.next() {
            batch.move(to: target)
          } else {
            target.pointee = ArrowArray()
          }
        }
      },
      get_last_error: { stream in
        ArrowArrayStream.ownership(of: stream).flatMap { UnsafePointer($0.lastError) }
      },
      release: { stream in
        guard let stream, let data = stream.pointee.private_data else { return }
        stream.pointee.release = nil
        stream.pointee.private_data = nil
        LiveCount.add(-1)
        Unmanaged<StreamOwnership>.fromOpaque(data).release()
      },
      private_data: Unmanaged.passRetained(StreamOwnership(run, hasDictionaries: hasDictionaries)).toOpaque())
  }
}
