import CairnSQL
import CairnStorage

/// The paths that an archive's records have: what kinds of values stand there, and how many.
///
/// ```swift
/// let schema = try ArchiveSchema(Archive(path: "trail.cairn"))
/// for path in schema.paths where path.depth == 1 { print(path.name, path.type, path.valueCount) }
/// ```
public struct ArchiveSchema: Sendable {
  /// How much is read.
  public enum Detail: Sendable {
    /// Names only: of each segment its catalogue.
    case names
    /// Counts too: also the columns of shapes.
    case counts
    /// Numbers of distinct values and examples too: of each path some blocks of its columns.
    case examples
  }

  /// What a value is.
  public enum Kind: Int, Sendable, CaseIterable {
    /// A string.
    case string
    /// A number.
    case number
    /// `true` or `false`.
    case boolean
    /// An object, empty ones too.
    case object
    /// An array, empty ones too.
    case array
    /// JSON null.
    case null

    /// In words: `string`.
    public var name: String { "\(self)" }
  }

  /// One path.
  public struct Path: Sendable {
    /// As SQL takes it, names quoted where they must be; `[]` stands for the elements of an array.
    public internal(set) var name: String
    /// Its last step as SQL takes it.
    public internal(set) var lastStep: String
    /// Steps from the record: 1 for its members.
    public internal(set) var depth: Int
    /// Whether it leads through an array, so that a record may have several values.
    public internal(set) var isRepeated: Bool
    /// Kinds of values seen.
    public internal(set) var kinds: [Kind]
    /// Values by kind, in the order of `Kind`; zeros where only names were read.
    public internal(set) var counts: [Int]
    /// Number of distinct values, where it is known.
    public internal(set) var distinct: DistinctCount?
    /// Some values.
    public internal(set) var examples: [FieldValue] = []

    /// Values that are not null.
    public var valueCount: Int { Kind.allCases.reduce(0) { $0 + ($1 == .null ? 0 : counts[$1.rawValue]) } }

    /// Its kinds in words, joined by `|`; null only where there is nothing else.
    public var type: String {
      let named = kinds.filter { $0 != .null }
      return named.isEmpty ? "null" : named.map(\.name).joined(separator: "|")
    }
  }

  /// A number of distinct values.
  public struct DistinctCount: Sendable, Equatable {
    /// The number.
    public var count: Int
    /// Whether there are no more: segments have dictionaries of their own, which are united only while small.
    public var isExact: Bool
  }

  /// Rows of the archive that queries see; with `Detail.names` those of several archives one by one.
  public let rowCount: Int
  /// Parents before children, each level in the order of first appearance.
  public let paths: [Path]

  /// Reads the schema of an archive.
  ///
  /// Throws as opening does where segments cannot be read.
  public init(_ archive: Archive, detail: Detail = .counts, threads: Int = 2) throws {
    let reads = ReadStatistics()
    let readers = try archive.segments.map { try archive.open($0, statistics: reads) }
    try self.init(readers, detail: detail, threads: threads)
  }

  /// Reads the schema of an archive directory or a single segment file.
  ///
  /// Throws as opening does.
  public init(path: String, detail: Detail = .counts, threads: Int = 2) throws {
    try self.init(try Inspection.readers(path), detail: detail, threads: threads)
  }

  private init(_ readers: [SegmentReader], detail: Detail, threads: Int) throws {
    let segments = try parallelMap(count: readers.count, threads: threads) {
      try SegmentSchema(readers[$0], countsValues: detail != .names)
    }
    var tree = SchemaTree()
    for (index, segment) in segments.enumerated() { tree.add(segment, segmentIndex: index) }
    rowCount = try readers.reduce(0) { sum, reader in
      sum + (detail == .names ? reader.unmarkedRowCount : try reader.visibleRowCount())
    }
    let order = tree.depthFirst()
    var paths = order.map { tree.path($0) }
    if detail == .examples {
      let nodes = order.map { tree.nodes[$0] }
      let samples = try parallelMap(count: nodes.count, threads: threads) {
        try ValueSample(nodes[$0], readers)
      }
      for (index, sample) in samples.enumerated() {
        paths[index].distinct = sample.distinct
        paths[index].examples = sample.examples
      }
    }
    self.paths = paths
  }
}

// MARK: Looking up

extension ArchiveSchema {
  /// A column as DESCRIBE and SHOW COLUMNS list it.
  public struct Column: Sendable, Equatable {
    /// The path as SQL takes it.
    public var path: String
    /// Its kinds in words, joined by `|`.
    public var type: String
    /// Values that are not null.
    public var valueCount: Int
  }

  /// The paths that match a LIKE pattern, ignoring case, at any depth; without one the members of records.
  public func columns(like pattern: String? = nil) -> [Column] {
    columns(matching: pattern.flatMap { LikePattern(Array($0.utf8), escape: nil, ignoresCase: true) })
  }

  func columns(matching like: LikePattern?) -> [Column] {
    paths.filter { path in
      like.map { $0.matches(Array(path.name.utf8)) } ?? (path.depth == 1)
    }.map { Column(path: $0.name, type: $0.type, valueCount: $0.valueCount) }
  }

  /// The path that someone may have meant by one that no record has; nil where none is near.
  ///
  /// Either it is spelled nearly so, or it is a path elsewhere that ends in the same name, the most frequent one.
  public func nearest(to name: String) -> String? {
    if let near = NearNames.nearest(to: name, among: paths.lazy.map(\.name)) { return near }
    let last = name.split(separator: ".").last?.lowercased()
    let elsewhere = paths.filter {
      $0.lastStep.lowercased() == last && $0.name.lowercased() != name.lowercased()
    }
    return elsewhere.max { $0.valueCount < $1.valueCount }?.name
  }

  /// The records' own members in the order of `SELECT *`, as SQL takes their names.
  public var columns: [String] {
    let names = paths.filter { $0.depth == 1 }.map(\.name)
    let documented = WellKnownField.names.filter(names.contains)
    return documented + names.filter { !documented.contains($0) }.sorted()
  }

  /// The members of the objects at a path, as SQL takes their names.
  func members(of path: String) -> [String] {
    paths.filter { $0.name == "\(path).\($0.lastStep)" }.map(\.lastStep)
  }

  /// A name as SQL takes it: quoted unless it is plain.
  static func quoted(_ name: String) -> String {
    let isPlain =
      name.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) }
      && name.utf8.first.map { isLetter($0) } == true
    if isPlain { return name }
    return "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
  }
}
