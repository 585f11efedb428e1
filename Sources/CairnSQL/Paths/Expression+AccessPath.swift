extension Expression {
  /// The path that the expression reads, if it is one of the access forms of S9 with constant steps.
  public var accessPath: AccessPath? {
    switch kind {
    case .path(let path):
      let root: [AccessPath.Step] =
        AccessPath.isSameIgnoringCase(path.root.text, "eventJson") ? [] : [Expression.step(path.root)]
      return AccessPath(steps: root + path.steps.map(Expression.step))
    case .access(let base, let step):
      return base.accessPath?.adding([Expression.step(step)])
    case .binary(.jsonMember, let base, let member), .binary(.jsonText, let base, let member):
      return base.accessPath.flatMap { $0.adding(member.arrowSteps) }
    case .call(let call):
      return call.accessPath
    default:
      return nil
    }
  }

  private static func step(_ name: Identifier) -> AccessPath.Step {
    name.isQuoted ? .quoted(name.text) : .name(name.text)
  }

  private static func step(_ step: Path.Step) -> AccessPath.Step {
    switch step {
    case .name(let name): self.step(name)
    case .key(let key): .key(key)
    case .index(let index): .index(index)
    case .anyElement: .anyElement
    }
  }

  /// What a constant after `->` means: a JSONPath, a key, or an index from 0 or the end.
  fileprivate var arrowSteps: [AccessPath.Step]? {
    switch kind {
    case .literal(.string(let text)) where text.hasPrefix("$"):
      return JSONPath.keys(of: text).map { [.document] + $0.map(AccessPath.Step.jsonKey) }
    case .literal(.string(let key)):
      return [.document, .key(key)]
    case .literal(.number(let spelling)):
      guard let index = Int64(spelling), index < Int64.max else { return nil }
      return [.document, .element(index >= 0 ? index + 1 : index)]
    default:
      return nil
    }
  }
}

extension AccessPath {
  fileprivate func adding(_ more: [Step]?) -> AccessPath? {
    more.map { AccessPath(steps: steps + $0) }
  }
}

extension FunctionCall {
  /// The path of `element_at`, `json_extract` and `json_extract_scalar` with a constant.
  fileprivate var accessPath: AccessPath? {
    guard let base = arguments.first?.accessPath, let member = arguments.last, arguments.count == 2,
      case .literal(let literal) = member.kind
    else { return nil }
    switch (name.text.lowercased(), literal) {
    case ("element_at", .string(let key)):
      return base.adding([.key(key)])
    case ("element_at", .number(let spelling)):
      return base.adding(Int64(spelling).map { [.element($0)] })
    case ("json_extract", .string(let path)):
      return base.adding(JSONPath.keys(of: path).map { [.document] + $0.map(Step.jsonKey) })
    case ("json_extract_scalar", .string(let path)):
      return base.adding(JSONPath.keys(of: path).map { [.document] + $0.map(Step.jsonKey) + [.scalar] })
    default:
      return nil
    }
  }

  private typealias Step = AccessPath.Step
}
