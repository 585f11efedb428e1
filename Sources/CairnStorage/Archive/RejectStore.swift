import CairnShims

/// Writes what could not be read to `rejects/`: for each source object one `.jsonl` with a line a reject
/// (source, offset, reason, where its bytes are) and one `.raw` with the bytes.
///
/// Names derive from the source's key, so a second run over the same input writes the same files again.
package struct RejectStore {
  private let directory: String

  package init(_ paths: ArchivePaths) { directory = paths.rejects }

  package func write(_ rejects: [Reject], path: String?) throws {
    guard let first = rejects.first else { return }
    let id = hexadecimal(checksum(first.key, seed: 0))
    var lines: [UInt8] = []
    let raw = try File.create("\(directory)/\(id).raw")
    var rawOffset = 0
    for reject in rejects {
      var byteCount = reject.bytes.count
      if reject.isObject, let path {
        byteCount = try copy(path, to: raw)
      } else {
        try raw.write(reject.bytes)
      }
      lines += Array(
        """
        {"source":\(Self.jsonString(reject.key)),"offset":\(reject.offset),\
        "scope":"\(reject.isObject ? "object" : "record")","reason":\(Self.jsonString(Array(reject.reason.utf8))),\
        "raw":"\(id).raw","rawOffset":\(rawOffset),"rawBytes":\(byteCount)}\n
        """.utf8)
      rawOffset += byteCount
    }
    try File.create("\(directory)/\(id).jsonl").write(lines)
  }

  /// The delivered file as it is, as far as it can be read. Throws where it cannot be written.
  private func copy(_ path: String, to target: File) throws -> Int {
    guard let source = try? File.openForReading(path) else { return 0 }
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 20)
    defer { buffer.deallocate() }
    var total = 0
    while true {
      guard let got = try? source.read(at: total, into: buffer, byteCount: 1 << 20), got > 0 else {
        return total
      }
      try target.write(UnsafeBufferPointer(start: buffer, count: got))
      total += got
    }
  }

  /// A JSON string; bytes that are no UTF-8 become U+FFFD.
  static func jsonString(_ bytes: [UInt8]) -> String {
    let text = Array(String(decoding: bytes, as: UTF8.self).utf8)
    var output = RawVector<UInt8>()
    defer { output.free() }
    text.withUnsafeBufferPointer { StringSpelling.append($0, style: .minimal, to: &output) }
    return "\"" + String(decoding: output.buffer, as: UTF8.self) + "\""
  }
}
