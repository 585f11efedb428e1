import CairnStorage
import CairnTestSupport
import Testing

/// Integers of 32 bits without a sign decode as the others do, and what does not fit is refused.
@Suite struct NarrowIntegerTests {
  private static func bytes(_ values: [Int64]) -> [UInt8] {
    var writer = ByteWriter()
    IntegerEncoding.encode(values, into: &writer)
    return writer.bytes
  }

  private static func decode(_ values: [Int64]) throws -> [UInt32] {
    var reader = ByteReader(bytes(values), origin: ByteOrigin(file: "integers", offset: 0))
    let decoded = try IntegerEncoding.decode32(&reader, count: values.count)
    try reader.expectEnd(of: "integers")
    return decoded
  }

  @Test(arguments: [0, 1, 2, 9, 64, 1000], [0, 1, 3, 8, 13, 31, 32])
  func agree(count: Int, width: Int) throws {
    var random = SeededGenerator(seed: UInt64(count * 64 + width))
    for base in [0, 1, 77] {
      let top = (1 << width) - 1
      let values = (0..<count).map { _ in Int64(min(base + random.below(top + 1), Int(UInt32.max))) }
      #expect(try Self.decode(values) == values.map { UInt32($0) })
      #expect(try Self.decode(values.sorted()) == values.sorted().map { UInt32($0) })
      let runs = values.flatMap { Array(repeating: $0, count: 5) }
      #expect(try Self.decode(runs) == runs.map { UInt32($0) })
    }
  }

  @Test(arguments: [[-1, 5], [Int64(UInt32.max) + 1, 0], [0, 1 << 40, 3], [.min, .max], [-7, -7]])
  func refuseOthers(values: [Int64]) {
    #expect(throws: CairnError.self) { try Self.decode(values) }
  }
}
