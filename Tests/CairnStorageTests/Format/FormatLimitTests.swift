import CairnStorage
import Testing

/// What the documents forbid, the writer does not write and the reader does not read.
@Suite struct FormatLimits {
  /// Runs of runs of runs: lengths that repeat at each level.
  private func nestedRuns(levels: Int) -> [Int64] {
    var lengths: [Int64] = [4, 4, 4, 4, 5, 5, 5, 5]
    for _ in 1..<levels {
      lengths = lengths.enumerated().flatMap { index, length in
        [Int64](repeating: index % 2 == 0 ? 4 : 5, count: Int(length))
      }
    }
    return lengths
  }

  @Test(arguments: 1...5) func integersNestAsDeepAsTheReaderReads(levels: Int) throws {
    let values = nestedRuns(levels: levels)
    var writer = ByteWriter()
    IntegerEncoding.encode(values, into: &writer)
    var reader = reader(writer.bytes)
    #expect(try IntegerEncoding.decode(&reader, count: values.count) == values)
    #expect(reader.isAtEnd)
  }

  @Test func integersNestedDeeperAreRefused() throws {
    // One run of one value, four levels of it.
    let bytes: [UInt8] = [3, 1, 0, 2, 3, 1, 0, 2, 3, 1, 0, 2, 0, 2]
    var reader = reader(bytes)
    #expect(throws: CairnError.self) { try IntegerEncoding.decode(&reader, count: 1) }
  }

  /// Word 9 sends a reader to the shape column; in the column itself it would do so for ever.
  @Test func shapeColumnsHoldNoWordForTheShapeColumn() throws {
    let source = SegmentFixture.Source(
      key: "a", bytes: Array("[{\"eventName\":\"A\",\"eventVersion\":\"1\",\"o\":{\"p\":1}}]".utf8))
    let flattening = try SegmentFixture.open(try SegmentFixture.segment([source])).flattening()
    var allowance = ShapeFlattening.Allowance()
    #expect(throws: CairnError.self) {
      try flattening.instanceSteps(slot: 0, word: UInt32(ValueKind.object.rawValue), &allowance)
    }
    #expect(try flattening.instanceSteps(slot: 0, word: ValueKind.firstShapeWord, &allowance).count == 3)
  }
}
