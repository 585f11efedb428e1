import CairnStorage
import Glibc

/// A thread that runs one statement and ends with it, for what hands out rows as they are asked for.
@_spi(Bindings) public enum StatementThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Runs `body` on a thread of its own, which nobody waits for. Signals are for the caller's threads: a handler of
  /// theirs does not run in the middle of a statement.
  ///
  /// Throws `CairnError.io` where the system gives no thread.
  public static func start(_ body: @escaping @Sendable () -> Void) throws {
    let own = Unmanaged.passRetained(Body(body))
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    // A thread begins with the mask of who makes it.
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    let result = pthread_create(
      &thread, &attributes,
      { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, own.toOpaque())
    if result != 0 {
      own.release()
      throw CairnError.io(path: "thread", action: "start", errno: result)
    }
  }
}
