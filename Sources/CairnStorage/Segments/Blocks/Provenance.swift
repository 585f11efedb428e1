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

/// A block of source objects, columns first, in three parts: what tells of them, their rows, and what is random.
///
/// ```
/// heads   := count:varint keys (shared:varint rest:counted)
///            forms sourceByteCounts byteCounts flags versions fragments (fragment << 1 | isLast)
///            envelopes rejectedCounts rowCounts opaquePartCounts      (each :planes)
///            modified:svarint of each, less that of the object before
///            for each last fragment of several: objectByteCount:varint
///            opaque parts (offset:varint byteCount:varint)
/// rows    := for each object with rows the first, less that of the object before (svarint)
///            for each further row: row - (row before + 1) (svarint)
/// digests := tokens of keys (12 bytes each), digests (32 bytes each), digests of whole objects
/// ```
package enum ProvenanceBlock {
  /// The parts as bytes.
  package struct Parts {
    package var heads = ByteWriter()
    package var rows = ByteWriter()
    package var digests = ByteWriter()
  }

  package static func encode(_ objects: [StoredObject]) -> Parts {
    var parts = Parts()
    parts.heads.writeVarint(objects.count)
    encodeKeys(objects, &parts)
    func list(_ value: (StoredObject) -> Int) {
      BytePlanes.encode(objects.map { Int64(value($0)) }, into: &parts.heads)
    }
    list { $0.sourceByteCount }
    list { $0.byteCount }
    list { Int($0.flags.rawValue) }
    list { $0.version }
    list { $0.fragment << 1 | ($0.isLastFragment ? 1 : 0) }
    list { $0.envelope }
    list { $0.rejectedCount }
    list { $0.rows.count }
    list { $0.opaqueParts.count }
    var modified: Int64 = 0
    for object in objects {
      parts.heads.writeSignedVarint(object.modified &- modified)
      modified = object.modified
    }
    for object in objects { parts.digests.writeBytes(object.digest) }
    for object in objects where object.fragment > 0 && object.isLastFragment {
      parts.heads.writeVarint(object.objectByteCount)
      parts.digests.writeBytes(object.objectDigest)
    }
    for object in objects { for part in object.opaqueParts { part.encode(into: &parts.heads) } }
    encodeRows(objects, into: &parts.rows)
    return parts
  }

  private static func encodeKeys(_ objects: [StoredObject], _ parts: inout Parts) {
    var forms: [Int64] = []
    var previous: [UInt8] = []
    for object in objects {
      let (stored, form, token) = StoredKeys.split(object.key)
      let shared = zip(previous, stored).prefix { $0 == $1 }.count
      parts.heads.writeVarint(shared)
      parts.heads.writeCounted(Array(stored[shared...]))
      parts.digests.writeBytes(token)
      forms.append(Int64(form))
      previous = stored
    }
    BytePlanes.encode(forms, into: &parts.heads)
  }

  private static func encodeRows(_ objects: [StoredObject], into writer: inout ByteWriter) {
    var first: Int64 = 0
    for object in objects {
      guard let row = object.rows.first else { continue }
      writer.writeSignedVarint(Int64(row) - first)
      first = Int64(row)
    }
    for object in objects {
      for (before, row) in zip(object.rows, object.rows.dropFirst()) {
        writer.writeSignedVarint(Int64(row) - Int64(before) - 1)
      }
    }
  }

  /// Objects of a segment with this footer: no more of anything than it says.
  static func decode(
    _ reader: inout ByteReader, rows: inout ByteReader, digests: inout ByteReader, _ footer: Footer
  ) throws -> [StoredObject] {
    let count = try reader.readCount(
      limit: min(SegmentFormat.blockObjectLimit, digests.remaining / digestByteCount), of: "object count")
    let keys = try decodeKeys(&reader, &digests, count: count)
    let source = try list(&reader, count, limit: SegmentFormat.objectByteLimit, "source size")
    let sizes = try list(&reader, count, limit: SegmentFormat.objectByteLimit, "object size")
    let flags = try list(&reader, count, limit: 255, "flags")
    let versions = try list(&reader, count, limit: SegmentFormat.versionLimit, "version")
    let fragments = try list(&reader, count, limit: SegmentFormat.versionLimit, "fragment")
    let envelopes = try list(&reader, count, limit: max(0, footer.envelopeCount - 1), "envelope")
    let rejected = try list(&reader, count, limit: footer.rejectedCount, "rejected count")
    let rowCounts = try list(&reader, count, limit: footer.recordCount, "row count")
    let partCounts = try list(&reader, count, limit: SegmentFormat.objectLimit, "part count")
    var objects: [StoredObject] = []
    var modified: Int64 = 0
    for index in 0..<count {
      modified &+= try reader.readSignedVarint()
      let digest = try digests.readBytes(digestByteCount)
      objects.append(
        StoredObject(
          key: keys[index], sourceByteCount: source[index], modified: modified,
          byteCount: sizes[index],
          digest: digest, flags: ObjectFlags(rawValue: UInt8(flags[index])), version: versions[index],
          fragment: fragments[index] >> 1, isLastFragment: fragments[index] & 1 == 1,
          objectByteCount: sizes[index], objectDigest: digest, envelope: envelopes[index],
          rejectedCount: rejected[index], opaqueParts: [], rows: []))
    }
    for index in 0..<count where objects[index].fragment > 0 && objects[index].isLastFragment {
      objects[index].objectByteCount = try reader.readCount(
        limit: SegmentFormat.objectByteLimit, of: "object size")
      objects[index].objectDigest = try digests.readBytes(digestByteCount)
    }
    try decodeParts(&reader, &objects, partCounts)
    try decodeRows(&rows, &objects, rowCounts: rowCounts, footer)
    try reader.expectEnd(of: "object block")
    try digests.expectEnd(of: "digests")
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
    try BytePlanes.decode(&reader, count: count).map { value in
      guard value >= 0, value <= Int64(limit) else { throw reader.damaged("\(what) \(value)") }
      return Int(value)
    }
  }

  private static func decodeKeys(
    _ reader: inout ByteReader, _ digests: inout ByteReader, count: Int
  ) throws -> [[UInt8]] {
    var keys: [[UInt8]] = []
    var stored: [UInt8] = []
    var byteCount = 0
    func add(_ key: [UInt8]) throws {
      byteCount += key.count
      guard key.count <= SegmentFormat.keyByteLimit, byteCount <= SegmentFormat.blockKeyByteLimit else {
        throw reader.damaged("keys are too long")
      }
      keys.append(key)
    }
    for _ in 0..<count {
      let shared = try reader.readCount(limit: stored.count, of: "shared prefix")
      stored.removeLast(stored.count - shared)
      stored += try reader.readCounted()
      try add(stored)
    }
    let whole = keys
    (keys, byteCount) = ([], 0)
    for (stored, number) in zip(whole, try list(&reader, count, limit: StoredKeys.Form.limit, "key form")) {
      guard let form = StoredKeys.Form(number: number) else {
        try add(stored)
        continue
      }
      let token = try digests.readBytes(StoredKeys.packedTokenByteCount)
      guard let key = StoredKeys.join(stored, form, token: token[...]) else {
        throw reader.damaged("a key does not fit its form \(number)")
      }
      try add(key)
    }
    return keys
  }

  private static func decodeRows(
    _ reader: inout ByteReader, _ objects: inout [StoredObject], rowCounts: [Int], _ footer: Footer
  ) throws {
    var total = 0
    for count in rowCounts {
      total += count
      guard total <= footer.recordCount, total <= reader.remaining else {
        throw reader.damaged("row count of \(total) in one block")
      }
    }
    func row(_ value: Int64) throws -> UInt32 {
      guard value >= 0, value < Int64(footer.rowCount) else {
        throw reader.damaged("reference to row \(value)")
      }
      return UInt32(value)
    }
    var first: Int64 = 0
    for index in objects.indices where rowCounts[index] > 0 {
      first &+= try reader.readSignedVarint()
      objects[index].rows.reserveCapacity(rowCounts[index])
      objects[index].rows.append(try row(first))
    }
    for index in objects.indices where rowCounts[index] > 1 {
      var last = Int64(objects[index].rows[0])
      for _ in 1..<rowCounts[index] {
        last = last &+ 1 &+ (try reader.readSignedVarint())
        objects[index].rows.append(try row(last))
      }
    }
    try reader.expectEnd(of: "rows of objects")
  }
}
