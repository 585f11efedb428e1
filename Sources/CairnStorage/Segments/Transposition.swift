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

  struct PiecePlan {
    var steps: [Step] = []
    /// First step of each piece shape, and the end of the last.
    var stepStarts: [Int] = [0]
    /// By piece slot; meaningful for element slots.
    var elements: [ElementColumns] = []
    var shapeWords: [UInt32] = []
    /// By merged column: ids by piece number, or a base.
    var remaps: [UnsafePointer<UInt32>?] = []
    var bases: [UInt32] = []
  }

  static let none = UInt32.max

  private(set) var catalogue: MergedCatalogue
  private(set) var plans: [PiecePlan] = []
  private(set) var mergers: [ColumnMerger?] = []
  /// Column of the root's shape words.
  let rootColumn: Int
  private let pieces: [Piece]
  /// Owns what `remaps` points to.
  private var remapStorage: [UnsafeMutablePointer<UInt32>] = []

  init(_ pieces: [Piece], threads: Int) throws {
    self.pieces = pieces
    catalogue = MergedCatalogue(pieces)
    rootColumn = catalogue.column(0, .shape)
    for index in pieces.indices { plans.append(compile(pieces[index], index)) }
    try mergeColumns(threads: threads)
  }

  deinit { for pointer in remapStorage { pointer.deallocate() } }

  private func compile(_ piece: Piece, _ pieceIndex: Int) -> PiecePlan {
    let automaton = piece.state.automaton
    let slotMap = catalogue.slotMaps[pieceIndex]
    var plan = PiecePlan()
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
      plan.stepStarts.append(plan.steps.count)
      plan.shapeWords.append(ValueKind.firstShapeWord + UInt32(catalogue.shapeMaps[pieceIndex][shape]))
    }
    return plan
  }

  /// Dictionaries over all pieces, one column a task, and the maps from each piece's numbers.
  private func mergeColumns(threads: Int) throws {
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
    mergers = try parallelMap(count: columns.count, threads: threads) { index in
      guard index < lists.count, !lists[index].isEmpty else { return nil }
      return ColumnMerger(kind: columns[index].kind, sources: lists[index])
    }
    for index in plans.indices {
      plans[index].remaps = Array(repeating: nil, count: columns.count)
      plans[index].bases = Array(repeating: 0, count: columns.count)
    }
    for (column, merger) in mergers.enumerated() {
      guard let merger else { continue }
      for (index, source) in merger.sources.enumerated() {
        if merger.remaps.isEmpty {
          plans[source.piece].bases[column] = merger.bases[index]
        } else {
          plans[source.piece].remaps[column] = copy(merger.remaps[index])
        }
      }
    }
  }

  private func copy(_ values: [UInt32]) -> UnsafePointer<UInt32> {
    let pointer = UnsafeMutablePointer<UInt32>.allocate(capacity: max(1, values.count))
    for (index, value) in values.enumerated() { pointer[index] = value }
    remapStorage.append(pointer)
    return UnsafePointer(pointer)
  }

  /// The columns of the given rows.
  func transpose(_ rows: ArraySlice<RowOrder.Source>) -> RowGroupColumns {
    walk(rows) { columns, _ in WordTarget(columns: columns) }
  }

  /// By column: the place among `rows` of each value's row, for the wanted columns.
  func owners(_ rows: ArraySlice<RowOrder.Source>, wanted: [Bool]) -> RowGroupColumns {
    wanted.withUnsafeBufferPointer { wanted in
      walk(rows) { columns, row in OwnerTarget(columns: columns, row: UInt32(row), wanted: wanted) }
    }
  }

  private func walk<Target: TapeTarget>(
    _ rows: ArraySlice<RowOrder.Source>,
    _ target: (_ columns: UnsafeMutablePointer<RawVector<UInt32>>, _ row: Int) -> Target
  ) -> RowGroupColumns {
    let output = RowGroupColumns(columnCount: catalogue.columns.count)
    for (row, source) in rows.enumerated() {
      let piece = pieces[Int(source.piece)]
      var walker = TapeWalker(
        tape: piece.state.tape.base + piece.state.rows[Int(source.row)].tapeStart,
        target: target(output.vectors, row))
      plans[Int(source.piece)].steps.withUnsafeBufferPointer { steps in
        walker.record(plans[Int(source.piece)], steps, rootColumn: rootColumn)
      }
    }
    return output
  }
}

