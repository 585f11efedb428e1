import ArgumentParser
import Cairn

struct RecoverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover",
    _superCommandName: "cairn",
    abstract: "Lead an archive back to its newest state that is whole.",
    discussion: """
      For an archive whose CURRENT, newest manifest or some segments are lost or damaged. Without --yes it shows the state that it \
      would choose and changes nothing (exit code 4; 0 where the archive needs nothing). What the state does not \
      name is not removed: it goes to lost+found in the archive.
      """)

  @Argument(help: "The archive directory.", completion: .directory)
  var archive: String

  @Flag(help: "Do it.")
  var yes = false

  func run() throws {
    let meter = ProgressMeter.start(isWanted: true) { _ in }
    defer { meter?.end() }
    let recovery = try ArchiveRecovery(path: archive)
    guard let problem = recovery.problem else {
      return try line("whole", state(recovery.manifest) + ": nothing to recover")
    }
    try line("problem", problem)
    try line(
      "state",
      state(recovery.manifest)
        + (recovery.isRebuilt ? ", made anew of the segments that are whole" : ""))
    for manifest in recovery.manifestsPassedOver {
      try line("not whole", "\(manifest.name): \(manifest.reason)")
    }
    for segment in recovery.segmentsLeftOut { try line("left out", "\(segment.name): \(segment.reason)") }
    guard yes else {
      try line("", "nothing was changed; --yes makes this the archive's state")
      throw ExitCode(4)
    }
    try recovery.perform()
    try line("done", "the archive has this state; `cairn verify` reads all of it")
  }

  private func state(_ manifest: Manifest) -> String {
    let rows = manifest.segments.reduce(0) { $0 + $1.visibleRowCount }
    var text = "\(manifest.name), \(formatCount(rows)) events in \(manifest.segments.count) segments"
    let from = manifest.segments.map(\.minimumTime).min() ?? .max
    let to = manifest.segments.map(\.maximumTime).max() ?? .min
    if from <= to { text += ", \(formatTime(from)) … \(formatTime(to))" }
    return text
  }

  private func line(_ name: String, _ text: String) throws {
    try StandardOutput.shared.write("\(name.padded(to: 9)) \(escapeForTerminal(text))\n")
  }
}
