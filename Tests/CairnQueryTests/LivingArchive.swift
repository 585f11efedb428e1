import Cairn
import CairnTestSupport

/// An archive that several runs add to.
final class LivingArchive {
  let directory: TemporaryDirectory
  var path: String { directory.sub("archive") }

  init() throws { directory = try TemporaryDirectory() }

  /// Compacts an object of its own; the run's records must add up.
  @discardableResult
  func add(_ name: String, _ text: String, _ edit: (inout CompactionOptions) -> Void = { _ in }) throws
    -> CompactionSummary
  {
    try directory.write("in/" + name, Array(text.utf8))
    return try run(["in/" + name], edit)
  }

  @discardableResult
  func run(_ names: [String], _ edit: (inout CompactionOptions) -> Void = { _ in }) throws
    -> CompactionSummary
  {
    var options = CompactionOptions()
    edit(&options)
    let summary = try compact(names.map(directory.sub), into: path, options: options)
    guard summary.records == summary.kept + summary.duplicates + summary.shadowed + summary.rejected else {
      throw TestFailure("records do not add up: \(summary)")
    }
    return summary
  }

  /// Rows of a query, each as one text; every way to run it must give the same.
  func rows(_ sql: String) throws -> [String] {
    let all = try QueryVariant.all.map { variant in
      try runQuery(sql, on: path, variant).rows.map { row in
        row.map { $0.map { String(decoding: $0, as: UTF8.self) } ?? "NULL" }.joined(separator: " ")
      }
    }
    for rows in all where rows != all[0] { throw TestFailure("\(sql): \(rows), not \(all[0])") }
    return all[0]
  }

  func count(where condition: String? = nil) throws -> Int {
    var request = ScanRequest()
    request.condition = try condition.map { try Condition($0, now: 0) }
    return try Scan(try Archive(path: path), request).count()
  }

  /// Every object restores to what was written, and verification finds nothing.
  func check() throws {
    let target = try TemporaryDirectory()
    let opened = try Archive(path: path)
    _ = try opened.restore(to: target.path)
    let restored = try readTree(target.path)
    let prefix = directory.path.dropFirst() + "/"
    for (name, bytes) in try readTree(directory.sub("in")) {
      guard restored["\(prefix)in/\(name)"] == bytes else { throw TestFailure("\(name) is not restored") }
    }
    var problems: [CairnError] = []
    _ = try opened.verify(threads: 2) { problems.append($0) }
    guard problems.isEmpty else { throw TestFailure("\(problems)") }
    var sum = [0, 0, 0, 0, 0]
    try SourceListing(path: path).visit { source in
      for (index, count) in [
        source.records, source.kept, source.duplicates, source.shadowed, source.rejected,
      ]
      .enumerated() { sum[index] += count }
    }
    guard sum[0] == sum.dropFirst().reduce(0, +), try sum[1] == count() else {
      throw TestFailure("objects do not add up: \(sum), \(try count()) rows")
    }
  }
}
