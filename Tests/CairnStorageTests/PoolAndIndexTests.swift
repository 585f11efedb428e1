import CairnStorage
import CairnTestSupport
import Testing

@Suite struct PartitioningTests {
  @Test func partitioningIndexIsTheFirstOfTheSecondPart() {
    for count in 0..<20 {
      for cut in 0...count { #expect((0..<count).partitioningIndex { $0 >= cut } == cut) }
    }
    #expect([UInt8]()[...].partitioningIndex { _ in true } == 0)
    #expect([1, 2, 3, 9][1...].partitioningIndex { $0 > 2 } == 2)
  }
}

@Suite struct MembershipTests {
  private func hash(_ number: Int) -> UInt64 {
    Array("value \(number)".utf8).withUnsafeBufferPointer { MembershipDirectory.hash($0) }
  }

  private func index(_ rowGroups: Int) -> MembershipDirectory {
    MembershipDirectory(
      rowGroupCount: rowGroups, answerBits: MembershipDirectory.answerBits(rowGroupCount: rowGroups),
      pages: [BlockRef(offset: 0, byteCount: 13)])
  }

  private func page(_ bytes: [UInt8], _ index: MembershipDirectory) throws -> MembershipPage {
    var reader = ByteReader(bytes, origin: ByteOrigin(file: "page", offset: 0))
    return try MembershipPage.decode(&reader, index)
  }

  /// Everything put in is found, and in its row group only; little else is.
  @Test(arguments: [1, 2, 7, 16, 4096])
  func findsWhatItHas(rowGroups: Int) throws {
    let index = index(rowGroups)
    let bytes = index.encodePage((0..<4000).map { (hash($0), $0 % rowGroups) })
    let page = try page(bytes, index)
    #expect(
      (0..<4000).allSatisfy {
        index.rowGroups(of: hash($0), in: page) == ($0 % rowGroups)..<($0 % rowGroups + 1)
      })
    let found = (4000..<14_000).count { !index.rowGroups(of: hash($0), in: page).isEmpty }
    // One answer in eight means something, at most.
    #expect(found < 1400)
    #expect(bytes.count * 8 < 4000 * index.answerBits * 107 / 100)
  }

  /// A value of several row groups may be in any; one that comes twice in one is there once.
  @Test func valuesOfSeveralRowGroups() throws {
    let index = index(5)
    var values: [(hash: UInt64, rowGroup: Int)] = (0..<1000).map { (hash($0), $0 % 5) }
    values += (0..<300).map { (hash($0), $0 % 5) } + (500..<700).map { (hash($0), ($0 + 2) % 5) }
    let page = try page(index.encodePage(values), index)
    for number in 0..<1000 {
      let wanted = 500..<700 ~= number ? 0..<5 : (number % 5)..<(number % 5 + 1)
      #expect(index.rowGroups(of: hash(number), in: page) == wanted)
    }
  }

  /// Pages of any size have a solution, also of hashes that ask for neighbouring slots.
  @Test(arguments: [0, 1, 2, 63, 64, 65, 200, 1023, 5000, 40_000])
  func pagesOfAnySize(count: Int) throws {
    let index = index(6)
    let random = try page(index.encodePage((0..<count).map { (hash($0), $0 % 6) }), index)
    #expect((0..<count).allSatisfy { index.rowGroups(of: hash($0), in: random).contains($0 % 6) })
    let alike = try page(index.encodePage((0..<count).map { (UInt64($0), $0 % 6) }), index)
    #expect((0..<count).allSatisfy { index.rowGroups(of: UInt64($0), in: alike).contains($0 % 6) })
  }

  /// A page without words proves nothing.
  @Test func emptyPage() throws {
    let index = index(3)
    let page = try page([7], index)
    #expect(index.rowGroups(of: hash(1), in: page) == 0..<3)
  }

  /// Sizes that are no planes, and answers that do not tell all row groups apart, are damage.
  @Test func refusesWhatIsNone() throws {
    let index = index(6)
    #expect(throws: CairnError.self) { try page([], index) }
    for count in [1, 8, 47, 49] {
      #expect(throws: CairnError.self) { try page([UInt8](repeating: 0, count: 1 + count), index) }
    }
  }

  /// The index of a written segment has all values of its column, exceptions among them.
  @Test func segmentIndexHasAllValues() throws {
    let reader = try SegmentReader(
      MemoryBlockStore(name: "memory", bytes: try DamageFixture(.large, compresses: false).bytes))
    var indexed = 0
    for number in try reader.catalogue().columns.indices {
      let column = try reader.column(number)
      guard column.directory.membership != nil else { continue }
      indexed += 1
      for chunk in column.directory.chunks {
        let values = try column.strings(in: chunk.rowGroup, positions: nil) { [] }
        for entry in 0..<values.table.count {
          #expect(try column.mayContain([Array(values.table[entry])], in: chunk.rowGroup))
        }
      }
      let absent = try (0..<200).count { try column.mayContain([Array("no \($0)".utf8)], in: 0) }
      #expect(absent < 40)
    }
    #expect(indexed > 0)
  }
}
