/// The least or the greatest of numbers, by group.
struct FlatExtremes: Sendable {
  /// What the numbers are.
  enum Kind: Sendable {
    /// Seconds of values of a time column, as texts.
    case time
    /// Seconds of timestamps.
    case timestamp
    case whole
  }

  let rule: ExtremeRule
  /// Nil as long as no group has a number.
  private var kind: Kind?
  /// By group; `unset` for none.
  private var numbers: [Int64]

  /// Of no groups.
  init(_ rule: ExtremeRule) { (self.rule, kind, numbers) = (rule, nil, []) }

  init(_ rule: ExtremeRule, _ kind: Kind, _ numbers: [Int64]) {
    (self.rule, self.kind, self.numbers) = (rule, kind, numbers)
  }

  /// What stands for no number.
  static func unset(_ rule: ExtremeRule) -> Int64 { rule.end == .least ? .max : .min }

  private var unset: Int64 { Self.unset(rule) }

  mutating func addGroups(_ count: Int) {
    numbers.append(contentsOf: repeatElement(unset, count: count))
  }

  /// Whether others are of the same kind.
  func isAlike(_ other: FlatExtremes) -> Bool { kind == nil || other.kind == nil || kind == other.kind }

  /// Takes in those of later rows: `targets[i]` is where their group `i` goes.
  mutating func merge(_ later: FlatExtremes, _ targets: [Int]) {
    kind = kind ?? later.kind
    if rule.end == .least {
      for (group, target) in targets.enumerated() {
        numbers[target] = min(numbers[target], later.numbers[group])
      }
    } else {
      for (group, target) in targets.enumerated() {
        numbers[target] = max(numbers[target], later.numbers[group])
      }
    }
  }

  private func value(_ number: Int64) -> EngineValue {
    if number == unset { return .null }
    return switch kind {
    case .time: Vector.time(number)
    case .timestamp: Vector.timestamp(number)
    case .whole: .number(.integer(number))
    case nil: .null
    }
  }

  /// As values, nil for groups without one.
  var candidates: [ExtremeRule.Candidate?] {
    numbers.map { number in
      if number == unset { return nil }
      let value = value(number)
      return ExtremeRule.Candidate(key: value, value: value)
    }
  }

  func results(_ range: Range<Int>) -> Vector {
    let part = Array(numbers[range])
    if kind == .whole {
      let isNull = part.contains(unset) ? part.map { $0 == unset } : []
      return .wholes(Vector.Numbers(part, isNull: isNull))
    }
    if kind == nil || part.contains(unset) { return .plain(part.map(value)) }
    return kind == .time ? .times(Vector.Times(part)) : .timestamps(Vector.Times(part))
  }
}
