import CairnStorage

/// What stands at each slot of one segment.
///
/// No value is read: shapes say which kinds their members have, and how often a shape occurs is counted in the
/// columns of shapes. Slots come after their parents, so one pass hands counts down.
struct SegmentSchema: Sendable {
  let catalogue: Catalogue
  /// Values of each slot, by `ArchiveSchema.Kind`.
  private(set) var counts: [[Int]]
  /// Kinds of each slot, as a bit for each `ArchiveSchema.Kind`.
  private(set) var kinds: [UInt8]
  /// Whether the slot has `false` and `true`.
  private(set) var hasBoolean: [[Bool]]

  init(_ reader: SegmentReader, countsValues: Bool) throws {
    catalogue = try reader.catalogue()
    let slots = catalogue.slots.indices
    counts = slots.map { _ in [Int](repeating: 0, count: ArchiveSchema.Kind.allCases.count) }
    kinds = [UInt8](repeating: 0, count: slots.count)
    hasBoolean = slots.map { _ in [false, false] }
    var shapeCounts = catalogue.shapes.map { [Int](repeating: 0, count: $0.count) }
    if countsValues {
      for (index, column) in catalogue.columns.enumerated() where column.kind == .shape {
        try count(reader, index, slot: column.slot, &shapeCounts)
      }
      try subtractShadowed(reader, &shapeCounts)
    }
    for slot in slots { handDown(slot, &shapeCounts) }
    for column in catalogue.columns {
      switch column.kind {
      case .string: mark(column.slot, .string)
      case .integer, .number: mark(column.slot, .number)
      case .length: mark(column.slot, .array)
      case .shape: break
      }
    }
  }

  private mutating func mark(_ slot: Int, _ kind: ArchiveSchema.Kind) {
    kinds[slot] |= 1 << UInt8(kind.rawValue)
  }

  /// Adds up how often each word of a shape column occurs.
  private mutating func count(
    _ reader: SegmentReader, _ column: Int, slot: Int, _ shapeCounts: inout [[Int]]
  ) throws {
    let column = try reader.column(column)
    for chunk in column.directory.chunks {
      let words = try column.words(in: chunk.rowGroup)
      for (word, count) in zip(words.words, words.histogram()) {
        if word < ValueKind.firstShapeWord {
          add(slot, word, count)
        } else {
          let shape = Int(word - ValueKind.firstShapeWord)
          guard shape < shapeCounts[slot].count else {
            throw CairnError.damaged(file: reader.name, offset: 0, cause: "unknown shape \(shape)")
          }
          shapeCounts[slot][shape].add(count)
        }
      }
    }
  }

  /// Takes out what rows have that queries skip.
  private mutating func subtractShadowed(_ reader: SegmentReader, _ shapeCounts: inout [[Int]]) throws {
    for rowGroup in reader.footer.rowGroups.indices {
      let rows = try reader.hiddenPositions(in: rowGroup)
      for start in stride(from: 0, to: rows.count, by: Self.batchRowCount) {
        let part = Array(rows[start..<min(start + Self.batchRowCount, rows.count)])
        try RecordBatch(reader, rowGroup: rowGroup, rows: part).visitInstances { slot, word in
          if word < ValueKind.firstShapeWord {
            add(slot, word, -1)
          } else {
            shapeCounts[slot][Int(word - ValueKind.firstShapeWord)].add(-1)
          }
        }
      }
    }
  }

  /// Rows that are read together.
  private static let batchRowCount = 4096

  /// Counts what the shapes of a slot have in them. Objects in a shape column of their own are counted there.
  private mutating func handDown(_ slot: Int, _ shapeCounts: inout [[Int]]) {
    for (index, shape) in catalogue.shapes[slot].enumerated() {
      let count = shapeCounts[slot][index]
      add(slot, UInt32(ValueKind.object.rawValue), count)
      for entry in shape.entries {
        if entry.word >= ValueKind.firstShapeWord {
          shapeCounts[entry.slot][Int(entry.word - ValueKind.firstShapeWord)].add(count)
        } else if entry.word != UInt32(ValueKind.object.rawValue) {
          add(entry.slot, entry.word, count)
        }
      }
    }
  }

  private mutating func add(_ slot: Int, _ word: UInt32, _ count: Int) {
    guard word < ValueKind.firstShapeWord, let value = ValueKind(rawValue: UInt8(word)) else { return }
    let kind: ArchiveSchema.Kind
    switch value {
    case .null: kind = .null
    case .false, .true:
      kind = .boolean
      hasBoolean[slot][value == .true ? 1 : 0] = true
    case .string: kind = .string
    case .integer, .number: kind = .number
    case .emptyObject, .object: kind = .object
    case .emptyArray, .array: kind = .array
    }
    mark(slot, kind)
    counts[slot][kind.rawValue].add(count)
  }
}

extension Int {
  /// Forged shapes could multiply counts beyond all bounds.
  fileprivate mutating func add(_ other: Int) {
    let (sum, overflow) = addingReportingOverflow(other)
    self = overflow ? .max : sum
  }
}

extension CodedWords {
  /// How often each word occurs.
  fileprivate func histogram() -> [Int] {
    var counts = [Int](repeating: 0, count: words.count)
    switch codes {
    case .constant: if !counts.isEmpty { counts[0] = count }
    case .bytes(let codes): for code in codes { counts[Int(code)] += 1 }
    case .shorts(let codes): for code in codes { counts[Int(code)] += 1 }
    case .longs(let codes): for code in codes { counts[Int(code)] += 1 }
    }
    return counts
  }
}
