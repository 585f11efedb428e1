import CairnStorage
import CairnTestSupport
import Testing

/// Values that follow from others of their row are the same as if they were stored.
@Suite struct DerivedStringsTests {
  /// A column in one row group: at most one value a row.
  private struct Parent {
    var rows: [UInt32]
    var table: StringTable
    var codes: [UInt32]

    init(_ values: [(row: UInt32, value: [UInt8], style: StringStyle)]) {
      rows = values.map(\.row)
      table = StringTable()
      // Equal values are one entry, as in a dictionary.
      var known: [[UInt8]: UInt32] = [:]
      codes = []
      for (_, value, style) in values {
        let key = [style.rawValue] + value
        if known[key] == nil {
          known[key] = UInt32(table.count)
          table.append(value, style: style)
        }
        codes.append(known[key] ?? 0)
      }
    }
  }

  private func encode(
    _ values: StringTable, rows: [UInt32], _ forms: [DerivedForm], _ parents: [Parent]
  ) -> [UInt8]? {
    func parent(_ index: Int, _ made: [DerivedParent]) -> [UInt8]? {
      if index < parents.count {
        return parents[index].codes.withUnsafeBufferPointer { codes in
          parents[index].rows.withUnsafeBufferPointer { rows in
            parent(index + 1, made + [DerivedParent(parents[index].table, entries: codes, rows: rows)])
          }
        }
      }
      var writer = ByteWriter()
      let isWritten = rows.withUnsafeBufferPointer {
        DerivedStrings.encode(values, rows: $0, forms, made, ZstdCompressor(), into: &writer)
      }
      return isWritten ? writer.bytes : nil
    }
    return parent(0, [])
  }

  private func decode(
    _ bytes: [UInt8], count: Int, _ parents: [Parent], at positions: [UInt32]? = nil
  ) throws -> StringTable {
    try stored(bytes, count, parents).values(at: positions) { try Self.values(parents[$0], at: $1) }
  }

  private func stored(_ bytes: [UInt8], _ count: Int, _ parents: [Parent]) throws -> DerivedStrings {
    var reader = ByteReader(Array(bytes.dropFirst()), origin: ByteOrigin(file: "test", offset: 0))
    return try DerivedStrings(&reader, count: count, parentCount: parents.count)
  }

  private static func values(_ parent: Parent, at positions: [UInt32]) throws -> DerivedStrings.Values {
    #expect(zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 })
    guard positions.last.map({ Int($0) < parent.codes.count }) ?? true else {
      throw CairnError.damaged(file: "test", offset: 0, cause: "behind its chunk")
    }
    return (parent.table, positions.map { parent.codes[Int($0)] })
  }

  /// Values that have a part of some value in them, also over the ends of parts, and all one after the other.
  private func search(
    _ bytes: [UInt8], _ values: StringTable, _ parents: [Parent], _ random: inout SeededGenerator
  ) throws {
    let stored = try stored(bytes, values.count, parents)
    for round in 0..<40 {
      let value = Array(values[random.below(values.count)])
      let start = random.below(value.count + 1)
      var needle = Array(value[start..<min(value.count, start + 1 + random.below(7))])
      if round % 3 == 2 { needle = needle.map { (UInt8(0x61)...0x7A).contains($0) ? $0 & 0xDF : $0 } }
      if needle.isEmpty { continue }
      let finder = ByteFinder(needle, foldsCase: round % 3 == 2)
      var found: [UInt32: [UInt8]] = [:]
      try stored.visit(
        holding: finder, parentHolds: { !parents[$0].table.entries(whoseValueHas: finder).isEmpty },
        parent: { try Self.values(parents[$0], at: $1) }
      ) { found[$0] = Array($1) }
      let wanted = (0..<UInt32(values.count)).filter { finder.find(in: values[Int($0)]) != nil }
      #expect(found.keys.sorted() == wanted, "\(needle)")
      #expect(found.allSatisfy { $1.elementsEqual(values[Int($0)]) }, "\(needle)")
    }
    var next: UInt32 = 0
    try stored.visit(parent: { try Self.values(parents[$0], at: $1) }) { position, value in
      #expect(position == next && value.elementsEqual(values[Int(position)]))
      next += 1
    }
    #expect(Int(next) == values.count)
  }

  private func entries(_ table: StringTable) -> [[UInt8]] {
    (0..<table.count).map { [table.style($0).rawValue] + Array(table[$0]) }
  }

