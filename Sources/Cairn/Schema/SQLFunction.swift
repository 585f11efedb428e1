/// A function that queries may call.
public struct SQLFunction: Sendable, Equatable {
  /// What it is a function of.
  public enum Kind: String, Sendable, CaseIterable {
    /// The values of a row.
    case scalar
    /// The rows of a group.
    case aggregate
    /// The rows around a row.
    case window
  }

  /// In small letters.
  public let name: String
  /// What it is a function of.
  public let kind: Kind
  /// How many arguments it takes; `Int.max` for any number.
  public let argumentCounts: ClosedRange<Int>
  /// Whether it is named only to say why it is not there.
  public let isRefused: Bool

  /// All of them, by name.
  public static let all: [SQLFunction] = SQLWords.functions.map { name in
    if let counts = windowArguments[name] {
      return SQLFunction(name: name, kind: .window, argumentCounts: counts, isRefused: false)
    }
    if let entry = AggregateTable.entry(name) {
      return SQLFunction(
        name: name, kind: .aggregate, argumentCounts: entry.argumentCounts, isRefused: false)
    }
    let entry = FunctionTable.entry(name)
    var isRefused = false
    if case .special(.refused)? = entry?.form { isRefused = true }
    return SQLFunction(
      name: name, kind: .scalar, argumentCounts: entry?.argumentCounts ?? 0...Int.max, isRefused: isRefused)
  }

  private static let windowArguments: [String: ClosedRange<Int>] = [
    "row_number": 0...0, "rank": 0...0, "dense_rank": 0...0, "percent_rank": 0...0, "cume_dist": 0...0,
    "ntile": 1...1, "lag": 1...3, "lead": 1...3, "first_value": 1...1, "last_value": 1...1,
    "nth_value": 2...2,
  ]

  /// How it is called: `substr(text, start [, length])`.
  public var signature: String {
    if let arguments = FunctionArguments.names[name] { return "\(name)(\(arguments))" }
    let (least, most) = (argumentCounts.lowerBound, argumentCounts.upperBound)
    func list(_ count: Int) -> String { (0..<count).map { Self.letter($0) }.joined(separator: ", ") }
    var text = list(least)
    if most == .max {
      text += least == 0 ? "…" : ", …"
    } else if most > least {
      for index in least..<min(most, 26) {
        text += index == 0 ? "[\(Self.letter(0))]" : " [, \(Self.letter(index))]"
      }
    }
    return "\(name)(\(text))"
  }

  /// What it gives, in a few words; nil for what its name says well enough.
  public var meaning: String? { FunctionArguments.meanings[name] }

  private static func letter(_ index: Int) -> String {
    Unicode.Scalar(UInt32(0x61 + index % 26)).map { String($0) } ?? "x"
  }
}
