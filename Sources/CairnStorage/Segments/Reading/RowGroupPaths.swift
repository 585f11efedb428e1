/// Follows paths in one row group: which rows lead to which column, and at which positions of it.
///
/// Shapes are many and targets few, so rows are taken together by target; only then are columns read. Where all
/// shapes of the row group lead to one column with one value each, not even the rows' shapes are.
///
/// Paths start at records, or at the elements of arrays (`PathRoot`); what follows says "row" for either.
struct RowGroupPaths {
  let reader: SegmentReader
  let rowGroup: Int
  let root: PathRoot

  init(_ reader: SegmentReader, rowGroup: Int, root: PathRoot = .records) {
    self.reader = reader
    self.rowGroup = rowGroup
    self.root = root
  }

  /// Rows that one target stands for.
  struct Part {
    var target: PathTable.Target
    /// Indices into the rows that were asked for.
    var members: Positions
    /// For a value: where in its column each member's value stands.
    var positions: Positions
  }

  /// The column of the rows' own shapes: every row has one.
  func rootColumn() throws -> ColumnReader {
    guard let index = try reader.shapeColumn(of: root.slot) else { throw damaged("no root shape column") }
    let column = try reader.column(index)
    let count = column.valueCount(in: rowGroup)
    guard root != .records || count == reader.footer.rowGroups[rowGroup].rowCount else {
      throw damaged("\(count) root shapes")
    }
    return column
  }

  /// Words of the instances of a row group, which has some.
  private func wordList(_ column: ColumnReader) throws -> [UInt32] {
    guard let list = try column.wordList(in: rowGroup), !list.isEmpty else {
      throw damaged("shapes without a word list")
    }
    return list
  }

  /// Where the path leads from the instances that `column` has the words of.
  private func route(_ table: PathTable, _ column: ColumnReader) throws -> PathRoute {
    try reader.pooled(.route, column: table.number, rowGroup, byteCount: { $0.byteCount }) {
      let list = try wordList(column)
      for word in list {
        // The word of an object only stands in shapes and means "look in the shape column".
        guard Int(word) < table.targetOfWord.count, word != UInt32(ValueKind.object.rawValue) else {
          throw damaged("word \(word) in a shape column")
        }
      }
      return PathRoute(table, list: list)
    }
  }

  /// The targets of all rows of the row group, told from its list of shapes.
  func targets(_ path: [PathName]) throws -> [PathTable.Target] {
    let shapes = try rootColumn()
    if shapes.valueCount(in: rowGroup) == 0 { return [] }
    let table = try reader.pathTable(slot: root.slot, path: path[...])
    return try route(table, shapes).used.map { table.targets[$0] }
  }

  /// Calls `body` with the parts of `rows`, each row in exactly one of them.
  ///
  /// - Parameter isWanted: parts of other targets are left out.
  func visit(
    _ path: [PathName], rows: Positions, isWanted: (PathTable.Target) -> Bool = { _ in true },
    _ body: (Part) throws -> Void
  ) throws {
    if rows.count == 0 { return }
    try visit(
      slot: root.slot, column: try rootColumn(), instances: rows, members: .run(0..<rows.count),
      path: path[...], isWanted,
      body)
  }

  private func visit(
    slot: Int, column: ColumnReader, instances: Positions, members: Positions, path: ArraySlice<PathName>,
    _ isWanted: (PathTable.Target) -> Bool, _ body: (Part) throws -> Void
  ) throws {
    if let last = instances.last, last >= column.valueCount(in: rowGroup) {
      throw damaged("an instance is behind its column")
    }
    let table = try reader.pathTable(slot: slot, path: path)
    let route = try route(table, column)
    func take(_ part: Part) throws {
      guard case .object(let objects, let child, let rest) = part.target else { return try body(part) }
      try visit(
        slot: child, column: try reader.column(objects), instances: part.positions, members: part.members,
        path: path.suffix(rest), isWanted, body)
    }
    let wanted = route.used.map { target in
      if case .object = table.targets[target] { true } else { isWanted(table.targets[target]) }
    }
    if !wanted.contains(true) { return }
    // One target for all: no instance's own shape matters unless values must be counted.
    if route.used.count == 1 {
      let target = table.targets[route.used[0]]
      if target.column == nil {
        return try take(Part(target: target, members: members, positions: .run(0..<0)))
      }
      if route.hasOneEach[0] { return try take(Part(target: target, members: members, positions: instances)) }
    }
    if instances.count <= column.valueCount(in: rowGroup) / Self.fewInstances {
      for part in try few(column, table, route, instances, wanted) {
        try take(Part(target: part.target, members: members.select(part.members), positions: part.positions))
      }
      return
    }
    let split = InstanceSplit(route, instances: instances, isWanted: wanted)
    for (target, indices, positions) in split.run(try column.words(in: rowGroup)) {
      try take(Part(target: table.targets[target], members: members.select(indices), positions: positions))
    }
  }

