/// Chosen rows of a row group with all their values, ready to be printed in any order and layout.
///
/// ```
/// tape   := one record after another
/// record := word value                         of the root
/// value  := for each step of the word's flattened shape, in record order:
///             value   entry in the column's table, or index of the column's integers
///             array   length, then for each element: word value
///             object  word value
/// ```
package final class RecordBatch: Sendable {
  package let reader: SegmentReader
  package let rowGroup: Int
  /// Positions in the row group, ascending; nil for all rows.
  package let rows: [UInt32]?
  /// Valid while the batch lives.
  let tape: RawVector<UInt32>
  package let rowStarts: [Int]
  /// Tables of string and number columns, by column.
  package let tables: [StringTable?]
  /// Their entries, where all of a table are plain; valid while `tables` lives.
  let plainEntries: RawVector<StringTable.PlainEntries?>
  /// Values of integer columns, by column.
  package let integers: [[Int64]]
  package let verbatim: [UInt32: [UInt8]]

  /// Reads the rows at `rows` (ascending, distinct), or all.
  ///
  /// - Parameter checksLists: throws where a word list, of which all rows are read, has a word that no value has.
  package init(
    _ reader: SegmentReader, rowGroup: Int, rows: [UInt32]?, checksLists: Bool = false
  ) throws {
    self.reader = reader
    self.rowGroup = rowGroup
    self.rows = rows
    verbatim = try reader.verbatim(of: rowGroup)
    var gather = try RecordGather(reader, rowGroup: rowGroup, catalogue: try reader.catalogue())
    gather.checksLists = checksLists && rows == nil
    if reader.footer.rowGroups[rowGroup].rowCount > 0, rows?.isEmpty != true { try gather.run(rows: rows) }
    (tape, rowStarts) = try gather.assemble()
    if rows == nil { try gather.checkNothingIsLeft() }
    tables = gather.tables
    plainEntries = Self.plainEntries(gather.tables)
    integers = gather.integers
  }

  /// Reads only the values at `places`, one for each of `rows`: objects and arrays whose values belong to their rows
  /// themselves (`PathTable.places`). Each record of the tape is then such a value.
  ///
  /// - Parameter ranks: values of a column before some of the rows, whose indices are given; `counts` are the column's
  ///   values by code of the rows' shapes.
  init(
    _ reader: SegmentReader, rowGroup: Int, rows: Positions, places: [PathTable.Place],
    ranks: (_ column: Int, _ counts: [UInt32], _ indices: [UInt32]) throws -> [UInt32]
  ) throws {
    self.reader = reader
    self.rowGroup = rowGroup
    self.rows = rows.list
    verbatim = [:]
    var gather = try RecordGather(reader, rowGroup: rowGroup, catalogue: try reader.catalogue())
    try gather.run(rows: rows, places: places, ranks: ranks)
    (tape, rowStarts) = try gather.assemble(places)
    tables = gather.tables
    plainEntries = Self.plainEntries(gather.tables)
    integers = gather.integers
  }

  /// Reads elements of arrays (ascending positions): each record of the tape is an element.
  init(_ reader: SegmentReader, rowGroup: Int, elements: [UInt32], of root: PathRoot) throws {
    self.reader = reader
    self.rowGroup = rowGroup
    rows = elements
    verbatim = [:]
    var gather = try RecordGather(reader, rowGroup: rowGroup, catalogue: try reader.catalogue())
    try gather.run(elements: elements, slot: root.slot)
    (tape, rowStarts) = try gather.assemble(slot: root.slot)
    tables = gather.tables
    plainEntries = Self.plainEntries(gather.tables)
    integers = gather.integers
  }

  deinit {
    plainEntries.free()
    tape.free()
  }

  private static func plainEntries(_ tables: [StringTable?]) -> RawVector<StringTable.PlainEntries?> {
    var output = RawVector<StringTable.PlainEntries?>(capacity: tables.count)
    for table in tables { output.append(table?.plainEntries) }
    return output
  }

  package var count: Int { rowStarts.count }

  /// Position in the row group of the batch's row `index`.
  package func position(_ index: Int) -> UInt32 { rows.map { $0[index] } ?? UInt32(index) }
}

/// Reads the columns that the chosen rows have values in, then lays the values out row by row.
private struct RecordGather {
  let reader: SegmentReader
  let rowGroup: Int
  let catalogue: Catalogue
  /// What each word holds, found out once.
  private let steps: StepCache
  /// Values that may be read before it is too many for memory.
  private var valuesLeft = SegmentFormat.rowGroupValueLimit
  var checksLists = false
  private var strings: [StringVector?]
  private(set) var integers: [[Int64]]
  /// Chosen instances' words by shape column.
  private var words: [[UInt32]]
  /// By column: where its next value is.
  private var cursors: [Int]

