/// The values that a `[]` ranges over: those of a path, or of steps into a result.
enum ElementSource: Sendable {
  case path(PathReader)
  case steps(any Node, [ValueStep])

  /// The values; nil where there is no array.
  func values(_ row: Row) -> [Cursor?]? {
    switch self {
    case .path(let reader):
      return reader.spread(row)
    case .steps(let base, let steps):
      switch base.value(row) {
      case .record(let field): return Cursor.field(field).spreading(steps)
      case .text(let text): return Cursor.field(.string(text)).spreading(steps)
      case .array: return Cursor.field(.json(base.value(row).text ?? [])).spreading(steps)
      default: return nil
      }
    }
  }
}

extension ElementSource {
  /// Whether there is no array. Steps into a result may depend on other elements, so that they are not asked.
  fileprivate func isMissing(_ row: Row) -> Bool {
    if case .path(let reader) = self { reader.isMissingArray(row) } else { false }
  }
}

/// A condition that holds if it holds for any of the elements that the `[]` inside it stand for (S40, S42).
final class AnyElementNode: ConditionNode {
  struct Source: Sendable {
    let values: ElementSource
    /// Where the element is put for the condition to read.
    let slot: Int
  }

  private let sources: [Source]
  private let condition: any Node
  /// The outcome where there is no array.
  private let withoutArray: Bool?

  init(_ sources: [Source], _ condition: any Node, withoutArray: Bool?) {
    self.sources = sources
    self.condition = condition
    self.withoutArray = withoutArray
  }

  func truth(_ row: Row) -> Bool? {
    // "No array" holds whatever the other paths find, even where one of them is empty.
    for source in sources where source.values.isMissing(row) { return withoutArray }
    var row = row
    return truth(&row, from: 0)
  }

  private func truth(_ row: inout Row, from index: Int) -> Bool? {
    guard index < sources.count else { return condition.truth(row) }
    let source = sources[index]
    guard let values = source.values.values(row) else { return withoutArray }
    while row.elements.count <= source.slot { row.elements.append(.null) }
    var outcome: Bool? = false
    for value in values {
      row.elements[source.slot] = value.map { EngineValue($0.field) } ?? .null
      switch truth(&row, from: index + 1) {
      case true: return true
      case nil: outcome = nil
      default: continue
      }
    }
    return outcome
  }
}
