import CairnStorage

/// The values of one key of a batch's groups, looked up when somebody asks.
enum PartialKey: Sendable {
  case null
  case values(of: CodeColumn, codes: [UInt32])

  /// Values by group; nil where all are NULL.
  func values() throws -> [EngineValue]? {
    switch self {
    case .null: nil
    case .values(let column, let codes): try column.values(codes)
    }
  }
}

/// The values of one key by group, over all batches. What stands in a dictionary is named by its entry there and
/// looked up when the group comes out, which few groups do where only the first ones are wanted.
struct GroupKeys: Sendable {
  private struct Place: BitwiseCopyable {
    /// Index of the field, or -1 for an index of `values`.
    var field: Int32
    var index: UInt32
  }

  private var places: [Place] = []
  private var fields: [CodedField] = []
  private var values: [EngineValue] = []
  private var partial = PartialKey.null
  /// Whether the partial key's field has been taken over.
  private var isKnown = false

  /// Groups that are appended next are numbered by this key's own batch.
  mutating func begin(_ partial: PartialKey) {
    self.partial = partial
    isKnown = false
  }

  /// Appends the value of a group of the batch; gives the bytes that it takes beside its place.
  mutating func append(_ group: Int) throws -> Int {
    guard case .values(let column, let codes) = partial else { return append(.null) }
    switch column {
    case .coded(let coded): return append(coded.entries[Int(codes[group])])
    case .stored(let field, _):
      let code = Int(codes[group])
      if code >= field.words.words.count {
        return append(EngineValue(field.others[code - field.words.words.count].value))
      }
      if !isKnown { fields.append(field.withoutRows) }
      isKnown = true
      places.append(
        Place(field: Int32(truncatingIfNeeded: fields.count - 1), index: field.words.words[code]))
      return 0
    }
  }

  private mutating func append(_ value: EngineValue) -> Int {
    places.append(Place(field: -1, index: UInt32(truncatingIfNeeded: values.count)))
    values.append(value)
    return value.heldByteCount
  }

  /// The values of some groups. What stands in dictionaries is looked up a dictionary at a time.
  func values(_ groups: [Int]) throws -> [EngineValue] {
    var output = [EngineValue](repeating: .null, count: groups.count)
    var open: [Int32: [Int]] = [:]
    for (index, group) in groups.enumerated() {
      let place = places[group]
      if place.field < 0 {
        output[index] = values[Int(place.index)]
      } else {
        open[place.field, default: []].append(index)
      }
    }
    for (field, wanted) in open {
      let sorted = wanted.sorted { places[groups[$0]].index < places[groups[$1]].index }
      var ids: [UInt32] = []
      for index in sorted where ids.last != places[groups[index]].index {
        ids.append(places[groups[index]].index)
      }
      let found = try fields[Int(field)].values(of: ids)
      var number = 0
      for index in sorted {
        while number < ids.count, ids[number] != places[groups[index]].index { number += 1 }
        if number < found.count { output[index] = EngineValue(found[number]) }
      }
    }
    return output
  }
}
