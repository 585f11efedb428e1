/// Walks records' tapes and appends their words to the columns. Tapes were written by `RecordParser` in this process:
/// their words are trusted.
struct TapeWalker {
  typealias Plan = UnsafePointer<TranspositionPlan.PiecePlan>

  private let columns: UnsafeMutablePointer<RawVector<UInt32>>
  private let rootColumn: Int
  private var tape: UnsafePointer<UInt32>

  init(_ columns: UnsafeMutablePointer<RawVector<UInt32>>, rootColumn: Int) {
    (self.columns, self.rootColumn, tape) = (
      columns, rootColumn, UnsafePointer(bitPattern: 4).unsafelyUnwrapped
    )
  }

  @inline(__always)
  private mutating func next() -> UInt32 {
    defer { tape += 1 }
    return tape.pointee
  }

  @inline(__always)
  private func append(_ word: UInt32, to column: UInt32) { columns[Int(column)].append(word) }

  mutating func record(_ plan: Plan, row: Int) {
    tape = UnsafePointer(plan.pointee.tape + plan.pointee.rows[row].tapeStart)
    object(plan, word: next(), column: UInt32(truncatingIfNeeded: rootColumn))
  }

  private mutating func object(_ plan: Plan, word: UInt32, column: UInt32) {
    let shape = Int(word &- ValueKind.firstShapeWord)
    append(plan.pointee.shapeWords[shape], to: column)
    var step = plan.pointee.steps.base + Int(plan.pointee.stepStarts[shape])
    let end = plan.pointee.steps.base + Int(plan.pointee.stepStarts[shape &+ 1])
    while step < end {
      switch step.pointee.action {
      case .value: value(plan, column: step.pointee.column)
      case .array: array(plan, lengthColumn: step.pointee.column, element: step.pointee.element)
      case .object: object(plan, word: next(), column: step.pointee.column)
      }
      step += 1
    }
  }

  @inline(__always)
  private mutating func value(_ plan: Plan, column: UInt32) {
    append(plan.pointee.ids[Int(column)].id(of: next()), to: column)
  }

  private mutating func array(_ plan: Plan, lengthColumn: UInt32, element: UInt32) {
    let count = next()
    append(count, to: lengthColumn)
    let targets = plan.pointee.elements[Int(element)]
    for _ in 0..<count {
      let word = next()
      if word >= ValueKind.firstShapeWord {
        object(plan, word: word, column: targets.shape)
        continue
      }
      append(word, to: targets.shape)
      switch ValueKind(rawValue: UInt8(truncatingIfNeeded: word)) {
      case .string: value(plan, column: targets.string)
      case .integer: value(plan, column: targets.integer)
      case .number: value(plan, column: targets.number)
      case .array: array(plan, lengthColumn: targets.length, element: targets.element)
      default: break
      }
    }
  }
}

/// What of a piece's tapes says to which row the values of some columns belong: values of others are stepped over
/// together.
struct OwnerSteps: BitwiseCopyable {
  struct Step: BitwiseCopyable {
    enum Action: BitwiseCopyable { case value, array, object, nothing }
    var action: Action
    /// Whether `column` is wanted.
    var isWanted: Bool
    /// Words before this one that say nothing.
    var skipped: UInt32
    var column: UInt32
    /// Piece slot of an array's elements.
    var element: UInt32
  }

  fileprivate var steps = RawVector<Step>()
  /// First step of each piece shape, and the end of the last.
  fileprivate var starts = RawVector<UInt32>()
  /// By column.
  fileprivate var isWanted = RawVector<Bool>()
  fileprivate let rootColumn: Int

  init(_ plan: TranspositionPlan.PiecePlan, _ wanted: [Bool], rootColumn: Int) {
    self.rootColumn = rootColumn
    for flag in wanted { isWanted.append(flag) }
    starts.append(0)
    for shape in 0..<(plan.stepStarts.count - 1) {
      var skipped: UInt32 = 0
      for index in Int(plan.stepStarts[shape])..<Int(plan.stepStarts[shape + 1]) {
        let step = plan.steps[index]
        let isWanted = wanted[Int(step.column)]
        let action: Step.Action
        switch step.action {
        case .value:
          if !isWanted {
            skipped += 1
            continue
          }
          action = .value
        case .array: action = .array
        case .object: action = .object
        }
        steps.append(
          Step(
            action: action, isWanted: isWanted, skipped: skipped, column: step.column, element: step.element))
        skipped = 0
      }
      if skipped > 0 {
        steps.append(Step(action: .nothing, isWanted: false, skipped: skipped, column: 0, element: 0))
      }
      starts.append(UInt32(steps.count))
    }
  }

  func free() {
    steps.free()
    starts.free()
    isWanted.free()
  }
}

/// Walks one record's tape and appends the row to the wanted columns that have values in it.
struct OwnerWalker {
  var tape: UnsafePointer<UInt32>
  let plan: UnsafePointer<TranspositionPlan.PiecePlan>
  let columns: UnsafeMutablePointer<RawVector<UInt32>>
  let row: UInt32

  init(
    tape: UnsafePointer<UInt32>, plan: UnsafePointer<TranspositionPlan.PiecePlan>,
    columns: UnsafeMutablePointer<RawVector<UInt32>>, row: UInt32
  ) {
    (self.tape, self.plan, self.columns, self.row) = (tape, plan, columns, row)
  }

  @inline(__always)
  private mutating func next() -> UInt32 {
    defer { tape += 1 }
    return tape.pointee
  }

  @inline(__always)
  private func own(_ column: UInt32, _ isWanted: Bool) {
    if isWanted { columns[Int(column)].append(row) }
  }

  mutating func record(_ walk: OwnerSteps) {
    own(UInt32(truncatingIfNeeded: walk.rootColumn), walk.isWanted[walk.rootColumn])
    object(walk, word: next())
  }

  private mutating func object(_ walk: OwnerSteps, word: UInt32) {
    let shape = Int(word &- ValueKind.firstShapeWord)
    var step = walk.steps.base + Int(walk.starts[shape])
    let end = walk.steps.base + Int(walk.starts[shape &+ 1])
    while step < end {
      tape += Int(step.pointee.skipped)
      switch step.pointee.action {
      case .value:
        tape += 1
        columns[Int(step.pointee.column)].append(row)
      case .array:
        own(step.pointee.column, step.pointee.isWanted)
        array(walk, element: step.pointee.element)
      case .object:
        own(step.pointee.column, step.pointee.isWanted)
        object(walk, word: next())
      case .nothing: break
      }
      step += 1
    }
  }

  private mutating func array(_ walk: OwnerSteps, element: UInt32) {
    let targets = plan.pointee.elements[Int(element)]
    for _ in 0..<next() {
      let word = next()
      own(targets.shape, walk.isWanted[Int(targets.shape)])
      if word >= ValueKind.firstShapeWord {
        object(walk, word: word)
        continue
      }
      switch ValueKind(rawValue: UInt8(truncatingIfNeeded: word)) {
      case .string: value(walk, targets.string)
      case .integer: value(walk, targets.integer)
      case .number: value(walk, targets.number)
      case .array:
        own(targets.length, walk.isWanted[Int(targets.length)])
        array(walk, element: targets.element)
      default: break
      }
    }
  }

  @inline(__always)
  private mutating func value(_ walk: OwnerSteps, _ column: UInt32) {
    tape += 1
    own(column, walk.isWanted[Int(column)])
  }
}
