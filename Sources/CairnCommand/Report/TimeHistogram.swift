import Cairn

/// How many rows fall into each span of time, as a picture.
struct TimeHistogram {
  struct Bar: Equatable {
    /// Milliseconds since 1970.
    var start: Int64
    var count: Int
  }

  private(set) var bars: [Bar] = []
  /// Milliseconds of one bar.
  private(set) var step: Int64 = 0

  private static let barLimit = 60
  /// Spans that people count in, in seconds.
  private static let steps: [Int64] = [
    1, 5, 15, 60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000, 7_776_000, 31_536_000,
    315_360_000, 3_153_600_000, 315_360_000_000,
  ]

  /// Nil where there are less than two different times.
  init?(_ table: Report.Table) {
    guard
      let column = table.columns.firstIndex(where: {
        ["eventtime", "event_time", "time"].contains(TableLayout.kind(of: $0))
      })
    else { return nil }
    let times = table.rows.compactMap { row in
      row[column].flatMap { parseTime(String(decoding: $0, as: UTF8.self)) }
    }
    guard let first = times.min(), let last = times.max(), first < last else { return nil }
    let length = last - first
    guard let seconds = Self.steps.first(where: { length / ($0 * 1000) < Int64(Self.barLimit) - 1 }) else {
      return nil
    }
    step = seconds * 1000
    let start = Self.floor(first, step)
    let count = Int((last - start) / step) + 1
    bars = (0..<count).map { Bar(start: start + Int64($0) * step, count: 0) }
    for time in times { bars[Int((time - start) / step)].count += 1 }
  }

  private static func floor(_ time: Int64, _ step: Int64) -> Int64 { time - (time % step + step) % step }

  /// The picture: no script, and no style but classes.
  var svg: String {
    let most = max(1, bars.map(\.count).max() ?? 1)
    let width = 12
    let height = 80
    var text =
      "<svg class=\"histogram\" viewBox=\"0 0 \(bars.count * width) \(height)\" preserveAspectRatio=\"none\" "
      + "role=\"img\" aria-label=\"events over time\">"
    for (index, bar) in bars.enumerated() where bar.count > 0 {
      let tall = max(2, bar.count * height / most)
      text +=
        "<rect x=\"\(index * width)\" y=\"\(height - tall)\" width=\"\(width - 1)\" height=\"\(tall)\">"
        + "<title>\(formatTime(bar.start)): \(formatCount(bar.count))</title></rect>"
    }
    return text + "</svg>"
  }

  /// What the picture's ends and bars are.
  var caption: (from: String, step: String, to: String) {
    let units: [(Int64, String)] = [
      (31_536_000, "years"), (2_592_000, "months"), (604_800, "weeks"), (86_400, "days"), (3600, "hours"),
      (60, "minutes"), (1, "seconds"),
    ]
    let seconds = step / 1000
    let (size, name) = units.first { seconds % $0.0 == 0 } ?? (1, "seconds")
    let amount = seconds / size
    return (
      formatTime(bars.first?.start ?? 0), amount == 1 ? "1 \(name.dropLast())" : "\(amount) \(name)",
      formatTime((bars.last?.start ?? 0) + step)
    )
  }
}
