/// What an archive or a segment holds, for people.
public struct Inspection: Sendable {
  /// Something that is counted in each segment and adds up over all.
  public enum Measure: Int, Sendable, CaseIterable {
    /// Bytes of the file.
    case byteCount
    /// JSON bytes of its objects, inflated.
    case jsonByteCount
    /// Bytes of its objects as delivered.
    case sourceByteCount
    /// Distinct records.
    case rows
    /// Rows that queries skip, since another segment has them or the same one in another spelling.
    case shadowed
    /// Records delivered.
    case records
    /// Further deliveries of rows.
    case duplicates
    /// Records that could not be read.
    case rejected
    /// Source objects.
    case objects
    /// Row groups.
    case rowGroups
    /// Rows whose original bytes are kept because their white space follows no layout.
    case verbatimRows
    /// Rows without a readable eventTime.
    case untimedRows
    /// Bytes of columns outside packs.
    case columnByteCount
    /// Bytes of packs.
    case packByteCount
    /// Bytes of catalogue, footer, header and tail.
    case catalogueByteCount
    /// Bytes of source objects and envelopes.
    case provenanceByteCount
    /// Bytes of row times.
    case timeByteCount
    /// Bytes of verbatim rows.
    case verbatimByteCount
    /// Bytes of objects that are no logs.
    case opaqueByteCount
    /// Bytes from the first row times to the end of the file: all but objects, verbatim rows, random tokens and indexes.
    case hotByteCount
  }

  /// Counts, sizes and times, of a segment or of all.
  public struct Sizes: Sendable {
    private var values = [Int](repeating: 0, count: Measure.allCases.count)
    /// Milliseconds since 1970; minimum above maximum where no row has a time.
    public internal(set) var minimumTime = Int64.max
    /// Latest event time.
    public internal(set) var maximumTime = Int64.min

    /// One of them.
    public internal(set) subscript(measure: Measure) -> Int {
      get { values[measure.rawValue] }
      set { values[measure.rawValue] = newValue }
    }

    static func += (sum: inout Sizes, part: Sizes) {
      for index in sum.values.indices { sum.values[index] += part.values[index] }
      sum.minimumTime = min(sum.minimumTime, part.minimumTime)
      sum.maximumTime = max(sum.maximumTime, part.maximumTime)
    }
  }

  /// One segment.
  public struct Segment: Sendable {
    /// File name.
    public var name = ""
    /// What adds up over segments.
    public var sizes = Sizes()
    /// Shapes in its catalogue.
    public var shapes = 0
    /// Columns.
    public var columns = 0
    /// Columns that share packs.
    public var packedColumns = 0
  }

  /// One column over all segments.
  public struct Column: Sendable {
    /// Where its values stand in records.
    public var path: String
    /// What it holds.
    public var kind: String
    /// Values.
    public var values = 0
    /// Entries of its dictionaries.
    public var distinct = 0
    /// Stored bytes; for columns in packs their share of the pack.
    public var byteCount = 0
    /// Whether it shares a pack in some segment.
    public var isPacked = false
    /// Encodings of its chunks.
    public var encodings: [String] = []
  }

  /// In order of commit.
  public var segments: [Segment] = []
  /// Largest first; empty unless asked for.
  public var columns: [Column] = []

  /// The sum over all segments.
  public var total: Sizes { segments.reduce(into: Sizes()) { $0 += $1.sizes } }

  /// Inspects an archive directory or a single segment file; columns only where asked for.
  ///
  /// Throws as opening does: `CairnError.usage`, `.damaged`, `.io`.
  public init(path: String, columns wantsColumns: Bool) throws {
    var byColumn: [String: Column] = [:]
    for reader in try Self.readers(path) {
      let catalogue = try reader.catalogue()
      segments.append(try Self.segment(reader, catalogue))
      if wantsColumns { try Self.add(reader, catalogue, &byColumn) }
    }
    columns = byColumn.values.sorted { ($1.byteCount, $0.path, $0.kind) < ($0.byteCount, $1.path, $1.kind) }
  }

  static func readers(_ path: String) throws -> [SegmentReader] {
    if try Directory.status(path)?.kind == .directory {
      let snapshot = try ArchiveSnapshot(path: path)
      return try snapshot.manifest.segments.map { try snapshot.open($0) }
    }
    return [try SegmentReader(try FileBlockStore(path: path))]
  }

