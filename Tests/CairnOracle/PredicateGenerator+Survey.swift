extension PredicateGenerator {
  /// The paths and scalar values of records, for predicates that hit. Some values a path are kept, the
  /// first ones seen; keys that are not UTF-8 are left out.
  public static func columns(of records: [OracleRecord], valuesPerColumn: Int = 12) -> [Column] {
    var survey = Survey(limit: valuesPerColumn)
    for record in records { survey.visit(record.root, at: []) }
    return survey.order.map { Column(steps: $0, values: survey.values[$0] ?? []) }
  }

  private struct Survey {
    let limit: Int
    var order: [[Step]] = []
    var values: [[Step]: [Scalar]] = [:]

    mutating func visit(_ json: OracleJSON, at steps: [Step]) {
      if !steps.isEmpty, values[steps] == nil {
        values[steps] = []
        order.append(steps)
      }
      switch json {
      case .object(let members):
        for member in members {
          guard let key = String(validating: member.key, as: UTF8.self) else { continue }
          visit(member.value, at: steps + [.key(key)])
        }
      case .array(let items):
        for item in items where !steps.isEmpty { visit(item, at: steps + [.anyElement]) }
      case .string: note(String(validating: json.text, as: UTF8.self).map(Scalar.text), at: steps)
      case .number(let spelling): note(.number(String(decoding: spelling, as: UTF8.self)), at: steps)
      case .boolean(let value): note(.boolean(value), at: steps)
      case .null: break
      }
    }

    private mutating func note(_ scalar: Scalar?, at steps: [Step]) {
      guard let scalar, let known = values[steps], known.count < limit, !known.contains(scalar) else {
        return
      }
      values[steps] = known + [scalar]
    }
  }
}
