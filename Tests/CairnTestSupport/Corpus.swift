import Foundation

/// The real data at `CAIRN_CORPUS`, counted without Cairn.
package struct Corpus: Sendable {
  package let path: String

  package static let current = ProcessInfo.processInfo.environment["CAIRN_CORPUS"].map { Corpus(path: $0) }

  package struct File: Sendable {
    /// Below the corpus.
    package var path: String
    /// As it must be restored, inflated by gzip.
    package var bytes: [UInt8]
    package var records: Int
  }

  /// All logs below `folder`: README.md is none.
  package func files(_ folder: String) throws -> [File] {
    try treePaths(path + "/" + folder).filter { !$0.hasSuffix(".md") }.map { name in
      let relative = folder.isEmpty ? name : folder + "/" + name
      let delivered = try readFile(path + "/" + relative)
      let bytes = delivered.starts(with: [0x1F, 0x8B]) ? try gunzip(delivered) : delivered
      return File(path: relative, bytes: bytes, records: try Self.records(bytes))
    }
  }

  /// Records by Foundation's parser: members of `Records`, else one for each value that is an object, be it LookupEvents',
  /// which has the record as a string in it.
  private static func records(_ bytes: [UInt8]) throws -> Int {
    if let whole = try? JSONSerialization.jsonObject(with: Data(bytes)) {
      if let object = whole as? [String: Any] {
        if let records = object["Records"] as? [Any] { return records.count }
        return 1
      }
      return (whole as? [Any])?.count ?? 0
    }
    return try bytes.split(separator: UInt8(ascii: "\n")).reduce(0) { sum, line in
      guard try JSONSerialization.jsonObject(with: Data(line)) is [String: Any] else {
        throw TestFailure("a line is no object: \(String(decoding: line.prefix(80), as: UTF8.self))")
      }
      return sum + 1
    }
  }

  /// Without the compression suffix, as restored.
  package static func restoredName(_ path: String) -> String {
    path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
  }
}
