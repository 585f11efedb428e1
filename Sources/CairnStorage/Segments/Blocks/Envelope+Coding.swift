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
    var texts = GapTexts()
    for _ in 0..<(try reader.readItemCount(of: "exception")) {
      let record = try reader.readCount(limit: SegmentFormat.rowLimit, of: "record number")
      guard record > exceptions.last?.record ?? first else {
        throw reader.damaged("exceptions are not in order")
      }
      exceptions.append(GapException(record: record, bytes: texts.shared(try reader.readCounted())))
    }
    return exceptions
  }
}
