import CairnSQL

/// Reads one access path from the values of its bound paths.
struct PathReader: Sendable {
  /// A place of the row's values and the steps behind it.
  struct Place: Sendable, Hashable {
    let slot: Int
    let steps: [ValueStep]
  }

  /// Where text that holds JSON may stand on the way, outermost first: a string there is the one that counts.
  let documents: [Place]
  /// Where the value is otherwise.
  let value: Place
  /// Whether the row's value is that of a member of the column.
  var isOfMember = false

  /// Whether it is the row's value as a whole.
  var isWhole: Bool { documents.isEmpty && value.steps.isEmpty }
  /// Whether it is its column as a whole.
  var isPlain: Bool { isWhole && !isOfMember }

  /// The place that counts in a row.
  private func place(_ row: Row) -> Place {
    for document in documents where row.values[document.slot].string != nil { return document }
    return value
  }

  /// The value of a path without `[]`.
  func value(_ row: Row) -> EngineValue {
    let place = place(row)
    return StepsNode.follow(row.values[place.slot], place.steps[...])
  }

  /// Whether the first `[]` of the path meets no array.
  func isMissingArray(_ row: Row) -> Bool {
    let place = place(row)
    let steps = place.steps.prefix { $0 != .anyElement }
    return Cursor.field(row.values[place.slot].field).following(Array(steps))?.isArray != true
  }

  /// The values of a path with `[]`; nil where there is no array.
  func spread(_ row: Row) -> [Cursor?]? {
    let place = place(row)
    return Cursor.field(row.values[place.slot].field).spreading(place.steps)
  }
}

/// The columns that an expression reads, while it is bound: a slot each.
struct PathTable {
  private(set) var columns: [ColumnID] = []
  /// The record paths among them, in the same order.
  private(set) var paths: [BoundPath] = []
  /// For each column the names inside its values at which the wanted ones are.
  private(set) var members: [[PathName]] = []
  private var slots: [Slot: Int] = [:]

  private struct Slot: Hashable {
    let column: ColumnID
    let names: [PathName]
  }

  mutating func slot(_ column: ColumnID, _ names: [PathName] = []) -> Int {
    let key = Slot(column: column, names: names)
    if let known = slots[key] { return known }
    slots[key] = columns.count
    columns.append(column)
    members.append(names)
    return columns.count - 1
  }

  private mutating func slot(_ path: BoundPath, _ table: EventsTable) -> Int {
    let before = columns.count
    let slot = slot(table.column(.path(path)))
    if columns.count > before { paths.append(path) }
    return slot
  }

  /// Steps from a column that is no record.
  ///
  /// - Parameter hasElements: its values are elements of records' arrays, whose members storage may have.
  mutating func reader(_ column: ColumnID, _ path: AccessPath, hasElements: Bool = false) -> PathReader {
    let steps = path.steps.map { ValueStep($0) }
    let names = hasElements ? steps.prefixNames : []
    return PathReader(
      documents: [],
      value: PathReader.Place(slot: slot(column, names), steps: Array(steps.dropFirst(names.count))),
      isOfMember: !names.isEmpty)
  }

  /// Splits a path into what storage reads and what the evaluation does.
  ///
  /// A JSON function on a value that is an object reads the member that it leads to, so that the common
  /// `json_extract_scalar(requestParameters, '$.bucketName')` costs no more than the dotted path.
  mutating func reader(_ path: AccessPath, of table: EventsTable) -> PathReader {
    var names: [PathName] = []
    var documents: [(names: [PathName], steps: [ValueStep])] = []
    let steps = path.steps.map { ValueStep($0) }
    var end = 0
    walk: while end < steps.count {
      switch steps[end] {
      case .name(let name): names.append(name)
      // The record is an object.
      case .nameOrElement(let name, _) where names.isEmpty: names.append(name)
      case .document where names.isEmpty: break
      case .document: documents.append((names, Array(steps[end...])))
      default: break walk
      }
      end += 1
    }
    var rest = Array(steps[end...])
    if let last = documents.last, last.names.count == names.count {
      rest = last.steps
      documents.removeLast(while: { $0.names.count == names.count })
    }
    let places = documents.map { place in
      PathReader.Place(
        slot: slot(BoundPath(names: place.names, onlyStrings: true), table), steps: place.steps)
    }
    let value = BoundPath(names: names)
    if table.hasElementColumns, !names.isEmpty, rest.first?.isPlace == true {
      let count = 1 + Array(rest.dropFirst()).prefixNames.count
      let slot = slot(table.column(.element(value, Array(rest.prefix(count)))))
      return PathReader(
        documents: places, value: PathReader.Place(slot: slot, steps: Array(rest.dropFirst(count))))
    }
    return PathReader(
      documents: places, value: PathReader.Place(slot: slot(value, table), steps: rest))
  }
}

extension ValueStep {
  /// Whether it is a place in an array, counted from the start.
  fileprivate var isPlace: Bool { place != nil }

  /// The place in an array that it may be, from 0; nil for one that is counted from the end, and for what is none.
  var place: Int? {
    switch self {
    case .element(let index): index > 0 ? Int(index - 1) : nil
    case .nameOrElement(_, let index): index >= 0 ? Int(index) : nil
    default: nil
    }
  }
}

extension [ValueStep] {
  /// The names that it begins with.
  fileprivate var prefixNames: [PathName] {
    var names: [PathName] = []
    for case .name(let name) in prefix(while: { if case .name = $0 { true } else { false } }) {
      names.append(name)
    }
    return names
  }
}

extension Array {
  /// Takes off the elements at the end for which a condition holds.
  fileprivate mutating func removeLast(while holds: (Element) -> Bool) {
    while let element = last, holds(element) { removeLast() }
  }
}
