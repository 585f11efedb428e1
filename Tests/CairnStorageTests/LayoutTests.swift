import CairnStorage
import CairnTestSupport
import Testing

/// What most questions read lies together at a segment's end.
@Suite struct LayoutTests {
  private static func source(_ count: Int) -> [UInt8] {
    var random = SeededGenerator(seed: 3)
    func hex(_ length: Int) -> String {
      String((0..<length).map { _ in random.pick(Array("0123456789abcdef")) })
    }
    func token() -> String { String((0..<400).map { _ in random.pick(Array("ABCDEFGHabcdefgh012345+/")) }) }
    let lines = (0..<count).map { index in
      #"{"eventTime":"2024-02-29T12:\#(10 + index % 50):\#(10 + index % 50)Z","eventName":"N\#(index % 40)","#
        + #""eventID":"\#(hex(8))-\#(hex(4))-4\#(hex(3))-a\#(hex(3))-\#(hex(12))","#
        + #""responseElements":{"token":"\#(token())x\#(String(repeating: "y", count: index % 7))"},"#
        + #""note":"\#(hex(index % 9))"}"#
    }
    return Array(#"{"Records":[\#(lines.joined(separator: ","))]}"#.utf8)
  }

  @Test func sparsePartsComeFirst() throws {
    let source = Self.source(6000)
    let bytes = try SegmentFixture.segment([.init(key: "a.json", bytes: source)])
    #expect(try SegmentFixture.restore(bytes) == ["a.json": source])
    let reader = try SegmentFixture.open(bytes)
    let border = try #require(reader.footer.rowGroups.map(\.times.offset).min())
    let catalogue = try reader.catalogue()
    var sparse: Set<String> = []
    for index in catalogue.columns.indices {
      let column = try reader.column(index)
      let path = catalogue.path(of: catalogue.columns[index].slot)
      let pages = column.directory.membership?.pages ?? []
      #expect(pages.allSatisfy { $0.offset < border })
      for block in column.directory.blocks where !pages.contains(block) {
        if block.offset < border { sparse.insert(path) }
      }
      if case .block(let directory) = catalogue.columns[index].place { #expect(directory.offset > border) }
    }
    #expect(sparse == ["eventID", "responseElements.token"])
    #expect(reader.footer.objectBlocks.flatMap(\.blocks).allSatisfy { $0.offset < border })
    #expect(
      (reader.footer.packs + [reader.footer.catalogue, reader.footer.shapes]).allSatisfy {
        $0.offset > border
      })
    // Most of the file is random.
    #expect(bytes.count - Int(border) < bytes.count / 10)
  }
}