  private static let forms = [
    DerivedForm(
      .plain,
      [.init(text: Array("arn:".utf8)), .init(.value, of: 0), .init(text: [0x2F]), .init(.value, of: 1)]),
    DerivedForm(.base64, [.init(.value, of: 1), .init(text: [0x21])]),
    DerivedForm(.base64, [.init(.own), .init(.value, of: 0)]),
    DerivedForm(.plain, [.init(.tail, of: 1)]),
    DerivedForm(
      .plain,
      [.init(.value, of: 0), .init(text: [0x3A]), .init(.own), .init(text: [0x3A]), .init(.tail, of: 1)]),
    DerivedForm(.plain, [.init(.value, of: 0)]),
    DerivedForm(.plain, [.init(.head, of: 0), .init(text: [0x2E]), .init(.value, of: 1)]),
  ]

  /// Rows with one value, several or none, parents in some of them, values of every form and of none.
  @Test(arguments: 0..<24) func decodesToTheSame(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func word(_ limit: Int) -> [UInt8] {
      (0..<random.below(limit)).map { _ in random.pick(Array("ab/:=.\u{e9}".utf8)) }
    }
    let count = random.pick([1, 40, 3000])
    func parent() -> Parent {
      let values = (0..<UInt32(count)).filter { _ in random.below(10) < 7 }.map {
        (row: $0, value: word(9), style: random.chance(5) ? StringStyle.minimal : .plain)
      }
      return Parent(values)
    }
    let parents = [parent(), parent()]
    // Of their own values have few texts, each often, or many.
    let words = (0..<5).map { _ in word(12) }
    func own(_ limit: Int) -> [UInt8] { seed % 2 == 0 ? random.pick(words) : word(limit) }
    let values = StringTable()
    var rows: [UInt32] = []
    for row in 0..<UInt32(count) {
      for _ in 0..<random.pick([0, 1, 1, 3]) {
        rows.append(row)
        func value(_ index: Int) -> [UInt8] {
          guard let at = parents[index].rows.firstIndex(of: row) else { return word(5) }
          return Array(parents[index].table[Int(parents[index].codes[at])])
        }
        let (a, b) = (value(0), value(1))
        let tail = Array(b[(b.lastIndex(of: 0x2F).map { $0 + 1 } ?? 0)...])
        let head = Array(a[..<(a.firstIndex(of: 0x2E) ?? a.count)])
        switch random.below(9) {
        case 0: values.append(Array("arn:".utf8) + a + [0x2F] + b)
        case 1: values.append(Self.base64(b + [0x21]))
        case 2: values.append(Self.base64(own(6) + a))
        case 3: values.append(tail)
        case 4: values.append(a + [0x3A] + own(12) + [0x3A] + tail)
        case 5: values.append(a)
        case 6: values.append(a, style: .minimal)
        case 7: values.append(head + [0x2E] + b)
        default: values.append(word(20))
        }
      }
    }
    if rows.isEmpty { return }
    guard let bytes = encode(values, rows: rows, Self.forms, parents) else {
      // Hardly anything follows from others.
      return #expect(rows.count < 12)
    }
    #expect(bytes.first == StringEncoding.derived.rawValue)
    let whole = entries(values)
    #expect(try entries(decode(bytes, count: rows.count, parents)) == whole)
    for _ in 0..<6 {
      let chosen = (0..<random.below(60)).map { _ in UInt32(random.below(rows.count)) }.sorted()
      let found = try decode(bytes, count: rows.count, parents, at: chosen)
      #expect(entries(found) == chosen.map { whole[Int($0)] })
    }
    try search(bytes, values, parents, &random)
  }

