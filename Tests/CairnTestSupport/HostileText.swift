import CairnStorage
import Foundation

/// Judges output that hostile strings went through. Here, since this target is optimised: there is much of it.
package enum HostileText {
  /// What begins a line on no screen unless somebody forged it.
  package static let forgery = "FORGED"

  /// What the command itself writes to colour its output; nothing else of the kind may come.
  private static let ownColours =
    ["\u{1B}[0m"] + ["1", "2", "31", "32", "33", "34", "36"].map { "\u{1B}[\($0)m" }

  /// What acts, hides or forges in what a person sees; nil where nothing does. Lines end as a terminal's do.
  package static func deceit(_ screen: String) -> String? {
    var text = screen
    if text.utf8.contains(0x1B) {
      for colour in ownColours { text = text.replacingOccurrences(of: colour, with: "") }
    }
    if text.utf8.contains(0x0D) {
      // CSV's own ends come twice on a terminal.
      text = text.replacingOccurrences(of: "\r\r\n", with: "\n").replacingOccurrences(of: "\r\n", with: "\n")
    }
    for line in text.utf8.split(separator: 0x0A) where line.starts(with: forgery.utf8) {
      return "a forged line: \(String(line)?.prefix(80) ?? "")"
    }
    guard
      let bad = text.unicodeScalars.first(where: {
        $0.value != 0x0A && ($0.value < 0x20 || $0.value > 0x7E) && mayDeceive($0)
      })
    else { return nil }
    let around = text.unicodeScalars.drop { $0 != bad }.prefix(20)
    return
      "U+\(String(bad.value, radix: 16)) in …\(String(String.UnicodeScalarView(around)).debugDescription)"
  }

  /// JSON of which halves of surrogate pairs are U+FFFD, since Foundation's parser takes none.
  package static func json(_ bytes: [UInt8]) throws -> Any {
    var text = bytes
    func code(_ at: Int) -> UInt16? {
      guard at + 6 <= bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else {
        return nil
      }
      return UInt16(String(decoding: bytes[(at + 2)..<(at + 6)], as: UTF8.self), radix: 16)
    }
    var at = 0
    while at < bytes.count {
      guard bytes[at] == UInt8(ascii: "\\") else {
        at += 1
        continue
      }
      switch code(at) {
      case .some(0xD800...0xDBFF) where code(at + 6).map { (0xDC00...0xDFFF).contains($0) } ?? false: at += 12
      case .some(0xD800...0xDFFF):
        text.replaceSubrange((at + 2)..<(at + 6), with: "fffd".utf8)
        at += 6
      default: at += 2
      }
    }
    return try JSONSerialization.jsonObject(with: Data(text))
  }

  /// Rows of exact CSV; throws where it is none, or where rows have different numbers of cells.
  package static func rows(ofCSV bytes: [UInt8]) throws -> [[[UInt8]]] {
    var rows: [[[UInt8]]] = []
    var row: [[UInt8]] = []
    var cell: [UInt8] = []
    var index = 0
    func fail(_ why: String) -> TestFailure { TestFailure("CSV: \(why) at \(index)") }
    while index < bytes.count {
      if bytes[index] == 0x22 {
        index += 1
        while true {
          guard index < bytes.count else { throw fail("no end of a quoted cell") }
          if bytes[index] == 0x22 {
            index += 1
            guard index < bytes.count, bytes[index] == 0x22 else { break }
          }
          cell.append(bytes[index])
          index += 1
        }
      } else {
        while index < bytes.count, bytes[index] != 0x2C, bytes[index] != 0x0D {
          guard bytes[index] != 0x22, bytes[index] != 0x0A else { throw fail("a bare quote or line feed") }
          cell.append(bytes[index])
          index += 1
        }
      }
      row.append(cell)
      cell = []
      guard index < bytes.count else { throw fail("no end of a row") }
      if bytes[index] == 0x2C {
        index += 1
        continue
      }
      guard bytes[index] == 0x0D, index + 1 < bytes.count, bytes[index + 1] == 0x0A else {
        throw fail("neither a comma nor an end")
      }
      index += 2
      rows.append(row)
      row = []
    }
    guard row.isEmpty, Set(rows.map(\.count)).count <= 1 else { throw fail("rows of different lengths") }
    return rows
  }

  /// Whether a spreadsheet may take a cell for a formula: by its first character that is seen.
  package static func isFormula(_ cell: [UInt8]) -> Bool {
    let text = String(decoding: cell, as: UTF8.self)
    if Double(text) != nil { return false }
    guard let first = text.unicodeScalars.first else { return false }
    if first == "\t" || first == "\r" { return true }
    let seen = text.unicodeScalars.first { !$0.properties.isWhitespace && !mayDeceive($0) && $0 != "\"" }
    return seen.map { "=+-@＝＋－＠".unicodeScalars.contains($0) } ?? false
  }
}
