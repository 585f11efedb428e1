/// The archive's state at one commit. Written once as `MANIFEST-n`, never changed.
///
/// A text of one line a segment (`Formats/archive.md`). Reading accepts exactly what writing produces, so a
/// change of any byte is noticed, and no state that could not be: names are unique, numbers have limits, and their
/// sums over all segments can be taken.
public struct Manifest: Sendable, Equatable {
  /// Number of the commit.
  public var sequence: Int
  /// Segments in order of commit.
  public var segments: [SegmentEntry]
  /// Files that the state does not need and readers of earlier ones may.
  public var retired: [RetiredFiles] = []
  /// What has been dropped, in order.
  public var drops: [DropEntry] = []
  /// Why nothing may be dropped now; nil where it may.
  public var hold: HoldEntry?

  static let firstLineName = "cairn-manifest"
  static let version: UInt32 = 1
  /// Greatest number of a commit and of a segment file: a commit each second reaches it in 30,000 years.
  package static let numberLimit = 1_000_000_000_000
  /// A manifest of more bytes is none: it is enough for a quarter of a million segments.
  package static let byteLimit = 1 << 26
  /// A longer line is none.
  private static let lineByteLimit = 1024

  package init(sequence: Int = 0, segments: [SegmentEntry] = []) {
    self.sequence = sequence
    self.segments = segments
  }

  // MARK: Names

  /// Its file's name.
  public var name: String { Self.fileName(sequence) }

  package static func fileName(_ sequence: Int) -> String { "MANIFEST-" + padded(sequence) }
  package static func segmentName(_ number: Int) -> String { padded(number) + ".cairn" }

  /// The commit that a file name stands for; nil where it is no manifest's name.
  package static func sequence(ofFileName name: some StringProtocol) -> Int? {
    number(name.dropFirst("MANIFEST-".count)).flatMap { fileName($0) == name ? $0 : nil }
  }

  /// The number in a segment file's name; nil where it is no segment's name.
  package static func segmentNumber(ofName name: some StringProtocol) -> Int? {
    if case .segment(let number) = StoredName(name) { number } else { nil }
  }

  private static func number(_ digits: some StringProtocol) -> Int? {
    Int(digits).flatMap { (0...numberLimit).contains($0) ? $0 : nil }
  }

  package static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
  }

  /// Number of the newest segment file, were it retired; 0 where there is none.
  package var lastSegmentNumber: Int {
    let last = segments.reduce(0) { max($0, $1.number) }
    return retired.lazy.flatMap(\.segments).reduce(last) { max($0, $1.upperBound) }
  }

  // MARK: Text

  package func encode() -> [UInt8] {
    var text = "\(Self.firstLineName) \(Self.version)\nsequence \(sequence)\n"
    for entry in segments {
      text += entry.line + "\n"
      if let marks = entry.marks { text += marks.line + "\n" }
    }
    for files in retired { text += files.line + "\n" }
    for drop in drops { text += drop.line + "\n" }
    if let hold { text += hold.line + "\n" }
    let body = Array(text.utf8)
    return body + Array("checksum \(hexadecimal(checksum(body, seed: 0)))\n".utf8)
  }

  /// Throws `CairnError.damaged`, and `.unsupportedVersion` where a newer Cairn has written it.
  package static func decode(_ bytes: [UInt8], file: String) throws -> Manifest {
    func damaged(_ cause: String) -> CairnError { .damaged(file: file, offset: 0, cause: cause) }
    var manifest = Manifest()
    var rest = bytes[...]
    var isFirst = true
    // Line by line: all of them at once may take many times the memory of their bytes.
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let line = rest[..<end]
      rest = rest[(end + 1)...]
      guard line.count <= lineByteLimit, let text = String(validating: line, as: UTF8.self) else {
        throw damaged("manifest has a line that is none")
      }
      if isFirst { try checkVersion(text[...], file: file) } else { try manifest.add(text, damaged) }
      isFirst = false
    }
    if isFirst { try checkVersion("", file: file) }
    guard manifest.sequence >= 0, manifest.encode() == bytes else {
      throw damaged("manifest checksum does not match")
    }
    if let cause = manifest.contradiction { throw damaged(cause) }
    return manifest
  }

  private mutating func add(_ line: String, _ damaged: (String) -> CairnError) throws {
    let words = line.split(separator: " ")
    switch words.first {
    case "sequence": sequence = words.count == 2 ? Self.number(words[1]) ?? -1 : -1
    case "segment":
      guard let entry = SegmentEntry(words) else { throw damaged("manifest line is malformed: \(line)") }
      segments.append(entry)
    case "marks":
      guard let marks = MarksEntry(words), let last = segments.indices.last, segments[last].marks == nil
      else {
        throw damaged("manifest line is malformed: \(line)")
      }
      segments[last].marks = marks
    case "retired":
      guard let files = RetiredFiles(words) else { throw damaged("manifest line is malformed: \(line)") }
      retired.append(files)
    case "dropped":
      guard let drop = DropEntry(words) else { throw damaged("manifest line is malformed: \(line)") }
      drops.append(drop)
    case "hold": hold = HoldEntry(line)
    default: break
    }
  }

  private static func checkVersion(_ line: Substring, file: String) throws {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 2, words[0] == firstLineName, let number = UInt64(words[1]), "\(number)" == words[1]
    else {
      throw CairnError.damaged(
        file: file, offset: 0, cause: "manifest does not begin with \"\(firstLineName) \(version)\"")
    }
    guard number <= UInt64(version) else {
      throw CairnError.unsupportedVersion(file: file, version: UInt32(clamping: number))
    }
  }

  /// What cannot be so, in this manifest or with the segments of others.
  private var contradiction: String? {
    var names: Set<String> = []
    var totals = [Int](repeating: 0, count: SegmentEntry.counts.count)
    for entry in segments {
      guard names.insert(entry.name).inserted else { return "segment \(entry.name) is named twice" }
      if let cause = entry.contradiction { return "segment \(entry.name): \(cause)" }
      for (index, count) in SegmentEntry.counts.enumerated() {
        let (sum, overflow) = totals[index].addingReportingOverflow(entry[keyPath: count.field])
        guard !overflow else { return "\(count.name) of all segments do not fit an integer" }
        totals[index] = sum
      }
    }
    return retiredContradiction
  }
}
