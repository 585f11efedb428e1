import Glibc

/// Reads one delivered file into memory as it is at one moment.
struct SourceReader {
  /// What was read.
  struct Delivered {
    /// Still open, behind what was read of a stream.
    var file: File
    var isStream: Bool
    /// Nanoseconds since 1970, of the content that was read; 0 for streams.
    var modified: Int64
    /// Why the content cannot be believed: an error, or another program that is writing it.
    var fault: String?
    /// Told by the first bytes alone: the rest was not read.
    var foreign: ForeignContent?
  }

  /// Bytes above which nothing more is read; one byte more tells that there are more.
  let byteLimit: Int
  /// Times that a file may change while it is read.
  private static let attemptLimit = 3

  init(objectByteLimit: Int) {
    byteLimit = min(objectByteLimit, SegmentFormat.objectByteLimit) + 1
  }

  /// Fills `buffer`. Throws `CairnError.io` where the file cannot be opened.
  func read(_ source: SourceFile, into buffer: PaddedBuffer) throws -> Delivered {
    buffer.seal(0)
    if source.isStream {
      let isInput = source.path.bytes == [UInt8(ascii: "-")]
      let file = isInput ? File.standardInput() : try File.openForReading(source.path)
      var delivered = Delivered(file: file, isStream: true, modified: 0)
      delivered.fault = try fill(buffer, expected: 1 << 20) { try file.readNext(into: $0, byteCount: $1) }
      return delivered
    }
    // Without waiting: a pipe may have taken the file's place.
    let file = try File.openForReading(source.path, flags: O_NONBLOCK)
    var delivered = Delivered(file: file, isStream: false, modified: 0)
    for _ in 0..<Self.attemptLimit {
      let before = try file.status()
      guard before.kind == .regular, before.byteCount >= 0 else {
        delivered.fault = "no regular file any more"
        return delivered
      }
      delivered.modified = SourceFile.nanoseconds(before)
      delivered.fault = try readOnce(file, byteCount: before.byteCount, into: buffer, &delivered.foreign)
      if delivered.fault != nil || delivered.foreign != nil { return delivered }
      let after = try file.status()
      let isCut = buffer.count == byteLimit
      if after.byteCount == before.byteCount, isCut || buffer.count == before.byteCount,
        SourceFile.nanoseconds(after) == delivered.modified
      {
        return delivered
      }
    }
    delivered.fault = "changes while it is read; run again when it is complete"
    return delivered
  }

  /// Files are rarely longer: these are read at once, the others after a look at their first bytes.
  private static let firstByteCount = 1 << 18

  private func readOnce(
    _ file: File, byteCount: Int, into buffer: PaddedBuffer, _ foreign: inout ForeignContent?
  ) throws -> String? {
    buffer.seal(0)
    let first = byteCount < Self.firstByteCount ? Self.firstByteCount : ForeignContent.headByteCount
    let fault = try fill(buffer, expected: min(byteCount, first), upTo: first, isFile: true) {
      try file.read(at: buffer.count, into: $0, byteCount: $1)
    }
    foreign = ForeignContent.withoutLogs(
      head: UnsafeBufferPointer(rebasing: buffer.bytes.prefix(ForeignContent.headByteCount)))
    if fault != nil || foreign != nil || buffer.count < first { return fault }
    return try fill(buffer, expected: byteCount, isFile: true) {
      try file.read(at: buffer.count, into: $0, byteCount: $1)
    }
  }

  /// Reads on behind what the buffer has, to the end or up to a limit; what was read before an error stays. Of a file
  /// fewer bytes than were asked for are its last ones.
  private func fill(
    _ buffer: PaddedBuffer, expected: Int, upTo limit: Int = .max, isFile: Bool = false,
    _ read: (UnsafeMutablePointer<UInt8>, Int) throws -> Int
  ) throws -> String? {
    let limit = min(limit, byteLimit)
    // One byte more than expected shows the end, or that there is more.
    var room = min(limit, max(expected, buffer.count) + 1)
    while buffer.count < limit {
      try buffer.reserve(room)
      do {
        // In steps, so that little is lost to an error.
        let wanted = min(room - buffer.count, 1 << 23)
        let got = try read(buffer.base + buffer.count, wanted)
        if got > 0 { buffer.seal(buffer.count + got) }
        if got == 0 || isFile && got < wanted { return nil }
      } catch CairnError.io(_, let action, let number) {
        return "cannot \(action): \(systemMessage(number))"
      }
      if buffer.count == room { room = min(limit, room + max(1 << 20, room / 2)) }
    }
    return nil
  }
}
