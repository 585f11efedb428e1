import CairnSQL

/// What the evaluation of an expression reads.
struct Row {
  /// The values of the expression's inputs.
  let values: [EngineValue]
  /// What each `[]` in reach stands for at the moment (S40).
  var elements: [EngineValue]
}

/// A node of a bound expression. Evaluation never fails and depends on the row alone.
protocol Node: AnyObject, Sendable {
  func value(_ row: Row) -> EngineValue
  /// The outcome where a condition is needed (S30).
  func truth(_ row: Row) -> Bool?
  /// The value if it is the same for every row.
  var constant: EngineValue? { get }
  /// The values for all rows of a batch at once, where it has a loop for these; else nil.
  func flat(_ rows: FlatRows) -> FlatValue?
  /// The same where a condition is needed.
  func flatTruths(_ rows: FlatRows) -> Outcomes?
  /// The outcome for a string that is the one input, told from its bytes; nil where a value has to be made of it.
  func textJudge() -> TextJudge?
  /// The outcome for an object or array that is the one input, where it does not depend on what is in it; else nil.
  var compositeTruth: Bool? { get }
  /// The type of its values where it is known before there are any; `inputs` are those of the row's values.
  func type(_ inputs: (Int) -> ResultType?) -> ResultType?
}

extension Node {
  func truth(_ row: Row) -> Bool? { value(row).truth }
  var constant: EngineValue? { nil }
  func flat(_ rows: FlatRows) -> FlatValue? { nil }
  func flatTruths(_ rows: FlatRows) -> Outcomes? { flat(rows)?.outcomes(rows.count, \.truth) }
  func textJudge() -> TextJudge? { nil }
  var compositeTruth: Bool? { nil }
  func type(_ inputs: (Int) -> ResultType?) -> ResultType? { nil }
}

/// Three-valued outcome for the bytes of a string (S30). For one thread, which asks about many texts.
typealias TextJudge = (UnsafeBufferPointer<UInt8>) -> Bool?

/// A node whose result is a boolean.
protocol ConditionNode: Node {}

extension ConditionNode {
  func value(_ row: Row) -> EngineValue { EngineValue(truth(row)) }
  func flat(_ rows: FlatRows) -> FlatValue? { flatTruths(rows).map { .coded($0.vector) } }
  func flatTruths(_ rows: FlatRows) -> Outcomes? { nil }
  func type(_ inputs: (Int) -> ResultType?) -> ResultType? { .boolean }
}

/// A literal, or an expression that reads nothing.
final class ConstantNode: Node {
  private let content: EngineValue

  init(_ content: EngineValue) { self.content = content }

  var constant: EngineValue? { content }

  func value(_ row: Row) -> EngineValue { content }
  func flat(_ rows: FlatRows) -> FlatValue? { .constant(content) }
  func type(_ inputs: (Int) -> ResultType?) -> ResultType? { content.resultType }
}

/// A path without `[]`.
final class PathNode: Node {
  let reader: PathReader

  init(_ reader: PathReader) { self.reader = reader }

  func value(_ row: Row) -> EngineValue { reader.value(row) }

  func flat(_ rows: FlatRows) -> FlatValue? {
    reader.isWhole ? FlatValue(rows.inputs[reader.value.slot]) : nil
  }

  /// Steps behind the column lead to values of any kind.
  func type(_ inputs: (Int) -> ResultType?) -> ResultType? {
    reader.isPlain ? inputs(reader.value.slot) : .text
  }
}

/// A column as a whole.
final class ColumnNode: Node {
  private let slot: Int

  init(slot: Int) { self.slot = slot }

  func value(_ row: Row) -> EngineValue { row.values[slot] }
  func flat(_ rows: FlatRows) -> FlatValue? { FlatValue(rows.inputs[slot]) }
  func type(_ inputs: (Int) -> ResultType?) -> ResultType? { inputs(slot) }
}

/// A path with `[]` that no condition is around: the JSON array of its values (S43).
final class SpreadNode: Node {
  private let source: ElementSource

  init(_ source: ElementSource) { self.source = source }

  func value(_ row: Row) -> EngineValue {
    source.values(row).map { EngineValue($0.jsonArray) } ?? .null
  }
}

