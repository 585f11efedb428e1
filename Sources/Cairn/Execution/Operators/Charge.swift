import CairnStorage
import Glibc

/// Whom a thread's CPU time is charged to while EXPLAIN ANALYZE measures.
///
/// Operators call each other in both directions, on several threads, and columns are read when somebody asks. So a
/// thread carries the operator that it works for; where the work changes hands, the time since the last change is
/// charged to the one who had it. Where nothing is measured, nothing is carried.
struct Charge: Sendable {
  let recorder: OperatorRecorder
  /// The operator; nil for who takes the query's rows.
  let owner: ObjectIdentifier?

  /// Whom this thread works for.
  @TaskLocal private static var account: Account?

  static var current: Charge? { account?.charge }

  /// Runs `body` at the cost of the owner.
  func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    let outer = Charge.account
    if let outer, outer.charge.owner == owner, outer.charge.recorder === recorder { return try body() }
    let start = Self.threadNanoseconds()
    outer?.stop(start)
    let account = Account(self, start)
    defer {
      let end = Self.threadNanoseconds()
      account.stop(end)
      outer?.start(end)
    }
    return try Charge.$account.withValue(account, operation: body)
  }

  /// The same work, at the cost of `charge` whoever calls it.
  static func keep<Result>(
    _ charge: Charge?, _ body: @escaping @Sendable () throws -> Result
  ) -> @Sendable () throws -> Result {
    guard let charge else { return body }
    return { try charge.run(body) }
  }

  /// CPU time of this thread.
  static func threadNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  /// A stretch of work on one thread, which alone touches it.
  private final class Account: @unchecked Sendable {
    let charge: Charge
    private var since: Int

    init(_ charge: Charge, _ now: Int) {
      self.charge = charge
      since = now
    }

    func start(_ now: Int) { since = now }

    func stop(_ now: Int) { charge.recorder.addTime(charge.owner, nanoseconds: now - since) }
  }
}

/// The one of `CairnStorage`, at the cost of who calls it.
func parallelMap<Result: Sendable>(
  count: Int, threads: Int, _ body: @Sendable (Int) throws -> Result
) throws -> [Result] {
  guard let charge = Charge.current else {
    return try CairnStorage.parallelMap(count: count, threads: threads, body)
  }
  return try CairnStorage.parallelMap(count: count, threads: threads) { index in
    try charge.run { try body(index) }
  }
}

/// The one of `CairnStorage`; what is made is at the cost of who calls it.
func parallelVisit<Result: Sendable>(
  count: Int, threads: Int, window: Int, _ make: @Sendable (Int) throws -> Result,
  _ take: (Result) throws -> Bool
) throws -> Bool {
  guard let charge = Charge.current else {
    return try CairnStorage.parallelVisit(count: count, threads: threads, window: window, make, take)
  }
  return try CairnStorage.parallelVisit(count: count, threads: threads, window: window) { index in
    try charge.run { try make(index) }
  } _: {
    try take($0)
  }
}