/// What a walk along tapes appends to the columns.
private protocol TapeTarget {
  /// A shape word or a length.
  func append(_ word: UInt32, to column: Int)
  /// A value, by its number in the piece.
  func append(number: UInt32, _ plan: borrowing TranspositionPlan.PiecePlan, to column: Int)
}

private struct WordTarget: TapeTarget {
  let columns: UnsafeMutablePointer<RawVector<UInt32>>

  @inline(__always)
  func append(_ word: UInt32, to column: Int) { columns[column].append(word) }

  @inline(__always)
  func append(number: UInt32, _ plan: borrowing TranspositionPlan.PiecePlan, to column: Int) {
    if let remap = plan.remaps[column] {
      columns[column].append(remap[Int(number)])
    } else {
      columns[column].append(number &+ plan.bases[column])
    }
  }
}

private struct OwnerTarget: TapeTarget {
  let columns: UnsafeMutablePointer<RawVector<UInt32>>
  let row: UInt32
  let wanted: UnsafeBufferPointer<Bool>

  @inline(__always)
  func append(_ word: UInt32, to column: Int) {
    if wanted[column] { columns[column].append(row) }
  }

  @inline(__always)
  func append(number: UInt32, _ plan: borrowing TranspositionPlan.PiecePlan, to column: Int) {
    if wanted[column] { columns[column].append(row) }
  }
}

/// Walks one record's tape. The tape was written by `RecordParser` in this process: its words are trusted.
private struct TapeWalker<Target: TapeTarget> {
  var tape: UnsafePointer<UInt32>
  let target: Target

  typealias Plan = TranspositionPlan.PiecePlan
  typealias Steps = UnsafeBufferPointer<TranspositionPlan.Step>

  @inline(__always)
  private mutating func next() -> UInt32 {
    defer { tape += 1 }
    return tape.pointee
  }

  mutating func record(_ plan: borrowing Plan, _ steps: Steps, rootColumn: Int) {
    let word = next()
    target.append(plan.shapeWords[Int(word - ValueKind.firstShapeWord)], to: rootColumn)
    object(plan, steps, shape: Int(word - ValueKind.firstShapeWord))
  }

  private mutating func object(_ plan: borrowing Plan, _ steps: Steps, shape: Int) {
    for index in plan.stepStarts[shape]..<plan.stepStarts[shape + 1] {
      let step = steps[index]
      switch step.action {
      case .value:
        value(plan, column: Int(step.column))
      case .array:
        array(plan, steps, lengthColumn: Int(step.column), element: Int(step.element))
      case .object:
        let word = next()
        target.append(plan.shapeWords[Int(word - ValueKind.firstShapeWord)], to: Int(step.column))
        object(plan, steps, shape: Int(word - ValueKind.firstShapeWord))
      }
    }
  }

  @inline(__always)
  private mutating func value(_ plan: borrowing Plan, column: Int) {
    target.append(number: next(), plan, to: column)
  }

  private mutating func array(_ plan: borrowing Plan, _ steps: Steps, lengthColumn: Int, element: Int) {
    let count = next()
    target.append(count, to: lengthColumn)
    let targets = plan.elements[element]
    for _ in 0..<count {
      let word = next()
      if word >= ValueKind.firstShapeWord {
        target.append(plan.shapeWords[Int(word - ValueKind.firstShapeWord)], to: Int(targets.shape))
        object(plan, steps, shape: Int(word - ValueKind.firstShapeWord))
        continue
      }
      target.append(word, to: Int(targets.shape))
      switch ValueKind(rawValue: UInt8(word)) {
      case .string: value(plan, column: Int(targets.string))
      case .integer: value(plan, column: Int(targets.integer))
      case .number: value(plan, column: Int(targets.number))
      case .array: array(plan, steps, lengthColumn: Int(targets.length), element: Int(targets.element))
      default: break
      }
    }
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
