import Cairn

/// The paths of an archive as rows.
struct SchemaListing {
  private let schema: ArchiveSchema
  private let paths: [ArchiveSchema.Path]

  /// - Parameters:
  ///   - prefix: this path and what is below it, in any case; nil for all.
  ///   - depth: levels from there.
  ///   - found: what was looked for; nil for all.
  init(_ schema: ArchiveSchema, prefix: String?, depth: Int?, found: SchemaSearch?) throws {
    self.schema = schema
    var paths = schema.paths
    if let found {
      paths = paths.filter(found.contains)
      guard !paths.isEmpty else { throw found.nothing }
    }
    if let prefix {
      let wanted = prefix.lowercased()
      paths = paths.filter {
        let name = $0.name.lowercased()
        return name == wanted || name.hasPrefix(wanted + ".") || name.hasPrefix(wanted + "[]")
      }
      guard !paths.isEmpty else {
        let near = schema.nearest(to: prefix).map { "; near: \($0)" } ?? ""
        throw CairnError.usage("no record has the path \(prefix)\(near)")
      }
    }
    let topDepth = paths.map(\.depth).min() ?? 1
    if let depth {
      let (limit, overflow) = topDepth.addingReportingOverflow(depth)
      if !overflow { paths = paths.filter { $0.depth < limit } }
    }
    self.paths = paths
  }

  func write(_ format: OutputFormat) throws {
    let writer = rowWriter(format, isSafe: false)
    if format == .table {
      try writer.begin(["path", "type", "values", "rows", "distinct", "examples", "meaning"])
      for path in paths { try writer.write(tableRow(path).map { $0.isEmpty ? nil : Array($0.utf8) }) }
    } else {
      try writer.begin([
        "path", "type", "values", "kinds", "rowShare", "distinct", "distinctIsExact", "examples", "meaning",
      ])
      for path in paths {
        let row = fields(path)
        try writer.write(row)
      }
    }
    try writer.end()
  }

  private func share(_ path: ArchiveSchema.Path) -> Double? {
    if path.isRepeated || schema.rowCount == 0 { return nil }
    return Double(path.valueCount) / Double(schema.rowCount)
  }

  private func tableRow(_ path: ArchiveSchema.Path) -> [String] {
    let distinct = path.distinct.map { ($0.isExact ? "" : "≥ ") + formatCount($0.count) }
    return [
      path.name, path.type, formatCount(path.valueCount),
      share(path).map { fixed($0 * 100, 1) + "%" } ?? "-", distinct ?? "-",
      path.examples.map { Self.shortened($0.text ?? "") }.joined(separator: ", "),
      FieldMeaning.of(path.name) ?? "",
    ]
  }

  private static func shortened(_ text: String) -> String {
    let limit = 40
    return text.count <= limit ? text : text.prefix(limit - 1) + "…"
  }

  private func fields(_ path: ArchiveSchema.Path) -> [FieldValue] {
    let kinds = path.kinds.map { "\"\($0.name)\":\(path.counts[$0.rawValue])" }.joined(separator: ",")
    let examples = path.examples.compactMap(\.json).joined(separator: ",")
    return [
      .string(Array(path.name.utf8)), .string(Array(path.type.utf8)), .integer(Int64(path.valueCount)),
      .json(Array("{\(kinds)}".utf8)),
      share(path).map { .number(Array(fixed($0, 6).utf8)) } ?? .null,
      path.distinct.map { .integer(Int64($0.count)) } ?? .null,
      path.distinct.map { .boolean($0.isExact) } ?? .null, .json(Array("[\(examples)]".utf8)),
      FieldMeaning.of(path.name).map { .string(Array($0.utf8)) } ?? .null,
    ]
  }
}