  init(_ reader: SegmentReader, rowGroup: Int, catalogue: Catalogue) throws {
    self.reader = reader
    self.rowGroup = rowGroup
    self.catalogue = catalogue
    steps = StepCache(flattening: try reader.flattening(), slotCount: catalogue.slots.count)
    strings = Array(repeating: nil, count: catalogue.columns.count)
    integers = Array(repeating: [], count: catalogue.columns.count)
    words = Array(repeating: [], count: catalogue.columns.count)
    cursors = Array(repeating: 0, count: catalogue.columns.count)
  }

  var tables: [StringTable?] { strings.map { $0?.table } }

  private func damaged(_ cause: String) -> CairnError {
    .damaged(file: reader.name, offset: 0, cause: "row group \(rowGroup): \(cause)")
  }

  // MARK: Reading

  mutating func run(rows: [UInt32]?) throws {
    guard let root = catalogue.column(0, .shape) else { throw damaged("no root shape column") }
    let count = try reader.column(root).valueCount(in: rowGroup)
    guard count == reader.footer.rowGroups[rowGroup].rowCount else { throw damaged("\(count) root shapes") }
    try gather(slot: 0, column: root, instances: rows)
  }

  mutating func run(elements: [UInt32], slot: Int) throws {
    guard let column = catalogue.column(slot, .shape) else { throw damaged("elements without shapes") }
    try gather(slot: slot, column: column, instances: elements)
  }

  /// Reads what the values at the places hold. A place's values are its row's first in their columns.
  mutating func run(
    rows: Positions, places: [PathTable.Place],
    ranks: (_ column: Int, _ counts: [UInt32], _ indices: [UInt32]) throws -> [UInt32]
  ) throws {
    var order: [ShapeFlattening.Step] = []
    // For each column: indices of the rows that have values there, as often as they have some.
    var users: [Int: [UInt32]] = [:]
    for (index, place) in places.enumerated() {
      for step in try steps.steps(slot: place.slot, word: place.word) {
        if users[step.column] == nil { order.append(step) }
        users[step.column, default: []].append(UInt32(truncatingIfNeeded: index))
      }
    }
    guard let root = catalogue.column(0, .shape) else { throw damaged("no root shape column") }
    let shapes = try reader.column(root).words(in: rowGroup).words
    for step in order {
      let byWord = try reader.valueCounts(ofRows: step.column)
      let counts = try shapes.map { word in
        guard Int(word) < byWord.count else { throw damaged("word \(word) in a shape column") }
        return byWord[Int(word)]
      }
      let positions = try positions(users[step.column] ?? []) { try ranks(step.column, counts, $0) }
      if let last = positions.last, try Int(last) >= reader.column(step.column).valueCount(in: rowGroup) {
        throw damaged("a value is behind its column")
      }
      switch step {
      case .value(let column): try readValues(column, positions)
      case .object(let shapeColumn, let slot):
        try gather(slot: slot, column: shapeColumn, instances: positions)
      case .array(let lengthColumn, let elementSlot): try readArrays(lengthColumn, elementSlot, positions)
      }
    }
  }

  /// Positions of a column's values: of each row's first ones, as many as the row is named.
  private func positions(
    _ users: [UInt32], _ ranks: (_ indices: [UInt32]) throws -> [UInt32]
  ) throws -> [UInt32] {
    var distinct: [UInt32] = []
    for user in users where distinct.last != user { distinct.append(user) }
    let starts = try ranks(distinct)
    if distinct.count == users.count { return starts }
    var place = -1
    var offset: UInt32 = 0
    return users.indices.map { index in
      let isSame = index > 0 && users[index] == users[index - 1]
      place += isSame ? 0 : 1
      offset = isSame ? offset + 1 : 0
      return starts[place] + offset
    }
  }

  /// Reads what the chosen instances of `slot` hold (all where nil).
  private mutating func gather(slot: Int, column: Int, instances: [UInt32]?) throws {
    let coded = try reader.column(column).words(in: rowGroup)
    if let last = instances?.last, Int(last) >= coded.count {
      throw damaged("an instance is behind its column")
    }
    try take(instances?.count ?? coded.count)
    let stepsOfCode = try coded.words.map { word in
      // As `ShapeFlattening.instanceSteps`.
      guard word != UInt32(ValueKind.object.rawValue) else { throw damaged("word \(word) in a shape column") }
      return try steps.steps(slot: slot, word: word)
    }
    let found = try InstanceValues(
      coded, stepsOfCode, chosen: instances, columnCount: catalogue.columns.count
    ) { column, valueCount in
      guard try valueCount <= reader.column(column).valueCount(in: rowGroup) else {
        throw damaged("a value is behind its column")
      }
    }
    words[column] = found.words
    if checksLists { try checkList(coded.allCodes(), coded.words.count, column) }
    for (target, positions) in found.used {
      switch target {
      case .value(let column): try readValues(column, positions)
      case .object(let shapeColumn, let slot):
        try gather(slot: slot, column: shapeColumn, instances: positions)
      case .array(let lengthColumn, let elementSlot): try readArrays(lengthColumn, elementSlot, positions)
      }
    }
  }

