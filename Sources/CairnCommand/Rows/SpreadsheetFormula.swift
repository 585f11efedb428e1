import Cairn

/// Spreadsheets run a cell that begins with `=`, `+`, `-` or `@`, in East Asian settings with their wide forms too
/// (OWASP, "CSV Injection"). Where the list separator is a semicolon or a tab, a cell begins behind each of those,
/// whatever quotes stand around the value, and a line break begins a row.
enum SpreadsheetFormula {
  private static let starts: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "\u{FE66}", "\u{FE62}", "\u{FE63}",
    "\u{FE6B}",
    "\u{2212}",
  ]
  private static let breaks: Set<Unicode.Scalar> = [";", "\t", "\r", "\n"]
  private static let quotes: Set<Unicode.Scalar> = ["\"", "'"]
  private static let apostrophe = UInt8(ascii: "'")

  /// The value with an apostrophe before each place where a cell might begin with a formula.
  static func disarmed(_ value: [UInt8]) -> [UInt8] {
    // A number is nothing but itself, typed or not.
    if isNumber(value) { return value }
    var output: [UInt8] = []
    // Where the cell begins, while nothing but blanks and quotes has come.
    var cell: Int? = 0
    var at = 0
    forEachScalar(value) { scalar, byte in
      let bytes = byte.map { [$0] } ?? scalar.map { Array(String($0).utf8) } ?? []
      if let start = cell, let scalar {
        // The very first character acts, a tab or a line break too.
        if starts.contains(scalar) || (at == 0 && breaks.contains(scalar) && scalar != ";") {
          output.insert(apostrophe, at: start)
          cell = nil
        } else if !isPassedOver(scalar) {
          cell = nil
        }
      } else {
        cell = nil
      }
      output += bytes
      at += 1
      if let scalar, breaks.contains(scalar) { cell = output.count }
    }
    return output
  }

  /// A number as JSON spells it.
  private static func isNumber(_ value: [UInt8]) -> Bool {
    var rest = value[...]
    func digits() -> Bool {
      let count = rest.prefix { (0x30...0x39).contains($0) }.count
      rest = rest.dropFirst(count)
      return count > 0
    }
    if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
    guard digits() else { return false }
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard digits() else { return false }
    }
    if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
      rest = rest.dropFirst()
      if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
      guard digits() else { return false }
    }
    return rest.isEmpty
  }

  private static func isPassedOver(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isWhitespace || quotes.contains(scalar) || mayDeceive(scalar)
  }
}
