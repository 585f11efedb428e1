/// One segment as the manifest lists it: enough to prune by time and to report, without opening the file.
public struct SegmentEntry: Sendable, Equatable {
  /// File name in `segments/`.
  public var name: String
  /// Bytes of the file.
  public var byteCount: Int
  /// Distinct records.
  public var rowCount: Int
  /// Records delivered, duplicates among them.
  public var recordCount: Int
  /// Records that were another delivery of a row.
  public var duplicateCount: Int
  /// Records that could not be read.
  public var rejectedCount: Int
  /// Source objects, a fragment counted as one.
  public var objectCount: Int
  /// JSON bytes of the source objects, inflated.
  public var jsonByteCount: Int
  /// Bytes of the source objects as delivered.
  public var sourceByteCount: Int
  /// Least event time, milliseconds since 1970; more than `maximumTime` where no row has a time.
  public var minimumTime: Int64
  /// Greatest event time, milliseconds since 1970.
  public var maximumTime: Int64
  /// Rows without a readable event time.
  public var untimedRowCount: Int
  /// Checksum that ends the segment's footer block: tells this file from any other.
  public var seal: UInt64
  /// Rows that queries skip; nil where there are none.
  public var marks: MarksEntry?

  /// Bytes of a segment and of its objects: far above what a disk holds, and the sums of a few cannot overflow.
  static let byteLimit = 1 << 50

  /// What is counted, in the order of the manifest's line, with the limit of each for one segment.
  package static let counts: [(name: String, field: KeyPath<SegmentEntry, Int> & Sendable, limit: Int)] = [
    ("bytes", \.byteCount, byteLimit),
    ("rows", \.rowCount, SegmentFormat.rowLimit),
    ("records", \.recordCount, SegmentFormat.rowLimit),
    ("duplicates", \.duplicateCount, SegmentFormat.rowLimit),
    ("rejected", \.rejectedCount, byteLimit),
    ("objects", \.objectCount, SegmentFormat.objectLimit),
    ("json", \.jsonByteCount, byteLimit),
    ("source", \.sourceByteCount, byteLimit),
    ("untimed", \.untimedRowCount, SegmentFormat.rowLimit),
  ]
}

extension SegmentEntry {
  /// In its name.
  var number: Int { Manifest.segmentNumber(ofName: name) ?? 0 }
}

// MARK: The manifest's line

extension SegmentEntry {
  /// Names and values as the line has them.
  private var values: [(name: String, value: String)] {
    [
      ("bytes", "\(byteCount)"), ("rows", "\(rowCount)"), ("records", "\(recordCount)"),
      ("duplicates", "\(duplicateCount)"), ("rejected", "\(rejectedCount)"), ("objects", "\(objectCount)"),
      ("json", "\(jsonByteCount)"), ("source", "\(sourceByteCount)"), ("from", "\(minimumTime)"),
      ("to", "\(maximumTime)"), ("untimed", "\(untimedRowCount)"), ("seal", hexadecimal(seal)),
    ]
  }

  var line: String { values.reduce(into: "segment \(name)") { $0 += " \($1.name)=\($1.value)" } }

  /// From a line's words; nil where they are none.
  init?(_ words: [Substring]) {
    guard words.count == 14, Manifest.segmentNumber(ofName: words[1]) != nil,
      let fields = LineFields(words.dropFirst(2)), let bytes = fields.count("bytes"),
      let rows = fields.count("rows"), let records = fields.count("records"),
      let duplicates = fields.count("duplicates"), let rejected = fields.count("rejected"),
      let objects = fields.count("objects"), let json = fields.count("json"),
      let source = fields.count("source"), let from = fields.integer("from"), let to = fields.integer("to"),
      let untimed = fields.count("untimed"), let seal = fields.hash("seal")
    else { return nil }
    self.init(
      name: String(words[1]), byteCount: bytes, rowCount: rows, recordCount: records,
      duplicateCount: duplicates, rejectedCount: rejected, objectCount: objects, jsonByteCount: json,
      sourceByteCount: source, minimumTime: from, maximumTime: to, untimedRowCount: untimed, seal: seal)
  }

  /// What cannot be so in any segment.
  var contradiction: String? {
    for count in Self.counts where self[keyPath: count.field] > count.limit {
      return "\(count.name)=\(self[keyPath: count.field]) is more than \(count.limit)"
    }
    guard recordCount - rowCount == duplicateCount else { return "records are not rows and duplicates" }
    guard untimedRowCount <= rowCount else { return "more untimed rows than rows" }
    let hasTimes = untimedRowCount < rowCount
    guard hasTimes ? minimumTime <= maximumTime : (minimumTime, maximumTime) == (.max, .min) else {
      return "from and to are no range of \(rowCount - untimedRowCount) times"
    }
    return marks?.contradiction(self)
  }
}

// MARK: The segment's own word

extension SegmentEntry {
  /// What a segment says of itself.
  package init(name: String, _ reader: SegmentReader) throws {
    let footer = reader.footer
    let range = footer.timeRange
    self.init(
      name: name, byteCount: reader.byteCount, rowCount: footer.rowCount, recordCount: footer.recordCount,
      duplicateCount: footer.duplicateCount, rejectedCount: footer.rejectedCount,
      objectCount: footer.objectCount, jsonByteCount: footer.jsonByteCount,
      sourceByteCount: footer.sourceByteCount, minimumTime: range.minimum, maximumTime: range.maximum,
      untimedRowCount: footer.rowGroups.reduce(0) { $0 + $1.untimedRowCount }, seal: try reader.seal())
  }

  /// Compares the manifest's line with the segment that has its name. Throws `CairnError.damaged`.
  func check(_ reader: SegmentReader) throws {
    var found = try SegmentEntry(name: name, reader)
    found.marks = marks
    if found == self { return }
    let differences = zip(found.values, values).filter { $0.value != $1.value }.map { found, listed in
      "\(found.name)=\(found.value), the manifest has \(listed.value)"
    }
    throw CairnError.damaged(
      file: reader.name, offset: 0,
      cause: "file is not the segment that was committed: " + differences.joined(separator: "; "))
  }
}
