import Cairn
import CairnSynth
import CairnTestSupport
import Foundation
import Testing

/// The page about investigations: its commands give what it shows.
@Suite struct InvestigateDocumentTests {
  private static let archive: Result<TemporaryDirectory, any Error> = Result {
    let directory = try TemporaryDirectory()
    var options = SynthOptions(outputPath: directory.sub("history"))
    options.eventCount = 6000
    options.dayCount = 60
    options.accountCount = 4
    options.regionCount = 4
    options.seed = 7
    options.incidents = Incident.allCases
    _ = try generate(options)
    _ = try compact([directory.sub("history")], into: directory.sub("archive"))
    return directory
  }

  struct Example: Sendable, CustomTestStringConvertible {
    var command: String
    var output: [String]
    var testDescription: String { command }
  }

  private static let examples: [Example] = {
    guard let bytes = try? readFile("docs/investigate.md") else { return [] }
    var examples: [Example] = []
    var isInside = false
    for line in String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    {
      if line.hasPrefix("```") {
        isInside = false
      } else if line.hasPrefix("$ cairn ") {
        examples.append(Example(command: String(line.dropFirst("$ cairn ".count)), output: []))
        isInside = true
      } else if isInside {
        examples[examples.count - 1].output.append(String(line))
      }
    }
    return examples
  }()

  @Test(arguments: examples) func showsWhatThePageSays(example: Example) throws {
    let directory = try Self.archive.get()
    let arguments = example.command.split(separator: " ").map(String.init) + ["--output", "table"]
    let result = try Binary.run(arguments, directory: directory.path)
    #expect(result.code == 0, "\(result.error)")
    let lines = String(decoding: result.output, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false
    ).map(String.init)
    for (number, expected) in example.output.enumerated() {
      // The page leaves out what is long.
      let line = number < lines.count ? lines[number] : "nothing"
      let isSame = expected.hasSuffix("…") ? line.hasPrefix(expected.dropLast()) : line == expected
      #expect(isSame, "line \(number + 1): \(line)")
    }
  }

  @Test func pageHasAllCommands() {
    let commands = Set(Self.examples.compactMap { $0.command.split(separator: " ").first.map(String.init) })
    #expect(commands == ["history", "trace", "who", "grep", "timeline", "denied", "new", "coverage"])
  }
}
