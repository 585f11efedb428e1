/// Hands planned pieces to workers and gathers them in input order; knows when a segment is complete.
///
/// A segment's end depends on the pieces in order alone: workers may have filled pieces beyond it, which then begin
/// the next one.
final class PieceQueue: @unchecked Sendable {
  private let lock = Lock()
  private let plan: [Range<Int>]
  private let objects: RunObjects?
  private var nextToHand = 0
  private var firstWaiting = 0
  private var waiting: [Int: PieceFiller.Output] = [:]
  /// Pieces that come next in order, and the outputs that they are from and whose accounts are due.
  private var ready: [Piece] = []
  private var outputs: [PieceFiller.Output] = []
  /// Of the first `countedPieces` of `ready`.
  private var size: SegmentSize
  private var countedPieces = 0
  private var isComplete = false
  /// Of the plan: to be filled again, since what comes before has objects that it has too.
  private var repeated: Int?
  private let emptySize: SegmentSize

  /// - Parameter objects: what the run has taken so far; nil where all pieces are taken.
  init(plan: [Range<Int>], options: CompactionOptions, objects: RunObjects?) {
    self.plan = plan
    self.objects = objects
    emptySize = SegmentSize(rowLimit: options.segmentRowLimit, byteLimit: options.segmentJSONByteLimit)
    size = emptySize
  }

  /// The next piece to fill, or nil where the segment is complete or nothing is left.
  func next() -> (Int, Range<Int>)? {
    lock.withLock {
      if let index = repeated {
        repeated = nil
        return (index, plan[index])
      }
      guard nextToHand < plan.count, !isComplete else { return nil }
      defer { nextToHand += 1 }
      return (nextToHand, plan[nextToHand])
    }
  }

  /// Whether a segment can be taken, or accounts at the end: it is complete, or all has been filled.
  ///
  /// - Parameter isFilling: whether somebody has a piece that is not put yet.
  func isDue(isFilling: Bool) -> Bool {
    lock.withLock {
      if isComplete { return true }
      return !isFilling && nextToHand == plan.count && repeated == nil && !(ready.isEmpty && outputs.isEmpty)
    }
  }

  /// Whether all pieces have been handed out.
  var isHandedOut: Bool { lock.withLock { nextToHand == plan.count && repeated == nil } }

  func put(_ index: Int, _ output: PieceFiller.Output) {
    lock.withLock {
      waiting[index] = output
      advance()
    }
  }

  /// Takes over what has come in order, up to the end of the segment.
  private func advance() {
    while !isComplete {
      while countedPieces < ready.count, !isComplete {
        isComplete = size.add(ready[countedPieces])
        countedPieces += 1
      }
      guard !isComplete, var output = waiting.removeValue(forKey: firstWaiting) else { return }
      guard objects?.take(&output) ?? true else {
        output.discard()
        repeated = firstWaiting
        return
      }
      firstWaiting += 1
      ready += output.pieces
      outputs.append(output)
    }
  }

  /// The pieces of the next segment, and the outputs whose accounts are now due.
  func takeSegment() -> (pieces: [Piece], outputs: [PieceFiller.Output]) {
    lock.withLock {
      let taken = (Array(ready.prefix(countedPieces)), outputs)
      ready.removeFirst(countedPieces)
      outputs = []
      (size, countedPieces, isComplete) = (emptySize, 0, false)
      advance()
      return taken
    }
  }
}

/// What a segment in the making holds.
struct SegmentSize {
  let rowLimit: Int
  let byteLimit: Int
  private var pieces = 0
  private var rows = 0
  private var objects = 0
  private var bytes = 0
  private var valueBytes = 0
  private var envelopeBytes = 0
  private var members = 0
  private let seed = UInt64.random(in: 0 ... .max)
  private var slots: Set<UInt64> = []
  private var shapes: Set<UInt64> = []

  init(rowLimit: Int, byteLimit: Int) {
    self.rowLimit = rowLimit
    self.byteLimit = byteLimit
  }

  /// True where the segment is complete with this piece.
  mutating func add(_ piece: Piece) -> Bool {
    pieces += 1
    rows += piece.state.rows.count
    objects += piece.objects.count
    bytes += piece.jsonByteCount
    valueBytes += piece.weight
    envelopeBytes += piece.envelopeByteCount
    let outline = PieceOutline(piece.state.automaton, seed: seed)
    slots.formUnion(outline.slots)
    for (shape, count) in zip(outline.shapes, outline.memberCounts)
    where shapes.insert(shape).inserted {
      members += Int(count)
    }
    return rows >= rowLimit || objects >= rowLimit || bytes >= byteLimit
      || slots.count >= SegmentFormat.segmentSlotLimit
      || members >= SegmentFormat.segmentMemberLimit
      || envelopeBytes >= SegmentFormat.segmentEnvelopeByteLimit
      || slots.count * pieces >= SegmentFormat.segmentSlotPieceLimit
      || valueBytes >= SegmentFormat.segmentValueByteLimit
        && Double(valueBytes) > SegmentFormat.segmentValueShare * Double(bytes)
  }
}
