/// Source objects as stored: what they were and which rows their records are.
package struct StoredObject: Sendable {
  package var key: [UInt8]
  package var sourceByteCount: Int
  /// Modification time of the source, nanoseconds since 1970.
  package var modified: Int64
  /// JSON bytes of this fragment and their SHA-256.
  package var byteCount: Int
  package var digest: [UInt8]
  package var flags: ObjectFlags
  package var version: Int
  package var fragment: Int
  package var isLastFragment: Bool
  /// Of the whole object; for single-fragment objects the same as the fragment's.
  package var objectByteCount: Int
  package var objectDigest: [UInt8]
  package var envelope: Int
  package var rejectedCount: Int
  package var opaqueParts: [BlockRef]
  /// The row of each of its records, in its order.
  package var rows: [UInt32]
}

/// A block of source objects, columns first.
///
/// ```
/// objects := count:varint keys (shared:varint rest:counted)
///            sourceByteCounts modifieds byteCounts flags versions fragments (fragment << 1 | isLast)
///            envelopes rejectedCounts rowCounts opaquePartCounts      (each :integers)
///            digests (32 bytes each)
///            for each last fragment of several: objectByteCount:varint objectDigest
///            opaque parts (offset:varint byteCount:varint)
///            rows:integers of (row - (row before + 1)), over all objects of the block
/// ```
package enum ProvenanceBlock {
  static func encode(_ objects: [StoredObject], into writer: inout ByteWriter) {
    writer.writeVarint(objects.count)
    var previous: [UInt8] = []
    for object in objects {
      let shared = zip(previous, object.key).prefix { $0 == $1 }.count
      writer.writeVarint(shared)
      writer.writeCounted(Array(object.key[shared...]))
      previous = object.key
    }
    func list(_ value: (StoredObject) -> Int) {
      IntegerEncoding.encode(objects.map { Int64(value($0)) }, into: &writer)
    }
    list { $0.sourceByteCount }
    list { Int($0.modified) }
    list { $0.byteCount }
    list { Int($0.flags.rawValue) }
    list { $0.version }
    list { $0.fragment << 1 | ($0.isLastFragment ? 1 : 0) }
    list { $0.envelope }
    list { $0.rejectedCount }
    list { $0.rows.count }
    list { $0.opaqueParts.count }
    for object in objects { writer.writeBytes(object.digest) }
    for object in objects where object.fragment > 0 && object.isLastFragment {
      writer.writeVarint(object.objectByteCount)
      writer.writeBytes(object.objectDigest)
    }
    for object in objects { for part in object.opaqueParts { part.encode(into: &writer) } }
    var deltas: [Int64] = []
    var expected: Int64 = 0
    for object in objects {
      for row in object.rows {
        deltas.append(Int64(row) - expected)
        expected = Int64(row) + 1
      }
    }
    IntegerEncoding.encode(deltas, into: &writer)
  }

  /// Objects of a segment with this footer: no more of anything than it says.
  static func decode(_ reader: inout ByteReader, _ footer: Footer) throws -> [StoredObject] {
    let count = try reader.readCount(
      limit: min(SegmentFormat.blockObjectLimit, reader.remaining / digestByteCount), of: "object count")
    let keys = try decodeKeys(&reader, count: count)
    let source = try list(&reader, count, limit: SegmentFormat.objectByteLimit, "source size")
    let modified = try IntegerEncoding.decode(&reader, count: count)
    let sizes = try list(&reader, count, limit: SegmentFormat.objectByteLimit, "object size")
    let flags = try list(&reader, count, limit: 255, "flags")
    let versions = try list(&reader, count, limit: SegmentFormat.versionLimit, "version")
    let fragments = try list(&reader, count, limit: SegmentFormat.versionLimit, "fragment")
    let envelopes = try list(&reader, count, limit: max(0, footer.envelopeCount - 1), "envelope")
    let rejected = try list(&reader, count, limit: footer.rejectedCount, "rejected count")
    let rowCounts = try list(&reader, count, limit: footer.recordCount, "row count")
    let partCounts = try list(&reader, count, limit: SegmentFormat.objectLimit, "part count")
    var objects: [StoredObject] = []
    for index in 0..<count {
      let digest = try reader.readBytes(digestByteCount)
      objects.append(
        StoredObject(
          key: keys[index], sourceByteCount: source[index], modified: modified[index],
          byteCount: sizes[index],
          digest: digest, flags: ObjectFlags(rawValue: UInt8(flags[index])), version: versions[index],
          fragment: fragments[index] >> 1, isLastFragment: fragments[index] & 1 == 1,
          objectByteCount: sizes[index], objectDigest: digest, envelope: envelopes[index],
          rejectedCount: rejected[index], opaqueParts: [], rows: []))
    }
    for index in 0..<count where objects[index].fragment > 0 && objects[index].isLastFragment {
      objects[index].objectByteCount = try reader.readCount(
        limit: SegmentFormat.objectByteLimit, of: "object size")
      objects[index].objectDigest = try reader.readBytes(digestByteCount)
    }
    try decodeParts(&reader, &objects, partCounts)
    try decodeRows(&reader, &objects, rowCounts: rowCounts, footer)
    try reader.expectEnd(of: "provenance block")
    try check(objects, footer, reader)
    return objects
  }

  /// Bytes of a SHA-256.
  private static let digestByteCount = 32

  /// Sizes that cannot be: what is added up later stays in range, and what is printed fits into memory.
  private static func check(_ objects: [StoredObject], _ footer: Footer, _ reader: ByteReader) throws {
    var left = footer.jsonByteCount
    for object in objects {
      guard object.byteCount <= left else { throw reader.damaged("objects exceed the segment's JSON size") }
      left -= object.byteCount
      let isOpaque = object.flags.contains(.opaque)
      guard isOpaque || object.byteCount <= SegmentFormat.fragmentByteLimit else {
        throw reader.damaged("fragment of \(object.byteCount) bytes")
      }
      guard isOpaque ? object.rows.isEmpty : object.opaqueParts.isEmpty else {
        throw reader.damaged("object has both rows and stored bytes")
      }
    }
  }

  /// Each part belongs to one object, so that a few bytes cannot stand for many.
  private static func decodeParts(
    _ reader: inout ByteReader, _ objects: inout [StoredObject], _ partCounts: [Int]
  ) throws {
    var end: UInt64 = 0
    for index in objects.indices {
      guard partCounts[index] <= reader.remaining else {
        throw reader.damaged("part count \(partCounts[index])")
      }
      for _ in 0..<partCounts[index] {
        let part = try BlockRef.decode(&reader)
        guard part.offset >= end else { throw reader.damaged("stored bytes belong to two objects") }
        end = part.offset + UInt64(part.byteCount)
        objects[index].opaqueParts.append(part)
      }
    }
  }

  private static func list(
    _ reader: inout ByteReader, _ count: Int, limit: Int, _ what: String
  ) throws -> [Int] {
    try IntegerEncoding.decode(&reader, count: count).map { value in
      guard value >= 0, value <= Int64(limit) else { throw reader.damaged("\(what) \(value)") }
      return Int(value)
    }
  }

  private static func decodeKeys(_ reader: inout ByteReader, count: Int) throws -> [[UInt8]] {
    var keys: [[UInt8]] = []
    var key: [UInt8] = []
    var byteCount = 0
    for _ in 0..<count {
      let shared = try reader.readCount(limit: key.count, of: "shared prefix")
      key.removeLast(key.count - shared)
      key += try reader.readCounted()
      byteCount += key.count
      guard key.count <= SegmentFormat.keyByteLimit, byteCount <= SegmentFormat.blockKeyByteLimit else {
        throw reader.damaged("keys are too long")
      }
      keys.append(key)
    }
    return keys
  }

  private static func decodeRows(
    _ reader: inout ByteReader, _ objects: inout [StoredObject], rowCounts: [Int], _ footer: Footer
  ) throws {
    var total = 0
    for count in rowCounts {
      total += count
      guard total <= footer.recordCount else {
        throw reader.damaged("\(total) row references in one block")
      }
    }
    let deltas = try IntegerEncoding.decode(&reader, count: total)
    var expected: Int64 = 0
    var next = 0
    for index in objects.indices {
      objects[index].rows.reserveCapacity(rowCounts[index])
      for _ in 0..<rowCounts[index] {
        let row = expected &+ deltas[next]
        guard row >= 0, row < Int64(footer.rowCount) else { throw reader.damaged("reference to row \(row)") }
        objects[index].rows.append(UInt32(row))
        expected = row + 1
        next += 1
      }
    }
  }
}