  /// Instances are few where looking each one up is cheaper than a pass over all of them.
  private static let fewInstances = 32

  /// The parts of few instances, each looked up on its own. Members count from the first of `instances`.
  private func few(
    _ column: ColumnReader, _ table: PathTable, _ route: PathRoute, _ instances: Positions, _ isWanted: [Bool]
  ) throws -> [Part] {
    var indices = route.used.map { _ in [UInt32]() }
    for (index, code) in try column.words(in: rowGroup).take(instances).enumerated() {
      indices[route.placeOfCode[Int(code)]].append(UInt32(truncatingIfNeeded: index))
    }
    var parts: [Part] = []
    for (place, target) in route.used.enumerated() where isWanted[place] && !indices[place].isEmpty {
      let members = Positions(indices[place])
      var positions = Positions.run(0..<0)
      if let values = table.targets[target].column {
        let own = instances.select(members)
        positions =
          route.hasOneEach[place]
          ? own : Positions(try ranks(of: values, route.counts[place], in: column).ranks(of: own))
      }
      parts.append(Part(target: table.targets[target], members: members, positions: positions))
    }
    return parts
  }

  /// Where the values of a column stand among the instances of `shapes`; `counts` are its values by code.
  func ranks(of column: Int, _ counts: [UInt32], in shapes: ColumnReader) throws -> RankIndex {
    try reader.pooled(.ranks, column: column, rowGroup, byteCount: { $0.byteCount }) {
      guard let index = RankIndex(try shapes.words(in: rowGroup), counts: counts),
        try index.valueCount == reader.column(column).valueCount(in: rowGroup)
      else { throw damaged("a column's values are not those of its rows") }
      return index
    }
  }

  /// A column whose values alone decide, and the rows that its values belong to.
  struct SoleColumn {
    let column: ColumnReader
    let ranks: RankIndex
    /// Where the path leads, and the column's place there.
    let route: PathRoute
    let place: Int
  }

  /// The one column that the path leads to in all rows that can be wanted; nil where there are several or none, or
  /// every row has its value, so that there is nothing to find.
  func soleColumn(_ path: [PathName], isWanted: (PathTable.Target) -> Bool) throws -> SoleColumn? {
    let shapes = try rootColumn()
    if shapes.valueCount(in: rowGroup) == 0 { return nil }
    let table = try reader.pathTable(slot: root.slot, path: path[...])
    let route = try route(table, shapes)
    let wanted = route.used.indices.filter { isWanted(table.targets[route.used[$0]]) }
    guard wanted.count == 1, let place = wanted.first, !route.hasOneEach[place],
      case .value(let index) = table.targets[route.used[place]]
    else { return nil }
    return SoleColumn(
      column: try reader.column(index), ranks: try ranks(of: index, route.counts[place], in: shapes),
      route: route,
      place: place)
  }

  // MARK: Values

  /// Throws where a position is behind the column's values in this row group.
  func check(_ positions: Positions, in column: ColumnReader) throws {
    if let last = positions.last, last >= column.valueCount(in: rowGroup) {
      throw damaged("a value is behind its column")
    }
  }

  /// Strings or numbers as text at ascending positions.
  func strings(_ column: ColumnReader, _ positions: Positions) throws -> StringVector {
    let isAll = positions.isAll(of: column.valueCount(in: rowGroup))
    return try column.strings(in: rowGroup, positions: isAll ? nil : positions.list, rowSeconds: rowSeconds)
  }