  private static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var output: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = Array(bytes[start..<min(start + 3, bytes.count)])
      let bits = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
      for digit in 0..<4 {
        output.append(digit <= part.count ? characters[bits >> (18 - 6 * digit) & 63] : UInt8(ascii: "="))
      }
    }
    return output
  }

  /// Text that is base64 in another way than the one that is printed is an exception.
  @Test(arguments: ["YWI=", "YWJ=", "YWI", "YWI=\n", "YW I=", "Y===", "====", "YQ==", "YR==", "YWJj", "YWJ-"])
  func base64IsCanonical(text: String) throws {
    let values = StringTable()
    let parent = Parent((0..<4).map { (row: $0, value: Array("ab".utf8), style: .plain) })
    for _ in 0..<2 { values.append(Array(text.utf8)) }
    for _ in 0..<2 { values.append(Array("YWI=".utf8)) }
    let form = DerivedForm(.base64, [.init(.value, of: 0)])
    let bytes = try #require(encode(values, rows: [0, 1, 2, 3], [form], [parent]))
    #expect(try entries(decode(bytes, count: 4, [parent])) == entries(values))
  }

  // MARK: Damage

  private func damage(_ bytes: [UInt8], count: Int, _ parents: [Parent]) -> Bool {
    do {
      _ = try decode([6] + bytes, count: count, parents)
      return false
    } catch CairnError.damaged { return true } catch { return false }
  }

  @Test func refusesWhatDoesNotFit() throws {
    let parent = Parent((0..<3).map { (row: $0, value: [0x61], style: .plain) })
    // One class of one part, the value of parent 0; both values of the class; gaps 1 1.
    let good: [UInt8] = [1, 0, 1, 1, 0, 0, 0, 0, 2]
    #expect(!damage(good, count: 2, [parent]))
    // Spelling, kind of part and parent that nobody knows, a class of no number, a gap to before the first, one to behind
    // the last, too short and too long.
    for (place, byte) in [(1, UInt8(2)), (3, 5), (4, 1), (6, 4), (8, 0), (8, 1), (8, 4), (8, 80)] {
      var bad = good
      bad[place] = byte
      #expect(damage(bad, count: 2, [parent]), "\(place)")
    }
    #expect(damage(Array(good.dropLast()), count: 2, [parent]))
    #expect(damage(good + [0], count: 2, [parent]))
    #expect(damage(good, count: 2, []))
    // Two parts of their own; exceptions of a kind that exceptions are not.
    #expect(damage([1, 0, 2, 3, 3, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0], count: 2, [parent]))
    #expect(!damage([0, 0, 0, 1, 0, 2, 0, 0x61, 0x61], count: 2, [parent]))
    #expect(damage([0, 0, 0, 6, 0, 0, 0], count: 2, [parent]))
    #expect(damage([0, 0, 0, 0, 0], count: 2, [parent]))
  }

  /// Texts of their own that are listed: more than there are values, one of no number, too short, too long.
  @Test func refusesListsThatDoNotFit() throws {
    let good: [UInt8] = [1, 0, 1, 3, 0, 0, 11, 0xFF, 2, 1, 0, 1, 0x0B, 0, 2, 0, 0x61, 0x62]
    #expect(!damage(good, count: 4, []))
    #expect(
      try entries(decode([StringEncoding.derived.rawValue] + good, count: 4, []))
        == [0x62, 0x62, 0x61, 0x62].map { [0, $0] })
    for (place, byte) in [(6, UInt8(10)), (6, 12), (7, 0xFE), (8, 1), (8, 5), (9, 7), (10, 4), (14, 4)] {
      var bad = good
      bad[place] = byte
      #expect(damage(bad, count: 4, []), "\(place) \(byte)")
    }
    #expect(damage(Array(good.dropLast()), count: 4, []))
    #expect(damage(good + [0], count: 4, []))
  }

  /// Few bytes that stand for very many.
  @Test func limits() throws {
    var classes: [UInt8] = [17]
    for _ in 0..<17 { classes += [0, 0] }
    #expect(damage(classes + [0, 0], count: 1, []))
    #expect(damage([1, 0, 17] + [UInt8](repeating: 3, count: 17) + [0, 0], count: 1, []))
    let parent = Parent([(row: 0, value: [UInt8](repeating: 0x61, count: 1 << 20), style: .plain)])
    // A gap of 0 takes the same value again: a mebibyte each time.
    var alignment = ByteWriter()
    IntegerEncoding.encode([1] + [Int64](repeating: 0, count: 127), into: &alignment)
    #expect(!damage([1, 0, 1, 1, 0, 0, 0] + alignment.bytes, count: 128, [parent]))
    alignment = ByteWriter()
    IntegerEncoding.encode([1] + [Int64](repeating: 0, count: 128), into: &alignment)
    #expect(damage([1, 0, 1, 1, 0, 0, 0] + alignment.bytes, count: 129, [parent]))
    // Two parts of so many values have more places than a chunk may.
    #expect(damage([1, 0, 2, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0], count: (1 << 23) + 1, [parent]))
  }
}
