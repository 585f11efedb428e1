import CairnStorage

/// The values of one key of a batch's groups, looked up when somebody asks.
enum PartialKey: Sendable {
  case null
  case values(of: CodeColumn, codes: [UInt32])
}

/// The values of one key by group, over all batches. What stands in a dictionary is named by its entry there and
/// looked up when the group comes out, which few groups do where only the first ones are wanted.
struct GroupKeys: Sendable {
  private struct Place: BitwiseCopyable {
    /// Index of the field, or one of those below.
    var field: Int32
    var index: UInt32

    /// The index is one of `values`.
    static let value: Int32 = -1
    /// The index is the interner's number of a text: a record's string, or a typed text.
    static let text: Int32 = -2
    static let typedText: Int32 = -3
    /// The index is one of the seconds.
    static let second: Int32 = -4
  }

  /// What has numbered the values, and has the texts.
  private let interner: ValueInterner
  private var places: [Place] = []
  private var fields: [CodedField] = []
  private var values: [EngineValue] = []
  /// Texts that are canonical times.
  private var seconds: [Int64] = []

  init(_ interner: ValueInterner) { self.interner = interner }

  /// Appends the values of some groups of a batch; gives the bytes that they take beside their places.
  ///
  /// - Parameter numbers: by group: the interner's numbers of the values.
  mutating func append(_ groups: [Int], of partial: PartialKey, numbers: [UInt32]) -> Int {
    guard case .values(let column, let codes) = partial else {
      return groups.reduce(0) { sum, _ in sum + append(.null) }
    }
    switch column {
    case .coded(let coded): return groups.reduce(0) { $0 + append(coded.entries[Int(codes[$1])]) }
    case .texts(let texts):
      let field = texts.isTyped ? Place.typedText : Place.text
      var byteCount = 0
      for group in groups {
        if codes[group] == texts.null {
          byteCount += append(.null)
        } else {
          places.append(Place(field: field, index: numbers[group]))
        }
      }
      return byteCount
    case .seconds(let seconds, _):
      for group in groups {
        places.append(
          Place(field: Place.second, index: UInt32(truncatingIfNeeded: self.seconds.count)))
        self.seconds.append(seconds[Int(codes[group])])
      }
      return groups.count * MemoryLayout<Int64>.size
    case .stored(let field, _): return append(groups.map { codes[$0] }, of: field)
    }
  }

  private mutating func append(_ codes: [UInt32], of field: CodedField) -> Int {
    var byteCount = 0
    var number: Int32?
    for code in codes {
      if Int(code) >= field.words.words.count {
        byteCount += append(EngineValue(field.others[Int(code) - field.words.words.count].value))
        continue
      }
      if number == nil {
        number = Int32(truncatingIfNeeded: fields.count)
        fields.append(field.withoutRows)
      }
      places.append(Place(field: number ?? 0, index: field.words.words[Int(code)]))
    }
    return byteCount
  }

  private mutating func append(_ value: EngineValue) -> Int {
    places.append(Place(field: Place.value, index: UInt32(truncatingIfNeeded: values.count)))
    values.append(value)
    return value.heldByteCount
  }

  // MARK: Output

  /// The values of some groups. What stands in dictionaries is looked up a dictionary at a time.
  func vector(_ groups: [Int]) throws -> Vector {
    if let seconds = times(groups) { return .times(Vector.Times(seconds)) }
    if let isTyped = isTyped(groups) { return .texts(try texts(groups, isTyped: isTyped)) }
    var output = [EngineValue](repeating: .null, count: groups.count)
    for (index, group) in groups.enumerated() {
      let place = places[group]
      switch place.field {
      case Place.value: output[index] = values[Int(place.index)]
      case Place.text: output[index] = .record(.string(interner.text(place.index)))
      case Place.typedText: output[index] = .text(interner.text(place.index))
      case Place.second: output[index] = Vector.time(seconds[Int(place.index)])
      default: break
      }
    }
    try eachEntry(groups) { field, text, indices in
      let value = EngineValue(field.hasNumbers ? .number(Array(text)) : .string(Array(text)))
      for index in indices { output[index] = value }
    }
    return .plain(output)
  }

  /// The seconds where all values are times; nil else.
  private func times(_ groups: [Int]) -> [Int64]? {
    if seconds.isEmpty { return nil }
    var output: [Int64] = []
    output.reserveCapacity(groups.count)
    for group in groups {
      let place = places[group]
      guard place.field == Place.second else { return nil }
      output.append(seconds[Int(place.index)])
    }
    return output
  }

  /// Whether the values are typed texts or a record's strings; nil where they are neither or both.
  private func isTyped(_ groups: [Int]) -> Bool? {
    if fields.contains(where: \.hasNumbers) { return nil }
    var (hasTyped, hasStrings) = (false, false)
    for group in groups {
      let place = places[group]
      switch place.field {
      case Place.value: if !values[Int(place.index)].isNull { return nil }
      case Place.typedText: hasTyped = true
      case Place.second: return nil
      default: hasStrings = true
      }
    }
    return hasTyped && hasStrings ? nil : hasTyped
  }

  private func texts(_ groups: [Int], isTyped: Bool) throws -> Vector.Texts {
    let table = StringTable(entryCapacity: groups.count)
    var codes = [UInt32](repeating: .max, count: groups.count)
    var numbers: [UInt32] = []
    for (index, group) in groups.enumerated() {
      let place = places[group]
      guard place.field == Place.text || place.field == Place.typedText else { continue }
      codes[index] = UInt32(truncatingIfNeeded: numbers.count)
      numbers.append(place.index)
    }
    interner.appendTexts(numbers, to: table)
    try eachEntry(groups) { _, text, indices in
      for index in indices { codes[index] = UInt32(truncatingIfNeeded: table.count) }
      table.append(text)
    }
    let null = UInt32(truncatingIfNeeded: table.count)
    return Vector.Texts(table, codes: codes.map { $0 == .max ? null : $0 }, isTyped: isTyped)
  }

  /// Calls `body` with each dictionary entry that some groups have, and which of them.
  private func eachEntry(
    _ groups: [Int], _ body: (CodedField, UnsafeBufferPointer<UInt8>, ArraySlice<Int>) -> Void
  ) throws {
    let wanted = groups.indices.filter { places[groups[$0]].field >= 0 }
    var order = RadixOrder(rowCount: wanted.count)
    order.sort { index in
      let place = places[groups[wanted[index]]]
      return Int64(place.field) << 32 | Int64(place.index)
    }
    let sorted = order.rows.map { wanted[Int($0)] }
    var start = 0
    while start < sorted.count {
      let field = places[groups[sorted[start]]].field
      var ids: [UInt32] = []
      var last = start
      while last < sorted.count, places[groups[sorted[last]]].field == field {
        let id = places[groups[sorted[last]]].index
        if ids.last != id { ids.append(id) }
        last += 1
      }
      try fields[Int(field)].visit(ids) { id, text in
        var end = start
        while end < last, places[groups[sorted[end]]].index == id { end += 1 }
        body(fields[Int(field)], text, sorted[start..<end])
        start = end
      }
      start = last
    }
  }
}