  /// Counts values that are about to be read.
  private mutating func take(_ count: Int) throws {
    guard count <= valuesLeft else {
      throw damaged("more than \(SegmentFormat.rowGroupValueLimit) values")
    }
    valuesLeft -= count
  }

  private mutating func readValues(_ column: Int, _ positions: [UInt32]?) throws {
    let source = try reader.column(column)
    try take(positions?.count ?? source.valueCount(in: rowGroup))
    if catalogue.columns[column].kind == .integer {
      let all = try source.integers(in: rowGroup)
      guard let positions else {
        integers[column] = all
        return
      }
      if let last = positions.last, Int(last) >= all.count { throw damaged("a value is behind its column") }
      integers[column] = positions.map { all[Int($0)] }
    } else {
      strings[column] = try source.strings(in: rowGroup, positions: positions) {
        try reader.seconds(of: rowGroup)
      }
      if checksLists, let vector = strings[column], let codes = vector.codes {
        try checkList(codes, vector.table.count, column)
      }
    }
  }

  /// Throws where one of the words has no value.
  private func checkList(_ codes: [UInt32], _ wordCount: Int, _ column: Int) throws {
    var isUsed = [Bool](repeating: false, count: wordCount)
    for code in codes { isUsed[Int(code)] = true }
    guard !isUsed.contains(false) else {
      throw damaged(
        "the list of \(catalogue.path(of: catalogue.columns[column].slot)) has a word of no value")
    }
  }

  private mutating func readArrays(_ lengthColumn: Int, _ elementSlot: Int, _ positions: [UInt32]?) throws {
    let lengths = try reader.column(lengthColumn).integers(in: rowGroup)
    guard let shapeColumn = catalogue.column(elementSlot, .shape) else {
      throw damaged("elements without shapes")
    }
    try take(positions?.count ?? lengths.count)
    let starts = try reader.elementStarts(lengthColumn, rowGroup, elementSlot: elementSlot)
    guard let positions else {
      integers[lengthColumn] = lengths
      try gather(slot: elementSlot, column: shapeColumn, instances: nil)
      return
    }
    if let last = positions.last, Int(last) >= lengths.count {
      throw damaged("an array is behind its column")
    }
    integers[lengthColumn] = positions.map { lengths[Int($0)] }
    try take(positions.reduce(0) { $0 + starts[Int($1) + 1] - starts[Int($1)] })
    let elements = positions.flatMap { (starts[Int($0)]..<starts[Int($0) + 1]).map { UInt32($0) } }
    try gather(slot: elementSlot, column: shapeColumn, instances: elements)
  }

  // MARK: Laying out

  /// The tape of the values at the places.
  mutating func assemble(_ places: [PathTable.Place]) throws -> (tape: RawVector<UInt32>, rowStarts: [Int]) {
    try layOut(count: places.count) { (slot: places[$0].slot, word: places[$0].word) }
  }

  mutating func assemble(slot: Int = 0) throws -> (tape: RawVector<UInt32>, rowStarts: [Int]) {
    guard let root = catalogue.column(slot, .shape) else { return (RawVector(), []) }
    let words = words[root]
    cursors[root] = words.count
    return try layOut(count: words.count) { (slot: slot, word: words[$0]) }
  }

  /// A record's tape begins with its word, and has a word for each value below it.
  private mutating func layOut(
    count: Int, _ record: (Int) -> (slot: Int, word: UInt32)
  ) throws -> (tape: RawVector<UInt32>, rowStarts: [Int]) {
    var layout = TapeLayout(
      catalogue: catalogue, steps: steps, words: words, integers: integers,
      entries: strings.map { $0?.codes ?? [] }, wordCount: SegmentFormat.rowGroupValueLimit - valuesLeft)
    for column in cursors.indices {
      layout.columns.append(
        TapeLayout.Column(
          cursor: cursors[column], valueCount: strings[column]?.count ?? integers[column].count,
          isCoded: strings[column]?.codes != nil))
    }
    defer { layout.columns.free() }
    var rowStarts: [Int] = []
    rowStarts.reserveCapacity(count)
    do {
      for index in 0..<count {
        rowStarts.append(layout.tape.count)
        let (slot, word) = record(index)
        layout.tape.append(word)
        guard try layout.lay(try steps.span(slot: slot, word: word)) else {
          throw damaged("a column ends before its rows")
        }
      }
    } catch {
      layout.tape.free()
      throw error
    }
    for column in cursors.indices { cursors[column] = layout.columns[column].cursor }
    return (layout.tape, rowStarts)
  }

