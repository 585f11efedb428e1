import CairnSQL
import CairnStorage

/// Follows a path of SQL's JSON functions (S91): from the items of each part to those of the next.
///
/// Items are values of JSON, its null `.null`. Nil is an error, which the function's ON ERROR answers.
struct JSONPathEvaluator {
  let isStrict: Bool
  let root: EngineValue
  /// The items of each variable: none for NULL that is JSON.
  let variables: [String: [EngineValue]]
  let patterns: JSONPathPatterns
  /// What `@` is inside a filter.
  var current: EngineValue?
  /// Elements of the array whose subscripts are being evaluated.
  var elementCount: Int?

  func items(_ node: SQLJSONPath.Node) -> [EngineValue]? {
    switch node {
    case .root: return [root]
    case .current: return current.map { [$0] }
    case .last: return elementCount.map { [EngineValue($0 - 1)] }
    case .variable(let name): return variables[name]
    case .literal(let constant): return [EngineValue(constant)]
    case .member(let base, let key): return flatMap(unwrapped(base)) { members($0, key) }
    case .descendant(let base, let key):
      return flatMap(items(base)) { JSONPathEvaluator.descendants($0, key) }
    case .elements(let base, let subscripts): return flatMap(items(base)) { elements($0, subscripts) }
    case .filter(let base, let predicate):
      return unwrapped(base)?.filter { item in
        var inner = self
        inner.current = item
        return inner.truth(predicate) == true
      }
    case .method(let base, let method): return method.items(of: items(base), self)
    case .signed(let sign, let operand):
      return flatMap(unwrapped(operand)) { item in
        guard item.isJSONNumber, let number = item.number,
          let signed = sign == .minus ? number.negated : number.plain
        else { return nil }
        return [.number(signed)]
      }
    case .arithmetic(let operation, let lhs, let rhs):
      guard let left = unwrapped(lhs), let right = unwrapped(rhs), left.count == 1, right.count == 1,
        left[0].isJSONNumber, right[0].isJSONNumber
      else { return nil }
      let result = Arithmetic.apply(operation, left[0], right[0])
      return result.isNull ? nil : [result]
    }
  }

  /// The items of all items; nil where one fails, or where there are too many.
  func flatMap(_ items: [EngineValue]?, _ transform: (EngineValue) -> [EngineValue]?) -> [EngineValue]? {
    guard let items else { return nil }
    var output: [EngineValue] = []
    for item in items {
      guard let more = transform(item), output.count + more.count <= ResultLimits.elementCount,
        !QueryCancellation.isCurrentCancelled
      else { return nil }
      output += more
    }
    return output
  }

  /// Items with the elements of arrays in their place, where the path is lax.
  func unwrapped(_ node: SQLJSONPath.Node) -> [EngineValue]? { unwrapped(items(node)) }

  func unwrapped(_ items: [EngineValue]?) -> [EngineValue]? {
    isStrict ? items : flatMap(items) { $0.elements ?? [$0] }
  }

  // MARK: Accessors

  private func members(_ item: EngineValue, _ key: String?) -> [EngineValue]? {
    let missing: [EngineValue]? = isStrict ? nil : []
    guard let key else { return item.entries?.values ?? missing }
    return item.member(ofKey: Array(key.utf8)).map { [$0] } ?? missing
  }

  /// The members of a key in an object and in all that is inside it, an object's own one before those inside.
  private static func descendants(_ item: EngineValue, _ key: String) -> [EngineValue]? {
    let bytes = Array(key.utf8)
    var found: [EngineValue] = []
    var pending = [item]
    while let next = pending.popLast() {
      if QueryCancellation.isCurrentCancelled { return nil }
      if let member = next.member(ofKey: bytes) { found.append(member) }
      pending += (next.entries?.values ?? next.elements ?? []).reversed()
    }
    return found
  }

  private func elements(_ item: EngineValue, _ subscripts: [SQLJSONPath.Subscript]?) -> [EngineValue]? {
    guard let array = item.elements ?? (isStrict ? nil : [item]) else { return nil }
    guard let subscripts else { return array }
    var inner = self
    inner.elementCount = array.count
    var output: [EngineValue] = []
    for subscripted in subscripts {
      guard let from = inner.place(subscripted.from),
        let to = subscripted.to.map({ inner.place($0) }) ?? from
      else { return nil }
      if isStrict, from < 0 || to >= array.count || from > to { return nil }
      let (first, last) = (max(from, 0), min(to, array.count - 1))
      guard first <= last else { continue }
      guard output.count + last - first < ResultLimits.elementCount else { return nil }
      output += array[first...last]
    }
    return output
  }

  private func place(_ node: SQLJSONPath.Node) -> Int? {
    guard let items = items(node), items.count == 1, items[0].isJSONNumber else { return nil }
    return items[0].number?.decimal.truncated(toPlaces: 0)?.wholeValue.flatMap { Int(exactly: $0) }
  }
}

extension EngineValue {
  fileprivate init(_ constant: SQLJSONPath.Constant) {
    switch constant {
    case .null: self = .null
    case .boolean(let value): self = .boolean(value)
    case .number(let spelling):
      self = ExactNumber(spelling: Array(spelling.utf8)).map(EngineValue.number) ?? .null
    case .string(let text): self = .text(Array(text.utf8))
    }
  }

  /// Whether it is a number, and no text that spells one.
  var isJSONNumber: Bool {
    switch self {
    case .number, .record(.integer), .record(.number): true
    default: false
    }
  }

  /// The first member of exactly a key, its value JSON's null or not; nil where there is none.
  func member(ofKey key: [UInt8]) -> EngineValue? {
    switch self {
    case .record(.json(let bytes)):
      JSONText(bytes).member(PathName(bytes: key, isExact: true)).map { EngineValue($0.field) }
    case .map(let map): zip(map.keys, map.values).first { $0.0.text == key }?.1
    default: nil
    }
  }
}
