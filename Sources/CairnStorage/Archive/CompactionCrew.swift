/// Tells the workers of a run what to do next, so that the next segment is filled while one is sealed and nobody is
/// idle while there is something to do.
///
/// Sealing goes first: it gives memory back. One segment is sealed at a time, by a worker; the others help with what it
/// does in parallel, and fill pieces in between. What goes into a segment is the queue's matter alone.
final class CompactionCrew: @unchecked Sendable {
  enum Task {
    case help(Helpers.Job)
    case seal
    case fill(piece: Int, files: Range<Int>)
  }

  let helpers: Helpers
  private let condition = Condition()
  private let queue: PieceQueue
  private let hasRoom: @Sendable (_ pieces: Int) -> Bool
  private var fillingCount = 0
  private var isSealing = false
  private var hasFailed = false
  private var failure: (any Error)?

  /// - Parameter hasRoom: whether so many more pieces may be in memory beside the segment that is being sealed.
  init(_ queue: PieceQueue, hasRoom: @escaping @Sendable (_ pieces: Int) -> Bool) {
    (self.queue, self.hasRoom) = (queue, hasRoom)
    helpers = Helpers(condition)
  }

  /// What made sealing fail: it tells more than what failed behind it.
  var sealFailure: (any Error)? { condition.withLock { failure } }

  /// Works on this thread until nothing is left, or somebody has failed.
  func run(fill: (_ piece: Int, _ files: Range<Int>) throws -> Void, seal: () throws -> Void) throws {
    while let task = next() {
      switch task {
      case .help(let job): job.takePart()
      case .seal: try during(isSeal: true) { try helpers.with(seal) }
      case .fill(let piece, let files): try during(isSeal: false) { try fill(piece, files) }
      }
    }
  }

  /// To be called when there may be room again.
  func wake() { condition.withLock { condition.wakeAll() } }

  private func next() -> Task? {
    condition.withLock {
      while !hasFailed {
        if let job = helpers.openJob { return .help(job) }
        if !isSealing, queue.isDue(isFilling: fillingCount > 0) {
          isSealing = true
          return .seal
        }
        if !isSealing || hasRoom(fillingCount + 1), let (piece, files) = queue.next() {
          fillingCount += 1
          return .fill(piece: piece, files: files)
        }
        // Nobody is at anything that could leave work for others.
        if !isSealing, fillingCount == 0 { return nil }
        condition.wait()
      }
      return nil
    }
  }

  private func during(isSeal: Bool, _ work: () throws -> Void) throws {
    var failure: (any Error)?
    do { try work() } catch { failure = error }
    condition.withLock {
      if isSeal {
        isSealing = false
        self.failure = failure
      } else {
        fillingCount -= 1
      }
      hasFailed = hasFailed || failure != nil
      condition.wakeAll()
    }
    if let failure { throw failure }
  }
}
