import Cairn

/// What stands for a value on a terminal, where nobody reads a kilobyte of a session token.
enum CellText {
  /// Tokens that are longer are cut.
  private static let tokenByteLimit = 100
  private static let shownTokenBytes = 6
  /// Texts that are longer end early.
  private static let textByteLimit = 4000
  /// Marks on one character that are shown: more of them would cover the lines around.
  private static let markLimit = 4

  /// A value as a table or a list shows it: nothing for NULL, quotes for an empty text.
  static func shown(_ value: [UInt8]?, isFull: Bool) -> String {
    guard let value else { return "" }
    if value.isEmpty { return "\"\"" }
    if isFull { return escaped(value) }
    let collapsed = value.count > tokenByteLimit ? collapsingTokens(value) : value
    guard collapsed.count > textByteLimit else { return escaped(collapsed) }
    return escaped(Array(collapsed.prefix(textByteLimit / 4))) + "…(\(formatBytes(value.count)))"
  }

  /// What values hold cannot act on the terminal, nor cover other lines.
  private static func escaped(_ bytes: [UInt8]) -> String {
    let text = escapeForTerminal(String(decoding: bytes, as: UTF8.self))
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    var output = ""
    var marks = 0
    for scalar in text.unicodeScalars {
      marks = isMark(scalar) ? marks + 1 : 0
      if marks > markLimit { output += visibleEscape(scalar) } else { output.unicodeScalars.append(scalar) }
    }
    return output
  }

  /// Long runs of what tokens are made of, shortened to `FwoGZX…(1.2 kB)`.
  static func collapsingTokens(_ bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(min(bytes.count, 4096))
    var at = 0
    while at < bytes.count {
      var end = at
      var slashes = 0
      while end < bytes.count, isOfToken(bytes[end]) {
        slashes += bytes[end] == UInt8(ascii: "/") ? 1 : 0
        end += 1
      }
      let count = end - at
      // Paths have more slashes than Base64 has by chance.
      if count > tokenByteLimit, slashes * 24 <= count {
        output += bytes[at..<(at + shownTokenBytes)]
        output += Array("…(\(formatBytes(count)))".utf8)
      } else {
        output += bytes[at..<end]
      }
      if end < bytes.count { output.append(bytes[end]) }
      at = end + 1
    }
    return output
  }

  private static func isOfToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "+/=_-%".utf8.contains(byte)
    }
  }

  /// What does not fit ends in `…`; an ARN loses its middle, since its end tells who it is.
  static func fit(_ text: String, _ width: Int) -> String {
    // Most are short, and a long one need not be measured to its end.
    if text.utf8.count <= width || (text.utf8.count <= 4 * width + 64 && displayWidth(text) <= width) {
      return text
    }
    if width <= 1 { return String("…".prefix(max(0, width))) }
    guard text.hasPrefix("arn:") else { return text.prefix(ofWidth: width - 1) + "…" }
    return width < 24
      ? "…" + text.suffix(ofWidth: width - 1) : "arn:…" + text.suffix(ofWidth: width - 5)
  }

  /// The name of a service without the domain that all services have.
  static func withoutDomain(_ service: String) -> String {
    let domain = ".amazonaws.com"
    return service.hasSuffix(domain) && service.count > domain.count
      ? String(service.dropLast(domain.count)) : service
  }
}
