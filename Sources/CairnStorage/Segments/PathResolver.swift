/// Where a path leads in a value of a slot, told by the value's word alone: no value is read.
///
/// Names resolve as `docs/semantics.md` says: the first equal key in record order, else for inexact names the
/// first key that is equal without regard to ASCII case.
package struct PathResolver: Sendable {
  package enum Target: Hashable, Sendable {
    case missing
    case literal(ValueKind)
    /// The `occurrence`-th value that the word has in a column.
    case value(column: Int, occurrence: Int)
    /// Into an object with a shape column of its own: the `occurrence`-th one; `rest` names are left.
    case object(column: Int, slot: Int, occurrence: Int, rest: Int)
    /// An object or array as a whole.
    case composite
  }

  private let catalogue: Catalogue
  private let flattening: ShapeFlattening

  package init(_ catalogue: Catalogue, _ flattening: ShapeFlattening) {
    self.catalogue = catalogue
    self.flattening = flattening
  }

  package func target(slot: Int, word: UInt32, path: ArraySlice<PathName>) throws -> Target {
    var passed: [Int: Int] = [:]
    return try resolve(slot: slot, word: word, path: path, &passed)
  }

  /// `passed` counts the values, by column, that stand before the target in the word's record order.
  private func resolve(
    slot: Int, word: UInt32, path: ArraySlice<PathName>, _ passed: inout [Int: Int]
  ) throws -> Target {
    guard let name = path.first else { return leaf(slot: slot, word: word, passed) }
    guard word >= ValueKind.firstShapeWord else {
      guard word == UInt32(ValueKind.object.rawValue), let column = catalogue.column(slot, .shape) else {
        return .missing
      }
      return .object(column: column, slot: slot, occurrence: passed[column] ?? 0, rest: path.count)
    }
    let index = Int(word - ValueKind.firstShapeWord)
    guard index < catalogue.shapes[slot].count else { return .missing }
    let entries = catalogue.shapes[slot][index].entries
    guard let match = Self.match(name, entries.lazy.map { catalogue.slots[$0.slot].name }) else { return .missing }
    for entry in entries[..<match] {
      for step in try flattening.steps(slot: entry.slot, word: entry.word) {
        passed[step.column, default: 0] += 1
      }
    }
    return try resolve(slot: entries[match].slot, word: entries[match].word, path: path.dropFirst(), &passed)
  }

  private func leaf(slot: Int, word: UInt32, _ passed: [Int: Int]) -> Target {
    guard word < ValueKind.firstShapeWord, let kind = ValueKind(rawValue: UInt8(word)) else { return .composite }
    let columnKind: ColumnKind
    switch kind {
    case .string: columnKind = .string
    case .integer: columnKind = .integer
    case .number: columnKind = .number
    case .array, .object: return .composite
    default: return .literal(kind)
    }
    guard let column = catalogue.column(slot, columnKind) else { return .missing }
    return .value(column: column, occurrence: passed[column] ?? 0)
  }

  /// Position of the key that `name` means among keys as spelled.
  package static func match(_ name: PathName, _ spelled: some Collection<[UInt8]>) -> Int? {
    var folded: Int?
    for (position, key) in spelled.enumerated() {
      let plain = key.contains(0x5C) ? key.withUnsafeBufferPointer { StringSpelling.unescape($0) } : key
      if plain == name.bytes { return position }
      if !name.isExact, folded == nil, equalsFolded(plain, name.bytes) { folded = position }
    }
    return folded
  }

  package static func equalsFolded(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    func lower(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
    return a.count == b.count && zip(a, b).allSatisfy { lower($0) == lower($1) }
  }

  /// String columns that the path can lead to in any shape of the segment: a proof of absence looks in these.
  package func stringColumns(_ path: [PathName]) -> [Int] {
    var slots = [0]
    for name in path {
      slots = slots.flatMap { slot in
        catalogue.children[slot].filter { child in
          !catalogue.slots[child].isElement && Self.match(name, [catalogue.slots[child].name]) != nil
        }
      }
    }
    return slots.compactMap { catalogue.column($0, .string) }
  }
}
