/// What an archive or a segment holds, for people.
public struct Inspection: Sendable {
  /// Counts and sizes, by segment and in all.
  public struct Segment: Sendable {
    /// File name.
    public var name = ""
    /// Bytes of the file.
    public var byteCount = 0
    /// JSON bytes of its objects, inflated.
    public var jsonByteCount = 0
    /// Bytes of its objects as delivered.
    public var sourceByteCount = 0
    /// Distinct records.
    public var rows = 0
    /// Records delivered.
    public var records = 0
    /// Further deliveries of rows.
    public var duplicates = 0
    /// Records that could not be read.
    public var rejected = 0
    /// Source objects.
    public var objects = 0
    /// Row groups.
    public var rowGroups = 0
    /// Rows whose original bytes are kept because their white space follows no layout.
    public var verbatimRows = 0
    /// Rows without a readable eventTime.
    public var untimedRows = 0
    /// Milliseconds since 1970; minimum above maximum where no row has a time.
    public var minimumTime = Int64.max
    /// Latest event time.
    public var maximumTime = Int64.min
    /// Shapes in its catalogue.
    public var shapes = 0
    /// Columns.
    public var columns = 0
    /// Columns that share packs.
    public var packedColumns = 0
    /// Bytes of columns outside packs.
    public var columnByteCount = 0
    /// Bytes of packs.
    public var packByteCount = 0
    /// Bytes of catalogue, footer, header and tail.
    public var catalogueByteCount = 0
    /// Bytes of source objects and envelopes.
    public var provenanceByteCount = 0
    /// Bytes of row times.
    public var timeByteCount = 0
    /// Bytes of verbatim rows.
    public var verbatimByteCount = 0
    /// Bytes of objects that are no logs.
    public var opaqueByteCount = 0
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
  public var total: Segment {
    var sum = Segment()
    for segment in segments {
      sum.byteCount += segment.byteCount
      sum.jsonByteCount += segment.jsonByteCount
      sum.sourceByteCount += segment.sourceByteCount
      sum.rows += segment.rows
      sum.records += segment.records
      sum.duplicates += segment.duplicates
      sum.rejected += segment.rejected
      sum.objects += segment.objects
      sum.rowGroups += segment.rowGroups
      sum.verbatimRows += segment.verbatimRows
      sum.untimedRows += segment.untimedRows
      sum.minimumTime = min(sum.minimumTime, segment.minimumTime)
      sum.maximumTime = max(sum.maximumTime, segment.maximumTime)
      sum.columnByteCount += segment.columnByteCount
      sum.packByteCount += segment.packByteCount
      sum.catalogueByteCount += segment.catalogueByteCount
      sum.provenanceByteCount += segment.provenanceByteCount
      sum.timeByteCount += segment.timeByteCount
      sum.verbatimByteCount += segment.verbatimByteCount
      sum.opaqueByteCount += segment.opaqueByteCount
    }
    return sum
  }

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

  private static func readers(_ path: String) throws -> [SegmentReader] {
    if Directory.isDirectory(path) {
      let snapshot = try ArchiveSnapshot(path: path)
      return try snapshot.manifest.segments.map { try snapshot.open($0) }
    }
    return [try SegmentReader(try FileBlockStore(path: path))]
  }

  private static func segment(_ reader: SegmentReader, _ catalogue: Catalogue) throws -> Segment {
    let footer = reader.footer
    var segment = Segment()
    segment.name = reader.name.split(separator: "/").last.map(String.init) ?? reader.name
    segment.byteCount = reader.byteCount
    segment.jsonByteCount = footer.jsonByteCount
    segment.sourceByteCount = footer.sourceByteCount
    segment.rows = footer.rowCount
    segment.records = footer.recordCount
    segment.duplicates = footer.duplicateCount
    segment.rejected = footer.rejectedCount
    segment.objects = footer.objectCount
    segment.rowGroups = footer.rowGroups.count
    segment.verbatimRows = footer.rowGroups.reduce(0) { $0 + $1.verbatimRowCount }
    segment.untimedRows = footer.rowGroups.reduce(0) { $0 + $1.untimedRowCount }
    (segment.minimumTime, segment.maximumTime) = footer.timeRange
    segment.shapes = catalogue.shapes.reduce(0) { $0 + $1.count }
    segment.columns = catalogue.columns.count
    segment.packByteCount = footer.packs.reduce(0) { $0 + $1.byteCount }
    segment.catalogueByteCount = footer.catalogue.byteCount + footer.footerOverhead
    segment.timeByteCount = footer.rowGroups.reduce(0) { $0 + $1.times.byteCount }
    segment.verbatimByteCount = footer.rowGroups.reduce(0) { $0 + ($1.verbatim?.byteCount ?? 0) }
    segment.provenanceByteCount =
      footer.envelopes.byteCount + footer.objectBlocks.reduce(0) { $0 + $1.block.byteCount }
    for index in catalogue.columns.indices {
      switch catalogue.columns[index].place {
      case .pack: segment.packedColumns += 1
      case .block(let ref):
        segment.columnByteCount += ref.byteCount + (try reader.column(index).blockByteCount)
      }
    }
    let known =
      segment.packByteCount + segment.catalogueByteCount + segment.timeByteCount + segment.verbatimByteCount
      + segment.provenanceByteCount + segment.columnByteCount + reader.footerRef.byteCount
    // What is left is content of objects that are no logs.
    segment.opaqueByteCount = max(0, segment.byteCount - known)
    segment.catalogueByteCount += reader.footerRef.byteCount
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
