import Cairn

/// CSV (RFC 4180): CRLF line ends, fields with quotes, commas or line breaks quoted, quotes doubled. An empty
/// string is `""` and NULL is nothing, as Athena writes them.
final class CSVWriter: RowWriter {
  private let out: StandardOutput
  private let isSafe: Bool
  private let escapes: Bool
  let takesJSON = false

  /// - Parameter isSafe: whether formulas are made harmless.
  init(_ out: StandardOutput, isSafe: Bool) {
    self.out = out
    self.isSafe = isSafe
    escapes = out.presentation.escapes
  }

  func begin(_ columns: [String]) throws { try write(columns.map { Array($0.utf8) }) }

  func write(_ row: [[UInt8]?]) throws {
    var line: [UInt8] = []
    for (index, value) in row.enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      if let value { append(value, to: &line) }
    }
    line += [0x0D, 0x0A]
    try out.write(line)
  }

  func end() {}

  /// Rows of a query, for the pace of programs; nil on a terminal, whose escapes are of rows.
  var encoding: RowEncoding? {
    if escapes { return nil }
    let isSafe = isSafe
    var encoding = RowEncoding { value in
      var field: [UInt8] = []
      if let value = value.utf8 { Self.append(value, isSafe: isSafe, to: &field) }
      return field
    }
    encoding.appendText = { text, output in
      if isSafe { return Self.append(SpreadsheetFormula.disarmed(Array(text)), to: &output) }
      Self.append(text, to: &output)
    }
    encoding.rowEnd = [0x0D, 0x0A]
    return encoding
  }

  private func append(_ value: [UInt8], to line: inout [UInt8]) {
    let value = escapes ? Array(escapeForTerminal(String(decoding: value, as: UTF8.self)).utf8) : value
    Self.append(value, isSafe: isSafe, to: &line)
  }

  private static func append(_ value: [UInt8], isSafe: Bool, to line: inout [UInt8]) {
    append(isSafe ? SpreadsheetFormula.disarmed(value) : value, to: &line)
  }

  private static func append(_ value: [UInt8], to line: inout [UInt8]) {
    value.withUnsafeBufferPointer { append($0, to: &line) }
  }

  private static func append(_ value: UnsafeBufferPointer<UInt8>, to line: inout [UInt8]) {
    var hasQuote = false
    var isQuoted = value.isEmpty
    for byte in value {
      hasQuote = hasQuote || byte == quote
      isQuoted = isQuoted || byte == quote || byte == comma || byte == 0x0D || byte == 0x0A
    }
    if !isQuoted { return line.append(contentsOf: value) }
    line.append(quote)
    if hasQuote {
      for byte in value {
        if byte == quote { line.append(byte) }
        line.append(byte)
      }
    } else {
      line.append(contentsOf: value)
    }
    line.append(quote)
  }

  private static let quote = UInt8(ascii: "\"")
  private static let comma = UInt8(ascii: ",")
}
