/// Encodings of a run of 64-bit integers. Tags are on disk (`Formats/encodings.md`) and never reused.
///
/// ```
/// integers := tag:u8 body
/// constant     (0): value:svarint
/// bit-packed   (1): base:svarint width:u8 packed            value = base + packed
/// delta-packed (2): first:svarint least:svarint width:u8 packed   value[i] = value[i-1] + least + packed[i-1]
/// run-length   (3): runs:varint values:integers lengths:integers
/// planes       (4): as BytePlanes has it
/// delta planes (5): first:svarint planes                    value[i] = value[i-1] + planes[i-1]
/// ```
/// The count is known from outside. All arithmetic wraps, so every 64-bit run is exact.
package enum IntegerEncoding: UInt8, Sendable, CaseIterable {
  case constant = 0
  case bitPacked = 1
  case deltaPacked = 2
  case runLength = 3
  case planes = 4
  case deltaPlanes = 5

  /// Runs shorter than this on average cost more as runs than packed.
  package static let minimumMeanRun = 4
  /// Runs of runs of packed values, and no deeper.
  package static let nestingLimit = 3

  package static func encode(_ values: [Int64], into writer: inout ByteWriter) {
    encode(values, into: &writer, depth: 0)
  }

  /// As byte planes: what repeats among them zstd then finds, which packed bits hide.
  package static func encodePlanes(_ values: [Int64], into writer: inout ByteWriter) {
    writer.writeByte(planes.rawValue)
    BytePlanes.encode(values, into: &writer)
  }

  /// Ascending ones: as planes of their differences where zstd makes less of these than there are packed bits.
  package static func encodeAscending(_ values: [Int64], into writer: inout ByteWriter) {
    let start = writer.bytes.count
    encode(values, into: &writer)
    guard values.count >= minimumPlaneCount else { return }
    var planes = ByteWriter()
    encodeDeltaPlanes(values, into: &planes)
    // What stands before the planes is less than one.
    let count = values.count - 1
    let expected = BytePlanes.entropyByteCount(
      planes.bytes.suffix(planes.bytes.count / count * count), count)
    guard expected < planeShare * Double(writer.bytes.count - start) else { return }
    writer.bytes.removeLast(writer.bytes.count - start)
    writer.writeBytes(planes.bytes)
  }

  /// At least one value.
  package static func encodeDeltaPlanes(_ values: [Int64], into writer: inout ByteWriter) {
    writer.writeByte(deltaPlanes.rawValue)
    writer.writeSignedVarint(values[0])
    BytePlanes.encode(values.indices.dropFirst().map { values[$0] &- values[$0 - 1] }, into: &writer)
  }

  /// Fewer values are packed, and so are those of which planes promise to take more than this share.
  private static let minimumPlaneCount = 256
  private static let planeShare = 0.95

  private static func encode(_ values: [Int64], into writer: inout ByteWriter, depth: Int) {
    let statistics = IntegerStatistics(values)
    guard let first = values.first, !statistics.isConstant else {
      writer.writeByte(constant.rawValue)
      writer.writeSignedVarint(values.first ?? 0)
      return
    }
    let plainWidth = BitPacking.width(of: statistics.range)
    let deltaWidth = BitPacking.width(of: statistics.deltaRange)
    if depth + 1 < nestingLimit, values.count / statistics.runCount >= minimumMeanRun {
      encodeRuns(values, into: &writer, depth: depth + 1)
    } else if deltaWidth < plainWidth {
      writer.writeByte(deltaPacked.rawValue)
      writer.writeSignedVarint(first)
      writer.writeSignedVarint(statistics.leastDelta)
      writer.writeByte(UInt8(deltaWidth))
      let deltas = values.indices.dropFirst().map {
        UInt64(bitPattern: values[$0] &- values[$0 - 1] &- statistics.leastDelta)
      }
      BitPacking.pack(deltas, width: deltaWidth, into: &writer)
    } else {
      writer.writeByte(bitPacked.rawValue)
      writer.writeSignedVarint(statistics.least)
      writer.writeByte(UInt8(plainWidth))
      let offsets = values.map { UInt64(bitPattern: $0 &- statistics.least) }
      BitPacking.pack(offsets, width: plainWidth, into: &writer)
    }
  }

  private static func encodeRuns(_ values: [Int64], into writer: inout ByteWriter, depth: Int) {
    var runValues: [Int64] = []
    var lengths: [Int64] = []
    for value in values {
      if let last = runValues.last, last == value {
        lengths[lengths.count - 1] += 1
      } else {
        runValues.append(value)
        lengths.append(1)
      }
    }
    writer.writeByte(runLength.rawValue)
    writer.writeVarint(runValues.count)
    encode(runValues, into: &writer, depth: depth)
    encode(lengths, into: &writer, depth: depth)
  }

  /// Exactly `count` values. `count` must have been checked against a limit by the caller.
  package static func decode(_ reader: inout ByteReader, count: Int, depth: Int = 0) throws -> [Int64] {
    let tag = try reader.readByte()
    guard let encoding = IntegerEncoding(rawValue: tag), depth < nestingLimit else {
      throw reader.damaged("unknown integer encoding \(tag)")
    }
    switch encoding {
    case .constant:
      return [Int64](repeating: try reader.readSignedVarint(), count: count)
    case .bitPacked:
      let base = try reader.readSignedVarint()
      return try unpack(&reader, count: count) { values in
        for index in values.indices { values[index] &+= base }
      }
    case .deltaPacked:
      guard count > 0 else { throw reader.damaged("delta-packed run without values") }
      let first = try reader.readSignedVarint()
      let least = try reader.readSignedVarint()
      return try unpack(&reader, count: count, skipped: 1) { values in
        values[0] = first
        for index in values.indices.dropFirst() { values[index] &+= values[index &- 1] &+ least }
      }
    case .runLength:
      return try decodeRuns(&reader, count: count, depth: depth)
    case .planes:
      return try BytePlanes.decode(&reader, count: count)
    case .deltaPlanes:
      guard count > 0 else { throw reader.damaged("planes of differences without values") }
      let first = try reader.readSignedVarint()
      return try BytePlanes.decode(&reader, count: count - 1, first: first)
    }
  }

  /// The value that all are; nil, with nothing read, where they are stored in another way.
  package static func decodeConstant(_ reader: inout ByteReader) throws -> Int64? {
    var ahead = reader
    guard try ahead.readByte() == constant.rawValue else { return nil }
    let value = try ahead.readSignedVarint()
    reader = ahead
    return value
  }

  /// The same for values that must fit 32 bits without a sign, in half the memory.
  package static func decode32(_ reader: inout ByteReader, count: Int) throws -> [UInt32] {
    if let values = try decodePacked32(&reader, count: count) { return values }
    return try decode(&reader, count: count).map { value in
      guard let narrow = UInt32(exactly: value) else {
        throw reader.damaged("value \(value) is out of range")
      }
      return narrow
    }
  }

  /// Bit-packed values that cannot leave 32 bits; nil, with nothing read, for others.
  private static func decodePacked32(_ reader: inout ByteReader, count: Int) throws -> [UInt32]? {
    var ahead = reader
    guard try ahead.readByte() == bitPacked.rawValue else { return nil }
    let base = try ahead.readSignedVarint()
    let width = Int(try ahead.readByte())
    guard width <= 32, base >= 0, base <= Int64(UInt32.max) - ((1 << Int64(width)) - 1) else { return nil }
    let range = try ahead.readRange(BitPacking.byteCount(count: count, width: width))
    reader = ahead
    return [UInt32](unsafeUninitializedCapacity: count) { target, written in
      reader.bytes.withUnsafeBufferPointer { bytes in
        guard let start = target.baseAddress else { return }
        BitPacking.unpack(
          UnsafeBufferPointer(rebasing: bytes[range]), count: count, width: width, into: start)
        for index in 0..<count { target[index] &+= UInt32(truncatingIfNeeded: base) }
      }
      written = count
    }
  }

  private static func decodeRuns(_ reader: inout ByteReader, count: Int, depth: Int) throws -> [Int64] {
    let runs = try reader.readCount(limit: count, of: "run count")
    let values = try decode(&reader, count: runs, depth: depth + 1)
    let lengths = try decode(&reader, count: runs, depth: depth + 1)
    var output: [Int64] = []
    output.reserveCapacity(count)
    for (value, length) in zip(values, lengths) {
      guard length >= 0, length <= Int64(count - output.count) else {
        throw reader.damaged("run lengths exceed the \(count) values of their chunk")
      }
      output.append(contentsOf: repeatElement(value, count: Int(length)))
    }
    guard output.count == count else {
      throw reader.damaged("run lengths give \(output.count) of \(count) values")
    }
    return output
  }

  /// Packed values after `skipped` places left for the caller, who finishes them all in place.
  private static func unpack(
    _ reader: inout ByteReader, count: Int, skipped: Int = 0,
    _ finish: (UnsafeMutableBufferPointer<Int64>) -> Void
  ) throws -> [Int64] {
    let width = Int(try reader.readByte())
    guard width <= 64 else { throw reader.damaged("bit width \(width)") }
    let range = try reader.readRange(BitPacking.byteCount(count: count - skipped, width: width))
    return [Int64](unsafeUninitializedCapacity: count) { target, written in
      reader.bytes.withUnsafeBufferPointer { bytes in
        guard let base = target.baseAddress else { return }
        base.withMemoryRebound(to: UInt64.self, capacity: count) { words in
          BitPacking.unpack(
            UnsafeBufferPointer(rebasing: bytes[range]), count: count - skipped, width: width,
            into: words + skipped)
        }
        finish(UnsafeMutableBufferPointer(rebasing: target[..<count]))
      }
      written = count
    }
  }
}

/// One pass over a run of integers: what the choice of an encoding needs.
package struct IntegerStatistics {
  package var least: Int64 = 0
  package var greatest: Int64 = 0
  package var leastDelta: Int64 = 0
  package var greatestDelta: Int64 = 0
  package var runCount = 0

  package init(_ values: [Int64]) {
    guard let first = values.first else { return }
    (least, greatest, runCount) = (first, first, 1)
    var previous = first
    for (index, value) in values.enumerated().dropFirst() {
      least = min(least, value)
      greatest = max(greatest, value)
      let delta = value &- previous
      if index == 1 { (leastDelta, greatestDelta) = (delta, delta) }
      leastDelta = min(leastDelta, delta)
      greatestDelta = max(greatestDelta, delta)
      if delta != 0 { runCount += 1 }
      previous = value
    }
  }

  package var isConstant: Bool { runCount <= 1 }
  package var range: UInt64 { UInt64(bitPattern: greatest &- least) }
  package var deltaRange: UInt64 { UInt64(bitPattern: greatestDelta &- leastDelta) }
}
