import Cairn
import CairnTestSupport
import Foundation
import Testing

/// Names that act, hide or forge: of files, of the archive, and every argument of every command. What is said of them
/// is one line each, with nothing raw in it.
@Suite struct HostileNameTests {
  /// The commands that show no rows. A new one has to be in `worksOnHostileNames`.
  static let commands: Set<String> = [
    "compact", "export", "recover", "restore", "verify", "merge", "gc", "drop", "hold", "release", "synth",
  ]

  private static let word = "\u{1B}[2J\u{1B}]0;t\u{07}\u{9B}1m\u{202E}\u{200B}\n\(HostileText.forgery)\r<b>"

  /// A reason holds nothing that acts.
  private static let line = "why <b>=1 日本"

  /// Each kind of work on a tree and an archive with such names.
  @Test func worksOnHostileNames() throws {
    let directory = try TemporaryDirectory()
    let tree = "tree" + Self.word.replacingOccurrences(of: "/", with: "")
    for object in try HostileCorpus.objects() { try directory.write("\(tree)/\(object.key)", object.bytes) }
    let archive = "archive" + Self.word
    let steps: [([String], ClosedRange<Int32>)] = [
      (["compact", tree, "--into", archive], 3...3),
      (["compact", tree, "--into", archive, "--rehash"], 3...3),
      (["compact", tree + "/nosuch", "--into", archive], 5...5),
      (["compact", archive, "--into", archive], 0...5),
      (["compact", tree, "--into", archive, "--json"], 0...3), (["verify", archive], 0...0),
      (["hold", archive, "--reason", Self.word], 2...2), (["hold", archive, "--reason", Self.line], 0...0),
      (["drop", archive, "--before", "2030", "--yes"], 2...5), (["release", archive], 0...0),
      (["drop", archive, "--before", "2030"], 0...0), (["merge", archive, "--all"], 0...0),
      (["gc", archive, "--grace", "0s"], 0...0), (["recover", archive], 0...0),
      (["restore", archive, "--to", "to" + Self.word], 0...3),
      (["restore", archive, "--to", "to" + Self.word], 0...3),
      (["restore", archive, "--to", "glob", "--source", Self.word], 0...1),
      (["export", archive, "--to", "out" + Self.word, "--format", "objects"], 0...3),
      (["export", archive, "--to", "out2" + Self.word], 2...2),
      (["synth", "--events", "20", "--out", "made" + Self.word], 0...0),
      (["synth", "--events", "20", "--out", "made" + Self.word], 2...5),
      (["inspect", archive], 0...0), (["inspect", archive, "--sources"], 0...0),
      (["scan", archive, "--count"], 0...0), (["query", archive, "SELECT count(*) FROM events"], 0...0),
      (["denied", archive, "--output", "markdown"], 0...0), (["denied", archive], 0...0),
      (["drop", archive, "--before", "2030", "--yes"], 0...0),
    ]
    for (arguments, codes) in steps {
      let terminal = try PseudoTerminal(
        arguments, environment: ["NO_COLOR": "", "CAIRN_PYTHON": "/nowhere/\(Self.word)"], columns: 100,
        directory: directory.path)
      let code = try terminal.exitCode()
      #expect(codes.contains(code), "\(arguments[0]): \(code) \(terminal.screen.debugDescription)")
      let deceit = HostileText.deceit(terminal.screen)
      #expect(deceit == nil, "\(arguments.prefix(4)): \(deceit ?? "")")
    }
    #expect(Set(steps.map { $0.0[0] }).isSuperset(of: Self.commands))
    // Every original came back, whatever it is called, but for the one that is none.
    let restored = try readTree(directory.sub("to" + Self.word))
    #expect(restored.count == (try HostileCorpus.objects().count) - 1)
  }

  struct Slot: Sendable, CustomTestStringConvertible {
    var command: String
    var arguments: [String]
    var testDescription: String { "\(command) \(arguments.first ?? "")" }
  }

  /// Every argument and option that takes a value, as the binary lists them.
  private static let slots: [Slot] = {
    guard let commands = try? CommandTable.commands.get() else { return [] }
    return commands.flatMap { command in
      // A word for each place that must be filled, and then one of them, or one more option, is hostile.
      let needed = (command.arguments ?? []).filter { !$0.isOptional }.flatMap { argument in
        argument.kind == "positional" ? ["nosuch"] : [argument.spelled ?? "", "nosuch"]
      }
      var slots = needed.indices.filter { !needed[$0].hasPrefix("-") }.map { index in
        var words = needed
        words[index] = word
        return Slot(command: command.commandName, arguments: words)
      }
      for argument in command.arguments ?? [] where argument.kind == "option" {
        let option = argument.spelled ?? ""
        slots.append(Slot(command: command.commandName, arguments: needed + [option, word]))
      }
      for more in ["--" + word, word, "-x" + word, "--threads=\(word)"] {
        slots.append(Slot(command: command.commandName, arguments: needed + [more]))
      }
      return slots
    } + [
      Slot(command: word, arguments: []), Slot(command: "help", arguments: [word]),
      Slot(command: "--" + word, arguments: []),
    ]
  }()

  @Test(arguments: slots) func argumentsAreQuotedSafely(slot: Slot) throws {
    let directory = try TemporaryDirectory()
    let terminal = try PseudoTerminal(
      [slot.command] + slot.arguments, environment: ["NO_COLOR": "", "HOME": directory.path], columns: 100,
      directory: directory.path)
    let code = try terminal.exitCode()
    #expect((0...5).contains(code), "\(code)")
    #expect(!terminal.screen.isEmpty || code == 0)
    let deceit = HostileText.deceit(terminal.screen)
    #expect(deceit == nil, "\(slot.arguments): \(deceit ?? "") in \(terminal.screen.debugDescription)")
  }
}
