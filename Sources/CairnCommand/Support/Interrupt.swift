import Cairn
import Glibc

/// While it lasts, Ctrl-C ends a query: the first one asks it to end, a second one ends the process.
final class Interrupt {
  private let cancellation: QueryCancellation
  private let previous: sigaction

  init(cancelling cancellation: QueryCancellation) {
    self.cancellation = cancellation
    interruptTarget = Unmanaged.passUnretained(cancellation)
    previous = Self.handle { _ in
      // The query's owner keeps it alive while the handler is in place.
      guard let target = interruptTarget?.takeUnretainedValue(), !target.isCancelled else { _exit(130) }
      target.cancel()
    }
  }

  /// Puts the previous handler back.
  func end() {
    var previous = previous
    sigaction(SIGINT, &previous, nil)
    interruptTarget = nil
  }

  /// Installs a handler for Ctrl-C and gives the one before. Reads that wait are interrupted by it.
  static func handle(_ handler: @escaping @convention(c) (Int32) -> Void) -> sigaction {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    var previous = sigaction()
    sigaction(SIGINT, &action, &previous)
    return previous
  }
}

/// Written before the handler is installed and after it is gone, read by the handler only.
nonisolated(unsafe) private var interruptTarget: Unmanaged<QueryCancellation>?
