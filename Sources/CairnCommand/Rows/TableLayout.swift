/// How the columns of a table share a line.
struct TableLayout {
  var widths: [Int]
  /// Columns of numbers, which are aligned at their ends.
  var isNumeric: [Bool]
  /// Columns whose values all end in a service's domain.
  var dropsDomain: [Bool]

  static let gap = "  "

  /// Columns that say who did what to which from where, and how it ended: they give way last.
  private static let telling: Set<String> = [
    "arn", "who", "principal", "eventname", "call", "calls", "sourceipaddress", "address", "errorcode",
    "name",
    "value", "resource", "field", "before", "after", "old", "new", "path", "indicator", "message",
  ]

  /// The last step of a path, in small letters.
  static func kind(of column: String) -> String {
    (column.split(separator: ".").last.map(String.init) ?? column).lowercased()
  }

  static func isService(_ column: String) -> Bool { kind(of: column) == "eventsource" }

  /// Natural widths, then columns give way until the line fits: first those that tell little, the widest of them; the
  /// first column, the time, does not.
  static func widths(_ columns: [String], natural: [Int], limit: Int) -> [Int] {
    let room = limit - lineWidth(natural.map { _ in 0 })
    var widths = natural
    if widths.isEmpty || limit == .max { return widths }
    for index in widths.indices.dropFirst() { widths[index] = min(widths[index], max(room, 1)) }
    let isTelling = columns.map { telling.contains(kind(of: $0)) }
    for (wanted, floor) in [(false, 12), (true, 24), (false, 8), (true, 15), (false, 5), (true, 9)] {
      let places = widths.indices.dropFirst().filter { isTelling[$0] == wanted }
      while widths.reduce(0, +) > room, let widest = places.map({ widths[$0] }).max(), widest > floor {
        for place in places where widths[place] == widest { widths[place] -= 1 }
      }
    }
    // What the last step took too much goes back to those that were cut.
    var left = room - widths.reduce(0, +)
    for wanted in [true, false] {
      for index in widths.indices where isTelling[index] == wanted && left > 0 {
        let more = min(left, natural[index] - widths[index])
        widths[index] += more
        left -= more
      }
    }
    return widths
  }

  static func lineWidth(_ widths: [Int]) -> Int {
    widths.reduce(0, +) + gap.count * max(0, widths.count - 1)
  }

  private static let point = UInt8(ascii: ".")

  static func isNumber(_ value: [UInt8]) -> Bool {
    var digits = value[...]
    if digits.first == UInt8(ascii: "-") { digits = digits.dropFirst() }
    guard let first = digits.first, (0x30...0x39).contains(first) else { return false }
    // One point at most: addresses are texts.
    return digits.allSatisfy { (0x30...0x39).contains($0) || $0 == point }
      && digits.count { $0 == point } <= 1
  }
}
