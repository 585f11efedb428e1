/// Turns records (rows of tapes) into columns of one row group, in row order.
///
/// Each piece shape is compiled once into steps; a record is then a walk along its tape and its steps, one
/// append a value.
final class TranspositionPlan: @unchecked Sendable {
  struct Step: BitwiseCopyable {
    enum Action: BitwiseCopyable { case value, array, object }
    var action: Action
    /// Merged column that the tape word goes to.
    var column: UInt32
    /// Piece slot of an array's elements.
    var element: UInt32
  }

  /// Where the values of an array's elements go, by kind.
  struct ElementColumns: BitwiseCopyable {
    var shape: UInt32
    var string: UInt32
    var integer: UInt32
    var number: UInt32
    var length: UInt32
    var element: UInt32
  }

  /// How a piece's tapes are walked, in memory that the plan frees: walks touch no reference count.
  struct PiecePlan: BitwiseCopyable {
    var steps = RawVector<Step>()
    /// First step of each piece shape, and the end of the last.
    var stepStarts = RawVector<UInt32>()
    /// By piece slot; meaningful for element slots.
    var elements = RawVector<ElementColumns>()
    var shapeWords = RawVector<UInt32>()
    /// By merged column.
    var ids = RawVector<Identifiers>()
    /// The piece's own.
    var tape: UnsafeMutablePointer<UInt32>
    var rows: UnsafeMutablePointer<PieceRow>

    init(_ state: PieceState) { (tape, rows) = (state.tape.base, state.rows.base) }

    func free() {
      steps.free()
      stepStarts.free()
      elements.free()
      shapeWords.free()
      ids.free()
    }
  }

  /// Ids of a piece's numbers in one column: by number, or these and a base.
  struct Identifiers: BitwiseCopyable {
    var byNumber: UnsafePointer<UInt32>?
    var base: UInt32 = 0

    @inline(__always)
    func id(of number: UInt32) -> UInt32 { byNumber.map { $0[Int(number)] } ?? number &+ base }
  }

  static let none = UInt32.max

  private(set) var catalogue: MergedCatalogue
  private var plans = RawVector<PiecePlan>()
  private(set) var mergers: [ColumnMerger?] = []
  /// Column of the root's shape words.
  let rootColumn: Int
  private let pieces: [Piece]
  /// Owns what ids are looked up in.
  private var remapStorage: [UnsafeMutablePointer<UInt32>] = []

  /// - Parameter sparesMemory: large columns are merged one after the other.
  init(_ pieces: [Piece], threads: Int, sparesMemory: Bool = false) throws {
    self.pieces = pieces
    catalogue = MergedCatalogue(pieces)
    rootColumn = catalogue.column(0, .shape)
    for index in pieces.indices { plans.append(compile(pieces[index], index)) }
    try mergeColumns(threads: threads, sparesMemory)
  }

  deinit {
    for pointer in remapStorage { pointer.deallocate() }
    for plan in plans.buffer { plan.free() }
    plans.free()
  }

  private func compile(_ piece: Piece, _ pieceIndex: Int) -> PiecePlan {
    let automaton = piece.state.automaton
    let slotMap = catalogue.slotMaps[pieceIndex]
    var plan = PiecePlan(piece.state)
    plan.stepStarts.append(0)
    func column(_ slot: UInt32, _ kind: ColumnKind) -> UInt32 {
      UInt32(catalogue.column(slotMap[Int(slot)], kind))
    }
    for slot in 0..<UInt32(automaton.slots.count) {
      let entry = automaton.slots[Int(slot)]
      guard entry.isElement else {
        plan.elements.append(
          ElementColumns(
            shape: Self.none, string: Self.none, integer: Self.none, number: Self.none, length: Self.none,
            element: entry.element))
        continue
      }
      plan.elements.append(
        ElementColumns(
          shape: column(slot, .shape), string: column(slot, .string), integer: column(slot, .integer),
          number: column(slot, .number), length: column(slot, .length), element: entry.element))
    }
    for shape in 0..<automaton.shapes.count {
      for (slot, kind) in automaton.entries(of: shape) {
        switch kind {
        case .string: plan.steps.append(Step(action: .value, column: column(slot, .string), element: 0))
        case .integer: plan.steps.append(Step(action: .value, column: column(slot, .integer), element: 0))
        case .number: plan.steps.append(Step(action: .value, column: column(slot, .number), element: 0))
        case .array:
          let element = automaton.slots[Int(slot)].element
          plan.steps.append(Step(action: .array, column: column(slot, .length), element: element))
        case .object: plan.steps.append(Step(action: .object, column: column(slot, .shape), element: 0))
        default: break
        }
      }
      plan.stepStarts.append(UInt32(plan.steps.count))
      plan.shapeWords.append(ValueKind.firstShapeWord + UInt32(catalogue.shapeMaps[pieceIndex][shape]))
    }
    return plan
  }

