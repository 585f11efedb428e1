/// Things that are dear to make and that nobody uses at the moment: there come to be as many as threads use at a time.
package final class IdlePool<Thing>: @unchecked Sendable {
  private let lock = Lock()
  private var idle: [Thing] = []

  package init() {}

  /// One that is this thread's until it gives it back; nil where all are in use.
  package func take() -> Thing? { lock.withLock { idle.popLast() } }

  package func give(_ thing: Thing) { lock.withLock { idle.append(thing) } }
}
