import ArgumentParser
import Cairn

struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "inspect", abstract: "Show what an archive holds.")

  @Argument(help: "An archive directory or a .cairn file.")
  var archive: String

  func run() throws {}
}
