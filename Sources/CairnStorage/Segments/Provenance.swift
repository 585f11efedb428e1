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

  static func decode(
    _ reader: inout ByteReader, rowCount: Int, envelopeCount: Int
  ) throws -> [StoredObject] {
    let count = try reader.readItemCount(of: "object")
    let keys = try decodeKeys(&reader, count: count)
    let source = try list(&reader, count, limit: Int.max, "source size")
    let modified = try IntegerEncoding.decode(&reader, count: count)
    let sizes = try list(&reader, count, limit: SegmentFormat.objectByteLimit, "object size")
    let flags = try list(&reader, count, limit: 255, "flags")
    let versions = try list(&reader, count, limit: Int.max, "version")
    let fragments = try list(&reader, count, limit: Int.max, "fragment")
    let envelopes = try list(&reader, count, limit: max(0, envelopeCount - 1), "envelope")
    let rejected = try list(&reader, count, limit: Int.max, "rejected count")
    let rowCounts = try list(&reader, count, limit: SegmentFormat.rowLimit, "row count")
    let partCounts = try list(&reader, count, limit: SegmentFormat.objectLimit, "part count")
    var objects: [StoredObject] = []
    for index in 0..<count {
      let digest = try reader.readBytes(32)
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
      objects[index].objectDigest = try reader.readBytes(32)
    }
    for index in 0..<count {
      guard partCounts[index] <= reader.remaining else {
        throw reader.damaged("part count \(partCounts[index])")
      }
      for _ in 0..<partCounts[index] { objects[index].opaqueParts.append(try BlockRef.decode(&reader)) }
    }
    try decodeRows(&reader, &objects, rowCounts: rowCounts, rowLimit: rowCount)
    try reader.expectEnd(of: "provenance block")
    return objects
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
    for _ in 0..<count {
      let shared = try reader.readCount(limit: key.count, of: "shared prefix")
      key.removeLast(key.count - shared)
      key += try reader.readCounted()
      keys.append(key)
    }
    return keys
  }

  private static func decodeRows(
    _ reader: inout ByteReader, _ objects: inout [StoredObject], rowCounts: [Int], rowLimit: Int
  ) throws {
    var total = 0
    for count in rowCounts {
      total += count
      guard total <= SegmentFormat.objectLimit else {
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
        guard row >= 0, row < Int64(rowLimit) else { throw reader.damaged("reference to row \(row)") }
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
    layout.encode(into: &writer)
    writer.writeVarint(exceptions.count)
    for exception in exceptions {
      writer.writeVarint(exception.record)
      writer.writeCounted(exception.bytes)
    }
  }

  static func decode(_ reader: inout ByteReader) throws -> Envelope {
    var envelope = Envelope()
    envelope.prefix = try reader.readCounted()
    envelope.separator = try reader.readCounted()
    envelope.suffix = try reader.readCounted()
    envelope.layout = try Layout.decode(&reader)
    for _ in 0..<(try reader.readItemCount(of: "gap exception")) {
      let record = try reader.readCount(limit: SegmentFormat.objectLimit, of: "record number")
      envelope.exceptions.append(GapException(record: record, bytes: try reader.readCounted()))
    }
    return envelope
  }
}