extension Envelope {
  func encode(into writer: inout ByteWriter) {
    writer.writeCounted(prefix)
    writer.writeCounted(separator)
    writer.writeCounted(suffix)
    let hasMore = quoting != .none || !spelled.isEmpty
    layout.encode(into: &writer, hasMore: hasMore)
    Self.encode(exceptions, into: &writer)
    if !hasMore { return }
    writer.writeByte(quoting.number)
    Self.encode(spelled, into: &writer)
  }

  private static func encode(_ exceptions: [GapException], into writer: inout ByteWriter) {
    writer.writeVarint(exceptions.count)
    for exception in exceptions {
      writer.writeVarint(exception.record)
      writer.writeCounted(exception.bytes)
    }
  }

  /// Bytes that each of them takes at least: three parts, a layout, the number of exceptions.
  static let leastByteCount = 12

  static func decode(_ reader: inout ByteReader) throws -> Envelope {
    var envelope = Envelope()
    envelope.prefix = try reader.readCounted()
    envelope.separator = try reader.readCounted()
    envelope.suffix = try reader.readCounted()
    let (layout, hasMore) = try Layout.decode(&reader)
    envelope.layout = layout
    envelope.exceptions = try decodeExceptions(&reader, behind: 0)
    guard hasMore else { return envelope }
    let number = try reader.readByte()
    guard let quoting = Quoting(number: number) else {
      throw reader.damaged("quoting \(number)")
    }
    envelope.quoting = quoting
    envelope.spelled = try decodeExceptions(&reader, behind: -1)
    return envelope
  }

  private static func decodeExceptions(
    _ reader: inout ByteReader, behind first: Int
  ) throws -> [GapException] {
    var exceptions: [GapException] = []
    for _ in 0..<(try reader.readItemCount(of: "exception")) {
      let record = try reader.readCount(limit: SegmentFormat.rowLimit, of: "record number")
      guard record > exceptions.last?.record ?? first else {
        throw reader.damaged("exceptions are not in order")
      }
      exceptions.append(GapException(record: record, bytes: try reader.readCounted()))
    }
    return exceptions
  }
}
