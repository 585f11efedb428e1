/// JSONPath of the form that Trino's `json_extract` takes (S6): `$`, `.key`, `["key"]`, `[key]`, `[0]`.
public enum JSONPath {
  /// The keys in order, or nil if the text is no such path. A whole number is a key of an object and,
  /// counted from 0, an element of an array.
  public static func keys(of text: String) -> [String]? {
    var rest = text.unicodeScalars[...]
    guard rest.popFirst() == "$" else { return nil }
    var keys: [String] = []
    while let opening = rest.popFirst() {
      let key: String?
      switch opening {
      case ".":
        key = word(&rest) { isWordScalar($0) || $0 == ":" }
      case "[" where rest.first == "\"":
        key = quotedKey(&rest)
        guard rest.popFirst() == "]" else { return nil }
      case "[":
        key = word(&rest, isWordScalar)
        guard rest.popFirst() == "]" else { return nil }
      default:
        return nil
      }
      guard let key else { return nil }
      keys.append(key)
    }
    return keys
  }

  private static func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar == "-" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  private static func word(
    _ rest: inout Substring.UnicodeScalarView, _ isPart: (Unicode.Scalar) -> Bool
  ) -> String? {
    let taken = rest.prefix(while: isPart)
    rest = rest.dropFirst(taken.count)
    return taken.isEmpty ? nil : String(String.UnicodeScalarView(taken))
  }

  /// `"key"`, with `\"` and `\\` inside.
  private static func quotedKey(_ rest: inout Substring.UnicodeScalarView) -> String? {
    rest.removeFirst()
    var key = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\"":
        return String(key)
      case "\\":
        guard let escaped = rest.popFirst(), escaped == "\"" || escaped == "\\" else { return nil }
        key.append(escaped)
      default:
        key.append(scalar)
      }
    }
    return nil
  }
}
