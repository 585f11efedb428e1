import ArgumentParser

@main
struct CairnCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cairn",
    abstract: "Columnar log compaction and analytics for AWS CloudTrail.",
    version: "0.1.0",
    subcommands: [SynthCommand.self])
}
