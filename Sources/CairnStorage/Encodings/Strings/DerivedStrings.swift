/// Values that follow from others of their row: an ARN from a bucket and a key. Values of no class are exceptions.
///
/// ```
/// derived   := classes:varint { class } numbers:integers { alignment } [ strings ]
/// alignment := gaps:integers | size:varint own          for each class its parts: from a parent | of its own
/// own       := plain | FF distinct:varint numbers:integers plain
/// ```
///
/// A value's row is not stored: gaps lead from one parent's value to the next that is used.
package struct DerivedStrings: Sendable {
  /// Classes of a chunk, parents of a column, places of parents' values in a chunk, and bytes of all its texts, that a
  /// reader accepts.
  package static let classLimit = 16
  package static let parentLimit = 16
  package static let positionLimit = 1 << 24
  package static let textByteLimit = 1 << 27

  /// Values of a parent: entries of a table, value `i` being entry `i` where there are no codes.
  package typealias Values = (table: StringTable, codes: [UInt32]?)

  struct Class: Sendable {
    var form: DerivedForm
    /// By part: positions of the parent's values, one for each value of the class; empty for other parts.
    var positions: [[UInt32]] = []
    /// What the values have for themselves; where that repeats each text once, and which each value has.
    var own: StringTable?
    var ownNumbers: [UInt32]?
  }

  package let count: Int
  let classes: [Class]
  /// Class of each value, the number of classes for exceptions; and its rank there.
  let numbers: [UInt8]
  private let ranks: [UInt32]
  let exceptions: StringTable
  private let origin: ByteOrigin

  /// Memory that it takes.
  var byteCount: Int {
    classes.reduce(count * 5 + exceptions.heap.count + exceptions.count * 8) { sum, form in
      sum + form.positions.reduce(0) { $0 + $1.count * 4 }
        + (form.own.map { $0.heap.count + $0.count * 8 } ?? 0) + (form.ownNumbers?.count ?? 0) * 4
    }
  }

  // MARK: Reading

  package init(_ reader: inout ByteReader, count: Int, parentCount: Int) throws {
    self.count = count
    origin = reader.origin
    let forms = try (0..<(try reader.readCount(limit: Self.classLimit, of: "class count"))).map { _ in
      try DerivedForm.decode(&reader, parentCount: parentCount)
    }
    var counts = [Int](repeating: 0, count: forms.count + 1)
    var ranks: [UInt32] = []
    ranks.reserveCapacity(count)
    numbers = try IntegerEncoding.decode(&reader, count: count).map { number in
      guard number >= 0, number <= Int64(forms.count) else { throw reader.damaged("class \(number)") }
      ranks.append(UInt32(counts[Int(number)]))
      counts[Int(number)] += 1
      return UInt8(number)
    }
    self.ranks = ranks
    var classes: [Class] = []
    var positionsLeft = Self.positionLimit
    for (form, count) in zip(forms, counts) {
      positionsLeft -= form.parts.count { $0.source.isOfParent } * count
      guard positionsLeft >= 0 else { throw reader.damaged("values of parents exceed \(Self.positionLimit)") }
      var item = Class(form: form)
      for part in form.parts {
        var positions: [UInt32] = []
        switch part.source {
        case .text: break
        case .value, .tail, .head: positions = try Self.positions(&reader, count: count)
        case .own:
          var body = try reader.readSub(try reader.readCount(limit: reader.remaining, of: "byte count"))
          (item.own, item.ownNumbers) = try Self.own(&body, count: count)
          try body.expectEnd(of: "parts of values")
        }
        item.positions.append(positions)
      }
      classes.append(item)
    }
    self.classes = classes
    exceptions = try Self.exceptions(&reader, count: counts[forms.count])
    try reader.expectEnd(of: "chunk")
    guard exceptions.heap.count <= Self.textByteLimit else {
      throw reader.damaged("exceptions of more than \(Self.textByteLimit) bytes")
    }
  }

  /// In place of the first byte of `plain`.
  static let listMark: UInt8 = 0xFF

  private static func own(
    _ reader: inout ByteReader, count: Int
  ) throws -> (table: StringTable, numbers: [UInt32]?) {
    var ahead = reader
    guard reader.remaining > 0, try ahead.readByte() == listMark else {
      return (try PlainStrings.decode(&reader, count: count, positions: nil), nil)
    }
    reader = ahead
    let distinct = try reader.readCount(limit: count, of: "distinct count")
    let numbers = try IntegerEncoding.decode32(&reader, count: count)
    guard numbers.allSatisfy({ $0 < distinct }) else {
      throw reader.damaged("number of a text beyond the \(distinct) that there are")
    }
    return (try PlainStrings.decode(&reader, count: distinct, positions: nil), numbers)
  }

  private static func positions(_ reader: inout ByteReader, count: Int) throws -> [UInt32] {
    var position: Int64 = -1
    return try IntegerEncoding.decode(&reader, count: count).map { gap in
      guard gap >= 0, gap <= Int64(positionLimit), 0..<Int64(positionLimit) ~= position + gap else {
        throw reader.damaged("gap \(gap) between values of a parent")
      }
      position += gap
      return UInt32(position)
    }
  }

  private static func exceptions(_ reader: inout ByteReader, count: Int) throws -> StringTable {
    if count == 0 { return StringTable() }
    let tag = try reader.readByte()
    switch StringEncoding(rawValue: tag) {
    case .plain: return try PlainStrings.decode(&reader, count: count, positions: nil)
    case .tokens: return try TokenStrings(&reader, count: count).values(at: nil)
    default: throw reader.damaged("string encoding \(tag) of exceptions")
    }
  }

  /// The parts of a class, for the values of it that are asked for.
  final class Pieces {
    struct PartValues: BitwiseCopyable {
      fileprivate let heap: UnsafeMutablePointer<UInt8>
      fileprivate let ends: UnsafeMutablePointer<UInt64>
      /// By value: its entry; none where all have the only one.
      fileprivate let entries: RawVector<UInt32>
      fileprivate let source: DerivedPart

      @inline(__always)
      func entry(_ place: Int) -> Int { entries.isEmpty ? 0 : Int(entries[place]) }

      @inline(__always)
      func value(_ place: Int) -> UnsafeBufferPointer<UInt8> {
        let entry = entry(place)
        let start = entry == 0 ? 0 : Int(ends[entry &- 1])
        let value = UnsafeBufferPointer(start: UnsafePointer(heap + start), count: Int(ends[entry]) &- start)
        return DerivedForm.taken(source, of: value)
      }
    }

    private(set) var all = RawVector<PartValues>()
    /// Owns what the pieces point to.
    private(set) var tables: [StringTable] = []

    deinit {
      for index in 0..<all.count { all[index].entries.free() }
      all.free()
    }

    func add(_ table: StringTable, _ entries: [UInt32] = [], as source: DerivedPart) {
      var list = RawVector<UInt32>(capacity: entries.count)
      for entry in entries { list.append(entry) }
      tables.append(table)
      all.append(PartValues(heap: table.heap.base, ends: table.ends.base, entries: list, source: source))
    }
  }

  /// Values at `positions` (ascending, below `count`), or all where it is nil.
  ///
  /// - Parameter parent: gives a parent's values at ascending positions, each once.
  package func values(
    at positions: [UInt32]?, parent: (_ number: Int, _ positions: [UInt32]) throws -> Values
  ) throws -> StringTable {
    let (pieces, exceptionRanks) = try pieces(at: positions, parent)
    let table = StringTable(entryCapacity: positions?.count ?? count)
    var next = [Int](repeating: 0, count: classes.count + 1)
    try join(
      at: positions, 0..<(positions?.count ?? count), pieces, exceptions: exceptionRanks, &next,
      into: table)
    return table
  }

  /// The parts of each class, and the ranks of the exceptions, for the values that are asked for.
  ///
  /// - Parameter isWanted: by class, where all values are asked for: false for those whose parts nobody wants.
  func pieces(
    at positions: [UInt32]?, of isWanted: [Bool]? = nil,
    _ parent: (_ number: Int, _ positions: [UInt32]) throws -> Values
  ) throws -> (pieces: [Pieces], exceptionRanks: [UInt32]) {
    // By class: the ranks of the values that are asked for.
    var asked = [[UInt32]](repeating: [], count: classes.count + 1)
    if let positions {
      for position in positions { asked[Int(numbers[Int(position)])].append(ranks[Int(position)]) }
    } else {
      var counts = [UInt32](repeating: 0, count: asked.count)
      for number in numbers { counts[Int(number)] += 1 }
      for number in asked.indices where number == classes.count || isWanted?[number] != false {
        asked[number] = Array(0..<counts[number])
      }
    }
    let pieces = try classes.indices.map { number in
      try self.pieces(classes[number], asked[number], parent)
    }
    return (pieces, asked[classes.count])
  }

  func join(
    at positions: [UInt32]?, _ range: Range<Int>, _ pieces: [Pieces], exceptions ranks: [UInt32],
    _ next: inout [Int], into table: StringTable
  ) throws {
    let isComplete = withExtendedLifetime(pieces) {
      join(at: positions, range, pieces.map(\.all), exceptions: ranks, &next, into: table)
    }
    guard isComplete else { throw origin.damaged("derived values of more than \(Self.textByteLimit) bytes") }
  }

  /// Puts the values of a range together, those behind that of the last call; `next` says how many of each class came
  /// before. False where they are longer than there is room for.
  private func join(
    at positions: [UInt32]?, _ range: Range<Int>, _ pieces: [RawVector<Pieces.PartValues>],
    exceptions ranks: [UInt32], _ next: inout [Int], into table: StringTable
  ) -> Bool {
    var text = RawVector<UInt8>(capacity: 256)
    var spelled = RawVector<UInt8>(capacity: 256)
    defer {
      text.free()
      spelled.free()
    }
    let isBase64 = classes.map { $0.form.spelling == .base64 }
    for index in range {
      let number = Int(numbers[positions.map { Int($0[index]) } ?? index])
      let place = next[number]
      next[number] = place + 1
      let room = Self.textByteLimit - table.heap.count
      if number == classes.count {
        let entry = Int(ranks[place])
        if exceptions[entry].count > room { return false }
        table.append(entry: entry, of: exceptions)
        continue
      }
      text.truncate(to: 0)
      let parts = pieces[number]
      for part in 0..<parts.count {
        let value = parts[part].value(place)
        if value.count > room - text.count { return false }
        text.append(contentsOf: value)
      }
      if !isBase64[number] {
        table.append(text.buffer)
        continue
      }
      spelled.truncate(to: 0)
      CanonicalBase64.append(text.buffer, to: &spelled)
      if spelled.count > room { return false }
      table.append(spelled.buffer)
    }
    return true
  }

  private func pieces(
    _ item: Class, _ ranks: [UInt32], _ parent: (Int, [UInt32]) throws -> Values
  ) throws -> Pieces {
    let pieces = Pieces()
    if ranks.isEmpty { return pieces }
    for (at, part) in item.form.parts.enumerated() {
      switch part.source {
      case .text:
        let table = StringTable(entryCapacity: 1)
        table.append(part.text)
        pieces.add(table, as: .text)
      case .own:
        let numbers = item.ownNumbers.map { numbers in ranks.map { numbers[Int($0)] } }
        pieces.add(item.own ?? StringTable(), numbers ?? ranks, as: .own)
      case .value, .tail, .head:
        var distinct: [UInt32] = []
        var places: [UInt32] = []
        places.reserveCapacity(ranks.count)
        for rank in ranks {
          let position = item.positions[at][Int(rank)]
          if distinct.last != position { distinct.append(position) }
          places.append(UInt32(truncatingIfNeeded: distinct.count - 1))
        }
        let values = try parent(part.parent, distinct)
        guard values.codes?.count ?? values.table.count == distinct.count else {
          throw origin.damaged("a parent has too few values")
        }
        if let codes = values.codes {
          for index in places.indices { places[index] = codes[Int(places[index])] }
        }
        pieces.add(values.table, places, as: part.source)
      }
    }
    return pieces
  }
}
