import CairnTestSupport
import Foundation
import Testing

private let isTmuxThere = ["/usr/bin/tmux", "/usr/local/bin/tmux", "/bin/tmux"].contains {
  FileManager.default.isExecutableFile(atPath: $0)
}

/// Sessions of the shell, of progress and of Ctrl-C in a real terminal multiplexer, whose screen is what a person sees.
@Suite(.serialized, .enabled(if: isTmuxThere, "tmux is not installed")) struct TmuxTests {
  /// A terminal of 100 columns and 30 lines that runs bash with the command on its path.
  private final class Session {
    private let socket = "cairn-\(UUID().uuidString)"
    private static let timeoutSeconds = 20.0

    init(_ directory: TemporaryDirectory) throws {
      guard let cairn = Binary.path else { throw TestFailure("no cairn binary") }
      let bin = URL(fileURLWithPath: cairn).deletingLastPathComponent().path
      try directory.write(
        "start",
        Array("export PATH=\(bin):$PATH PS1='$ ' HOME=\(directory.path) PAGER= TERM=screen NO_COLOR=1\n".utf8)
      )
      try run(
        "-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "30", "-c", directory.path, "bash",
        "--noprofile",
        "--rcfile", directory.sub("start"), "-i")
      try wait(for: "$")
    }

    deinit { _ = try? run("kill-server") }

    @discardableResult
    private func run(_ arguments: String...) throws -> String {
      let result = try runProcess(["tmux", "-L", socket] + arguments)
      guard result.code == 0 else { throw TestFailure("tmux \(arguments): \(result.error)") }
      return String(decoding: result.output, as: UTF8.self)
    }

    /// A semicolon at the end would be tmux's own.
    func type(_ text: String) throws {
      try run("send-keys", "-l", text.hasSuffix(";") ? text.dropLast() + "\\;" : text)
    }
    func press(_ key: String) throws { try run("send-keys", key) }

    /// A line, and Return.
    func enter(_ text: String) throws {
      try type(text)
      try press("Enter")
    }

    var screen: [String] {
      get throws {
        try run("capture-pane", "-p").components(separatedBy: "\n").map {
          String($0.reversed().drop { $0 == " " }.reversed())
        }
      }
    }

    /// Waits for a line that has the text; gives the screen.
    @discardableResult
    func wait(for text: String, times: Int = 1) throws -> [String] {
      let deadline = Date().addingTimeInterval(Self.timeoutSeconds)
      while true {
        let screen = try screen
        if screen.count(where: { $0.contains(text) }) >= times { return screen }
        guard Date() < deadline else {
          throw TestFailure("'\(text)' did not come; shown:\n\(screen.joined(separator: "\n"))")
        }
        usleep(50_000)
      }
    }
  }

  private static func archive() throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    let records = (0..<200).map {
      #"{"eventTime":"2025-01-30T16:00:00Z","eventName":"Call\#($0 % 4)","eventSource":"s3.amazonaws.com","eventID":"id-\#($0)"}"#
    }
    try directory.write("a.json", Array(#"{"Records":[\#(records.joined(separator: ","))]}"#.utf8))
    #expect(
      try Binary.run("compact", "a.json", "--into", "archive", "--quiet", directory: directory.path).code == 0
    )
    return directory
  }

  private static let endless =
    "SELECT count(*) FROM " + (0..<12).map { "events e\($0)" }.joined(separator: ", ")

  @Test func shell() throws {
    let directory = try Self.archive()
    let session = try Session(directory)
    try session.enter("cairn query archive")
    try session.wait(for: "cairn>")
    // A statement over two lines.
    try session.enter("SELECT eventName, count(*) AS n FROM events")
    try session.enter("GROUP BY 1 ORDER BY 1;")
    let table = try session.wait(for: "4 rows")
    #expect(table.contains("Call0      50") && table.contains("Call3      50"), "\(table)")
    // Values are completed.
    try session.type("SELECT count(*) AS found FROM events WHERE eventID = 'id-19")
    try session.press("Tab")
    try session.type("9';")
    try session.press("Enter")
    try session.wait(for: "found")
    // Ctrl-C ends the statement and not the shell; the line that was begun goes with it, too.
    try session.enter(Self.endless + ";")
    try session.wait(for: "working")
    try session.press("C-c")
    try session.wait(for: "interrupted")
    try session.type("SELECT nonsense")
    try session.press("C-c")
    try session.enter(".save counts SELECT eventName, count(*) AS n FROM events GROUP BY 1;")
    try session.wait(for: "saved as")
    try session.enter("SELECT sum(n) AS everything FROM counts;")
    let sum = try session.wait(for: "everything")
    #expect(sum.contains { $0.hasSuffix("200") }, "\(sum)")
    try session.enter("exit")
    try session.enter("echo ended $?")
    try session.wait(for: "ended 0")
  }

  @Test func progressAndInterruption() throws {
    let directory = try Self.archive()
    let session = try Session(directory)
    try session.enter("cairn query archive '\(Self.endless)'")
    try session.wait(for: " s")
    try session.press("C-c")
    let screen = try session.wait(for: "cairn: interrupted")
    // The line of the progress is gone.
    #expect(!screen.contains { $0.hasPrefix("reading") || $0.hasPrefix("working") }, "\(screen)")
    try session.enter("echo ended $?")
    try session.wait(for: "ended 130")
    try session.enter("clear; cairn compact - --into fresh")
    try session.wait(for: "working, 1 s")
    try session.press("C-c")
    let ended = try session.wait(for: "goes on from there")
    #expect(ended.contains("cairn: interrupted"), "\(ended)")
    try session.enter("clear; CAIRN_PROGRESS_AFTER=0 cairn verify archive; echo ended $?")
    let verified = try session.wait(for: "ended 0")
    #expect(verified.contains { $0.hasPrefix("verified 1 objects, 200 records") }, "\(verified)")
    #expect(!verified.contains { $0.contains("░") || $0.contains("verifying") }, "\(verified)")
  }
}
