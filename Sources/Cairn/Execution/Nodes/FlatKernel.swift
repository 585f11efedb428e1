import CairnSQL
import CairnStorage

/// What a function does with numbers of all rows at once, the same as with their values one by one. Where it gives
/// nil, these are asked.
enum FlatKernel: Sendable {
  /// A time or a text that spells one as a point.
  case point
  case unixTime
  case floor, ceiling
  case arithmetic(BinaryOperator)
  /// `date_diff`.
  case difference
  /// `date_add`.
  case addition
  /// `date_trunc`.
  case truncation
  case timeField(TimeField)
  case cast(CastTarget)
  case text(TextKernel)

  func value(_ arguments: [FlatValue], _ rows: FlatRows) -> FlatValue? {
    switch (self, arguments.first) {
    case (.point, .points(let seconds, _)?): return .points(seconds, areTimestamps: true)
    case (.point, let value?): return value.asTexts.flatMap { Self.points($0) }
    case (.unixTime, .points(let seconds, _)?):
      return .doubles(
        Self.numbers(seconds.count, isNull: { !Self.isTime(seconds[$0]) }) { Double(seconds[$0]) })
    case (.floor, .doubles(let numbers)?): return .doubles(Self.rounded(numbers, .down))
    case (.ceiling, .doubles(let numbers)?): return .doubles(Self.rounded(numbers, .up))
    case (.floor, .wholes?), (.ceiling, .wholes?): return arguments[0]
    case (.arithmetic(let operation), _):
      guard arguments.count == 2 else { return nil }
      return FlatArithmetic.apply(operation, arguments[0], arguments[1], rows.count)
    case (.difference, .constant(let unit)?):
      guard arguments.count == 3, let unit = unit.text.flatMap({ TimeUnit(name: $0) }) else { return nil }
      return Self.difference(unit, arguments[1], arguments[2])
    case (.addition, .constant(let unit)?):
      guard arguments.count == 3, let unit = unit.text.flatMap({ TimeUnit(name: $0) }) else { return nil }
      return Self.sum(arguments[2], arguments[1], of: unit)
    case (.truncation, .constant(let unit)?):
      guard arguments.count == 2, let unit = unit.text.flatMap({ TimeUnit(name: $0) }),
        case .points(let seconds, _) = arguments[1]
      else { return nil }
      return .points(
        seconds.map { TimePoint(seconds: $0).flatMap(unit.start)?.seconds ?? .min }, areTimestamps: true)
    case (.timeField(let field), .points(let seconds, _)?):
      guard field.isWhole else { return nil }
      return .wholes(
        Self.numbers(seconds.count, isNull: { !Self.isTime(seconds[$0]) }) { row in
          TimePoint(seconds: seconds[row]).map { Int64(field.part(of: $0)) }
        })
    case (.text(let kernel), _): return kernel.value(arguments, rows)
    case (.cast(let target), let value?): return Self.cast(value, target)
    default: return nil
    }
  }

  /// Texts that spell times as those of eventTime do; nil where one does not.
  private static func points(_ texts: Vector.Texts) -> FlatValue? {
    let (entries, null) = (texts.entries, texts.null)
    var seconds = [Int64](repeating: .max, count: texts.entryCount)
    seconds[Int(null)] = .min
    var output: [Int64] = []
    output.reserveCapacity(texts.codes.count)
    return withExtendedLifetime(texts) {
      for code in texts.codes {
        if seconds[Int(code)] == .max {
          let text = entries[Int(code)]
          guard let start = text.baseAddress, let second = EventTime.canonicalSeconds(start, text.count)
          else {
            return nil
          }
          seconds[Int(code)] = second
        }
        output.append(seconds[Int(code)])
      }
      return .points(output, areTimestamps: true)
    }
  }

  static func isTime(_ second: Int64) -> Bool { EventTime.canonicalRange.contains(second) }

  /// Numbers of rows that are not NULL.
  static func numbers<Number: AdditiveArithmetic & BitwiseCopyable & Sendable>(
    _ count: Int, isNull: (Int) -> Bool, _ number: (Int) -> Number?
  ) -> Vector.Numbers<Number> {
    var nulls: [Bool] = []
    var values: [Number] = []
    values.reserveCapacity(count)
    for row in 0..<count {
      let value = isNull(row) ? nil : number(row)
      if value == nil, nulls.isEmpty { nulls = Array(repeating: false, count: count) }
      if value == nil { nulls[row] = true }
      values.append(value ?? .zero)
    }
    return Vector.Numbers(values, isNull: nulls)
  }

  /// Beyond 53 bits a double is whole, and what becomes zero keeps its sign, as the exact way has it.
  private static func rounded(
    _ numbers: Vector.Numbers<Double>, _ rule: FloatingPointRoundingRule
  ) -> Vector.Numbers<Double> {
    Vector.Numbers(
      numbers.values.map { value in
        let rounded = value.rounded(rule)
        return rounded == 0 ? value * 0 : rounded
      }, isNull: numbers.isNull)
  }

  /// Whole units between points; nil for units that are no number of seconds.
  private static func difference(_ unit: TimeUnit, _ start: FlatValue, _ end: FlatValue) -> FlatValue? {
    guard let seconds = unit.seconds, let starts = Instants(start), let ends = Instants(end),
      let count = starts.count ?? ends.count
    else { return nil }
    return .wholes(
      numbers(count, isNull: { !isTime(starts[$0]) || !isTime(ends[$0]) }) {
        (ends[$0] - starts[$0]) / seconds
      })
  }

