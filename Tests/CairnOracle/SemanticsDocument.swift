import CairnSQL
import Foundation

/// The examples of `docs/semantics.md`, so that the oracle and the engine are held to the same page.
public struct SemanticsDocument: Sendable {
  /// Examples of expressions.
  public let examples: [Example]
  /// Examples of functions, in blocks of their own.
  public let functionExamples: [Example]
  /// Lists of JSON values in ascending order.
  public let orders: [Order]
  /// Examples of queries.
  public let queries: [QueryExample]
  /// The rules by their numbers, `S1` and so on, in order.
  public let rules: [String]

  /// One expression and its value.
  public struct Example: Sendable, CustomStringConvertible {
    /// The rule that it illustrates.
    public let rule: String
    /// The line of the document.
    public let line: Int
    /// The record's JSON; empty where the block has none.
    public let record: [UInt8]
    /// The expression.
    public let expression: String
    /// `true`, `false`, `null`, `error` or a literal.
    public let expected: String

    /// Rule, line and text.
    public var description: String { "\(rule) line \(line): \(expression) => \(expected)" }
  }

  /// A query over some records and its rows.
  public struct QueryExample: Sendable, CustomStringConvertible {
    /// The rule that it illustrates.
    public let rule: String
    /// The line of the document.
    public let line: Int
    /// The records' JSON, in the order of the archive.
    public let records: [String]
    /// The query.
    public let query: String
    /// The names of the columns and the rows, each a JSON array; nil where the query is refused or fails.
    public let expected: [String]?

    /// Rule, line and text.
    public var description: String { "\(rule) line \(line): \(query)" }

    /// The key of the object that holds the records (S62).
    public static let objectKey = "AWSLogs/111122223333/CloudTrail/eu-west-1/2023/07/10/x.json"
  }

  /// Values in ascending order.
  public struct Order: Sendable {
    /// The rule that it illustrates.
    public let rule: String
    /// The values' JSON.
    public let values: [String]
  }

  /// Reads the document's text.
  public init(markdown: String) {
    var reader = Reader()
    for (index, line) in markdown.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      reader.read(String(line), number: index + 1)
    }
    examples = reader.examples
    functionExamples = reader.functionExamples
    orders = reader.orders
    queries = reader.queries.queries
    rules = reader.rules
  }

  /// Reads the document of the package that a test's source file belongs to.
  public static func load(near file: String = #filePath) throws -> SemanticsDocument {
    var folder = URL(fileURLWithPath: file).deletingLastPathComponent()
    while folder.path != "/" {
      let document = folder.appendingPathComponent("docs/semantics.md")
      if FileManager.default.fileExists(atPath: document.path) {
        return SemanticsDocument(markdown: try String(contentsOf: document, encoding: .utf8))
      }
      folder.deleteLastPathComponent()
    }
    throw CocoaError(.fileNoSuchFile)
  }
}

private struct Reader {
  var examples: [SemanticsDocument.Example] = []
  var functionExamples: [SemanticsDocument.Example] = []
  private var isAboutFunctions = false
  var orders: [SemanticsDocument.Order] = []
  var rules: [String] = []
  var queries = QueryExampleReader()
  private var isInside = false
  private var record: [UInt8] = []
  private var pending = ""
  private var pendingLine = 0

  private var rule: String { rules.last ?? "" }

  mutating func read(_ line: String, number: Int) {
    if line.hasPrefix("```") {
      isAboutFunctions = line == "```semantics-functions"
      isInside = line == "```semantics" || isAboutFunctions
      queries.fence(line)
      record = Array("{}".utf8)
      pending = ""
    } else if isInside {
      readExample(line, number: number)
    } else if queries.isInside {
      queries.read(line, number: number, rule: rule)
    } else if line.hasPrefix("**S"), let end = line.firstIndex(of: ".") {
      rules.append(String(line[line.index(line.startIndex, offsetBy: 2)..<end]))
    }
  }

  private mutating func readExample(_ line: String, number: Int) {
    if pending.isEmpty {
      if let json = line.suffix(after: "record ") { return record = Array(json.utf8) }
      if let text = line.suffix(after: "bytes ") { return record = Reader.bytes(text) }
      if let text = line.suffix(after: "order ") {
        return orders.append(.init(rule: rule, values: text.components(separatedBy: " < ")))
      }
      pendingLine = number
    }
    pending += (pending.isEmpty ? "" : "\n") + line
    guard let arrow = pending.range(of: " => ", options: .backwards) else { return }
    let example = SemanticsDocument.Example(
      rule: rule, line: pendingLine, record: record, expression: String(pending[..<arrow.lowerBound]),
      expected: String(pending[arrow.upperBound...]))
    if isAboutFunctions { functionExamples.append(example) } else { examples.append(example) }
    pending = ""
  }

  /// The bytes of a text in which `<hh>` is one raw byte.
  private static func bytes(_ text: String) -> [UInt8] {
    var result: [UInt8] = []
    var rest = Substring(text)
    while let character = rest.first {
      if character == "<", let byte = UInt8(rest.dropFirst().prefix(2), radix: 16),
        rest.dropFirst(3).first == ">"
      {
        result.append(byte)
        rest = rest.dropFirst(4)
      } else {
        result += Array(String(character).utf8)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}

extension String {
  func suffix(after prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
