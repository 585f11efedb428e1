import Foundation

/// `regexp_like` (S52) by ICU, whose syntax is Java's but for the shorthand classes, which Java keeps to
/// ASCII.
enum OracleRegex {
  /// Whether the pattern is found in the text; nil if it is no pattern.
  static func find(_ pattern: [UInt8], in text: [UInt8]) -> Bool? {
    guard let regex = compile(pattern) else { return nil }
    let string = OracleText.repaired(text)
    let range = NSRange(string.startIndex..<string.endIndex, in: string)
    return regex.firstMatch(in: string, range: range) != nil
  }

  static func compile(_ pattern: [UInt8]) -> NSRegularExpression? {
    guard let text = String(validating: pattern, as: UTF8.self) else { return nil }
    // ICU refuses the empty pattern, which Java finds everywhere.
    return try? NSRegularExpression(pattern: text.isEmpty ? "(?:)" : withASCIIClasses(text))
  }

  private static let classes: [Unicode.Scalar: String] = [
    "d": "[0-9]", "D": "[^0-9]", "w": "[a-zA-Z0-9_]", "W": "[^a-zA-Z0-9_]", "s": "[ \\t\\n\\x0B\\f\\r]",
    "S": "[^ \\t\\n\\x0B\\f\\r]",
  ]

  /// Writes the shorthand classes out; sets nest in ICU as in Java, so that works inside sets too.
  private static func withASCIIClasses(_ pattern: String) -> String {
    var result = ""
    var rest = pattern.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "\\", let escaped = rest.popFirst() else {
        result.unicodeScalars.append(scalar)
        continue
      }
      if escaped == "Q" {
        // Quoted up to \E: nothing in it is a class.
        result += "\\Q"
        while let quoted = rest.popFirst() {
          result.unicodeScalars.append(quoted)
          if result.hasSuffix("\\E") { break }
        }
        continue
      }
      result += classes[escaped] ?? "\\" + String(escaped)
    }
    return result
  }
}
