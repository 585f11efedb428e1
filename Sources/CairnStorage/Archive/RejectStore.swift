/// Writes what could not be read to `rejects/`: for each source object one `.jsonl` with a line a reject
/// (source, offset, reason, where its bytes are) and one `.raw` with the bytes.
///
/// Names derive from the source's key and the rejected bytes: a second run over the same input finds them there, and
/// another version of the object gets files of its own.
package final class RejectStore {
  private let paths: ArchivePaths

  package init(_ paths: ArchivePaths) throws {
    self.paths = paths
    // Of a run that was ended.
    let directory = try DirectoryHandle.open(paths.rejects)
    for name in try directory.names() where name.bytes.starts(with: Self.pendingPrefix.utf8) {
      try directory.remove(name)
    }
  }

  private static let pendingPrefix = "pending"

  /// A name for a file that is being written. In the same directory: that may lie on another disk.
  static func pendingPath(in directory: String) -> String {
    "\(directory)/\(pendingPrefix)-\(hexadecimal(UInt64.random(in: 0 ... .max)))"
  }

  package func write(_ file: FileRejects) throws {
    let raw = try file.delivered ?? gathered(file.rejects)
    let id = hexadecimal(checksum(file.key, seed: 0)) + "-" + hexadecimal(raw.hash)
    let lines = Self.lines(file, id: id, byteCount: raw.byteCount)
    let (rawPath, listPath) = ("\(paths.rejects)/\(id).raw", "\(paths.rejects)/\(id).jsonl")
    if Self.byteCount(rawPath) == raw.byteCount, (try? File.readAll(listPath)) == lines {
      return try Directory.remove(raw.path)
    }
    try Directory.rename(raw.path, to: rawPath)
    let list = Self.pendingPath(in: paths.rejects)
    try Self.writeSynced(list, lines)
    try Directory.rename(list, to: listPath)
  }

  private static func byteCount(_ path: String) -> Int? { try? File.openForReading(path).byteCount() }

  private static func writeSynced(_ path: String, _ bytes: [UInt8]) throws {
    let file = try File.create(path)
    try file.write(bytes)
    try file.sync()
  }

  /// The bytes of rejected records one after the other.
  private func gathered(_ rejects: [Reject]) throws -> KeptDelivery {
    try KeptDelivery(rejects, in: paths.rejects)
  }

  private static func lines(_ file: FileRejects, id: String, byteCount: Int) -> [UInt8] {
    var lines: [UInt8] = []
    var offset = 0
    for reject in file.rejects {
      let count = file.delivered == nil ? reject.byteCount : byteCount
      let scope = file.foreign != nil ? "foreign" : reject.isObject ? "object" : "record"
      lines += Array(
        """
        {\(source(file.key)),"offset":\(reject.offset),"scope":"\(scope)",\
        "reason":\(jsonString(Array(reject.reason.utf8))),\
        "raw":"\(id).raw","rawOffset":\(offset),"rawBytes":\(count)}\n
        """.utf8)
      offset += count
    }
    return lines
  }

  /// The key as JSON. Where it is no UTF-8 it is shown escaped, and its bytes stand beside it.
  private static func source(_ key: [UInt8]) -> String {
    if String(validating: key, as: UTF8.self) != nil { return "\"source\":\(jsonString(key))" }
    return "\"source\":\(jsonString(Array(shownName(key).utf8))),\"sourceHex\":\"\(hexadecimal(key))\""
  }

  private static func jsonString(_ bytes: [UInt8]) -> String {
    var output = RawVector<UInt8>()
    defer { output.free() }
    bytes.withUnsafeBufferPointer { StringSpelling.append($0, style: .minimal, to: &output) }
    return "\"" + String(decoding: output.buffer, as: UTF8.self) + "\""
  }
}
