/// Follows paths in one row group: which rows lead to which column, and at which positions of it.
///
/// Shapes are many and targets few, so rows are taken together by target; only then are columns read.
package struct RowGroupPaths {
  let reader: SegmentReader
  let rowGroup: Int
  let catalogue: Catalogue
  let flattening: ShapeFlattening
  let resolver: PathResolver

  init(_ reader: SegmentReader, rowGroup: Int) throws {
    self.reader = reader
    self.rowGroup = rowGroup
    catalogue = try reader.catalogue()
    flattening = try reader.flattening()
    resolver = PathResolver(catalogue, flattening)
  }

  /// Rows that one target stands for.
  struct Part {
    var target: PathResolver.Target
    /// Indices into the rows that were asked for, ascending.
    var members: [Int]
    /// For a value: where in its column each member's value stands.
    var positions: [UInt32]
  }

  /// Calls `body` with the parts of `rows` (ascending), each row in exactly one of them.
  func visit(_ path: [PathName], rows: [UInt32], _ body: (Part) throws -> Void) throws {
    guard let root = catalogue.column(0, .shape) else { return }
    try visit(
      slot: 0, column: root, instances: rows, members: Array(rows.indices), path: path[...], body)
  }

  private func visit(
    slot: Int, column: Int, instances: [UInt32], members: [Int], path: ArraySlice<PathName>,
    _ body: (Part) throws -> Void
  ) throws {
    let words = try reader.column(column).words(in: rowGroup)
    if let last = instances.last, Int(last) >= words.count { throw damaged("an instance is behind its column") }
    let steps = try words.words.map { try flattening.instanceSteps(slot: slot, word: $0) }
    // Targets by code, as numbers, so that the pass over the instances compares integers.
    var targets: [PathResolver.Target] = []
    var numbers: [PathResolver.Target: Int] = [:]
    let numberOfCode = try words.words.map { word in
      let target = try resolver.target(slot: slot, word: word, path: path)
      if let known = numbers[target] { return known }
      numbers[target] = targets.count
      targets.append(target)
      return targets.count - 1
    }
    var chosen = [[Int]](repeating: [], count: targets.count)
    let rank = RowRank(words: words, chosen: instances)
    for (index, code) in rank.chosenCodes.enumerated() { chosen[numberOfCode[Int(code)]].append(index) }
    for (number, target) in targets.enumerated() where !chosen[number].isEmpty {
      let indices = chosen[number]
      var part = Part(target: target, members: indices.map { members[$0] }, positions: [])
      switch target {
      case .missing, .literal, .composite:
        try body(part)
      case .value(let column, let occurrence):
        part.positions = positions(column, occurrence, indices, instances, words, steps)
        try body(part)
      case .object(let column, let child, let occurrence, let rest):
        let positions = positions(column, occurrence, indices, instances, words, steps)
        try visit(
          slot: child, column: column, instances: positions, members: part.members, path: path.suffix(rest),
          body)
      }
    }
  }

  private func positions(
    _ column: Int, _ occurrence: Int, _ chosen: [Int], _ instances: [UInt32], _ words: CodedWords,
    _ steps: [[ShapeFlattening.Step]]
  ) -> [UInt32] {
    let counts = steps.map { list in list.count { $0.column == column } }
    let rank = RowRank(words: words, chosen: chosen.map { instances[$0] })
    return rank.firstPositions(counts: counts).map { $0 + UInt32(occurrence) }
  }

  // MARK: Values

  /// Values of a leaf column at ascending positions.
  func values(_ index: Int, _ positions: [UInt32]) throws -> [FieldValue] {
    let column = try reader.column(index)
    if column.info.kind == .integer {
      let values = try column.integers(in: rowGroup)
      return try positions.map { position in
        guard Int(position) < values.count else { throw damaged("a value is behind its column") }
        return .integer(values[Int(position)])
      }
    }
    let vector = try strings(column, positions)
    let isNumber = column.info.kind == .number
    return (0..<vector.count).map { Self.value(vector.table, vector.entry($0), isNumber: isNumber) }
  }

  func strings(_ column: ColumnReader, _ positions: [UInt32]) throws -> StringVector {
    try column.strings(in: rowGroup, positions: positions) {
      try reader.times(of: rowGroup).map { $0 / 1000 }
    }
  }

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
    let printer = RecordPrinter(catalogue: catalogue, layout: .compact, file: reader.name)
    let output = ByteBuffer()
    return try rows.indices.map { index in
      output.removeAll()
      try printer.append(batch, row: index, to: &output.bytes)
      return Self.text(at: path[...], in: output.buffer)
    }
  }

  private static func text(at path: ArraySlice<PathName>, in record: UnsafeBufferPointer<UInt8>) -> FieldValue {
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
