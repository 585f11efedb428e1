/// Follows paths in one row group: which rows lead to which column, and at which positions of it.
///
/// Shapes are many and targets few, so rows are taken together by target; only then are columns read. Where all
/// shapes of the row group lead to one column with one value each, not even the rows' shapes are.
struct RowGroupPaths {
  let reader: SegmentReader
  let rowGroup: Int

  init(_ reader: SegmentReader, rowGroup: Int) {
    self.reader = reader
    self.rowGroup = rowGroup
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
  private func rootColumn() throws -> ColumnReader {
    guard let index = try reader.catalogue().column(0, .shape) else { throw damaged("no root shape column") }
    let column = try reader.column(index)
    let count = column.valueCount(in: rowGroup)
    guard count == reader.footer.rowGroups[rowGroup].rowCount else { throw damaged("\(count) root shapes") }
    return column
  }

  /// Words of the instances of a row group, which has some.
  private func wordList(_ column: ColumnReader) throws -> [UInt32] {
    guard let list = try column.wordList(in: rowGroup), !list.isEmpty else {
      throw damaged("shapes without a word list")
    }
    return list
  }

  /// The targets of all rows of the row group, told from its list of shapes.
  func targets(_ path: [PathName]) throws -> [PathTable.Target] {
    let root = try rootColumn()
    if root.valueCount(in: rowGroup) == 0 { return [] }
    let table = try reader.pathTable(slot: 0, path: path[...])
    var isUsed = [Bool](repeating: false, count: table.targets.count)
    for target in try codeTargets(wordList(root), table) { isUsed[target] = true }
    return isUsed.indices.filter { isUsed[$0] }.map { table.targets[$0] }
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
      slot: 0, column: try rootColumn(), instances: rows, members: .run(0..<rows.count), path: path[...],
      isWanted,
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
    let list = try wordList(column)
    let targetOfCode = try codeTargets(list, table)
    func take(_ part: Part) throws {
      guard case .object(let objects, let child, let rest) = part.target else { return try body(part) }
      try visit(
        slot: child, column: try reader.column(objects), instances: part.positions, members: part.members,
        path: path.suffix(rest), isWanted, body)
    }
    let wanted = table.targets.map { target in
      if case .object = target { true } else { isWanted(target) }
    }
    if targetOfCode.allSatisfy({ !wanted[$0] }) { return }
    if instances.count <= column.valueCount(in: rowGroup) / Self.fewInstances {
      for part in try few(column, table, list, targetOfCode, instances, wanted) {
        try take(Part(target: part.target, members: members.select(part.members), positions: part.positions))
      }
      return
    }
    // One target for all: no instance's own shape matters unless values must be counted.
    if let only = targetOfCode.first, targetOfCode.allSatisfy({ $0 == only }) {
      let target = table.targets[only]
      if target.column == nil {
        return try take(Part(target: target, members: members, positions: .run(0..<0)))
      }
      let counts = table.counts(target: only)
      if list.allSatisfy({ counts[Int($0)] == 1 }) {
        return try take(Part(target: target, members: members, positions: instances))
      }
    }
    var split = InstanceSplit(
      table, list: list, targetOfCode: targetOfCode, instances: instances, isWanted: wanted)
    for (target, indices, positions) in split.run(try column.words(in: rowGroup)) {
      try take(Part(target: table.targets[target], members: members.select(indices), positions: positions))
    }
  }

  /// Instances are few where looking each one up is cheaper than a pass over all of them.
  private static let fewInstances = 32

  /// The parts of few instances, each looked up on its own. Members count from the first of `instances`.
  private func few(
    _ column: ColumnReader, _ table: PathTable, _ list: [UInt32], _ targetOfCode: [Int], _ instances: Positions,
    _ isWanted: [Bool]
  ) throws -> [Part] {
    let targets = try column.words(in: rowGroup).take(instances).map { targetOfCode[Int($0)] }
    var parts: [Part] = []
    for target in Set(targets).sorted() where isWanted[target] {
      let indices = Positions(targets.indices.filter { targets[$0] == target }.map { UInt32($0) })
      var positions = Positions.run(0..<0)
      if let values = table.targets[target].column {
        let own = instances.select(indices)
        let counts = table.counts(target: target)
        let isEach = list.allSatisfy { counts[Int($0)] == 1 }
        positions = isEach ? own : Positions(try ranks(of: values, counts, in: column).ranks(of: own))
      }
      parts.append(Part(target: table.targets[target], members: indices, positions: positions))
    }
    return parts
  }

  /// Where the values of a column stand among the instances of `shapes`; `byWord` are its values in each.
  private func ranks(of column: Int, _ byWord: [UInt32], in shapes: ColumnReader) throws -> RankIndex {
    try reader.pooled(.ranks, column: column, rowGroup, byteCount: { $0.byteCount }) {
      let words = try shapes.words(in: rowGroup)
      let counts = try words.words.map { word in
        guard Int(word) < byWord.count else { throw damaged("word \(word) in a shape column") }
        return byWord[Int(word)]
      }
      guard let index = RankIndex(words, counts: counts),
        try index.valueCount == reader.column(column).valueCount(in: rowGroup)
      else { throw damaged("a column's values are not those of its rows") }
      return index
    }
  }

  /// A column whose values alone decide, and the rows that its values belong to.
  struct SoleColumn {
    let column: ColumnReader
    let ranks: RankIndex
    /// Whether the path leads to the column, by code of the rows' shapes.
    let isLeading: [Bool]
  }

  /// The one column that the path leads to in all rows that can be wanted; nil where there are several or none, or
  /// every row has its value, so that there is nothing to find.
  func soleColumn(_ path: [PathName], isWanted: (PathTable.Target) -> Bool) throws -> SoleColumn? {
    let root = try rootColumn()
    if root.valueCount(in: rowGroup) == 0 { return nil }
    let table = try reader.pathTable(slot: 0, path: path[...])
    let list = try wordList(root)
    let targetOfCode = try codeTargets(list, table)
    let wanted = Set(targetOfCode).filter { isWanted(table.targets[$0]) }
    guard wanted.count == 1, let target = wanted.first, case .value(let index) = table.targets[target] else {
      return nil
    }
    let counts = table.counts(target: target)
    if list.allSatisfy({ counts[Int($0)] == 1 }) { return nil }
    return SoleColumn(
      column: try reader.column(index), ranks: try ranks(of: index, counts, in: root),
      isLeading: targetOfCode.map { $0 == target })
  }

  /// Target number of each word of a row group's list.
  private func codeTargets(_ list: [UInt32], _ table: PathTable) throws -> [Int] {
    try list.map { word in
      // The word of an object only stands in shapes and means "look in the shape column".
      guard Int(word) < table.targetOfWord.count, word != UInt32(ValueKind.object.rawValue) else {
        throw damaged("word \(word) in a shape column")
      }
      return Int(table.targetOfWord[Int(word)])
    }
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

  /// The compact JSON of an object or array: the record is rebuilt and the path followed in its text.
  func texts(_ path: [PathName], rows: [UInt32]) throws -> [FieldValue] {
    if rows.isEmpty { return [] }
    let batch = try RecordBatch(reader, rowGroup: rowGroup, rows: rows)
    let printer = RecordPrinter(catalogue: try reader.catalogue(), layout: .compact, file: reader.name)
    let output = ByteBuffer()
    return try rows.indices.map { index in
      output.removeAll()
      try printer.append(batch, row: index, to: &output.bytes)
      return path.isEmpty ? .json(Array(output.buffer)) : Self.text(at: path[...], in: output.buffer)
    }
  }

  private static func text(at path: ArraySlice<PathName>, in record: UnsafeBufferPointer<UInt8>) -> FieldValue
  {
    var skimmer = JSONSkimmer(record, at: 0)
    for name in path {
      var members: [(name: [UInt8], value: Int)] = []
      _ = skimmer.visitMembers { key, value in
        members.append((Array(record[key]), value))
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
