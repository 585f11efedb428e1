import Cairn

/// Texts inside a page: nothing in them becomes markup, and what might deceive whoever reads it is spelled out.
enum HTMLText {
  static func escaped(_ text: String, keeping kept: Set<Unicode.Scalar> = []) -> String {
    var output = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\"": output += "&quot;"
      case "'": output += "&#39;"
      default:
        if mayDeceive(scalar), !kept.contains(scalar) {
          output += "<i>\(visibleEscape(scalar))</i>"
        } else {
          output.unicodeScalars.append(scalar)
        }
      }
    }
    return output
  }

  /// For the inside of an attribute, where no markup can be.
  static func attribute(_ text: String) -> String { escaped(escapeForTerminal(text)) }

  /// Of a script or style, as content security policies want it.
  static func hash(_ text: String) -> String {
    var bytes = text
    let digest = Base64.encoded(bytes.withUTF8 { SHA256.digest($0) })
    return "'sha256-\(String(decoding: digest, as: UTF8.self))'"
  }
}
