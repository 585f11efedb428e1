import Cairn

/// One JSON object for each row, a line each; as an array where that is asked for. Values keep their kinds.
final class JSONWriter: RowWriter {
  private let out: StandardOutput
  private let isArray: Bool
  private let escapes: Bool
  private var shown: TerminalJSON
  private var keys: [[UInt8]] = []
  private var isFirst = true
  let takesJSON = true

  init(_ out: StandardOutput, isArray: Bool) {
    self.out = out
    self.isArray = isArray
    escapes = out.presentation.escapes
    shown = TerminalJSON(out.presentation, ofArray: isArray)
  }

  func begin(_ columns: [String]) throws {
    keys = Self.distinct(columns).map { Array("\(FieldValue.string(Array($0.utf8)).json ?? ""):".utf8) }
    if isArray { try out.write("[") }
  }

  func write(_ row: [[UInt8]?]) throws {
    if isArray { try out.write(isFirst ? "\n" : ",\n") }
    isFirst = false
    var line = [UInt8(ascii: "{")]
    var isFirstMember = true
    for (key, value) in zip(keys, row) {
      guard let value else { continue }
      if !isFirstMember { line.append(UInt8(ascii: ",")) }
      isFirstMember = false
      line += key
      line += value
    }
    line.append(UInt8(ascii: "}"))
    // Values of records may hold what JSON does not allow.
    line = line.withUnsafeBufferPointer { ValidJSON.mended($0) } ?? line
    if escapes { line = line.withUnsafeBufferPointer { shown.shown($0) } }
    if !isArray { line.append(UInt8(ascii: "\n")) }
    try out.write(line)
  }

  /// Lines; nil for an array and on a terminal.
  var encoding: RowEncoding? {
    if isArray || escapes || keys.isEmpty { return nil }
    var encoding = RowEncoding { value in
      let json = value.json
      return json.withUnsafeBufferPointer { ValidJSON.mended($0) } ?? json
    }
    encoding.appendText = { text, output in
      if isHarmless(text) {
        output.append(UInt8(ascii: "\""))
        output.append(contentsOf: text)
        return output.append(UInt8(ascii: "\""))
      }
      let json = QueryValue(text: text).json
      output += json.withUnsafeBufferPointer { ValidJSON.mended($0) } ?? json
    }
    encoding.prefixes = keys.map { key in key.withUnsafeBufferPointer { ValidJSON.mended($0) } ?? key }
    encoding.rowStart = [UInt8(ascii: "{")]
    encoding.rowEnd = Array("}\n".utf8)
    encoding.quote = [UInt8(ascii: "\"")]
    return encoding
  }

  func end() throws {
    if isArray { try out.write("\n]\n") }
  }

  /// A name that several columns have gets a number from its second time on: readers of JSON keep one value only.
  static func distinct(_ columns: [String]) -> [String] {
    var used = Set(columns)
    // The last number that each name got, so that very many columns of one name take no time.
    var numbers: [String: Int] = [:]
    return columns.map { column in
      guard var number = numbers[column] else {
        numbers[column] = 0
        return column
      }
      repeat { number += 1 } while !used.insert("\(column)_\(number)").inserted
      numbers[column] = number
      return "\(column)_\(number)"
    }
  }
}

/// Whether a text stands between quotes as it is: printable ASCII without quotes and backslashes.
private func isHarmless(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
  var isHarmless = true
  for byte in text {
    isHarmless =
      isHarmless && byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }
  return isHarmless
}

/// JSON text shown on a terminal: characters that might act on it or hide become JSON's own escapes, which mean the
/// same to a program.
func escapeJSONForTerminal(_ bytes: [UInt8], keepsLineFeeds: Bool) -> [UInt8] {
  let isHarmless = bytes.allSatisfy { ($0 >= 0x20 && $0 < 0x7F) || (keepsLineFeeds && $0 == 0x0A) }
  if isHarmless { return bytes }
  var output = ""
  for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
    if mayDeceive(scalar), !(keepsLineFeeds && scalar == "\n") {
      // Two escapes where UTF-16 has two units.
      for unit in String(scalar).utf16 {
        let digits = String(unit, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    } else {
      output.unicodeScalars.append(scalar)
    }
  }
  return Array(output.utf8)
}
