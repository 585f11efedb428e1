import CairnStorage

/// What a search found in the rows of a batch: counted by what storage knows of them, so that values are read of few.
struct IndicatorPart: Sendable {
  /// Of one indicator.
  struct Sums: Sendable {
    var count = 0
    var paths: [String: Int] = [:]
    /// The first of the earliest rows with a time, and that of the latest.
    var first: (time: String, id: String?)?
    var last: String?
    /// Of the first row without a time.
    var untimedID: String?
  }

  /// By indicator.
  private(set) var sums: [Int: Sums] = [:]
  private(set) var eventCount = 0
  /// Those that can be among the first of all.
  private(set) var events: [IndicatorSearch.Event] = []

  /// The first of the earliest of some rows, the latest, and the first without a time.
  fileprivate struct Rows {
    var first: Int?
    var last: Int?
    var untimed: Int?
  }

  /// - Parameters:
  ///   - columns: eventTime, eventID, what is shown of an event, and last what was found.
  ///   - texts: of the indicators.
  ///   - bound: events behind it are not wanted.
  init(
    _ batch: Batch, _ columns: [ColumnID], texts: [String], eventLimit: Int, _ bound: TimeLimit
  ) throws {
    guard let column = columns.last, let found = batch.columns[column]?.scanRows?.found else { return }
    eventCount = batch.rowCount
    let times = RowTimes(try batch.columns[columns[0]]?.vector() ?? .constant(.null), count: batch.rowCount)
    try count(found, times, batch, columns[1])
    if eventLimit > 0 {
      let rows = times.first(eventLimit, before: bound.time)
      events = try Self.events(batch.select(rows), columns, found.places(at: rows), texts)
    }
  }

  private mutating func count(
    _ found: FoundRows, _ times: RowTimes, _ batch: Batch, _ column: ColumnID
  ) throws {
    let parts = found.sums()
    let ends = parts.map { Rows($0.indices, times) }
    let wanted = Set(ends.compactMap { $0.first ?? $0.untimed }).sorted()
    let ids = try batch.select(wanted.map { UInt32($0) }).columns[column]?.vector()
    var idOfRow: [Int: String] = [:]
    for (index, row) in wanted.enumerated() {
      idOfRow[row] = ids.flatMap { QueryValue(value: $0[index]).text }
    }
    for (part, rows) in zip(parts, ends) {
      sums[part.number] = Sums(
        count: part.indices.count, paths: Dictionary(part.paths) { $0 + $1 },
        first: rows.first.flatMap { row in times.text(row).map { ($0, idOfRow[row]) } },
        last: rows.last.flatMap { times.text($0) },
        untimedID: rows.first == nil ? rows.untimed.flatMap { idOfRow[$0] } : nil)
    }
  }

  private static func events(
    _ batch: Batch, _ columns: [ColumnID], _ places: [[FoundRows.Place]], _ texts: [String]
  ) throws -> [IndicatorSearch.Event] {
    let vectors = try columns.dropLast().map { try batch.columns[$0]?.vector() ?? .constant(.null) }
    return (0..<batch.rowCount).map { row in
      let values = vectors.map { QueryValue(value: $0[row]).text }
      return IndicatorSearch.Event(
        time: values[0] ?? "", id: values[1] ?? "", source: values[2] ?? "", name: values[3] ?? "",
        principal: values[4], address: values[5], errorCode: values[6],
        found: places[row].map { (texts[$0.number], $0.path) })
    }
  }
}

extension IndicatorPart.Rows {
  fileprivate init(_ indices: Positions, _ times: RowTimes) {
    if let untimedCount = times.untimedCount {
      let timed = indices.firstIndex(atLeast: untimedCount)
      untimed = timed > 0 ? Int(indices[0]) : nil
      if timed < indices.count {
        first = Int(indices[timed])
        last = indices.last
      }
      return
    }
    for index in 0..<indices.count { add(Int(indices[index]), times) }
  }

  private mutating func add(_ row: Int, _ times: RowTimes) {
    guard let time = times.key(row) else {
      if untimed == nil { untimed = row }
      return
    }
    if first.map({ time < times.keys[$0] }) ?? true { first = row }
    if last.map({ time > times.keys[$0] }) ?? true { last = row }
  }
}
