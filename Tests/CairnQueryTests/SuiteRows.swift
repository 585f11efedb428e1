import CairnOracle
import CairnStorage

/// Rows as `tools/query_oracle/suite.py` hashes them.
enum SuiteRows {
  static func digest(_ rows: [[OracleResult.Cell]]) -> String {
    let lines = rows.map { row in "[" + row.map(json).joined(separator: ",") + "]" }
    // Python sorts by code points, as bytes of UTF-8 sort.
    let sorted = lines.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    var hash = SHA256()
    hash.update(Array(sorted.joined(separator: [0x0A])))
    return hash.finish().prefix(16).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// A value as JSON: its text, numbers without the zeros behind their point.
  private static func json(_ cell: OracleResult.Cell) -> String {
    guard let cell else { return "null" }
    var text = String(decoding: cell, as: UTF8.self)
    if isDecimal(text) {
      while text.hasSuffix("0") { text.removeLast() }
      if text.hasSuffix(".") { text.removeLast() }
    }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}": result += "\\b"
      case "\u{C}": result += "\\f"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func isDecimal(_ text: String) -> Bool {
    let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
    let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 2
      && parts.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
  }
}