  /// After all rows: throws where a column has values in this row group that no row has.
  func checkNothingIsLeft() throws {
    for column in catalogue.columns.indices {
      let count = try reader.column(column).valueCount(in: rowGroup)
      guard cursors[column] == count else {
        throw damaged(
          "rows have \(cursors[column]) of \(count) values of \(catalogue.path(of: catalogue.columns[column].slot))"
        )
      }
    }
  }
}

/// Writes tapes: takes each column's values one after another. Its loops touch no reference count.
private struct TapeLayout {
  struct Column: BitwiseCopyable {
    /// Where the next value is.
    var cursor: Int
    var valueCount: Int
    /// Whether it has entries; without, value `i` is entry `i`.
    var isCoded: Bool
  }

  /// Its taker frees it.
  var tape: RawVector<UInt32>
  var columns = RawVector<Column>()
  private let catalogue: Catalogue
  private let steps: StepCache
  private let words: [[UInt32]]
  private let integers: [[Int64]]
  private let entries: [[UInt32]]

  init(
    catalogue: Catalogue, steps: StepCache, words: [[UInt32]], integers: [[Int64]], entries: [[UInt32]],
    wordCount: Int
  ) {
    (self.catalogue, self.steps) = (catalogue, steps)
    (self.words, self.integers, self.entries) = (words, integers, entries)
    tape = RawVector(capacity: wordCount)
  }

  /// False where a column ends before its rows.
  mutating func lay(_ span: StepCache.Span) throws -> Bool {
    for index in span.start..<span.end {
      switch steps.list[index] {
      case .value(let column):
        let state = columns[column]
        columns.base[column].cursor = state.cursor &+ 1
        guard state.cursor < state.valueCount else { return false }
        tape.append(
          state.isCoded ? entries[column][state.cursor] : UInt32(truncatingIfNeeded: state.cursor))
      case .array(let lengthColumn, let elementSlot):
        let at = columns[lengthColumn].cursor
        columns.base[lengthColumn].cursor = at &+ 1
        guard at < integers[lengthColumn].count, let column = catalogue.column(elementSlot, .shape) else {
          return false
        }
        let length = integers[lengthColumn][at]
        tape.append(UInt32(length))
        for _ in 0..<length where try !layInstance(slot: elementSlot, column: column) { return false }
      case .object(let column, let slot):
        guard try layInstance(slot: slot, column: column) else { return false }
      }
    }
    return true
  }

  private mutating func layInstance(slot: Int, column: Int) throws -> Bool {
    let at = columns[column].cursor
    columns.base[column].cursor = at &+ 1
    guard at < words[column].count else { return false }
    let word = words[column][at]
    tape.append(word)
    return try lay(try steps.span(slot: slot, word: word))
  }
}

/// Steps by slot and word without building the kind cases anew for every element.
private final class StepCache {
  /// Where a word's steps are in `list`.
  struct Span: BitwiseCopyable {
    var start: Int
    var end: Int
  }

  private let flattening: ShapeFlattening
  private var allowance = ShapeFlattening.Allowance()
  // Only one thread has it, and only `span` changes it.
  @exclusivity(unchecked) private(set) var list = RawVector<ShapeFlattening.Step>()
  /// By slot, then by word as far as words were asked for; nothing is known where `end` is before `start`.
  @exclusivity(unchecked) private var spans: [[Span]]

  init(flattening: ShapeFlattening, slotCount: Int) {
    self.flattening = flattening
    spans = Array(repeating: [], count: slotCount)
  }

  deinit { list.free() }

  func steps(slot: Int, word: UInt32) throws -> [ShapeFlattening.Step] {
    let span = try span(slot: slot, word: word)
    return Array(list.buffer[span.start..<span.end])
  }

  @inline(__always)
  func span(slot: Int, word: UInt32) throws -> Span {
    let index = Int(word)
    if index < spans[slot].count {
      let known = spans[slot][index]
      if known.start <= known.end { return known }
    }
    return try makeSpan(slot: slot, word: word)
  }

  private func makeSpan(slot: Int, word: UInt32) throws -> Span {
    let index = Int(word)
    // Throws for words that the slot does not have, so the list grows no further than its shapes.
    let steps = try flattening.steps(slot: slot, word: word, &allowance)
    if index >= spans[slot].count {
      spans[slot].append(
        contentsOf: repeatElement(Span(start: 1, end: 0), count: index + 1 - spans[slot].count))
    }
    let start = list.count
    for step in steps { list.append(step) }
    spans[slot][index] = Span(start: start, end: list.count)
    return spans[slot][index]
  }
}
