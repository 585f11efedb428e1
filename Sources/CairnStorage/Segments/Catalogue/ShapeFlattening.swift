/// What a value of a slot holds, by its value word: the columns its leaf values are in, in record order, with
/// inline members laid out flat. The one source for ranks, record batches and (later) path resolution.
package struct ShapeFlattening: Sendable {
  package enum Step: Sendable, Equatable, BitwiseCopyable {
    /// A value of a string, integer or number column.
    case value(column: Int)
    /// An array: a length, then that many values of the element slot.
    case array(lengthColumn: Int, elementSlot: Int)
    /// An object whose shape word stands in the shape column of its slot.
    case object(shapeColumn: Int, slot: Int)

    /// The column that the step reads from.
    package var column: Int {
      switch self {
      case .value(let column), .array(let column, _), .object(let column, _): column
      }
    }
  }

  private let catalogue: Catalogue
  private let file: String

  package init(_ catalogue: Catalogue, file: String) {
    self.catalogue = catalogue
    self.file = file
  }

  /// Members that may be visited for one purpose. Crafted shapes could multiply without end; real ones stay far below.
  package struct Allowance {
    fileprivate var members = SegmentFormat.memberLimit

    package init() {}
  }

  /// The steps of a value of `slot` with `word`. Throws where the word or a column it needs is not there, or nothing is
  /// left of the allowance.
  package func steps(slot: Int, word: UInt32, _ allowance: inout Allowance) throws -> [Step] {
    var steps: [Step] = []
    try add(slot: slot, word: word, to: &steps, &allowance)
    return steps
  }

  private func add(slot: Int, word: UInt32, to list: inout [Step], _ allowance: inout Allowance) throws {
    if word < ValueKind.firstShapeWord { return try addLeaf(slot: slot, word: word, to: &list) }
    let index = Int(word - ValueKind.firstShapeWord)
    guard index < catalogue.shapes[slot].count else {
      throw damaged("shape \(index) is not in the catalogue")
    }
    for entry in catalogue.shapes[slot][index].entries {
      allowance.members -= 1
      guard allowance.members >= 0 else {
        throw damaged("shapes have more than \(SegmentFormat.memberLimit) members")
      }
      try add(slot: entry.slot, word: entry.word, to: &list, &allowance)
    }
  }

  private func addLeaf(slot: Int, word: UInt32, to list: inout [Step]) throws {
    switch ValueKind(rawValue: UInt8(word)) {
    case .string: list.append(.value(column: try column(slot, .string)))
    case .integer: list.append(.value(column: try column(slot, .integer)))
    case .number: list.append(.value(column: try column(slot, .number)))
    case .array:
      guard let element = catalogue.elementSlot(of: slot) else {
        throw damaged("array without an element slot")
      }
      _ = try column(element, .shape)
      list.append(.array(lengthColumn: try column(slot, .length), elementSlot: element))
    case .object: list.append(.object(shapeColumn: try column(slot, .shape), slot: slot))
    case .null, .false, .true, .emptyObject, .emptyArray: break
    case nil: throw damaged("unknown value word \(word)")
    }
  }

  /// The steps of a word of the slot's shape column. `object` only stands in shapes and means "look in the shape
  /// column": in the column itself it would lead back to itself for ever.
  package func instanceSteps(slot: Int, word: UInt32, _ allowance: inout Allowance) throws -> [Step] {
    guard word != UInt32(ValueKind.object.rawValue) else { throw damaged("word \(word) in a shape column") }
    return try steps(slot: slot, word: word, &allowance)
  }

  private func column(_ slot: Int, _ kind: ColumnKind) throws -> Int {
    guard let column = catalogue.column(slot, kind) else {
      throw damaged("no \(kind) column for \(catalogue.path(of: slot))")
    }
    return column
  }

  private func damaged(_ cause: String) -> CairnError { .damaged(file: file, offset: 0, cause: cause) }
}
