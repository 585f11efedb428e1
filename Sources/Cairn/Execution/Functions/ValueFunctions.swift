/// Functions of values of several families.
enum ValueFunctions {
  /// Elements of an array, members of a map or an object (S43).
  @Sendable static func cardinality(_ arguments: [EngineValue]) -> EngineValue {
    switch arguments[0] {
    case .array(let items): EngineValue(items.count)
    case .map(let map): EngineValue(map.count)
    case .record(.json(let bytes)): JSONText(bytes).count.map { EngineValue($0) } ?? .null
    default: .null
    }
  }

  @Sendable static func date(_ arguments: [EngineValue]) -> EngineValue {
    arguments[0].clock.map { .date($0.day) } ?? .null
  }

  /// Whether a network has an address (S53) or an array a value (S43).
  static func contains(
    _ container: EngineValue, _ network: NetworkRange?, _ value: EngineValue, isTimeColumn: Bool
  ) -> Bool? {
    guard let elements = container.elements else {
      guard let network = network ?? container.string.flatMap({ NetworkRange(spelling: $0) }) else {
        return nil
      }
      return value.networkAddress.map(network.contains)
    }
    if value.isNull { return nil }
    var outcome: Bool? = false
    for element in elements {
      let order = Comparison.order(element, value, rightIsTime: isTimeColumn)
      if order == 0 { return true }
      if order == nil { outcome = nil }
    }
    return outcome
  }
}
