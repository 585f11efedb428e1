import Cairn

/// The events that a report's rows name.
extension Report {
  mutating func gatherEvidence(_ archive: Archive) throws {
    let ids = eventIDs()
    eventIDCount = ids.count
    let wanted = ids.prefix(Self.eventLimit)
    if wanted.isEmpty { return }
    let list = wanted.map(SQLText.literal)
    let query = try Query(
      "SELECT eventID, eventTime, eventName, eventJson, \"$path\", \"$archive\" FROM events "
        + "WHERE eventID IN (\(list.joined(separator: ", ")))", on: archive)
    var found: [String: [Event]] = [:]
    var byteCount = 0
    try query.run { batch in
      for row in 0..<batch.rowCount {
        let json = batch[row, 3].utf8 ?? []
        guard json.count <= Self.recordByteLimit, byteCount + json.count <= Self.eventByteLimit else {
          continue
        }
        byteCount += json.count
        let id = batch[row, 0].text ?? ""
        found[id, default: []].append(
          Event(
            id: id, time: batch[row, 1].text ?? "", name: batch[row, 2].text ?? "", json: json,
            source: batch[row, 4].text ?? "",
            archive: batch[row, 5].text ?? ""))
      }
    }
    events = wanted.flatMap { found[$0] ?? [] }
    try gatherSources(archive)
  }

  /// Distinct event IDs in the order of the rows.
  private func eventIDs() -> [String] {
    var seen: Set<String> = []
    var ids: [String] = []
    for table in tables {
      let columns = table.columns.indices.filter { Self.isEventID(table.columns[$0]) }
      for row in table.rows {
        for column in columns {
          guard let value = row[column], !value.isEmpty, value.count <= 200 else { continue }
          let id = String(decoding: value, as: UTF8.self)
          if seen.insert(id).inserted { ids.append(id) }
        }
      }
    }
    return ids
  }

  static func isEventID(_ column: String) -> Bool {
    ["eventid", "event_id"].contains(TableLayout.kind(of: column))
  }

  private mutating func gatherSources(_ archive: Archive) throws {
    let keys = Set(events.map(\.source))
    guard !keys.isEmpty else { return }
    var found: [Source] = []
    for snapshot in archive.snapshots {
      try SourceListing(snapshot).visit { source in
        if keys.contains(source.key), found.count < Self.sourceLimit {
          found.append(Source(key: source.key, digest: source.digest))
        }
      }
    }
    sources = found
  }
}
