import CairnStorage

// CASE and COALESCE on the values of all rows at once: each row's value is one of several.

extension CaseNode {
  func flat(_ rows: FlatRows) -> FlatValue? {
    var choice = FlatChoice(count: rows.count)
    var results: [FlatValue] = []
    for branch in branches {
      guard let outcomes = branch.condition.flatTruths(rows), let result = branch.result.flat(rows) else {
        return nil
      }
      choice.take(results.count) { outcomes.rows[$0] == Outcomes.yes }
      results.append(result)
    }
    guard let last = otherwise.flat(rows) else { return nil }
    choice.take(results.count) { _ in true }
    return choice.value(of: results + [last], rows.budget)
  }
}

extension CoalesceNode {
  func flat(_ rows: FlatRows) -> FlatValue? {
    var choice = FlatChoice(count: rows.count)
    var values: [FlatValue] = []
    for argument in arguments {
      guard let value = argument.flat(rows) else { return nil }
      let nulls = value.nulls(rows.count)
      choice.take(values.count) { !nulls[$0] }
      values.append(value)
    }
    // Rows that nothing is left for are NULL in the last one, too.
    choice.take(values.count - 1) { _ in true }
    return choice.value(of: values, rows.budget)
  }
}

/// Which of several values each row has.
private struct FlatChoice {
  private var places: [UInt16]
  private var openCount: Int

  private static let none = UInt16.max

  init(count: Int) {
    places = Array(repeating: Self.none, count: count)
    openCount = count
  }

  /// Rows that have none yet, and pass, have this one.
  mutating func take(_ place: Int, where passes: (Int) -> Bool) {
    guard openCount > 0, place < Int(Self.none) else { return }
    for row in places.indices where places[row] == Self.none && passes(row) {
      places[row] = UInt16(truncatingIfNeeded: place)
      openCount -= 1
    }
  }

  /// Nil where there are more values than places.
  func value(of values: [FlatValue], _ budget: FlatBudget) -> FlatValue? {
    guard values.count < Int(Self.none) else { return nil }
    return wholes(values) ?? doubles(values) ?? points(values) ?? texts(values, budget) ?? coded(values)
  }

  private func wholes(_ values: [FlatValue]) -> FlatValue? {
    numbers(values) { value -> FlatArithmetic.Side<Int64>? in
      if case .coded = value { nil } else { FlatArithmetic.Side(whole: value) }
    }.map { .wholes($0) }
  }

  private func doubles(_ values: [FlatValue]) -> FlatValue? {
    numbers(values) { value -> FlatArithmetic.Side<Double>? in
      switch value {
      case .doubles, .constant(.number(.double)): FlatArithmetic.Side(double: value)
      default: nil
      }
    }.map { .doubles($0) }
  }

  private func numbers<Number: AdditiveArithmetic>(
    _ values: [FlatValue], _ side: (FlatValue) -> FlatArithmetic.Side<Number>?
  ) -> Vector.Numbers<Number>? {
    var sides: [FlatArithmetic.Side<Number>?] = []
    for value in values {
      if case .constant(.null) = value {
        sides.append(nil)
        continue
      }
      guard let side = side(value) else { return nil }
      sides.append(side)
    }
    return FlatKernel.numbers(
      places.count, isNull: { sides[Int(places[$0])]?.isNull($0) ?? true }
    ) { sides[Int(places[$0])]?[$0] }
  }

  private func points(_ values: [FlatValue]) -> FlatValue? {
    var areTimestamps: Bool?
    var seconds: [[Int64]] = []
    for value in values {
      switch value {
      case .points(let points, let isTyped) where isTyped == areTimestamps ?? isTyped:
        areTimestamps = isTyped
        seconds.append(points)
      case .constant(.null): seconds.append([])
      default: return nil
      }
    }
    guard let areTimestamps else { return nil }
    return .points(
      places.indices.map { row in
        let points = seconds[Int(places[row])]
        return points.isEmpty ? .min : points[row]
      }, areTimestamps: areTimestamps)
  }

  private func texts(_ values: [FlatValue], _ budget: FlatBudget) -> FlatValue? {
    var parts: [Vector.Texts] = []
    for value in values {
      if case .constant(let constant) = value {
        guard let part = Vector.constant(constant).texts(count: 1) else { return nil }
        parts.append(part)
      } else {
        guard let part = value.asTexts else { return nil }
        parts.append(part)
      }
    }
    let isTyped = parts.first { $0.table.count > 0 }?.isTyped ?? false
    guard parts.allSatisfy({ $0.isTyped == isTyped || $0.table.count == 0 }),
      budget.take(parts.reduce(0) { $0 + $1.table.heap.count }),
      let all = Vector.Texts.Joined(parts)
    else { return nil }
    let areConstant = values.map { if case .constant = $0 { true } else { false } }
    let codes = places.indices.map { row in
      let place = Int(places[row])
      return all.code(parts[place].codes[areConstant[place] ? 0 : row], of: place)
    }
    return .texts(Vector.Texts(all.table, codes: codes, isTyped: isTyped))
  }

  private func coded(_ values: [FlatValue]) -> FlatValue? {
    var entries: [EngineValue] = []
    var starts: [UInt32] = []
    var codes: [[UInt32]] = []
    for value in values {
      starts.append(UInt32(truncatingIfNeeded: entries.count))
      let coded = value.coded(places.count)
      entries += coded.entries
      codes.append(coded.codes)
    }
    return .coded(
      Vector.Coded(
        entries: entries,
        codes: places.indices.map { starts[Int(places[$0])] + codes[Int(places[$0])][$0] }))
  }
}
