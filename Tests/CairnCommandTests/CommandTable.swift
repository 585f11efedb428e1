import CairnTestSupport
import Foundation

/// The commands, their arguments and options, as the binary itself lists them: what is new is found here by itself.
enum CommandTable {
  struct Command: Decodable, Sendable {
    var commandName: String
    var arguments: [Argument]?
    var subcommands: [Command]?

    /// What an option may be, where it is one of some words.
    func values(of option: String) -> [String]? {
      arguments?.first { $0.names?.contains { $0.name == option } ?? false }?.allValues
    }

    var hasOutput: Bool { values(of: "output") != nil }
  }

  struct Argument: Decodable, Sendable {
    struct Name: Decodable, Sendable { var name: String }
    var kind: String
    var names: [Name]?
    var isOptional: Bool
    var allValues: [String]?

    /// `--name`, or `-n` where there is nothing longer.
    var spelled: String? {
      names?.map(\.name).max { $0.count < $1.count }.map { $0.count == 1 ? "-\($0)" : "--\($0)" }
    }
  }

  private struct Dump: Decodable { var command: Command }

  static let commands: Result<[Command], any Error> = Result {
    let dump = try Binary.run("--experimental-dump-help")
    let all = try JSONDecoder().decode(Dump.self, from: Data(dump.output)).command.subcommands ?? []
    guard all.count > 10 else { throw TestFailure("the binary does not list its commands") }
    return all.filter { $0.commandName != "help" }
  }
}
