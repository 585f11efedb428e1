import CairnStorage
import CairnTestSupport
import Testing

/// A search among 16-byte values finds what comparing texts finds: at every place of a run, beside near misses.
@Suite struct UUIDSearchTests {
  private static func text(_ high: UInt64, _ low: UInt64) -> String {
    let digits = hexadecimal(high) + hexadecimal(low)
    let cuts = [0, 8, 12, 16, 20, 32]
    return zip(cuts, cuts.dropFirst()).map { String(digits.dropFirst($0).prefix($1 - $0)) }.joined(
      separator: "-")
  }

  @Test(arguments: [0, 1, 7, 8, 9, 16, 50])
  func findsWhatIsEqual(count: Int) throws {
    var random = SeededGenerator(seed: UInt64(count) + 3)
    // Few different halves, so that many values agree in one of them; 0 and the greatest number among them.
    let halves: [UInt64] = [0, 1, .max, 1 << 63, random.next()]
    for _ in 0..<50 {
      let values = (0..<count).map { _ in
        random.chance(9) ? "no UUID" : Self.text(random.pick(halves), random.pick(halves))
      }
      let table = StringTable()
      for value in values { table.append(Array(value.utf8)) }
      var writer = ByteWriter()
      guard UUIDStrings.encode(table, into: &writer) else { continue }
      for needle in Set(values + [Self.text(0, 0), "no UUID", "x"]) {
        var reader = ByteReader(writer.bytes, origin: ByteOrigin(file: "uuids", offset: 0))
        _ = try reader.readByte()
        let found = try UUIDStrings.positions(of: [Array(needle.utf8)], &reader, count: count)
        #expect(found == values.indices.filter { values[$0] == needle }.map { UInt32($0) })
      }
    }
  }
}
