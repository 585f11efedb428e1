import ArgumentParser
import CResources
import Cairn
import CairnSQL
import Glibc

/// The command: parses, runs, and turns every error into one line and the documented exit code.
@main
struct CairnCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cairn",
    abstract: "Columnar log compaction and analytics for AWS CloudTrail.",
    discussion: """
      Exit codes: 0 ok; 1 nothing matched or was found; 2 wrong usage; 3 done, but something was rejected, not read or not written; \
      4 archive damaged; 5 I/O error, archive locked or out of memory; 130, 143, 129 ended by SIGINT, SIGTERM, SIGHUP.
      """,
    version: cairnVersion,
    subcommands: [
      CompactCommand.self, ExportCommand.self, InspectCommand.self, QueryCommand.self, RecoverCommand.self,
      RestoreCommand.self,
      ScanCommand.self, HistoryCommand.self, TraceCommand.self, WhoCommand.self, DeniedCommand.self,
      GrepCommand.self, NewCommand.self, CoverageCommand.self, TimelineCommand.self, VerifyCommand.self,
      MergeCommand.self, CollectCommand.self, DropCommand.self,
      HoldCommand.self, ReleaseCommand.self, SynthCommand.self,
    ])

  static func main() {
    Signals.install()
    cairn_exit_where_resources_end(5)
    do {
      var arguments = try Arguments.decoded()
      // As other tools have it.
      if arguments == ["version"] || arguments == ["-V"] { arguments = ["--version"] }
      var command = try parse(arguments)
      do {
        try command.run()
      } catch let code as ExitCode {
        // What there is to show has been shown.
        try StandardOutput.shared.finish()
        Glibc.exit(code.rawValue)
      }
      try StandardOutput.shared.finish()
    } catch let error as CairnError {
      finish(error)
    } catch is PagerLeft {
      try? StandardOutput.shared.finish()
      Glibc.exit(0)
    } catch {
      let code = exitCode(for: error)
      let message = fullMessage(for: error)
      if code == .success {
        print(message)
      } else {
        printError(Arguments.onOneLine(in: improved(message)), hasLines: true)
      }
      Glibc.exit(code == .success ? 0 : 2)
    }
  }

  /// A subcommand that is named first is parsed alone: that spares every start what only the whole command needs, a
  /// millisecond. What does not parse so (help, completions, mistakes) is the whole command's to answer.
  private static func parse(_ arguments: [String]) throws -> any ParsableCommand {
    try refuseUnknownCommand(arguments)
    if let name = arguments.first,
      let subcommand = configuration.subcommands.first(where: { $0._commandName == name }),
      let command = try? subcommand.parseAsRoot(Array(arguments.dropFirst())), type(of: command) == subcommand
    {
      return command
    }
    return try parseAsRoot(arguments)
  }

  /// A first word that is no command's name is a mistake, after `help` too.
  private static func refuseUnknownCommand(_ arguments: [String]) throws {
    let words = arguments.first == "help" ? arguments.dropFirst() : arguments[...]
    let names = configuration.subcommands.map { $0._commandName } + ["help"]
    guard let word = words.first, !word.hasPrefix("-"), !names.contains(word) else { return }
    let near = NearNames.nearest(to: word, among: names)
    throw CairnError.usage(FamiliarWords.answer(toCommand: word, near: near))
  }

  /// A message of the parser, where somebody may have another tool's option in mind.
  private static func improved(_ message: String) -> String {
    let name = Arguments.words.first
    guard let subcommand = configuration.subcommands.first(where: { $0._commandName == name }) else {
      return message
    }
    return FamiliarWords.improved(message, help: helpMessage(for: subcommand))
  }

  private static func finish(_ error: CairnError) {
    if case .io("standard output", _, EPIPE) = error { Glibc.exit(0) }
    StandardOutput.shared.abandon()
    if error == .interrupted {
      let (message, code) = Signals.outcome
      printError("cairn: \(message)")
      for line in Signals.advice { printError(line) }
      Glibc.exit(code)
    }
    printError("cairn: \(Arguments.onOneLine(in: error.description))", hasLines: true)
    if let advice = FamiliarWords.advice(on: error, Arguments.words) { printError(advice) }
    Glibc.exit(error.exitCode)
  }
}
