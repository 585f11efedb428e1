import CairnTestSupport
import Foundation
import Testing

/// What every command that reads shows on terminals of 80 and of 200 columns, with and without colour, as it is kept in
/// `Tests/Snapshots`. `CAIRN_WRITE_SNAPSHOTS=1` keeps it anew: read the difference before it is committed.
@Suite(.serialized) struct SnapshotTests {
  nonisolated(unsafe) private static let archive: Result<TestArchive, any Error> = Result {
    let who = [
      ("IAMUser", "arn:aws:iam::111122223333:user/alice"),
      (
        "AssumedRole",
        "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Operators_0123456789abcdef/bob@example.com"
      ),
    ]
    let calls = [
      ("s3", "GetObject", ""),
      ("iam", "CreateAccessKey", #","errorCode":"AccessDenied","errorMessage":"not allowed"#),
      ("ecs", "UpdateService", ""), ("ec2", "DescribeInstances", ""),
    ]
    let records = (0..<12).map { index in
      let (kind, arn) = who[index % 2]
      let (service, name, error) = calls[index % 4]
      let token = String(repeating: "A1b2C3d4", count: 20)
      return
        #"{"eventVersion":"1.08","eventTime":"2024-05-0\#(1 + index / 6)T0\#(index % 6):00:00Z","eventSource":"\#(service).amazonaws.com","#
        + #""eventName":"\#(name)","awsRegion":"eu-west-1","sourceIPAddress":"203.0.113.\#(index % 3)","userAgent":"aws-cli/2.15 日本","#
        + #""eventID":"00000000-0000-4000-8000-0000000000\#(10 + index)","recipientAccountId":"111122223333","eventCategory":"Management","#
        + #""userIdentity":{"type":"\#(kind)","arn":"\#(arn)","accountId":"111122223333","accessKeyId":"AKIAQWERTYUIOPASDFG\#(index % 2)"},"#
        + #""requestParameters":{"cluster":"c","service":"s","desiredCount":\#(index)},"responseElements":{"token":"\#(token)","note":""}"#
        + (error.isEmpty ? "" : error + "\"") + "}"
    }
    return try TestArchive([("a.json", Array(#"{"Records":[\#(records.joined(separator: ","))]}"#.utf8))])
  }

  struct Command: CustomTestStringConvertible, Sendable {
    var name: String
    var arguments: [String]
    /// What is done before; commands that have it, or change the archive, work on a copy of their own each time.
    var before: [[String]]?
    var testDescription: String { name }
  }

  private static let commands: [Command] = [
    .init(name: "scan", arguments: ["scan", "archive", "--quiet"]),
    .init(name: "scan-json", arguments: ["scan", "archive", "--limit", "1", "--output", "json"]),
    .init(name: "scan-jsonl", arguments: ["scan", "archive", "--limit", "1", "--output", "jsonl"]),
    .init(
      name: "scan-vertical",
      arguments: ["scan", "archive", "--limit", "2", "--output", "vertical", "--select", "*"]),
    .init(
      name: "query",
      arguments: [
        "query", "archive", "--quiet",
        "SELECT eventTime, eventSource, eventName, userIdentity.arn, errorCode, responseElements, responseElements.note, userAgent FROM events",
      ]),
    .init(name: "query-error", arguments: ["query", "archive", "SELECT eventNam, FROM events"]),
    .init(name: "denied", arguments: ["denied", "archive", "--quiet"]),
    .init(name: "who", arguments: ["who", "archive", "203.0.113.1", "--quiet"]),
    .init(
      name: "timeline", arguments: ["timeline", "archive", "arn:aws:iam::111122223333:user/alice", "--quiet"]),
    .init(name: "grep", arguments: ["grep", "archive", "203.0.113.2", "--quiet"]),
    .init(name: "trace", arguments: ["trace", "archive", "AKIAQWERTYUIOPASDFG0", "--quiet"]),
    .init(name: "coverage", arguments: ["coverage", "archive", "--quiet"]),
    .init(name: "new", arguments: ["new", "archive", "--since", "2024-05-02", "--quiet"]),
    .init(name: "inspect", arguments: ["inspect", "archive"]),
    .init(name: "inspect-schema", arguments: ["inspect", "archive", "--schema"]),
    .init(name: "inspect-sources", arguments: ["inspect", "archive", "--sources"]),
    .init(name: "inspect-storage", arguments: ["inspect", "archive", "--storage"]),
    .init(name: "inspect-conflicts", arguments: ["inspect", "archive", "--conflicts"]),
    .init(name: "history", arguments: ["history", "archive", "ecs:c/s", "--quiet"]),
    .init(name: "verify", arguments: ["verify", "archive"], before: []),
    .init(name: "recover", arguments: ["recover", "archive"], before: []),
    .init(name: "restore", arguments: ["restore", "archive", "--to", "restored"], before: []),
    .init(
      name: "export", arguments: ["export", "archive", "--to", "out", "--format", "objects"], before: []),
    .init(name: "export-without", arguments: ["export", "archive", "--to", "out"], before: []),
    .init(name: "compact", arguments: ["compact", "source", "--into", "fresh"], before: []),
    .init(name: "compact-again", arguments: ["compact", "source", "--into", "archive"], before: []),
    .init(name: "merge", arguments: ["merge", "archive"], before: []),
    .init(name: "gc", arguments: ["gc", "archive"], before: []),
    .init(name: "drop", arguments: ["drop", "archive", "--before", "2024-06-01"], before: []),
    .init(name: "drop-yes", arguments: ["drop", "archive", "--before", "2024-06-01", "--yes"], before: []),
    .init(
      name: "drop-held", arguments: ["drop", "archive", "--before", "2024-06-01", "--yes"],
      before: [["hold", "archive", "--reason", "case 7"]]),
    .init(name: "hold", arguments: ["hold", "archive", "--reason", "case 7"], before: []),
    .init(
      name: "release", arguments: ["release", "archive"], before: [["hold", "archive", "--reason", "case 7"]]),
    .init(name: "release-unheld", arguments: ["release", "archive"], before: []),
    .init(name: "synth", arguments: ["synth", "--events", "200", "--out", "history"], before: []),
    .init(name: "unknown", arguments: ["scna", "archive"]),
  ]

  @Test(arguments: commands) func isAsItWas(command: Command) throws {
    let archive = try Self.archive.get()
    var text = ""
    for columns: UInt16 in [80, 200] {
      for color in ["never", "always"] {
        var directory = archive.directory
        if let before = command.before {
          directory = try TemporaryDirectory()
          for name in ["archive", "source"] {
            try FileManager.default.copyItem(atPath: archive.directory.sub(name), toPath: directory.sub(name))
          }
          for words in before { #expect(try Binary.run(words, directory: directory.path).code == 0) }
        }
        var environment = color == "never" ? ["NO_COLOR": "1", "PAGER": ""] : ["PAGER": "", "NO_COLOR": ""]
        environment["CAIRN_PYTHON"] = "/nowhere/python"
        let terminal = try PseudoTerminal(
          command.arguments, environment: environment, columns: columns, directory: directory.path)
        let code = try terminal.exitCode()
        let screen = terminal.screen.replacingOccurrences(of: "\r\n", with: "\n")
        if color == "never" { #expect(!screen.contains("\u{1B}")) }
        text += "=== \(columns) columns, colour \(color), exit code \(code)\n"
        let folder = URL(fileURLWithPath: directory.path).lastPathComponent
        text += screen.replacingOccurrences(of: "\u{1B}", with: "\\e").replacingOccurrences(
          of: folder, with: "FOLDER")
      }
    }
    // Sizes are those of the day.
    text.replace(/[0-9][0-9.,]* (k?B|MB)(\/event)?/, with: "SIZE")
    text.replace(/SIZE( +)/, with: "SIZE ")
    text.replace(/[0-9.]+ : 1/, with: "RATIO")
    text.replace(/[0-9.]+ bytes per event/, with: "SIZE per event")
    // So are how long it took and when it was.
    text.replace(/[0-9.]+ s\b/, with: "TIME s")
    text.replace(/held since [0-9T:.-]+Z/, with: "held since TIME")
    text.replace(/[0-9.,]+ MB(\/s)?/, with: "SIZE")
    let file = "Tests/Snapshots/\(command.name).txt"
    // What is not kept yet is kept from here on.
    let isWanted = ProcessInfo.processInfo.environment["CAIRN_WRITE_SNAPSHOTS"] != nil
    if isWanted || !FileManager.default.fileExists(atPath: file) {
      try FileManager.default.createDirectory(atPath: "Tests/Snapshots", withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    }
    let wanted = String(decoding: try readFile(file), as: UTF8.self)
    #expect(text == wanted, "\(Self.difference(text, wanted))")
  }

  /// The first line that is another.
  private static func difference(_ text: String, _ wanted: String) -> String {
    let (lines, others) = (text.split(separator: "\n"), wanted.split(separator: "\n"))
    let count =
      zip(lines, others).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      ?? min(lines.count, others.count)
    func line(_ lines: [Substring]) -> Substring { count < lines.count ? lines[count] : "nothing" }
    return "line \(count + 1): \(line(lines).debugDescription), not \(line(others).debugDescription)"
  }
}