/// What a `[]` stands for in the condition around it.
final class ElementNode: Node {
  private let slot: Int

  init(slot: Int) { self.slot = slot }

  func value(_ row: Row) -> EngineValue { row.elements.indices.contains(slot) ? row.elements[slot] : .null }
}

/// Steps into the result of an expression.
final class StepsNode: Node {
  private let base: any Node
  private let steps: [ValueStep]

  init(_ base: any Node, _ steps: [ValueStep]) {
    self.base = base
    self.steps = steps
  }

  func value(_ row: Row) -> EngineValue { StepsNode.follow(base.value(row), steps[...]) }

  func flat(_ rows: FlatRows) -> FlatValue? {
    base.flat(rows).map { value in
      .applying({ [steps] in StepsNode.follow($0[0], steps[...]) }, to: [value], rows.count)
    }
  }

  static func follow(_ value: EngineValue, _ steps: ArraySlice<ValueStep>) -> EngineValue {
    guard let step = steps.first else { return value }
    switch value {
    case .array, .map, .row:
      return value.following(step).map { follow($0, steps.dropFirst()) } ?? .null
    case .record(let field):
      return EngineValue(Cursor.field(field).following(Array(steps))?.field ?? .missing)
    case .text(let text):
      return EngineValue(Cursor.field(.string(text)).following(Array(steps))?.field ?? .missing)
    default:
      return .null
    }
  }
}

extension [EngineValue] {
  /// The n-th from 1, or from -1 at the end.
  fileprivate func element(_ index: Int64) -> EngineValue? {
    let place = index > 0 ? index - 1 : index < 0 ? Int64(count) + index : -1
    return place >= 0 && place < count ? self[Int(place)] : nil
  }
}

extension EngineValue {
  /// One step into a typed array, map or row, as `Cursor` takes it into a record's; nil where it finds nothing.
  fileprivate func following(_ step: ValueStep) -> EngineValue? {
    switch (step, self) {
    case (.document, _): return self
    case (.element(let index), .array(let items)): return items.element(index)
    case (.element(let index), .row(let row)): return row.values.element(index)
    case (.element(let index), .map(let map)): return map.value(of: .number(.integer(index)))
    case (.name(let name), .map(let map)), (.nameOrElement(let name, _), .map(let map)):
      return map.value(named: name)
    case (.name(let name), .row(let row)): return row.value(named: name)
    case (.nameOrElement(_, let index), .array(let items)):
      return index >= 0 && index < items.count ? items[Int(index)] : nil
    default: return nil
    }
  }
}

/// A JSON function with a path that is computed; NULL where that is none.
final class JSONExtractNode: Node {
  private let base: any Node
  private let path: any Node
  private let isScalar: Bool

  init(_ base: any Node, path: any Node, isScalar: Bool) {
    self.base = base
    self.path = path
    self.isScalar = isScalar
  }

  func value(_ row: Row) -> EngineValue {
    guard let text = path.value(row).text.flatMap({ String(validating: $0, as: UTF8.self) }),
      let keys = JSONPath.keys(of: text)
    else { return .null }
    let steps = [.document] + keys.map { ValueStep(.jsonKey($0)) } + (isScalar ? [.scalar] : [])
    return StepsNode.follow(base.value(row), steps[...])
  }
}

/// A computed subscript or `element_at`.
final class SubscriptNode: Node {
  private let base: any Node
  private let index: any Node
  /// Whether negative indexes count from the end.
  private let countsFromEnd: Bool

  init(_ base: any Node, _ index: any Node, countsFromEnd: Bool) {
    self.base = base
    self.index = index
    self.countsFromEnd = countsFromEnd
  }

  func value(_ row: Row) -> EngineValue {
    let (base, index) = (base.value(row), index.value(row))
    if case .map(let map) = base { return map.value(of: index) ?? .null }
    if let key = index.string {
      return StepsNode.follow(base, [.name(PathName(bytes: key, isExact: true))])
    }
    guard let place = index.number?.whole, countsFromEnd || place > 0 else { return .null }
    return StepsNode.follow(base, [.element(place)])
  }
}
