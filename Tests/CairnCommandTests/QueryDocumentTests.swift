import Cairn
import CairnSynth
import CairnTestSupport
import Foundation
import Testing

/// What the pages say about queries, executed on a generated history.
@Suite struct QueryDocumentTests {
  /// The generated history: 60 days from 2025-01-01, the same every time.
  private static let archive: Result<TemporaryDirectory, any Error> = Result {
    let directory = try TemporaryDirectory()
    var options = SynthOptions(outputPath: directory.sub("logs"))
    options.eventCount = 6000
    options.dayCount = 60
    _ = try generate(options)
    _ = try compact([directory.sub("logs")], into: directory.sub("archive"))
    for month in ["01", "02"] {
      let logs = directory.sub("logs/AWSLogs/*/CloudTrail/*/2025/\(month)")
      _ = try compact([logs], into: directory.sub("archives/2025-\(month)"))
    }
    return directory
  }

  struct Block: Sendable, CustomTestStringConvertible {
    var page: String
    var line: Int
    var text: String
    var testDescription: String { "\(page):\(line)" }
  }

  /// Fenced blocks of one language.
  private static func blocks(_ page: String, _ language: String) -> [Block] {
    guard let bytes = try? readFile(page) else { return [] }
    var blocks: [Block] = []
    var current: Block?
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if let block = current {
        if line == "```" {
          blocks.append(block)
          current = nil
        } else {
          current?.text += line + "\n"
        }
      } else if line == "```\(language)" {
        current = Block(page: page, line: index + 1, text: "")
      }
    }
    return blocks
  }

  @Test(
    arguments: blocks("docs/query.md", "sql") + blocks("README.md", "sql")
      + blocks("docs/coming-from.md", "sql"))
  func statementsRun(block: Block) throws {
    let archive = try Archive(path: Self.archive.get().sub("archive"))
    for statement in try Query.statements(in: block.text) {
      let query = try Query(statement, on: archive)
      var rows = 0
      try query.run { rows += $0.rowCount }
      // All but those that count back from now find something.
      #expect(rows > 0, "\(statement)")
      #expect(query.warnings.isEmpty, "\(statement)")
      #expect(!query.columns.isEmpty)
    }
  }

  @Test(
    arguments: blocks("docs/query.md", "sh") + blocks("docs/coming-from.md", "sh")
      + blocks("README.md", "bash"))
  func commandsRun(block: Block) throws {
    let directory = try Self.archive.get()
    try directory.write("queries.sql", Array("SELECT 1; SELECT 2;".utf8))
    guard let cairn = Binary.path else { throw TestFailure("no cairn binary") }
    let bin = URL(fileURLWithPath: cairn).deletingLastPathComponent().path
    let result = try runProcess(
      ["bash", "-euo", "pipefail", "-c", "PATH=\(bin):$PATH\n\(block.text)"], directory: directory.path)
    #expect(result.code == 0, "\(result.error)")
    #expect(!result.output.isEmpty)
  }

  /// What EXPLAIN ANALYZE says, but for the numbers.
  @Test func explanation() throws {
    let block = try #require(try DocumentBlock.all(in: "docs/query.md").first { $0.language.isEmpty })
    let lines = block.text.split(separator: "\n")
    let command = try #require(lines.first)
    #expect(command.hasPrefix("$ cairn query archive \"EXPLAIN ANALYZE ") && command.hasSuffix("\""))
    let sql = String(command.dropFirst("$ cairn query archive \"".count).dropLast())
    let result = try Binary.run("query", "archive", sql, directory: try Self.archive.get().path)
    #expect(result.code == 0, "\(result.error)")
    func shape(_ lines: some Sequence<Substring>) -> [String] {
      lines.map { line in
        let counted = line.replacing(/[0-9][0-9.]*/, with: "N")
        return String(counted.replacing(/(row|batch|block)(e?s)?\b/) { match in match.output.1 })
      }
    }
    let said = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
    #expect(shape(said) == shape(lines.dropFirst()))
  }

  @Test func pagesHaveExamples() {
    #expect(Self.blocks("docs/query.md", "sql").count >= 12)
    #expect(Self.blocks("docs/query.md", "sh").count >= 3)
    #expect(Self.blocks("docs/coming-from.md", "sh").count >= 2)
  }
}
