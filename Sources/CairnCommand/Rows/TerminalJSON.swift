import Cairn

/// JSON text as a terminal shows it: with colours, and where that is wanted a line for each member. It stays JSON.
struct TerminalJSON {
  private let look: Presentation
  /// Whether each member has a line of its own.
  private let isPretty: Bool
  /// Levels that everything is indented by.
  private var margin = 1
  private var output: [UInt8] = []
  /// The containers that are open, true for objects, and whether the next string is a key.
  private var isObject: [Bool] = []
  private var isKey = false
  /// Deeper members are not indented further.
  private static let depthLimit = 40

  /// - Parameter ofArray: whether values are the elements of an array: on a terminal these are laid out. Others are
  ///   lines.
  init(_ look: Presentation, ofArray: Bool) {
    self.look = look
    isPretty = ofArray && look.isTerminal
  }

  /// Laid out, without colours, and whole.
  static var plain: TerminalJSON {
    var shown = TerminalJSON(Presentation(isTerminal: true, hasColor: false, isFull: true), ofArray: true)
    shown.margin = 0
    return shown
  }

  /// A value without the white space that it had, or with what people want.
  mutating func shown(_ json: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    output = isPretty ? [UInt8](repeating: 0x20, count: 2 * margin) : []
    isObject = []
    isKey = false
    var at = 0
    while at < json.count {
      let byte = json[at]
      switch byte {
      case UInt8(ascii: "\""): at = string(json, at)
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        output.append(byte)
        let close = json[(at + 1)...].firstIndex { $0 > 0x20 } ?? json.count
        if close < json.count, json[close] == byte + 2 {
          output.append(byte + 2)
          at = close + 1
          continue
        }
        isObject.append(byte == UInt8(ascii: "{"))
        isKey = isObject.last == true
        newLine()
        at += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        _ = isObject.popLast()
        newLine()
        output.append(byte)
        at += 1
      case UInt8(ascii: ","):
        output.append(byte)
        isKey = isObject.last == true
        newLine()
        at += 1
      case UInt8(ascii: ":"):
        output.append(byte)
        if isPretty { output.append(0x20) }
        isKey = false
        at += 1
      case 0...0x20: at += 1
      default: at = scalar(json, at)
      }
    }
    return output
  }

  private mutating func newLine() {
    guard isPretty else { return }
    output.append(0x0A)
    let depth = min(isObject.count + margin, Self.depthLimit)
    output += [UInt8](repeating: 0x20, count: 2 * depth)
  }

  /// Appends a string and gives the place behind it.
  private mutating func string(_ json: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var end = start + 1
    while end < json.count, json[end] != UInt8(ascii: "\"") { end += json[end] == UInt8(ascii: "\\") ? 2 : 1 }
    end = min(end + 1, json.count)
    var bytes = Array(json[start..<end])
    // A line is for programs: only what is laid out for people is shortened.
    if isPretty, !look.isFull, bytes.count > 100 { bytes = CellText.collapsingTokens(bytes) }
    append(escapeJSONForTerminal(bytes, keepsLineFeeds: false), isKey ? .name : .text)
    return end
  }

  /// Appends a number, true, false or null, and gives the place behind it.
  private mutating func scalar(_ json: UnsafeBufferPointer<UInt8>, _ start: Int) -> Int {
    var end = start
    while end < json.count, json[end] > 0x20, !",:{}[]\"".utf8.contains(json[end]) { end += 1 }
    let bytes = escapeJSONForTerminal(Array(json[start..<end]), keepsLineFeeds: false)
    append(bytes, json[start] == UInt8(ascii: "n") ? .faint : .caution)
    return end
  }

  private mutating func append(_ bytes: [UInt8], _ ink: Ink) {
    guard look.hasColor else { return output += bytes }
    output += Array(ink.start.utf8)
    output += bytes
    output += Array(Ink.end.utf8)
  }
}
