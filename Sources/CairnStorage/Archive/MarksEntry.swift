/// A segment's file of marks as the manifest names it.
public struct MarksEntry: Sendable, Equatable {
  /// File name in `segments/`: the segment's number and that of the commit that made it.
  public var name: String
  /// Bytes of the file.
  public var byteCount: Int
  /// Rows of the segment that are marked.
  public var rowCount: Int
  /// Of them, rows without a readable event time.
  public var untimedRowCount: Int
  /// The checksum that the file ends with.
  public var hash: UInt64

  init(name: String, byteCount: Int, rowCount: Int, untimedRowCount: Int, hash: UInt64) {
    self.name = name
    self.byteCount = byteCount
    self.rowCount = rowCount
    self.untimedRowCount = untimedRowCount
    self.hash = hash
  }

  static func name(segment: Int, commit: Int) -> String {
    "\(Manifest.padded(segment))-\(Manifest.padded(commit)).marks"
  }

  /// The segment's number in a file name of marks; nil where it is none.
  package static func segmentNumber(ofName text: some StringProtocol) -> Int? {
    if case .marks(let segment, _) = StoredName(text) { segment } else { nil }
  }
}

// MARK: The manifest's line

extension MarksEntry {
  var line: String {
    "marks \(name) bytes=\(byteCount) rows=\(rowCount) untimed=\(untimedRowCount) hash=\(hexadecimal(hash))"
  }

  /// From a line's words; nil where they are none.
  init?(_ words: [Substring]) {
    guard words.count == 6, Self.segmentNumber(ofName: words[1]) != nil,
      let fields = LineFields(words.dropFirst(2)), let bytes = fields.count("bytes"),
      let rows = fields.count("rows"), let untimed = fields.count("untimed"), let hash = fields.hash("hash")
    else { return nil }
    self.init(
      name: String(words[1]), byteCount: bytes, rowCount: rows, untimedRowCount: untimed, hash: hash)
  }

  /// What cannot be so of marks of this segment.
  func contradiction(_ segment: SegmentEntry) -> String? {
    guard Self.segmentNumber(ofName: name) == segment.number else {
      return "\(name) are another segment's marks"
    }
    guard rowCount >= 1, rowCount <= segment.rowCount else {
      return "\(rowCount) marks of \(segment.rowCount) rows"
    }
    guard untimedRowCount >= 0, untimedRowCount <= min(rowCount, segment.untimedRowCount) else {
      return "\(untimedRowCount) marks of \(segment.untimedRowCount) untimed rows"
    }
    guard 1...ShadowMarks.byteLimit ~= byteCount else { return "marks of \(byteCount) bytes" }
    return nil
  }
}

// MARK: The file

extension MarksEntry {
  /// Marks of a segment, and the file that has them.
  static func make(
    _ marks: ShadowMarks, of segment: SegmentReader, _ entry: SegmentEntry, commit: Int
  ) -> (entry: MarksEntry, bytes: [UInt8]) {
    let bytes = marks.encode(entry.subject)
    let untimed = segment.footer.rowGroups.reduce(0) {
      $0 + marks.rows(from: $1.firstRow, count: $1.untimedRowCount).count
    }
    let made = MarksEntry(
      name: name(segment: entry.subject.number, commit: commit), byteCount: bytes.count,
      rowCount: marks.rows.count, untimedRowCount: untimed, hash: ShadowMarks.hash(of: bytes) ?? 0)
    return (made, bytes)
  }

  /// Reads the file from an archive's directory. Throws `CairnError.damaged` where it is not what the manifest names.
  func read(of segment: SegmentEntry, in root: DirectoryHandle) throws -> ShadowMarks {
    let path = FileName("\(ArchiveDirectory.segments)/\(name)")
    let file = root.path(of: path)
    guard let bytes = try root.readStored(path, limit: byteCount + 1) else {
      throw CairnError.damaged(file: file, offset: 0, cause: "marks that the manifest names are missing")
    }
    guard bytes.count == byteCount, ShadowMarks.hash(of: bytes) == hash else {
      throw CairnError.damaged(file: file, offset: 0, cause: "file is not the marks that were committed")
    }
    let marks = try ShadowMarks.decode(bytes, about: segment.subject, file: file)
    guard marks.rows.count == rowCount else {
      throw CairnError.damaged(
        file: file, offset: 0, cause: "\(marks.rows.count) marks, the manifest has \(rowCount)")
    }
    return marks
  }
}

extension SegmentEntry {
  var subject: ShadowMarks.Subject {
    ShadowMarks.Subject(number: number, seal: seal, rowCount: rowCount)
  }

  /// Rows that queries see.
  public var visibleRowCount: Int { rowCount - (marks?.rowCount ?? 0) }

  /// Of them, rows without a readable event time.
  public var visibleUntimedRowCount: Int { untimedRowCount - (marks?.untimedRowCount ?? 0) }
}
