/// CSV (RFC 4180): CRLF line ends, fields with quotes, commas or line breaks quoted, quotes doubled. An empty
/// string is `""` and NULL is nothing, as Athena writes them.
final class CSVWriter: RowWriter {
  private let out: StandardOutput
  private let isSafe: Bool
  private let escapes = isTerminal(1)
  let takesJSON = false

  /// - Parameter isSafe: whether formulas are made harmless.
  init(_ out: StandardOutput, isSafe: Bool) {
    self.out = out
    self.isSafe = isSafe
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

  private func append(_ value: [UInt8], to line: inout [UInt8]) {
    var value = escapes ? Array(escapeForTerminal(String(decoding: value, as: UTF8.self)).utf8) : value
    if isSafe { value = SpreadsheetFormula.disarmed(value) }
    let isQuoted = value.isEmpty || value.contains { Self.quoted.contains($0) }
    if isQuoted { line.append(Self.quote) }
    for byte in value {
      if byte == Self.quote { line.append(byte) }
      line.append(byte)
    }
    if isQuoted { line.append(Self.quote) }
  }

  private static let quote = UInt8(ascii: "\"")
  private static let quoted = Array("\",\r\n".utf8)
}
