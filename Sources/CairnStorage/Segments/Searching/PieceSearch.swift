/// Where a piece of text can be in one segment. What depends on the segment alone is found out once, by all threads
/// together: the words whose keys and literals have it, and the dictionary entries.
final class PieceSearch: Sendable {
  /// A column that can have the piece.
  private struct Place: Sendable {
    var column: Int
    /// Dictionary entries that have it, ascending.
    var ids: [UInt32]
    /// Whether some values are in no dictionary.
    var hasOtherValues: Bool
    /// Whether all values of the dictionary are spelled as they are.
    var isPlain = true
  }

  /// What is found in a column of a row group.
  private struct Found {
    /// Of the values whose spelling has the piece, ascending.
    var positions: [UInt32] = []
    /// False where no value has it either, however it is spelled.
    var mayHold = false

    init(_ positions: [UInt32] = [], arePlain: Bool = true) {
      self.positions = positions
      mayHold = !positions.isEmpty || !arePlain
    }
  }

  private let reader: SegmentReader
  private let piece: TextPiece
  private let tree: InstanceTree
  /// Columns whose kind of value can have it and that are searched one by one.
  private let columns: [Int]
  /// By column: whether all values that it has are searched, in one way or the other.
  private let isSearched: [Bool]
  private let work: SharedWork
  private let places: FoundPlaces
  /// By slot with instances: a flag for each word with a key or literal that has the piece.
  private let wantedWords: [(slot: Int, words: [Bool])]

  private final class FoundPlaces: @unchecked Sendable {
    private let lock = Lock()
    private var places: [Place] = []
    /// Columns whose values are derived from others', which are looked at first.
    private var derived: [Place] = []
    func add(_ place: Place, isDerived: Bool = false) {
      lock.withLock {
        if isDerived { derived.append(place) } else { places.append(place) }
      }
    }
    var all: [Place] { lock.withLock { places + derived } }
  }

  /// - Parameter isInside: by slot, whether it is part of what is searched.
  init(_ reader: SegmentReader, _ piece: TextPiece, tree: InstanceTree, isInside: [Bool]) throws {
    self.reader = reader
    self.piece = piece
    self.tree = tree
    let small =
      isInside.dropFirst().contains(false)
      ? SmallDictionaries(columnCount: tree.catalogue.columns.count) : try reader.smallDictionaries()
    columns = tree.catalogue.columns.indices.filter {
      let info = tree.catalogue.columns[$0]
      guard isInside[info.slot], !small.isColumn[$0] else { return false }
      switch info.kind {
      case .shape, .length: return false
      case .string: return true
      case .number: return piece.mayBeBare
      case .integer: return piece.mayBeInteger
      }
    }
    var isSearched = small.isColumn
    for column in columns { isSearched[column] = true }
    self.isSearched = isSearched
    work = SharedWork(count: columns.count)
    places = FoundPlaces()
    let found = small.entries(whoseValueHas: piece.finder)
    for (column, ids) in found { places.add(Place(column: column, ids: ids, hasOtherValues: false)) }
    wantedWords = Self.wantedWords(piece, tree, isInside)
  }

  /// A flag for each row of the row group: false where the piece is not in it. Empty where it is in none.
  func rows(in rowGroup: Int) throws -> [Bool] {
    try work.run { try judge(columns[$0]) }
    var marks = InstanceMarks(reader, rowGroup: rowGroup, tree: tree)
    for (slot, words) in wantedWords { try marks.add(slot: slot, wanted: words) }
    // Columns of which some value may have it.
    var holding: Set<Int> = []
    for place in places.all {
      let found = try find(place, in: rowGroup) { holding.contains($0) || !isSearched[$0] }
      if found.mayHold { holding.insert(place.column) }
      try marks.add(column: place.column, positions: found.positions)
    }
    return try marks.rows()
  }

  /// Of `indices` into `rows` (both ascending) those whose row has it.
  func indices(_ indices: Positions, of rows: Positions, in rowGroup: Int) throws -> Positions {
    let flags = try self.rows(in: rowGroup)
    var kept: [UInt32] = []
    for at in 0..<indices.count {
      let row = Int(rows[Int(indices[at])])
      if row < flags.count, flags[row] { kept.append(indices[at]) }
    }
    return Positions(kept)
  }

  // MARK: In the segment

  private func judge(_ index: Int) throws {
    let column = try reader.column(index)
    var place = Place(column: index, ids: [], hasOtherValues: true)
    if !column.directory.dictionary.isEmpty {
      for (block, info) in column.directory.dictionary.enumerated() {
        let first = UInt32(info.firstID)
        let table = try column.dictionaryBlock(block)
        place.isPlain = place.isPlain && table.styles.isEmpty
        place.ids += table.entries(containing: piece).map { first + $0 }
      }
      place.hasOtherValues = try column.directory.chunks.contains {
        try column.wordList(in: $0.rowGroup) == nil
      }
    }
    if !place.ids.isEmpty || place.hasOtherValues || !place.isPlain {
      places.add(place, isDerived: !column.directory.parents.isEmpty)
    }
  }