  /// Seconds of each timed row.
  func rowSeconds() throws -> [Int64] { try reader.seconds(of: rowGroup) }

  static func value(_ table: StringTable, _ entry: Int, isNumber: Bool) -> FieldValue {
    let bytes = Array(table[entry])
    return isNumber ? .number(bytes) : .string(bytes)
  }

  static func literal(_ kind: ValueKind) -> FieldValue {
    switch kind {
    case .true: .boolean(true)
    case .false: .boolean(false)
    case .emptyObject: .json(Array("{}".utf8))
    case .emptyArray: .json(Array("[]".utf8))
    default: .null
    }
  }

  // MARK: Whole objects and arrays

  /// The compact JSON of an object or array at `rows` (ascending), which all have one there.
  func texts(_ path: [PathName], rows: Positions) throws -> [FieldValue] {
    if rows.isEmpty { return [] }
    let printer = RecordPrinter(
      catalogue: try reader.catalogue(), layout: .compact, file: reader.name, shared: reader.programs)
    let output = ByteBuffer()
    if root != .records {
      let batch = try RecordBatch(reader, rowGroup: rowGroup, elements: rows.list, of: root)
      return try (0..<rows.count).map { index in
        output.removeAll()
        try printer.append(batch, row: index, slot: root.slot, to: &output.bytes)
        return path.isEmpty ? .json(Array(output.buffer)) : Self.text(at: path[...], in: output.buffer)
      }
    }
    if let places = try places(path, rows) {
      let shapes = try rootColumn()
      let before = CodesBefore(try shapes.words(in: rowGroup), instances: rows)
      let batch = try RecordBatch(reader, rowGroup: rowGroup, rows: rows, places: places) {
        column, counts, indices in
        guard let before else {
          return try ranks(of: column, counts, in: shapes).ranks(of: rows.select(Positions(indices)))
        }
        guard try before.valueCount(counts) == reader.column(column).valueCount(in: rowGroup) else {
          throw damaged("a column's values are not those of its rows")
        }
        return before.ranks(of: indices, counts)
      }
      return try places.indices.map { index in
        output.removeAll()
        try printer.append(batch, row: index, slot: places[index].slot, to: &output.bytes)
        return .json(Array(output.buffer))
      }
    }
    // The whole record is rebuilt, and the path followed in its text.
    let batch = try RecordBatch(reader, rowGroup: rowGroup, rows: rows.list)
    return try (0..<rows.count).map { index in
      output.removeAll()
      try printer.append(batch, row: index, to: &output.bytes)
      return path.isEmpty ? .json(Array(output.buffer)) : Self.text(at: path[...], in: output.buffer)
    }
  }

  /// Where the path leads in each row; nil for whole records, and where some row's object has a shape column.
  private func places(_ path: [PathName], _ rows: Positions) throws -> [PathTable.Place]? {
    if path.isEmpty { return nil }
    let places = try reader.pathTable(slot: root.slot, path: path[...]).places()
    let words = try rootColumn().words(in: rowGroup)
    var found: [PathTable.Place] = []
    found.reserveCapacity(rows.count)
    for code in words.take(rows) {
      let word = Int(words.words[Int(code)])
      guard places.indices.contains(word), let place = places[word] else { return nil }
      found.append(place)
    }
    return found
  }

  private static func text(at path: ArraySlice<PathName>, in record: UnsafeBufferPointer<UInt8>) -> FieldValue
  {
    var skimmer = JSONSkimmer(record, at: 0)
    for name in path {
      var members: [(name: [UInt8], value: Int)] = []
      _ = skimmer.visitMembers { key, value in
        members.append((Array(record[key]), value.position))
        return true
      }
      guard let match = PathResolver.match(name, members.map(\.name)) else { return .missing }
      skimmer.position = members[match].value
    }
    let start = skimmer.position
    return skimmer.skipValue() ? .json(Array(record[start..<skimmer.position])) : .missing
  }

  func damaged(_ cause: String) -> CairnError {
    .damaged(file: reader.name, offset: 0, cause: "row group \(rowGroup): \(cause)")
  }
}
