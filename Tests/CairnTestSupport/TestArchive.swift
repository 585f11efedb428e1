import CairnStorage
import Foundation

/// An archive made of objects given by key and delivered bytes, and everything to look at it.
package final class TestArchive {
  package let directory: TemporaryDirectory
  package private(set) var summary: CompactionSummary
  package var path: String { directory.sub("archive") }
  package var source: String { directory.sub("source") }

  package init(_ objects: [(key: String, bytes: [UInt8])], options: CompactionOptions = CompactionOptions())
    throws
  {
    directory = try TemporaryDirectory()
    for object in objects { try directory.write("source/" + object.key, object.bytes) }
    summary = try Compactor(archive: directory.sub("archive"), options: options).run([directory.sub("source")]
    )
  }

  /// Adds or replaces source files, then compacts again.
  @discardableResult
  package func add(
    _ objects: [(key: String, bytes: [UInt8])], options: CompactionOptions = CompactionOptions()
  ) throws -> CompactionSummary {
    for object in objects { try directory.write("source/" + object.key, object.bytes) }
    summary = try Compactor(archive: path, options: options).run([source])
    return summary
  }

  package func snapshot() throws -> ArchiveSnapshot { try ArchiveSnapshot(path: path) }

  package func readers() throws -> [SegmentReader] {
    let snapshot = try snapshot()
    return try snapshot.manifest.segments.map { try snapshot.open($0) }
  }

  package struct Verified: Equatable {
    package var objectCount = 0
    package var recordCount = 0
    package var byteCount = 0
  }

  /// What verification adds up over all segments.
  package func verify(threads: Int = 2) throws -> Verified {
    var sum = Verified()
    for reader in try readers() {
      let part = try SegmentVerifier(reader, threads: threads).verify()
      sum.objectCount += part.objectCount
      sum.recordCount += part.recordCount
      sum.byteCount += part.byteCount
    }
    return sum
  }

  /// Rows that keep their raw bytes because no layout rebuilds them.
  package func verbatimRowCount() throws -> Int {
    try readers().reduce(0) { sum, reader in
      sum + reader.footer.rowGroups.reduce(0) { $0 + $1.verbatimRowCount }
    }
  }

  /// Restores everything; files by their path below the source directory.
  package func restore(gzip: Bool = false, threads: Int = 2) throws -> [String: [UInt8]] {
    let target = try TemporaryDirectory()
    var options = Restorer.Options()
    options.gzip = gzip
    options.threads = threads
    _ = try Restorer(try snapshot(), target: target.path, options: options).run()
    let prefix = String(source.dropFirst()) + "/"
    var files: [String: [UInt8]] = [:]
    for (path, bytes) in try readTree(target.path) {
      guard path.hasPrefix(prefix) else { throw TestFailure("restored to \(path), not below \(prefix)") }
      files[String(path.dropFirst(prefix.count))] = bytes
    }
    return files
  }

  /// Segment files by name.
  package func segments() throws -> [String: [UInt8]] { try readTree(path + "/segments") }

  /// Lines of all files in `rejects/`, parsed.
  package func rejects() throws -> [RejectLine] { try RejectLine.read(archive: path) }
}

/// One line of a `rejects/*.jsonl`, and the raw bytes that it points to.
package struct RejectLine {
  package var source: String
  package var offset: Int
  package var scope: String
  package var reason: String
  package var raw: [UInt8]

  package static func read(archive path: String) throws -> [RejectLine] {
    var lines: [RejectLine] = []
    for name in try treePaths(path + "/rejects") where name.hasSuffix(".jsonl") {
      for line in try readFile("\(path)/rejects/\(name)").split(separator: UInt8(ascii: "\n")) {
        guard let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
          let source = object["source"] as? String, let offset = object["offset"] as? Int,
          let scope = object["scope"] as? String, let reason = object["reason"] as? String,
          let rawName = object["raw"] as? String, let rawOffset = object["rawOffset"] as? Int,
          let rawBytes = object["rawBytes"] as? Int
        else { throw TestFailure("a reject line lacks a member: \(String(decoding: line, as: UTF8.self))") }
        let raw = try readFile("\(path)/rejects/\(rawName)")
        guard rawOffset + rawBytes <= raw.count else {
          throw TestFailure("\(rawName) is shorter than its line says")
        }
        lines.append(
          RejectLine(
            source: source, offset: offset, scope: scope, reason: reason,
            raw: Array(raw[rawOffset..<(rawOffset + rawBytes)])))
      }
    }
    return lines
  }
}

/// The first place where two byte strings differ, for messages about large ones; nil where they are equal.
package func difference(_ a: [UInt8]?, _ b: [UInt8]) -> String? {
  guard let a else { return "missing" }
  if a == b { return nil }
  let at = zip(a, b).prefix { $0 == $1 }.count
  func text(_ bytes: [UInt8]) -> String {
    String(decoding: bytes[max(0, at - 20)..<min(bytes.count, at + 40)], as: UTF8.self)
  }
  return "differ at byte \(at) of \(a.count) and \(b.count): …\(text(a))… and …\(text(b))…"
}
