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

  /// What rows of one combination have together.
  fileprivate struct Rows {
    var count = 0
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
      events = try Self.events(batch.select(rows), columns, rows.map { found.places(Int($0)) }, texts)
    }
  }

  private mutating func count(
    _ found: FoundRows, _ times: RowTimes, _ batch: Batch, _ column: ColumnID
  ) throws {
    var rows = [Rows](repeating: Rows(), count: found.combinations.count)
    for (row, code) in found.codes.enumerated() {
      let code = Int(code)
      rows[code].count += 1
      guard let time = times.key(row) else {
        if rows[code].untimed == nil { rows[code].untimed = row }
        continue
      }
      if rows[code].first.map({ time < times.keys[$0] }) ?? true { rows[code].first = row }
      if rows[code].last.map({ time > times.keys[$0] }) ?? true { rows[code].last = row }
    }
    var ends: [Int: Rows] = [:]
    for (rows, places) in zip(rows, found.combinations) where rows.count > 0 {
      for (index, place) in places.enumerated() {
        sums[place.number, default: Sums()].paths[place.path, default: 0] += rows.count
        // The places of one indicator follow one another.
        if index > 0, places[index - 1].number == place.number { continue }
        sums[place.number]?.count += rows.count
        ends[place.number, default: Rows()].add(rows, times)
      }
    }
    let wanted = Set(ends.values.compactMap { $0.first ?? $0.untimed }).sorted()
    let ids = try batch.select(wanted.map { UInt32($0) }).columns[column]?.vector()
    var idOfRow: [Int: String] = [:]
    for (index, row) in wanted.enumerated() {
      idOfRow[row] = ids.flatMap { QueryValue(value: $0[index]).text }
    }
    for (number, rows) in ends {
      sums[number]?.first = rows.first.flatMap { row in times.text(row).map { ($0, idOfRow[row]) } }
      sums[number]?.last = rows.last.flatMap { times.text($0) }
      sums[number]?.untimedID = rows.first == nil ? rows.untimed.flatMap { idOfRow[$0] } : nil
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
  fileprivate mutating func add(_ other: Self, _ times: RowTimes) {
    count += other.count
    func isEarlier(_ row: Int, _ known: Int) -> Bool { (times.keys[row], row) < (times.keys[known], known) }
    if let row = other.first, first.map({ isEarlier(row, $0) }) ?? true { first = row }
    if let row = other.last, last.map({ times.keys[row] > times.keys[$0] }) ?? true { last = row }
    if let row = other.untimed, untimed.map({ row < $0 }) ?? true { untimed = row }
  }
}

extension FoundRows {
  fileprivate func places(_ row: Int) -> [Place] { combinations[Int(codes[row])] }
}
