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

  /// Base64 as content security policies want it.
  static func base64(_ bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var output: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      var word = 0
      for offset in 0..<3 { word = word << 8 | Int(offset < part.count ? part[start + offset] : 0) }
      for digit in 0..<4 {
        output.append(digit <= part.count ? digits[word >> (18 - 6 * digit) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  static func hash(_ text: String) -> String {
    var bytes = text
    return "'sha256-\(base64(bytes.withUTF8 { SHA256.digest($0) }))'"
  }
}
