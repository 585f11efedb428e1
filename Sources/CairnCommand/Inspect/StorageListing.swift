import Cairn

/// Where an archive's bytes go.
struct StorageListing {
  private let inspection: Inspection

  init(_ inspection: Inspection) { self.inspection = inspection }

  private func line(_ name: String, _ text: String) throws {
    try StandardOutput.shared.write("\(name.padded(to: 11)) \(text)\n")
  }

  /// Counts, times and sizes.
  func writeSummary() throws {
    let total = inspection.total
    let shadowed = total[.shadowed] > 0 ? "\(formatCount(total[.shadowed])) shadowed, " : ""
    try line(
      "events",
      "\(formatCount(total[.rows] - total[.shadowed])) kept, \(formatCount(total[.duplicates])) duplicates, "
        + "\(shadowed)\(formatCount(total[.rejected])) rejected")
    try line(
      "objects",
      "\(formatCount(total[.objects])), \(formatBytes(total[.sourceByteCount])) delivered, \(formatBytes(total[.jsonByteCount])) of JSON"
    )
    if total.minimumTime <= total.maximumTime {
      try line("event time", "\(formatTime(total.minimumTime)) … \(formatTime(total.maximumTime))")
    }
    if total[.untimedRows] > 0 {
      try line("untimed", "\(formatCount(total[.untimedRows])) events without a readable eventTime")
    }
    if total[.byteCount] > 0 {
      let ratio = Double(total[.jsonByteCount]) / Double(total[.byteCount])
      try line(
        "size",
        "\(formatBytes(total[.byteCount])), \(perEvent(total[.byteCount])), \(fixed(ratio, 1)) : 1 of JSON")
    }
  }

  private func perEvent(_ bytes: Int) -> String {
    let rows = inspection.total[.rows]
    return rows > 0 ? "\(fixed(Double(bytes) / Double(rows), 2)) B/event" : "-"
  }

  /// What takes how much, and the segments.
  func writeParts() throws {
    let total = inspection.total
    try line(
      "verbatim", "\(formatCount(total[.verbatimRows])) events keep their original bytes beside their columns"
    )
    for (name, bytes) in [
      ("columns", total[.columnByteCount]), ("packs", total[.packByteCount]),
      ("catalogue", total[.catalogueByteCount]),
      ("provenance", total[.provenanceByteCount]), ("row times", total[.timeByteCount]),
      ("verbatim", total[.verbatimByteCount]), ("other JSON", total[.opaqueByteCount]),
    ] where bytes > 0 {
      try line("  \(name)", "\(formatBytes(bytes).padded(to: 9)) \(perEvent(bytes))")
    }
    try writeSegments()
  }

  private func writeSegments() throws {
    let out = StandardOutput.shared
    try out.write(
      "\nsegment        events      row groups  shapes  columns (packed)  size       from                  to\n"
    )
    for segment in inspection.segments {
      let from =
        segment.sizes.minimumTime <= segment.sizes.maximumTime ? formatTime(segment.sizes.minimumTime) : "-"
      let to =
        segment.sizes.minimumTime <= segment.sizes.maximumTime ? formatTime(segment.sizes.maximumTime) : "-"
      let columns = "\(segment.columns) (\(segment.packedColumns))"
      try out.write(
        "\(escapeForTerminal(segment.name).padded(to: 14)) \(formatCount(segment.sizes[.rows] - segment.sizes[.shadowed]).padded(to: 11)) "
          + "\(String(segment.sizes[.rowGroups]).padded(to: 11)) \(String(segment.shapes).padded(to: 7)) "
          + "\(columns.padded(to: 17)) \(formatBytes(segment.sizes[.byteCount]).padded(to: 10)) \(from.padded(to: 21)) \(to)\n"
      )
    }
  }

  /// Every column with its size and encodings.
  func writeColumns() throws {
    let out = StandardOutput.shared
    let hot = inspection.total[.hotByteCount]
    try line("hot part", "\(formatBytes(hot).padded(to: 9)) \(perEvent(hot))")
    try out.write("\nbytes      values      distinct    kind     encodings              path\n")
    for column in inspection.columns {
      let encodings = column.encodings.joined(separator: ",") + (column.isPacked ? " (packed)" : "")
      try out.write(
        "\(formatBytes(column.byteCount).padded(to: 10)) \(formatCount(column.values).padded(to: 11)) "
          + "\((column.distinct > 0 ? formatCount(column.distinct) : "-").padded(to: 11)) "
          + "\(column.kind.padded(to: 8)) \(encodings.padded(to: 22)) \(escapeForTerminal(column.path))\n")
    }
  }
}