  private static func wantedWords(
    _ piece: TextPiece, _ tree: InstanceTree, _ isInside: [Bool]
  ) -> [(slot: Int, words: [Bool])] {
    let catalogue = tree.catalogue
    let names = catalogue.slots.indices.map { slot in
      isInside[slot] && !catalogue.slots[slot].isElement
        && catalogue.slots[slot].name.withUnsafeBufferPointer { piece.finder.find(in: $0) != nil }
    }
    let literals: [(word: UInt32, text: StaticString)] = [
      (UInt32(ValueKind.null.rawValue), "null"), (UInt32(ValueKind.true.rawValue), "true"),
      (UInt32(ValueKind.false.rawValue), "false"),
    ]
    var kinds = [Bool](repeating: false, count: Int(ValueKind.firstShapeWord))
    for literal in literals where piece.mayBeBare {
      kinds[Int(literal.word)] =
        literal.text.withUTF8Buffer { piece.finder.find(in: $0) != nil }
    }
    let hasLiteral = kinds.contains(true)
    guard hasLiteral || names.contains(true) else { return [] }
    // Members come after their parents in the slot order: leaves first.
    var shapes = catalogue.shapes.map { [Bool](repeating: false, count: $0.count) }
    for slot in catalogue.slots.indices.reversed() {
      for (index, shape) in catalogue.shapes[slot].enumerated() {
        shapes[slot][index] = shape.entries.contains { entry in
          if names[entry.slot] { return true }
          if entry.word < ValueKind.firstShapeWord { return isInside[entry.slot] && kinds[Int(entry.word)] }
          return shapes[entry.slot][Int(entry.word - ValueKind.firstShapeWord)]
        }
      }
    }
    let noKinds = [Bool](repeating: false, count: kinds.count)
    return tree.slots.compactMap { slot in
      let words = (isInside[slot] ? kinds : noKinds) + shapes[slot]
      return words.contains(true) ? (slot, words) : nil
    }
  }

  // MARK: In a row group

  /// - Parameter holds: whether some value of another column, which is not derived, may have it.
  private func find(
    _ place: Place, in rowGroup: Int, _ holds: (_ column: Int) -> Bool
  ) throws -> Found {
    let column = try reader.column(place.column)
    guard let chunk = column.chunk(of: rowGroup) else { return Found() }
    if column.info.kind == .integer { return Found(try integers(column, rowGroup)) }
    if let list = try column.wordList(in: rowGroup) {
      return Found(try coded(column, rowGroup, list, place.ids), arePlain: place.isPlain)
    }
    if piece.mayBeTime, let seconds = try column.seconds(in: rowGroup, rowSeconds: rowSeconds(rowGroup)) {
      return Found(try times(seconds))
    }
    var (encoding, body) = try column.storedStrings(chunk)
    let count = chunk.valueCount
    switch encoding {
    case .plain:
      let (positions, arePlain) = try PlainStrings.positions(containing: piece, &body, count: count)
      return Found(positions, arePlain: arePlain)
    case .tokens:
      let tokens = try TokenStrings(&body, count: count)
      return Found(tokens.positions(containing: piece), arePlain: tokens.arePlain)
    case .patterns:
      let patterns = try column.patterns(chunk, &body)
      return Found(patterns.positions(containing: piece), arePlain: patterns.arePlain)
    case .derived: return Found(try column.derivedPositions(chunk, piece, holds: holds))
    // Times that cannot have it, or were searched above; a part of it they may have.
    case .timestamp, .rowTime, .dictionary: return Found(arePlain: false)
    }
  }

  private func rowSeconds(_ rowGroup: Int) -> () throws -> [Int64] {
    { [reader] in try reader.seconds(of: rowGroup) }
  }

  private func coded(
    _ column: ColumnReader, _ rowGroup: Int, _ list: [UInt32], _ ids: [UInt32]
  ) throws -> [UInt32] {
    var verdicts = [UInt8](repeating: 0, count: list.count)
    var passing = 0
    var code = 0
    for id in ids {
      code = list[code...].partitioningIndex { $0 >= id }
      if code == list.count { break }
      if list[code] == id {
        verdicts[code] = 1
        passing += 1
      }
    }
    if passing == 0 { return [] }
    let words = try column.words(in: rowGroup)
    return words.indices(of: .run(0..<words.count), passing: verdicts).list
  }

  private func integers(_ column: ColumnReader, _ rowGroup: Int) throws -> [UInt32] {
    var last: (value: Int64, verdict: Bool)?
    return try column.integers(in: rowGroup).enumerated().compactMap { position, value in
      var verdict = last?.verdict ?? false
      if last?.value != value {
        var text = String(value)
        verdict = text.withUTF8 { piece.finder.find(in: $0) != nil }
        last = (value, verdict)
      }
      return verdict ? UInt32(position) : nil
    }
  }

  private func times(_ seconds: [Int64]) throws -> [UInt32] {
    var last: (value: Int64, verdict: Bool)?
    return try seconds.enumerated().compactMap { position, value in
      var verdict = last?.verdict ?? false
      if last?.value != value {
        guard let text = TimestampStrings.text(value) else {
          throw CairnError.damaged(
            file: reader.name, offset: 0, cause: "timestamp outside the years 1 to 9999")
        }
        verdict = text.withUnsafeBufferPointer { piece.finder.find(in: $0) != nil }
        last = (value, verdict)
      }
      return verdict ? UInt32(position) : nil
    }
  }
}