  private static func segment(_ reader: SegmentReader, _ catalogue: Catalogue) throws -> Segment {
    let footer = reader.footer
    var segment = Segment()
    var sizes = Sizes()
    segment.name = reader.name.split(separator: "/").last.map(String.init) ?? reader.name
    sizes[.byteCount] = reader.byteCount
    sizes[.jsonByteCount] = footer.jsonByteCount
    sizes[.sourceByteCount] = footer.sourceByteCount
    sizes[.rows] = footer.rowCount
    sizes[.shadowed] = reader.marks?.rows.count ?? 0
    sizes[.records] = footer.recordCount
    sizes[.duplicates] = footer.duplicateCount
    sizes[.rejected] = footer.rejectedCount
    sizes[.objects] = footer.objectCount
    sizes[.rowGroups] = footer.rowGroups.count
    sizes[.verbatimRows] = footer.rowGroups.reduce(0) { $0 + $1.verbatimRowCount }
    sizes[.untimedRows] = footer.rowGroups.reduce(0) { $0 + $1.untimedRowCount }
    (sizes.minimumTime, sizes.maximumTime) = footer.timeRange
    segment.shapes = catalogue.shapes.reduce(0) { $0 + $1.count }
    segment.columns = catalogue.columns.count
    sizes[.packByteCount] = footer.packs.reduce(0) { $0 + $1.byteCount }
    sizes[.catalogueByteCount] = footer.catalogue.byteCount + footer.shapes.byteCount + footer.footerOverhead
    let first = footer.rowGroups.map(\.times.offset).min() ?? UInt64(reader.byteCount)
    sizes[.hotByteCount] = max(0, reader.byteCount - Int(clamping: first))
    sizes[.timeByteCount] = footer.rowGroups.reduce(0) { $0 + $1.times.byteCount }
    sizes[.verbatimByteCount] = footer.rowGroups.reduce(0) { $0 + ($1.verbatim?.byteCount ?? 0) }
    sizes[.provenanceByteCount] =
      footer.envelopes.byteCount + footer.objectBlocks.flatMap(\.blocks).reduce(0) { $0 + $1.byteCount }
    for index in catalogue.columns.indices {
      switch catalogue.columns[index].place {
      case .pack:
        segment.packedColumns += 1
        sizes[.columnByteCount] += try reader.column(index).blockByteCount
      case .block(let ref):
        sizes[.columnByteCount] += ref.byteCount + (try reader.column(index).blockByteCount)
      }
    }
    let known =
      sizes[.packByteCount] + sizes[.catalogueByteCount] + sizes[.timeByteCount] + sizes[.verbatimByteCount]
      + sizes[.provenanceByteCount] + sizes[.columnByteCount] + reader.footerRef.byteCount
    // What is left is content of objects that are no logs.
    sizes[.opaqueByteCount] = max(0, sizes[.byteCount] - known)
    sizes[.catalogueByteCount] += reader.footerRef.byteCount
    segment.sizes = sizes
    return segment
  }

  private static func add(
    _ reader: SegmentReader, _ catalogue: Catalogue, _ columns: inout [String: Column]
  ) throws {
    // A pack is compressed as a whole: its columns share its stored bytes by their raw sizes.
    var rawSizes = [Int](repeating: 0, count: reader.footer.packs.count)
    for info in catalogue.columns {
      if case .pack(let pack, _, let byteCount) = info.place { rawSizes[pack] += byteCount }
    }
    for (index, info) in catalogue.columns.enumerated() {
      let column = try reader.column(index)
      let path = catalogue.path(of: info.slot)
      var entry = columns["\(path) \(info.kind)"] ?? Column(path: path, kind: "\(info.kind)")
      entry.values += info.valueCount
      entry.distinct += column.directory.entryCount
      switch info.place {
      case .block(let ref): entry.byteCount += ref.byteCount + column.blockByteCount
      case .pack(let pack, _, let byteCount):
        entry.isPacked = true
        entry.byteCount += reader.footer.packs[pack].byteCount * byteCount / max(1, rawSizes[pack])
        entry.byteCount += column.blockByteCount
      }
      for chunk in column.directory.chunks {
        let name = try column.encodingName(of: chunk)
        if !entry.encodings.contains(name) { entry.encodings.append(name) }
      }
      columns["\(path) \(info.kind)"] = entry
    }
  }
}

extension Footer {
  /// Header and tail.
  fileprivate var footerOverhead: Int { SegmentFormat.headerByteCount + SegmentFormat.tailByteCount }
}