  /// Dictionaries over all pieces, one column a task, and the maps from each piece's numbers.
  private func mergeColumns(threads: Int, _ sparesMemory: Bool) throws {
    var sources: [[ColumnMerger.Source]] = Array(repeating: [], count: catalogue.columns.count)
    for (pieceIndex, piece) in pieces.enumerated() {
      for column in piece.state.columns.buffer {
        let slot = catalogue.slotMaps[pieceIndex][Int(column.slot)]
        let merged = catalogue.column(slot, column.kind)
        while merged >= sources.count { sources.append([]) }
        sources[merged].append(ColumnMerger.Source(piece: pieceIndex, interner: column.interner))
      }
    }
    let columns = catalogue.columns
    let lists = sources
    // What one thread does in turn.
    let used = lists.indices.filter { !lists[$0].isEmpty }
    let isLarge = used.map { sparesMemory && ColumnMerger.byteCount(of: lists[$0]) > Self.largeByteCount }
    let large = zip(used, isLarge).filter(\.1).map(\.0)
    let turns = (large.isEmpty ? [] : [large]) + zip(used, isLarge).filter { !$1 }.map { [$0.0] }
    let merged = try parallelMap(count: turns.count, threads: threads) { turn in
      turns[turn].map { index in
        defer { if turns[turn].count > 1 { KeptMemory.releasePieces() } }
        return (index, ColumnMerger(kind: columns[index].kind, sources: lists[index]))
      }
    }
    mergers = columns.map { _ in nil }
    for (index, merger) in merged.joined() { mergers[index] = merger }
    for index in 0..<plans.count {
      plans.base[index].ids.appendUninitialized(count: columns.count)
        .initialize(repeating: Identifiers(), count: columns.count)
    }
    for (column, merger) in mergers.enumerated() {
      guard let merger else { continue }
      let remaps = merger.takeRemaps()
      for (index, source) in merger.sources.enumerated() {
        plans[source.piece].ids[column] =
          remaps.isEmpty
          ? Identifiers(base: merger.bases[index]) : Identifiers(byNumber: copy(remaps[index]))
      }
    }
  }

  /// Values of a column in all pieces that merge beside others where memory is short: sorting takes three times that.
  private static let largeByteCount = 2 << 20

  private func copy(_ values: [UInt32]) -> UnsafePointer<UInt32> {
    let pointer = UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, values.count))
    for (index, value) in values.enumerated() { pointer[index] = value }
    remapStorage.append(pointer)
    return UnsafePointer(pointer)
  }

  /// The columns of the given rows.
  func transpose(_ rows: ArraySlice<RowOrder.Source>) -> RowGroupColumns {
    let output = RowGroupColumns(columnCount: catalogue.columns.count)
    var walker = TapeWalker(output.vectors, rootColumn: rootColumn)
    for source in rows { walker.record(plans.base + Int(source.piece), row: Int(source.row)) }
    return output
  }

  /// By column: the place among `rows` of each value's row, for the wanted columns.
  func owners(_ rows: ArraySlice<RowOrder.Source>, wanted: [Bool]) -> RowGroupColumns {
    let output = RowGroupColumns(columnCount: catalogue.columns.count)
    let walks = pieces.indices.map { OwnerSteps(plans[$0], wanted, rootColumn: rootColumn) }
    defer { for walk in walks { walk.free() } }
    walks.withUnsafeBufferPointer { walks in
      for (row, source) in rows.enumerated() {
        let plan = plans.base + Int(source.piece)
        var walker = OwnerWalker(
          tape: plan.pointee.tape + plan.pointee.rows[Int(source.row)].tapeStart, plan: plan,
          columns: output.vectors, row: UInt32(truncatingIfNeeded: row))
        walker.record(walks[Int(source.piece)])
      }
    }
    return output
  }
}

/// The merged columns of one row group, as words: ids, lengths, shape words.
final class RowGroupColumns: @unchecked Sendable {
  let vectors: UnsafeMutablePointer<RawVector<UInt32>>
  let columnCount: Int

  init(columnCount: Int) {
    self.columnCount = columnCount
    vectors = UnsafeMutablePointer<RawVector<UInt32>>.allocate(capacity: columnCount)
    for index in 0..<columnCount { (vectors + index).initialize(to: RawVector()) }
  }

  deinit {
    for index in 0..<columnCount { vectors[index].free() }
    vectors.deallocate()
  }

  subscript(column: Int) -> UnsafeBufferPointer<UInt32> { vectors[column].buffer }

  /// Replaces a column's words by others.
  func replace(_ column: Int, with words: [UInt32]) {
    vectors[column].free()
    vectors[column] = RawVector()
    words.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress { vectors[column].append(from: base, count: buffer.count) }
    }
  }
}
