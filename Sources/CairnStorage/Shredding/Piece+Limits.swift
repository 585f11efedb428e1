/// What one piece may hold. A record that does not fit beside others gets a piece of its own; one that does not fit
/// alone is a reject. Boundaries depend on the input alone, never on memory or threads.
extension Piece {
  /// Words of the tape after which no record is added.
  package static let tapeLimit = 1 << 22
  /// Records after which none is added.
  package static let rowLimit = 1 << 18
  /// JSON bytes, or bytes kept as they are, after which nothing is added.
  package static let byteLimit = 64 << 20
  /// What the rows take in memory beside their tape, about.
  static let rowByteCount = MemoryLayout<PieceRow>.stride

  /// Whether the next object goes to another piece.
  package var isFull: Bool { jsonByteCount >= Self.byteLimit || state.isFull }

  /// Whether no record has left anything in it.
  var isFresh: Bool { state.rows.isEmpty && state.automaton.isFresh && state.columns.isEmpty }

  /// Lets go of what records have left that did not become rows. The piece must have none.
  func forgetValues() {
    precondition(state.rows.isEmpty)
    let (heap, verbatim) = (state.heap, state.verbatim)
    state.heap = RawVector()
    state.verbatim = RawVector()
    state.free()
    state = PieceState()
    state.heap.free()
    state.verbatim.free()
    (state.heap, state.verbatim) = (heap, verbatim)
  }

  func keepVerbatim(_ record: UnsafeBufferPointer<UInt8>) {
    let range = state.keep(record)
    state.verbatim.append(
      VerbatimRow(row: state.rows.count, start: range.lowerBound, byteCount: range.count))
  }

  /// What it takes in memory until its segment is sealed, about: values, rows, gaps.
  package var weight: Int {
    state.byteCount + state.rows.count * Self.rowByteCount + envelopeByteCount
  }
}

extension PieceState {
  /// Whether the next record goes to another piece.
  var isFull: Bool {
    tape.count >= Piece.tapeLimit || rows.count >= Piece.rowLimit || heap.count >= Piece.byteLimit
  }
}
