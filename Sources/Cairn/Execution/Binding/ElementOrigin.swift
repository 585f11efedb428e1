import CairnSQL

/// The array of records that a value is an element of: what its members are called is known from the catalogues.
struct ElementOrigin {
  let table: EventsTable
  /// The way to the element.
  let path: AccessPath

  /// Remembers that a member is asked for, for the warning that no record has it.
  func note(_ steps: some Sequence<AccessPath.Step>) {
    table.noteElements(of: AccessPath(steps: path.steps + steps))
  }

  /// Of the elements of an array that is found from here.
  func elements(behind steps: some Sequence<AccessPath.Step>) -> ElementOrigin {
    ElementOrigin(table: table, path: AccessPath(steps: path.steps + steps + [.anyElement]))
  }
}

extension Scope {
  /// Where the elements of an array come from; nil for one that is no path into records.
  func elementOrigin(of array: Expression) -> ElementOrigin? {
    guard let path = array.accessPath, var resolution = try? resolve(path, array.span) else { return nil }
    while case .outer(let inner) = resolution { resolution = inner }
    switch resolution {
    case .events(let table, let path):
      return ElementOrigin(table: table, path: AccessPath(steps: path.steps + [.anyElement]))
    case .column(let column, let rest): return column.origin?.elements(behind: rest.steps)
    default: return nil
    }
  }
}

extension AccessPath {
  /// The path with `[]` for every element, where it names members of elements and leads through no text that holds
  /// JSON; else nil.
  var elementNames: AccessPath? {
    var steps: [Step] = []
    for step in self.steps {
      switch step {
      case .name, .quoted, .key: steps.append(step)
      case .index, .element, .anyElement: steps.append(.anyElement)
      case .jsonKey, .document, .scalar: return nil
      }
    }
    guard let first = steps.firstIndex(of: .anyElement), first < steps.count - 1 else { return nil }
    while steps.last == .anyElement { steps.removeLast() }
    return steps.contains(.anyElement) ? AccessPath(steps: steps) : nil
  }
}
