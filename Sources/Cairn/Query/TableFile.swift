import CairnSQL
import CairnStorage

/// A table beside the archive that a statement can read by its name: a list of accounts, of indicators, of what is
/// allowed.
public struct TableFile: Sendable {
  /// The name in statements, in any case.
  public let name: String
  let columns: [String]
  /// Values by column.
  let values: [[EngineValue]]

  var rowCount: Int { values.first?.count ?? 0 }

  /// Larger files are data for a database, not lists to join with.
  static let byteLimit = 512 << 20

  /// Reads a file of CSV with a header line, of a JSON array, or of JSON lines, told apart by the first character.
  ///
  /// CSV values are text, empty ones without quotes NULL. A JSON object's members are columns; of other values there
  /// is one column, `value`.
  ///
  /// Throws `CairnError.usage` where the file is none of these, with its line; `.io` where it cannot be read.
  public init(name: String, path: String) throws {
    self.name = name
    let bytes = try File.readAll(path, limit: Self.byteLimit + 1)
    guard bytes.count <= Self.byteLimit else {
      throw CairnError.usage("\(path): larger than \(Self.byteLimit >> 20) MiB, the limit for a table's file")
    }
    let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    let first = content.first { !JSONLines.isBlank($0) }
    if first == UInt8(ascii: "[") || first == UInt8(ascii: "{") {
      (columns, values) = try JSONLines.table(content, path: path)
    } else {
      (columns, values) = try CSVText.table(content, path: path)
    }
  }

  init(name: String, columns: [String], values: [[EngineValue]]) {
    self.name = name
    self.columns = columns
    self.values = values
  }
}

/// A JSON array's elements, or the values of lines, as rows.
private enum JSONLines {
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

  static func table(_ bytes: [UInt8], path: String) throws -> ([String], [[EngineValue]]) {
    var elements: [JSONText] = []
    if let whole = JSONDocument.compact(bytes).map({ JSONText($0) }) {
      elements = whole.elements ?? [whole]
    } else {
      for (number, line) in bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
      where !line.allSatisfy(isBlank) {
        guard let json = JSONDocument.compact(Array(line)) else {
          throw CairnError.usage("\(path): line \(number + 1): not JSON")
        }
        elements.append(JSONText(json))
      }
    }
    return columns(of: elements)
  }

  private static func columns(of elements: [JSONText]) -> ([String], [[EngineValue]]) {
    var names: [[UInt8]] = []
    var places: [[UInt8]: Int] = [:]
    var values: [[EngineValue]] = []
    func place(_ key: [UInt8]) -> Int {
      if let known = places[key] { return known }
      places[key] = names.count
      names.append(key)
      values.append([])
      return names.count - 1
    }
    for (row, element) in elements.enumerated() {
      for (key, value) in element.members ?? [(key: Array("value".utf8), value: element)] {
        let column = place(key)
        // The first of two equal keys counts (S4).
        guard values[column].count <= row else { continue }
        values[column] += [EngineValue](repeating: .null, count: row - values[column].count)
        values[column].append(EngineValue(value.field))
      }
    }
    for column in values.indices {
      values[column] += [EngineValue](repeating: .null, count: elements.count - values[column].count)
    }
    return (names.map { String(decoding: $0, as: UTF8.self) }, values)
  }
}

/// CSV as RFC 4180 has it: fields between commas, in double quotes where they hold commas, quotes or line ends.
private enum CSVText {
  static func table(_ bytes: [UInt8], path: String) throws -> ([String], [[EngineValue]]) {
    var rows = try records(bytes, path: path)
    guard let header = rows.first?.fields, !header.isEmpty else {
      throw CairnError.usage("\(path): empty: expected CSV with a line of names, or JSON")
    }
    rows.removeFirst()
    var values = [[EngineValue]](repeating: [], count: header.count)
    for row in rows {
      guard row.fields.count == header.count else {
        throw CairnError.usage(
          "\(path): line \(row.line): \(row.fields.count) fields, the first line names \(header.count)")
      }
      for (column, field) in row.fields.enumerated() {
        values[column].append(field.map(EngineValue.text) ?? .null)
      }
    }
    return (header.map { String(decoding: $0 ?? [], as: UTF8.self) }, values)
  }

  private typealias Record = (line: Int, fields: [[UInt8]?])

  private static func records(_ bytes: [UInt8], path: String) throws -> [Record] {
    var records: [Record] = []
    var fields: [[UInt8]?] = []
    var line = 1
    var position = 0
    while position < bytes.count {
      let start = line
      let field: [UInt8]?
      if bytes[position] == UInt8(ascii: "\"") {
        guard let text = quoted(bytes, &position, &line) else {
          throw CairnError.usage("\(path): line \(start): a quote that does not end, or text behind it")
        }
        field = text
      } else {
        let text = bytes[position...].prefix { $0 != UInt8(ascii: ",") && $0 != 0x0A && $0 != 0x0D }
        position += text.count
        field = text.isEmpty ? nil : Array(text)
      }
      fields.append(field)
      if position < bytes.count, bytes[position] == UInt8(ascii: ",") {
        position += 1
        if position < bytes.count { continue }
        fields.append(nil)
      }
      if position < bytes.count, bytes[position] == 0x0D { position += 1 }
      if position < bytes.count, bytes[position] == 0x0A { position += 1 }
      // An empty line is no row, but one column's empty value would look the same.
      if fields.count > 1 || fields[0] != nil { records.append((start, fields)) }
      fields = []
      line += 1
    }
    return records
  }

  /// The text of the field whose opening quote is at `position`, which moves behind the closing one.
  private static func quoted(_ bytes: [UInt8], _ position: inout Int, _ line: inout Int) -> [UInt8]? {
    var text: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte != UInt8(ascii: "\"") {
        if byte == 0x0A { line += 1 }
        text.append(byte)
      } else if position < bytes.count, bytes[position] == byte {
        text.append(byte)
        position += 1
      } else {
        let isEnd = position == bytes.count || [UInt8(ascii: ","), 0x0A, 0x0D].contains(bytes[position])
        return isEnd ? text : nil
      }
    }
    return nil
  }
}
