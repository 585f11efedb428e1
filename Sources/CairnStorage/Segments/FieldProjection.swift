/// A value of a record at a path.
public enum FieldValue: Sendable, Equatable {
  /// The record has no such path.
  case missing
  /// JSON null.
  case null
  case boolean(Bool)
  case integer(Int64)
  /// A number as spelled.
  case number([UInt8])
  /// A string's value, unescaped.
  case string([UInt8])
  /// An object or array as compact JSON, escapes as they were.
  case json([UInt8])

  /// The value as text; nil for a missing one and for null.
  public var text: String? {
    switch self {
    case .missing, .null: nil
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .number(let bytes), .string(let bytes), .json(let bytes): String(decoding: bytes, as: UTF8.self)
    }
  }
}

/// Reads one path of chosen rows: only the columns that the path leads to are touched.
///
/// Names match exactly, else without regard to ASCII case; among several the first in record order counts.
package struct FieldProjection {
  private let reader: SegmentReader
  private let rowGroup: Int
  private let catalogue: Catalogue
  private let flattening: ShapeFlattening

  package init(_ reader: SegmentReader, rowGroup: Int) throws {
    self.reader = reader
    self.rowGroup = rowGroup
    catalogue = try reader.catalogue()
    flattening = try reader.flattening()
  }

  /// Where a word leads.
  private enum Target: Hashable {
    case missing
    case literal(ValueKind)
    /// The `occurrence`-th value that the word has in a column.
    case value(column: Int, occurrence: Int)
    /// Into an object with a shape column of its own: the `occurrence`-th one; `rest` names are left.
    case object(column: Int, slot: Int, occurrence: Int, rest: Int)
    /// An object or array as a whole.
    case composite
  }

  /// Values at `path` for `rows` (ascending positions in the row group).
  package func values(_ path: [[UInt8]], rows: [UInt32]) throws -> [FieldValue] {
    guard let root = catalogue.column(0, .shape), !rows.isEmpty else { return rows.map { _ in .missing } }
    var output = try project(slot: 0, column: root, instances: rows, path: path[...])
    let composite = output.indices.filter { output[$0] == .json([]) }
    if !composite.isEmpty {
      let texts = try compositeTexts(path, rows: composite.map { rows[$0] })
      for (index, text) in zip(composite, texts) { output[index] = text }
    }
    return output
  }

  private func project(
    slot: Int, column: Int, instances: [UInt32], path: ArraySlice<[UInt8]>
  ) throws -> [FieldValue] {
    let words = try reader.column(column).words(in: rowGroup)
    if let last = instances.last, Int(last) >= words.count {
      throw CairnError.damaged(file: reader.name, offset: 0, cause: "an instance is behind its column")
    }
    let steps = try words.words.map { try flattening.instanceSteps(slot: slot, word: $0) }
    let targets = words.words.map { target(slot: slot, word: $0, path: path) }
    let codes = RowRank(words: words, chosen: instances).chosenCodes
    var output = [FieldValue](repeating: .missing, count: instances.count)
    // Many shapes lead to few targets: instances are taken together by target.
    var members: [Target: [Int]] = [:]
    for (index, code) in codes.enumerated() where targets[Int(code)] != .missing {
      members[targets[Int(code)], default: []].append(index)
    }
    for (target, chosen) in members {
      switch target {
      case .missing: break
      case .composite: for index in chosen { output[index] = .json([]) }
      case .literal(let kind): for index in chosen { output[index] = Self.literal(kind) }
      case .value(let column, let occurrence):
        let positions = positions(column, occurrence, chosen, instances, words, steps)
        for (index, value) in zip(chosen, try read(column, positions)) { output[index] = value }
      case .object(let column, let child, let occurrence, let rest):
        let positions = positions(column, occurrence, chosen, instances, words, steps)
        let values = try project(slot: child, column: column, instances: positions, path: path.suffix(rest))
        for (index, value) in zip(chosen, values) { output[index] = value }
      }
    }
    return output
  }

  private static func literal(_ kind: ValueKind) -> FieldValue {
    switch kind {
    case .true: .boolean(true)
    case .false: .boolean(false)
    case .emptyObject: .json(Array("{}".utf8))
    case .emptyArray: .json(Array("[]".utf8))
    default: .null
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

  private func read(_ index: Int, _ positions: [UInt32]) throws -> [FieldValue] {
    let column = try reader.column(index)
    if column.info.kind == .integer {
      let values = try column.integers(in: rowGroup)
      return try positions.map { position in
        guard Int(position) < values.count else {
          throw CairnError.damaged(file: reader.name, offset: 0, cause: "a value is behind its column")
        }
        return .integer(values[Int(position)])
      }
    }
    let vector = try column.strings(in: rowGroup, positions: positions) {
      try reader.times(of: rowGroup).map { $0 / 1000 }
    }
    let isNumber = column.info.kind == .number
    return (0..<vector.count).map { entry in
      let bytes = Array(vector.table[vector.entry(entry)])
      return isNumber ? .number(bytes) : .string(bytes)
    }
  }

  // MARK: Resolving

  private func target(slot: Int, word: UInt32, path: ArraySlice<[UInt8]>) -> Target {
    var counter = OccurrenceCounter()
    return resolve(slot: slot, word: word, path: path, &counter)
  }

  /// Values passed on the way, by column: the occurrence of the next one.
  private struct OccurrenceCounter {
    var passed: [Int: Int] = [:]
  }

  private func resolve(
    slot: Int, word: UInt32, path: ArraySlice<[UInt8]>, _ counter: inout OccurrenceCounter
  ) -> Target {
    guard let name = path.first else { return leaf(slot: slot, word: word, counter) }
    guard word >= ValueKind.firstShapeWord else {
      guard word == UInt32(ValueKind.object.rawValue), let column = catalogue.column(slot, .shape) else {
        return .missing
      }
      return .object(
        column: column, slot: slot, occurrence: counter.passed[column] ?? 0, rest: path.count)
    }
    let entries = catalogue.shapes[slot][Int(word - ValueKind.firstShapeWord)].entries
    guard let match = Self.match(name, entries.map { catalogue.slots[$0.slot].name }) else { return .missing }
    for entry in entries[..<match] {
      for step in (try? flattening.steps(slot: entry.slot, word: entry.word)) ?? [] {
        counter.passed[step.column, default: 0] += 1
      }
    }
    return resolve(slot: entries[match].slot, word: entries[match].word, path: path.dropFirst(), &counter)
  }

  private func leaf(slot: Int, word: UInt32, _ counter: OccurrenceCounter) -> Target {
    guard word < ValueKind.firstShapeWord, let kind = ValueKind(rawValue: UInt8(word)) else {
      return .composite
    }
    let columnKind: ColumnKind
    switch kind {
    case .string: columnKind = .string
    case .integer: columnKind = .integer
    case .number: columnKind = .number
    case .array, .object: return .composite
    default: return .literal(kind)
    }
    guard let column = catalogue.column(slot, columnKind) else { return .missing }
    return .value(column: column, occurrence: counter.passed[column] ?? 0)
  }

  /// The exact name, else the first that differs in ASCII case only.
  private static func match(_ name: [UInt8], _ spelled: [[UInt8]]) -> Int? {
    let names = spelled.map { key in
      key.contains(0x5C) ? key.withUnsafeBufferPointer { StringSpelling.unescape($0) } : key
    }
    if let exact = names.firstIndex(of: name) { return exact }
    func lower(_ bytes: [UInt8]) -> [UInt8] { bytes.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 } }
    let wanted = lower(name)
    return names.firstIndex { lower($0) == wanted }
  }

  // MARK: Whole objects and arrays

  /// The compact JSON of an object or array: the record is rebuilt and the path followed in its text.
  private func compositeTexts(_ path: [[UInt8]], rows: [UInt32]) throws -> [FieldValue] {
    let batch = try RecordBatch(reader, rowGroup: rowGroup, rows: rows)
    let printer = RecordPrinter(catalogue: catalogue, layout: .compact, file: reader.name)
    let output = ByteBuffer()
    return try rows.indices.map { index in
      output.removeAll()
      try printer.append(batch, row: index, to: &output.bytes)
      return Self.text(at: path[...], in: output.buffer)
    }
  }

  private static func text(at path: ArraySlice<[UInt8]>, in record: UnsafeBufferPointer<UInt8>) -> FieldValue
  {
    var skimmer = JSONSkimmer(record, at: 0)
    for name in path {
      var members: [(name: [UInt8], value: Int)] = []
      _ = skimmer.visitMembers { key, value in
        members.append((Array(record[key]), value))
        return true
      }
      guard let match = match(name, members.map(\.name)) else { return .missing }
      skimmer.position = members[match].value
    }
    let start = skimmer.position
    return skimmer.skipValue() ? .json(Array(record[start..<skimmer.position])) : .missing
  }
}
