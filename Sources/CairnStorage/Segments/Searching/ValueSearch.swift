/// Finds the rows of a segment that have a key or a value in which a finder finds something, what that is and at which
/// path, without rebuilding a record: each dictionary entry is looked at once, whatever the number of rows.
///
/// One object serves the row groups and threads of one scan of a segment.
package final class ValueSearch: Sendable {
  /// A column with values in which something is.
  private struct Place: Sendable {
    var column: Int
    /// The column's.
    var slot: Int
    /// Dictionary entries with something in them, ascending, and of each the number of what that is.
    var ids: [UInt32]
    var sets: [UInt32]
    /// Those that have the finder's common text, ascending.
    var holding: [UInt32]
    /// Whether some values are in no dictionary.
    var hasOtherValues: Bool
    var isDerived: Bool
  }

  /// A key, or a literal at a path, in which something is: a flag for each word of the instances that have it.
  private struct WordPlace: Sendable {
    var slot: Int
    var words: [Bool]
    /// Of the key or literal.
    var member: Int
    var set: UInt32
  }

  private let reader: SegmentReader
  private let finder: ValueFinder
  private let tree: InstanceTree
  /// Columns whose kind of value can have something.
  private let columns: [Int]
  private let paths = Memo<Int, Paths>()
  private let work: SharedWork
  private let places = FoundPlaces()
  private let wordPlaces: [WordPlace]
  private let sets = NumberSets()
  /// What all have that have anything.
  private let constantSet: UInt32?

  private final class FoundPlaces: @unchecked Sendable {
    private let lock = Lock()
    private var places: [Place] = []
    func add(_ place: Place) { lock.withLock { places.append(place) } }
    /// In the order of columns, whichever was looked at first; what is derived from others behind these.
    var all: [Place] {
      lock.withLock {
        places.sorted { ($0.isDerived ? 1 : 0, $0.column) < ($1.isDerived ? 1 : 0, $1.column) }
      }
    }
  }

  package init(_ reader: SegmentReader, _ finder: ValueFinder) throws {
    let catalogue = try reader.catalogue()
    self.reader = reader
    self.finder = finder
    tree = InstanceTree(catalogue)
    columns = catalogue.columns.indices.filter {
      switch catalogue.columns[$0].kind {
      case .shape, .length: return false
      case .string: return true
      case .number: return finder.forms.contains(.bare)
      case .integer: return finder.forms.contains(.integers)
      }
    }
    work = SharedWork(count: columns.count)
    constantSet = finder.constant.map { [sets] in sets.number(of: $0) }
    wordPlaces = Self.wordPlaces(finder, tree, sets)
  }

  /// Those of `rows` (ascending) that have something.
  package func found(_ rows: Positions, in rowGroup: Int) throws -> FoundRows {
    try work.run { try look(columns[$0]) }
    let owners = ValueOwners(reader, rowGroup: rowGroup, tree: tree)
    var occurrences = RowOccurrences(rowCount: reader.footer.rowGroups[rowGroup].rowCount)
    var hasAny = false
    for place in wordPlaces {
      let instances = try owners.instances(of: place.slot, where: place.words)
      if instances.isEmpty { continue }
      hasAny = true
      let found = FoundPositions(positions: instances, set: place.set)
      occurrences.add(
        found, of: try owners.rows(ofInstances: instances, slot: place.slot),
        path: allPaths.ofSlot[place.member])
    }
    // Columns with values that have the finder's common text.
    var holding: Set<Int> = []
    for place in places.all {
      let found = try found(place, in: rowGroup, &holding)
      if found.positions.isEmpty { continue }
      occurrences.add(
        found, of: try owners.rows(ofValues: found.positions, column: place.column),
        path: allPaths.ofSlot[place.slot])
      hasAny = true
    }
    return FoundRows(occurrences, among: rows, paths: hasAny ? allPaths.texts : [], sets: sets.all)
  }

  // MARK: In the segment

  private struct Paths: Sendable {
    var texts: [String]
    var ofSlot: [Int]
  }

  /// Put together where something is found: that is in few of many segments.
  private var allPaths: Paths { paths.value(0) { Self.paths(tree.catalogue) } }

  /// Paths as people write them: keys with dots between, `[]` for the elements of arrays. Slots that differ in what
  /// no path tells have one. In the order of their texts.
  private static func paths(_ catalogue: Catalogue) -> Paths {
    var texts: [[UInt8]] = []
    var numbers: [String: Int] = [:]
    var ofSlot: [Int] = []
    for (slot, info) in catalogue.slots.enumerated() {
      var text = slot == 0 ? [] : texts[ofSlot[info.parent]]
      if info.isElement {
        if !text.suffix(2).elementsEqual("[]".utf8) { text += "[]".utf8 }
      } else if slot > 0 {
        if !text.isEmpty { text.append(UInt8(ascii: ".")) }
        text += info.name.withUnsafeBufferPointer { StringSpelling.unescape($0) }
      }
      let shown = String(decoding: text, as: UTF8.self)
      let number = numbers[shown] ?? texts.count
      if number == texts.count {
        numbers[shown] = number
        texts.append(text)
      }
      ofSlot.append(number)
    }
    let order = texts.indices.sorted { texts[$0].lexicographicallyPrecedes(texts[$1]) }
    var places = [Int](repeating: 0, count: texts.count)
    for (place, number) in order.enumerated() { places[number] = place }
    return Paths(
      texts: order.map { String(decoding: texts[$0], as: UTF8.self) }, ofSlot: ofSlot.map { places[$0] })
  }

  private func look(_ index: Int) throws {
    let column = try reader.column(index)
    var place = Place(
      column: index, slot: column.info.slot, ids: [], sets: [], holding: [], hasOtherValues: true,
      isDerived: !column.directory.parents.isEmpty)
    if !column.directory.dictionary.isEmpty {
      for (block, info) in column.directory.dictionary.enumerated() {
        let first = UInt32(info.firstID)
        let holding = finder.visit(try column.dictionaryBlock(block, keeps: false)) { entry, numbers in
          place.ids.append(first + entry)
          place.sets.append(number(numbers))
        }
        place.holding += holding.map { first + $0 }
      }
      place.hasOtherValues = try column.directory.chunks.contains {
        try column.wordList(in: $0.rowGroup) == nil
      }
    }
    if !place.ids.isEmpty || !place.holding.isEmpty || place.hasOtherValues { places.add(place) }
  }

  private func number(_ numbers: [Int]) -> UInt32 { constantSet ?? sets.number(of: numbers) }

  private static func wordPlaces(
    _ finder: ValueFinder, _ tree: InstanceTree, _ sets: NumberSets
  ) -> [WordPlace] {
    let catalogue = tree.catalogue
    let find = finder.single()
    var literals: [(word: UInt32, set: UInt32)] = []
    if finder.forms.contains(.bare) {
      let texts: [(kind: ValueKind, text: StaticString)] = [(.true, "true"), (.false, "false")]
      for (kind, text) in texts {
        let numbers = text.withUTF8Buffer { find($0) }
        if !numbers.isEmpty { literals.append((UInt32(kind.rawValue), sets.number(of: numbers))) }
      }
    }
    var places: [WordPlace] = []
    for (slot, info) in catalogue.slots.enumerated().dropFirst() {
      func add(_ set: UInt32, _ accepts: (UInt32) -> Bool) {
        let owner = tree.owner[slot]
        let words = catalogue.words(of: owner, having: slot, accepts)
        if words.contains(true) {
          places.append(WordPlace(slot: owner, words: words, member: slot, set: set))
        }
      }
      for literal in literals { add(literal.set) { $0 == literal.word } }
      if info.isElement { continue }
      let numbers = info.name.withUnsafeBufferPointer { key in
        key.contains(0x5C)
          ? StringSpelling.unescape(key).withUnsafeBufferPointer { find($0) } : find(key)
      }
      if !numbers.isEmpty { add(sets.number(of: numbers)) { _ in true } }
    }
    return places
  }

  // MARK: In a row group

  /// - Parameter holding: gets the column where values of it have the finder's common text.
  private func found(
    _ place: Place, in rowGroup: Int, _ holding: inout Set<Int>
  ) throws -> FoundPositions {
    let column = try reader.column(place.column)
    guard let chunk = column.chunk(of: rowGroup) else { return FoundPositions() }
    if column.info.kind == .integer {
      return spelled(try column.integers(in: rowGroup)) { Array(String($0).utf8) }
    }
    if let list = try column.wordList(in: rowGroup) {
      if Self.haveCommon(list, place.holding) { holding.insert(place.column) }
      return try coded(column, rowGroup, list, place)
    }
    if finder.forms.contains(.times),
      let seconds = try column.seconds(in: rowGroup, rowSeconds: { try reader.seconds(of: rowGroup) })
    {
      holding.insert(place.column)
      return spelled(seconds) { TimestampStrings.text($0) }
    }
    var (encoding, body) = try column.storedStrings(chunk, keeps: false)
    var found = FoundPositions()
    switch encoding {
    case .plain:
      if try finder.visit(plain: &body, count: chunk.valueCount, { found.add($0, number($1)) }) {
        holding.insert(place.column)
      }
    case .tokens:
      if finder.visit(try TokenStrings(&body, count: chunk.valueCount), { found.add($0, number($1)) }) {
        holding.insert(place.column)
      }
    case .derived:
      try column.visitDerived(chunk, finder, holds: { holding.contains($0) }) { found.add($0, number($1)) }
    case .patterns:
      let patterns = try column.patterns(chunk, &body, keeps: false)
      if finder.visit(patterns, { found.add($0, number($1)) }) { holding.insert(place.column) }
    // Times that cannot have it, or were looked at above; a part of it they may have.
    case .timestamp, .rowTime, .dictionary: holding.insert(place.column)
    }
    return found
  }

  /// Whether two ascending lists have something in common.
  private static func haveCommon(_ list: [UInt32], _ ids: [UInt32]) -> Bool {
    var place = 0
    for id in ids {
      place = list[place...].partitioningIndex { $0 >= id }
      if place == list.count { return false }
      if list[place] == id { return true }
    }
    return false
  }

  private func coded(
    _ column: ColumnReader, _ rowGroup: Int, _ list: [UInt32], _ place: Place
  ) throws -> FoundPositions {
    var verdicts = [UInt8](repeating: 0, count: list.count)
    var setOfCode = [UInt32](repeating: 0, count: list.count)
    var common: UInt32?
    var isCommon = true
    var code = 0
    for (id, set) in zip(place.ids, place.sets) {
      code = list[code...].partitioningIndex { $0 >= id }
      if code == list.count { break }
      guard list[code] == id else { continue }
      verdicts[code] = 1
      setOfCode[code] = set
      isCommon = isCommon && (common ?? set) == set
      common = set
    }
    guard let common else { return FoundPositions() }
    let words = try column.words(in: rowGroup)
    let positions = words.indices(of: .run(0..<words.count), passing: verdicts).list
    if isCommon { return FoundPositions(positions: positions, set: common) }
    return FoundPositions(positions: positions, sets: words.take(positions).map { setOfCode[Int($0)] })
  }

  /// Numbers or times, of which neighbours are often equal, by their texts.
  private func spelled(_ values: [Int64], _ spell: (Int64) -> [UInt8]?) -> FoundPositions {
    var found = FoundPositions()
    let find = finder.single()
    var last: (value: Int64, set: UInt32?)?
    for (position, value) in values.enumerated() {
      if last?.value != value {
        let numbers = spell(value)?.withUnsafeBufferPointer { find($0) } ?? []
        last = (value, numbers.isEmpty ? nil : sets.number(of: numbers))
      }
      if let set = last?.set { found.add(UInt32(position), set) }
    }
    return found
  }
}

/// Numbers for what is found in one value, which is mostly the same.
private final class NumberSets: @unchecked Sendable {
  private let lock = Lock()
  private var numbers: [[Int]: UInt32] = [:]
  private var lists: [[Int]] = []
  private var last: UInt32?

  func number(of list: [Int]) -> UInt32 {
    lock.withLock {
      if let last, lists[Int(last)] == list { return last }
      let number = numbers[list] ?? UInt32(lists.count)
      if Int(number) == lists.count {
        numbers[list] = number
        lists.append(list)
      }
      last = number
      return number
    }
  }

  var all: [[Int]] { lock.withLock { lists } }
}
