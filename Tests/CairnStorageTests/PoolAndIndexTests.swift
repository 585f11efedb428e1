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

  /// Everything put in is found; little else is.
  @Test(arguments: [1, 2, 7, 16])
  func findsWhatItHas(rowGroups: Int) throws {
    let index = MembershipDirectory(
      bucketCount: 512, fingerprintBits: 6, rowGroupBits: BitPacking.width(of: UInt64(rowGroups - 1)),
      pages: [BlockRef(offset: 0, byteCount: 13)])
    let keys = (0..<2000).map { index.key(of: hash($0), rowGroup: $0 % rowGroups) }
    let bytes = index.encodePage(keys.sorted())
    var reader = ByteReader(bytes, origin: ByteOrigin(file: "page", offset: 0))
    let page = try MembershipPage.decode(&reader, index)
    #expect((0..<2000).allSatisfy { index.rowGroups(of: hash($0), in: page).contains($0 % rowGroups) })
    let found = (2000..<12_000).count { !index.rowGroups(of: hash($0), in: page).isEmpty }
    // 2000 of 512 × 64 places are taken: one look-up in 16.
    #expect(found < 800)
    // Ten or eleven bits a value, and its row group.
    #expect(bytes.count * 8 < 2000 * (8 + index.rowGroupBits))
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
