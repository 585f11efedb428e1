import CairnSQL

/// What is known of the fields of rows, for `.*`.
struct RowShape: Equatable {
  /// Nil for fields without a name.
  let names: [String?]
  /// Those of the fields that are rows themselves.
  let inner: [RowShape?]

  private init(names: [String?], inner: [RowShape?]) {
    self.names = names
    self.inner = inner
  }

  /// Of a type; nil for one that is no row.
  init?(_ type: DataType) {
    guard type.name == "row" else { return nil }
    let fields = type.parameters.compactMap { parameter -> (String?, DataType)? in
      switch parameter {
      case .field(let name, let type): (name.text, type)
      case .type(let type): (nil, type)
      case .number: nil
      }
    }
    self.init(names: fields.map(\.0), inner: fields.map { RowShape($0.1) })
  }

  /// Of an expression that is written as a row, or is a column that is one; nil for others.
  init?(_ expression: Expression, _ scope: Scope) {
    switch expression.kind {
    case .row(let items):
      self.init(names: items.map { _ in nil }, inner: items.map { RowShape($0, scope) })
    case .cast(_, let type, _):
      guard let shape = RowShape(type) else { return nil }
      self = shape
    case .access(let base, let step):
      guard let shape = RowShape(base, scope)?.following([AccessPath.Step(step)]) else { return nil }
      self = shape
    default:
      guard scope.hasColumns, let path = expression.accessPath,
        case .column(let column, let rest)? = try? scope.resolve(path, expression.span),
        let shape = column.shape?.following(rest.steps)
      else { return nil }
      self = shape
    }
  }

  /// Of an expression that is written as a row or cast to one.
  init?(written expression: Expression, _ scope: Scope) {
    switch expression.kind {
    case .row, .cast: self.init(expression, scope)
    default: return nil
    }
  }

  /// The fields of the rows of an array, or two for a map, where these are written as such or cast to it.
  static func fieldCount(ofElementsOf array: Expression, _ scope: Scope) -> Int? {
    switch array.kind {
    case .array(let items):
      let counts = items.compactMap { item in
        item.kind == .literal(.null) ? nil : RowShape(written: item, scope)?.names.count ?? 0
      }
      guard let first = counts.first, first > 0, counts.allSatisfy({ $0 == first }) else { return nil }
      return first
    case .cast(_, let type, _) where type.name == "map": return 2
    case .cast(_, let type, _) where type.name == "array":
      if case .type(let element)? = type.parameters.first { return RowShape(element)?.names.count }
      return nil
    case .call(let call): return call.name.text.lowercased() == "map" ? 2 : nil
    default: return nil
    }
  }

  private func following(_ steps: [AccessPath.Step]) -> RowShape? {
    guard let step = steps.first else { return self }
    let place: Int?
    switch step {
    case .index(let index): place = Int(exactly: index).map { $0 - 1 }
    case .name(let name), .quoted(let name), .key(let name):
      place = names.firstIndex { $0.map { AccessPath.isSameIgnoringCase($0, name) } ?? false }
    default: place = nil
    }
    guard let place, inner.indices.contains(place) else { return nil }
    return inner[place]?.following(Array(steps.dropFirst()))
  }
}
