import CairnStorage

/// Event IDs that several events of an archive have: events that differ, since equal ones count once.
public struct ConflictListing: Sendable {
  /// One event ID.
  public struct Conflict: Sendable {
    /// The ID.
    public var eventID: String
    /// Its events, in the order of the archive; at least two.
    public var events: [Event] = []
  }

  /// One of its events.
  public struct Event: Sendable {
    /// Milliseconds since 1970; nil where it has no readable time.
    public var time: Int64?
    /// The key of its first object, as people see it.
    public var source: String
  }

  private let archive: Archive
  private let memoryLimit: Int

  /// - Parameter memoryLimit: bytes that IDs may take at a time; with less, segments are read more often.
  public init(_ archive: Archive, memoryLimit: Int = 256 << 20) {
    self.archive = archive
    self.memoryLimit = memoryLimit
  }

  /// A row whose ID others may have.
  private struct Candidate {
    var hash: UInt64
    var segment: Int
    var row: UInt32
    var time: Int64
  }

  /// Calls `body` with each, in no order that means anything. Throws as queries do.
  public func visit(_ body: (Conflict) throws -> Void) throws {
    let entries = archive.segments
    let rowCount = entries.reduce(0) { $0 + $1.visibleRowCount }
    let byteCount = rowCount * MemoryLayout<Candidate>.stride
    let passes = UInt64(max(1, byteCount / max(1, memoryLimit) + 1))
    for pass in 0..<passes {
      var candidates: [Candidate] = []
      for (index, entry) in entries.enumerated() {
        let reader = try archive.open(entry, statistics: ReadStatistics())
        for (rowGroup, group) in reader.footer.rowGroups.enumerated() {
          let rows = try reader.visible(.run(0..<group.rowCount), in: rowGroup)
          for key in try EventKeys.read(reader, rowGroup, rows) where key.hash % passes == pass {
            candidates.append(Candidate(hash: key.hash, segment: index, row: key.row, time: key.time))
          }
        }
      }
      candidates.sort { ($0.hash, $0.segment, $0.row) < ($1.hash, $1.segment, $1.row) }
      var start = 0
      var shared: [ArraySlice<Candidate>] = []
      while start < candidates.count {
        var end = start + 1
        while end < candidates.count, candidates[end].hash == candidates[start].hash { end += 1 }
        if end - start > 1 { shared.append(candidates[start..<end]) }
        start = end
      }
      try tell(shared, entries, body)
    }
  }

  private func tell(
    _ shared: [ArraySlice<Candidate>], _ entries: [ArchiveSegment], _ body: (Conflict) throws -> Void
  ) throws {
    var objects: [Int: RowObjects] = [:]
    for candidates in shared {
      // Equal hashes may be of several IDs.
      var conflicts: [Conflict] = []
      for candidate in candidates {
        let reader = try archive.open(entries[candidate.segment], statistics: ReadStatistics())
        let eventID = try Self.eventID(reader, candidate.row)
        let known = try objects[candidate.segment] ?? RowObjects(reader)
        if objects.count > Self.keptSegments { objects = [:] }
        objects[candidate.segment] = known
        let object = Int(known.object(ofRow: Int(candidate.row)))
        let event = Event(
          time: candidate.time == EventTime.unknown ? nil : candidate.time,
          source: object < known.count ? shownName(known[object].key) : "")
        if let index = conflicts.firstIndex(where: { $0.eventID == eventID }) {
          conflicts[index].events.append(event)
        } else {
          conflicts.append(Conflict(eventID: eventID, events: [event]))
        }
      }
      for conflict in conflicts where conflict.events.count > 1 { try body(conflict) }
    }
  }

  /// Segments whose objects are kept at hand.
  private static let keptSegments = 16

  private static func eventID(_ reader: SegmentReader, _ row: UInt32) throws -> String {
    let path = [PathName(bytes: Array("eventID".utf8), isExact: true)]
    for (rowGroup, group) in reader.footer.rowGroups.enumerated()
    where group.firstRow..<(group.firstRow + group.rowCount) ~= Int(row) {
      let fields = try FieldProjection(reader, rowGroup: rowGroup)
      let values = try fields.values(path, rows: .listed([row - UInt32(group.firstRow)]))
      if case .string(let bytes)? = values.first { return String(decoding: bytes, as: UTF8.self) }
    }
    return ""
  }
}
