import Cairn
import CairnSynth
import CairnTestSupport
import Foundation
import Testing

/// What the README shows of the command, executed on what `make demo` makes, and every option that a page names.
@Suite struct DocumentCommandTests {
  private static let tour: Result<TemporaryDirectory, any Error> = Result {
    let directory = try TemporaryDirectory()
    var options = SynthOptions(outputPath: directory.path)
    options.eventCount = 50_000
    options.dayCount = 60
    _ = try generate(options)
    return directory
  }

  /// The text of a page's fenced blocks of one language.
  private static func blocks(_ page: String, _ language: String) throws -> [String] {
    let parts = String(decoding: try readFile(page), as: UTF8.self).components(separatedBy: "\n```")
    return parts.filter { $0.hasPrefix(language + "\n") }.map {
      String($0.dropFirst(language.count + 1))
    }
  }

  /// The tour at the README's head: each line that it shows is one that comes.
  @Test func readmeShowsWhatComes() throws {
    let directory = try Self.tour.get()
    let block = try #require(try Self.blocks("README.md", "console").first)
    guard let cairn = Binary.path else { throw TestFailure("no cairn binary") }
    let bin = URL(fileURLWithPath: cairn).deletingLastPathComponent().path
    var commands: [(text: String, shown: [String])] = []
    for line in block.components(separatedBy: "\n") {
      if line.hasPrefix("$ ") {
        commands.append((String(line.dropFirst(2)), []))
      } else if let last = commands.last, last.shown.isEmpty, line.hasPrefix("    ") {
        commands[commands.count - 1].text += "\n" + line
      } else if !line.isEmpty {
        commands[commands.count - 1].shown.append(line)
      }
    }
    #expect(commands.count >= 4)
    for command in commands {
      let result = try runProcess(
        ["bash", "-euo", "pipefail", "-c", "PATH=\(bin):$PATH\n\(command.text)"],
        directory: directory.path)
      #expect(result.code == 0, "\(command.text): \(result.error)")
      let said = String(decoding: result.output, as: UTF8.self) + result.error
      #expect(!said.isEmpty)
      for line in command.shown {
        #expect(said.contains(line), "\(command.text): \(line) not in \(said)")
      }
    }
    // The picture of a terminal.
    let pictures = try Self.blocks("README.md", "").filter { $0.hasPrefix("$ cairn ") }
    let picture = try #require(pictures.first).components(separatedBy: "\n")
    let words = picture[0].dropFirst("$ cairn ".count).split(separator: " ").map(String.init)
    let terminal = try PseudoTerminal(words, columns: 140, directory: directory.path)
    #expect(try terminal.exitCode() == 0)
    let screen = terminal.screen.components(separatedBy: "\r\n").map {
      String($0.reversed().drop { $0 == " " }.reversed())
    }
    #expect(Array(screen.prefix(picture.count - 1)) == Array(picture.dropFirst()))
  }

  private static let pages = [
    "README.md", "docs/query.md", "docs/investigate.md", "docs/coming-from.md", "docs/operate.md",
    "docs/reliability.md", "docs/scale.md", "docs/performance.md", "docs/export.md",
    "docs/synth.md",
    "docs/limits.md", "docs/python.md", "CONTRIBUTING.md",
  ]

  /// Code in running text: `cairn merge --all`. Its command is one, and has each option that stands there.
  @Test(arguments: pages) func optionsAreThere(page: String) throws {
    let text = String(decoding: try readFile(page), as: UTF8.self)
    var checked = 0
    for span in text.split(separator: "`", omittingEmptySubsequences: false)
    where span.hasPrefix("cairn ") {
      let words = span.split(whereSeparator: \.isWhitespace).map(String.init)
      guard words.count > 1, words[1].allSatisfy({ $0.isLetter && $0.isLowercase }) else {
        continue
      }
      let help = try Self.help(of: words[1])
      #expect(help != nil, "\(page): there is no cairn \(words[1])")
      for word in words.dropFirst(2) where word.hasPrefix("--") && word.count > 2 {
        let option = word.split(separator: "=")[0].split(separator: ",")[0]
        #expect(
          help?.contains(String(option)) == true, "\(page): cairn \(words[1]) has no \(option)")
        checked += 1
      }
    }
    if page == "README.md" { #expect(checked > 10) }
  }

  private static func help(of command: String) throws -> String? {
    if let known = texts.withLock({ $0[command] }) { return known }
    let result = try Binary.run("help", command)
    guard result.code == 0 else { return nil }
    let text = String(decoding: result.output, as: UTF8.self) + result.error
    texts.withLock { $0[command] = text }
    return text
  }

  private static let texts = Texts()

  private final class Texts: @unchecked Sendable {
    private let lock = NSLock()
    private var texts: [String: String] = [:]
    func withLock<Result>(_ body: (inout [String: String]) throws -> Result) rethrows -> Result {
      lock.lock()
      defer { lock.unlock() }
      return try body(&texts)
    }
  }
}
