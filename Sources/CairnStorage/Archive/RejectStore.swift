import CairnShims

/// Writes what could not be read to `rejects/`: for each source object one `.jsonl` with a line a reject
/// (source, offset, reason, where its bytes are) and one `.raw` with the bytes.
///
/// Names derive from the source's key and the rejected bytes: a second run over the same input writes the same
/// files again, and another version of the object gets files of its own.
package struct RejectStore {
  private let directory: String

  package init(_ paths: ArchivePaths) { directory = paths.rejects }

  package func write(_ rejects: [Reject], path: String?) throws {
    guard let first = rejects.first else { return }
    let pending = "\(directory)/pending"
    let raw = try File.create(pending)
    var contentHash: UInt64 = 0
    var places: [(offset: Int, byteCount: Int)] = []
    var rawOffset = 0
    for reject in rejects {
      var byteCount = reject.bytes.count
      if reject.isObject, let path {
        byteCount = try copy(path, to: raw, hash: &contentHash)
      } else if let spilled = reject.spilled {
        byteCount = spilled.byteCount
        try spilled.withBytes {
          try raw.write($0)
          contentHash = checksum($0, seed: contentHash)
        }
      } else {
        try raw.write(reject.bytes)
        contentHash = checksum(reject.bytes, seed: contentHash)
      }
      places.append((rawOffset, byteCount))
      rawOffset += byteCount
    }
    try raw.sync()
    let id = hexadecimal(checksum(first.key, seed: 0)) + "-" + hexadecimal(contentHash)
    try Directory.rename(pending, to: "\(directory)/\(id).raw")
    var lines: [UInt8] = []
    for (reject, place) in zip(rejects, places) {
      lines += Array(
        """
        {"source":\(Self.jsonString(reject.key)),"offset":\(reject.offset),\
        "scope":"\(reject.isObject ? "object" : "record")","reason":\(Self.jsonString(Array(reject.reason.utf8))),\
        "raw":"\(id).raw","rawOffset":\(place.offset),"rawBytes":\(place.byteCount)}\n
        """.utf8)
    }
    let list = try File.create("\(directory)/\(id).jsonl")
    try list.write(lines)
    try list.sync()
  }

  /// The delivered file as it is, as far as it can be read. Throws where it cannot be written.
  private func copy(_ path: String, to target: File, hash: inout UInt64) throws -> Int {
    guard let source = try? File.openForReading(path) else { return 0 }
    let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: 1 << 20)
    defer { buffer.deallocate() }
    var total = 0
    while true {
      guard let got = try? source.read(at: total, into: buffer, byteCount: 1 << 20), got > 0 else {
        return total
      }
      let part = UnsafeBufferPointer(start: buffer, count: got)
      try target.write(part)
      hash = checksum(part, seed: hash)
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