  /// Points, or one timestamp of a whole second for all rows.
  private struct Instants {
    private let seconds: [Int64]
    private let isConstant: Bool
    /// Rows; nil for a constant.
    var count: Int? { isConstant ? nil : seconds.count }

    init?(_ value: FlatValue) {
      switch value {
      case .points(let points, _): (seconds, isConstant) = (points, false)
      case .constant(.timestamp(let point)) where point.fraction == 0:
        (seconds, isConstant) = ([point.seconds], true)
      default: return nil
      }
    }

    subscript(row: Int) -> Int64 { seconds[isConstant ? 0 : row] }
  }

  /// Points moved by a number of units; nil for units that are no number of seconds.
  private static func sum(_ points: FlatValue, _ count: FlatValue, of unit: TimeUnit) -> FlatValue? {
    guard let size = unit.seconds, case .points(let seconds, _) = points,
      case .constant(.number(.integer(let count))) = count
    else { return nil }
    let (distance, overflows) = count.multipliedReportingOverflow(by: size)
    if overflows { return nil }
    return .points(
      seconds.map { second in
        let (sum, overflows) = second.addingReportingOverflow(distance)
        return isTime(second) && !overflows && isTime(sum) ? sum : .min
      }, areTimestamps: true)
  }

  private static func cast(_ value: FlatValue, _ target: CastTarget) -> FlatValue? {
    switch (target, value) {
    case (.text(limit: nil), .texts(let texts)):
      return .texts(Vector.Texts(texts.table, codes: texts.codes, isTyped: true))
    case (.timestamp, .points(let seconds, _)): return .points(seconds, areTimestamps: true)
    case (.timestamp, .texts), (.timestamp, .coded): return value.asTexts.flatMap { points($0) }
    case (.double, .doubles): return value
    case (.double, .wholes(let numbers)):
      return .doubles(Vector.Numbers(numbers.values.map { Double($0) }, isNull: numbers.isNull))
    case (.whole(let range), .wholes(let whole)):
      return .wholes(
        numbers(whole.values.count, isNull: { whole.isNull($0) }) {
          range.contains(whole.values[$0]) ? whole.values[$0] : nil
        })
    case (.whole(let range), .doubles(let doubles)):
      return .wholes(
        numbers(doubles.values.count, isNull: { doubles.isNull($0) }) { row in
          Int64(exactly: doubles.values[row].rounded()).flatMap { range.contains($0) ? $0 : nil }
        })
    default: return nil
    }
  }
}

/// Arithmetic with numbers of all rows, as `Arithmetic` has it.
enum FlatArithmetic {
  static func apply(
    _ operation: BinaryOperator, _ lhs: FlatValue, _ rhs: FlatValue, _ count: Int
  ) -> FlatValue? {
    if let left = Side<Int64>(whole: lhs), let right = Side<Int64>(whole: rhs) {
      return .wholes(
        FlatKernel.numbers(count, isNull: { left.isNull($0) || right.isNull($0) }) {
          Arithmetic.whole(operation, left[$0], right[$0])
        })
    }
    guard lhs.isDouble || rhs.isDouble, let left = Side<Double>(double: lhs),
      let right = Side<Double>(double: rhs)
    else { return nil }
    return .doubles(
      FlatKernel.numbers(count, isNull: { left.isNull($0) || right.isNull($0) }) { row in
        Arithmetic.double(operation, left[row], right[row]).flatMap { $0.isFinite ? $0 : nil }
      })
  }

  /// An operand: a number for each row, or one for all.
  struct Side<Number: BitwiseCopyable & Sendable> {
    private let numbers: Vector.Numbers<Number>
    private let isConstant: Bool

    init(_ numbers: Vector.Numbers<Number>, isConstant: Bool = false) {
      self.numbers = numbers
      self.isConstant = isConstant
    }

    subscript(row: Int) -> Number { numbers.values[isConstant ? 0 : row] }

    func isNull(_ row: Int) -> Bool { numbers.isNull(isConstant ? 0 : row) }
  }
}

extension FlatArithmetic.Side where Number == Int64 {
  /// Nil for anything but whole numbers.
  init?(whole value: FlatValue) {
    switch value {
    case .wholes(let numbers): self.init(numbers)
    case .coded(let coded):
      guard let numbers = Vector.coded(coded).wholes(count: coded.codes.count) else { return nil }
      self.init(numbers)
    case .constant(.number(.integer(let whole))): self.init(Vector.Numbers([whole]), isConstant: true)
    default: return nil
    }
  }
}

extension FlatArithmetic.Side where Number == Double {
  /// Nil for what is no number.
  init?(double value: FlatValue) {
    switch value {
    case .doubles(let numbers): self.init(numbers)
    case .wholes(let numbers):
      self.init(Vector.Numbers(numbers.values.map { Double($0) }, isNull: numbers.isNull))
    case .constant(.number(let number)):
      guard let double = number.double else { return nil }
      self.init(Vector.Numbers([double]), isConstant: true)
    default: return nil
    }
  }
}

extension FlatValue {
  /// Whether an operation with it is one of doubles.
  var isDouble: Bool {
    switch self {
    case .doubles: true
    case .constant(.number(let number)): number.isDouble
    default: false
    }
  }
}
