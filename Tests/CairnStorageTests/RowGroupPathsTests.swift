import CairnStorage
import CairnTestSupport
import Testing

/// What a path leads to in some rows is what it leads to in these rows among all.
@Suite struct RowGroupPathsTests {
  private static func archive(seed: UInt64, count: Int) throws -> TestArchive {
    var random = SeededGenerator(seed: seed)
    let lines = (0..<count).map { index -> String in
      let name = random.chance(40) ? "" : #","name":"n\#(random.below(9))""#
      let odd = random.pick([#""text""#, "7", "1.5", "null", #"{"in":"\#(random.below(5))"}"#, "[1,2]", "{}"])
      let varied = #""k\#(random.below(19))":\#(random.below(3)),"id":"\#(random.below(1 << 40))""#
      return #"{"eventTime":"2024-05-01T00:00:\#(10 + index % 50)Z","eventID":"i\#(index)"\#(name),"#
        + #""odd":\#(odd),"object":{\#(varied),"deep":{\#(varied)}}}"#
    }
    return try TestArchive([("a.json", Array(lines.joined(separator: "\n").utf8))])
  }

  @Test(arguments: [30, 70, 2000]) func rowsAmongOthers(count: Int) throws {
    var random = SeededGenerator(seed: UInt64(count))
    let archive = try Self.archive(seed: UInt64(count) + 1, count: count)
    let reader = try #require(try archive.readers().first)
    let projection = try FieldProjection(reader, rowGroup: 0)
    for path in [
      "eventID", "eventTime", "name", "odd", "odd.in", "object.id", "object.deep.id", "object.k3", "none",
    ] {
      let names = path.split(separator: ".").map { PathName(bytes: Array($0.utf8), isExact: true) }
      let all = try projection.values(names, rows: .run(0..<count))
      #expect(all.count == count)
      for hidden in [1, 2, count / 2, count - 1] {
        let left = Set((0..<hidden).map { _ in UInt32(random.below(count)) })
        let rows = Positions((0..<UInt32(count)).filter { !left.contains($0) })
        let found = try projection.values(names, rows: rows)
        #expect(found == rows.list.map { all[Int($0)] }, "\(path) without \(hidden)")
        let part = Positions.run(hidden / 2..<count)
        #expect(try projection.values(names, rows: part) == Array(all[(hidden / 2)...]), "\(path)")
      }
    }
  }
}
