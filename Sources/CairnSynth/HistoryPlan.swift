/// One independent part of the history: one account over some hours.
struct Cell: Sendable {
  let index: Int
  let account: Int
  let start: Int
  let end: Int
  let eventCount: Int
}

/// Divides the events over accounts and hours without storing the division.
///
/// A cell's count is the difference of two rounded cumulative shares, so the counts add up exactly to the
/// requested number of events, and any cell can be made alone, by any thread.
struct HistoryPlan: Sendable {
  let start: Int
  let end: Int
  private let eventCount: Int
  private let blockSeconds: Int
  private let accountShares: [Double]
  private let blockShares: [Double]

  /// Cells below this size would hold too few objects for realistic sizes and sessions.
  private static let smallestCell = 400

  init(options: SynthOptions, start: Int) {
    self.start = start
    end = start + options.dayCount * 86_400
    eventCount = options.eventCount
    let hourCells = options.dayCount * 24 * options.accountCount
    let hours =
      [1, 2, 3, 4, 6, 8, 12].first { options.eventCount * $0 / hourCells >= Self.smallestCell } ?? 24
    blockSeconds = hours * 3_600
    accountShares = Self.cumulative((0..<options.accountCount).map { 1 / Double($0 + 2) })
    let blockCount = options.dayCount * 24 / hours
    blockShares = Self.cumulative(
      (0..<blockCount).map { block in
        (0..<hours).reduce(0.0) { $0 + Self.hourWeight(start / 3_600 + block * hours + $1) }
      })
  }

  var cellCount: Int { (blockShares.count - 1) * (accountShares.count - 1) }

  func cell(_ index: Int) -> Cell {
    let accountCount = accountShares.count - 1
    let block = index / accountCount
    let account = index % accountCount
    let blockStart = start + block * blockSeconds
    let count = eventsBefore(block, account + 1) - eventsBefore(block, account)
    return Cell(
      index: index, account: account, start: blockStart, end: blockStart + blockSeconds, eventCount: count)
  }

  private func eventsBefore(_ block: Int, _ account: Int) -> Int {
    let share = blockShares[block] + (blockShares[block + 1] - blockShares[block]) * accountShares[account]
    return Int((share * Double(eventCount)).rounded())
  }

  /// Activity over the day (UTC) and the week: machines never rest, people do.
  static func hourWeight(_ hourSinceEpoch: Int) -> Double {
    let hour = hourSinceEpoch % 24
    let weekday = (hourSinceEpoch / 24 + 4) % 7
    let people = (7..<22).contains(hour) ? 1.0 : 0.25
    return 0.6 + people * (weekday == 0 || weekday == 6 ? 0.3 : 1)
  }

  private static func cumulative(_ weights: [Double]) -> [Double] {
    let total = weights.reduce(0, +)
    var sum = 0.0
    var out = [0.0]
    for weight in weights {
      sum += weight
      out.append(sum / total)
    }
    out[out.count - 1] = 1
    return out
  }
}
