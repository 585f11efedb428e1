import CairnStorage

/// A document of `Formats/`: its named tables and its examples.
///
/// A table is named by a comment line above it, `<!-- table: NAME -->`. An example is a fenced block
/// ` ```example KIND `: lines of a key and a value, lines that begin with white space continuing the one before,
/// ` # ` beginning a comment.
struct FormatDocument {
  struct Example: CustomStringConvertible {
    var document: String
    var line: Int
    var kind: String
    var fields: [(key: String, value: String)]

    var description: String { "\(document):\(line) \(kind)" }

    func values(_ key: String) -> [String] { fields.filter { $0.key == key }.map(\.value) }

    func value(_ key: String) throws -> String {
      guard let found = values(key).first else { throw FormatError("\(self): no field \(key)") }
      return found
    }

    func integers(_ key: String) throws -> [Int64] {
      try value(key).split(separator: " ").map { try parseInteger($0) }
    }

    func integer(_ key: String) throws -> Int { Int(try integers(key)[0]) }

    func bytes(_ key: String = "bytes") throws -> [UInt8] { try parseHexadecimal(try value(key)) }

    /// The lines of a field that continue with `| `, each ended by a line feed.
    func text(_ key: String) throws -> String {
      try value(key).split(separator: "\n").map { line in
        guard line.hasPrefix("| ") else { throw FormatError("\(self): text lines begin with a bar") }
        return line.dropFirst(2) + "\n"
      }.joined()
    }
  }

  let name: String
  private(set) var tables: [String: [[String]]] = [:]
  private(set) var examples: [Example] = []

  /// The repository's root, above this file.
  static let root = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 }

  static func load(_ name: String) throws -> FormatDocument {
    let bytes = try File.readAll("\(root)/Formats/\(name)")
    return FormatDocument(name: name, text: String(decoding: bytes, as: UTF8.self))
  }

  init(name: String, text: String) {
    self.name = name
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var at = 0
    while at < lines.count {
      if let title = Self.tableName(lines[at]) {
        at += 1
        var rows: [[String]] = []
        while at < lines.count, lines[at].hasPrefix("|") {
          rows.append(Self.cells(lines[at]))
          at += 1
        }
        // Title row and dashes.
        tables[title] = Array(rows.dropFirst(2))
      } else if lines[at].hasPrefix("```example ") {
        let start = at
        at += 1
        while at < lines.count, lines[at] != "```" { at += 1 }
        examples.append(
          Example(
            document: name, line: start + 1, kind: String(lines[start].dropFirst(11)),
            fields: Self.fields(lines[(start + 1)..<at])))
      }
      at += 1
    }
  }

  func table(_ name: String) throws -> [[String]] {
    guard let table = tables[name], !table.isEmpty else {
      throw FormatError("\(self.name): no table \(name)")
    }
    return table
  }

  private static func tableName(_ line: Substring) -> String? {
    guard line.hasPrefix("<!-- table: "), line.hasSuffix(" -->") else { return nil }
    return String(line.dropFirst(12).dropLast(4))
  }

  private static func cells(_ line: Substring) -> [String] {
    line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast().map { trim($0) }
  }

  private static func fields(_ lines: ArraySlice<Substring>) -> [(key: String, value: String)] {
    var fields: [(key: String, value: String)] = []
    for line in lines {
      let isText = line.hasPrefix("| ")
      let content = isText ? String(line) : trim(cutComment(line))
      if content.isEmpty { continue }
      if isText || line.hasPrefix(" "), !fields.isEmpty {
        let last = fields.count - 1
        fields[last].value += (fields[last].value.isEmpty ? "" : isText ? "\n" : " ") + content
      } else {
        let parts = content.split(separator: " ", maxSplits: 1)
        fields.append((String(parts[0]), parts.count > 1 ? trim(parts[1]) : ""))
      }
    }
    return fields
  }

  private static func cutComment(_ line: Substring) -> Substring {
    for index in line.indices where line[index] == "#" {
      if index == line.startIndex || line[line.index(before: index)] == " " { return line[..<index] }
    }
    return line
  }
}

struct FormatError: Error, CustomStringConvertible {
  var description: String
  init(_ description: String) { self.description = description }
}

private func trim(_ text: some StringProtocol) -> String {
  var part = text[...]
  while part.first == " " { part.removeFirst() }
  while part.last == " " { part.removeLast() }
  return String(part)
}

func parseInteger(_ text: some StringProtocol) throws -> Int64 {
  guard let value = Int64(String(text.filter { $0 != "," } as [Character])) else {
    throw FormatError("\(text) is no integer")
  }
  return value
}

/// Bytes as two hexadecimal digits each, or runs of them, separated by spaces.
func parseHexadecimal(_ text: String) throws -> [UInt8] {
  try text.split(separator: " ").flatMap { word -> [UInt8] in
    let digits = Array(word)
    guard digits.count % 2 == 0 else { throw FormatError("\(word) has an odd number of digits") }
    return try stride(from: 0, to: digits.count, by: 2).map { at in
      guard let byte = UInt8(String(digits[at]) + String(digits[at + 1]), radix: 16) else {
        throw FormatError("\(word) is no hexadecimal")
      }
      return byte
    }
  }
}

func dump(_ bytes: [UInt8]) -> String {
  bytes.map { String($0 >> 4, radix: 16, uppercase: true) + String($0 & 15, radix: 16, uppercase: true) }
    .joined(separator: " ")
}

func reader(_ bytes: [UInt8]) -> ByteReader {
  ByteReader(bytes, origin: ByteOrigin(file: "example", offset: 0))
}
