import CairnTestSupport
import Foundation
import Testing

/// `inspect` for somebody who sees an archive for the first time.
@Suite struct InspectTests {
  private static func archive(days: Int = 3) throws -> TestArchive {
    let records = (0..<(days * 10)).map { index in
      let day = index / 10
      let date = "20\(24 + day / 360)-\(two(1 + day / 30 % 12))-\(two(1 + day % 28))"
      return
        #"{"eventTime":"\#(date)T00:00:\#(two(index % 60))Z","eventSource":"s3.amazonaws.com","eventID":"e\#(index)","#
        + #""eventName":"Get\#(index % 8)","awsRegion":"eu-west-\#(index % 2)","recipientAccountId":"111122223333","#
        + #""sourceIPAddress":"203.0.113.\#(index % 9)","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/u"}\#(index % 5 == 0 ? #","errorCode":"AccessDenied""# : "")}"#
    }
    return try TestArchive([("a.json", Array(#"{"Records":[\#(records.joined(separator: ","))]}"#.utf8))])
  }

  private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  @Test func showsWhatIsInIt() throws {
    let archive = try Self.archive()
    let result = try Binary.run("inspect", archive.path)
    let text = String(decoding: result.output, as: UTF8.self)
    #expect(result.code == 0, "\(result.error)")
    for part in [
      "30 kept", "accounts (1)\n           30 100.0%  111122223333\n", "regions (2)\n", "calls (8)\n",
      "  2 more\n", "errors (1)\n            6  20.0%  AccessDenied\n", "addresses (9)\n", "principals (1)\n",
      "days (3)\n  2024-01  ███············", "  30\n", "forms (1)\n",
    ] { #expect(text.contains(part), "\(part) in \(text)") }
    #expect(!text.contains("segment "))
    let storage = String(decoding: try Binary.run("inspect", archive.path, "--storage").output, as: UTF8.self)
    #expect(
      storage.contains("row groups") && storage.contains("000001.cairn") && !storage.contains("accounts"))
    #expect(try Binary.run("inspect", archive.path, "--storage", "--schema").code == 2)
    let terminal = try PseudoTerminal(["inspect", archive.path], environment: ["NO_COLOR": ""], columns: 80)
    #expect(try terminal.exitCode() == 0)
    #expect(terminal.screen.contains("\u{1B}[1maccounts (1)\u{1B}[0m"))
  }

  @Test func manyMonthsAreLinesOfYears() throws {
    let archive = try Self.archive(days: 800)
    let text = String(decoding: try Binary.run("inspect", archive.path).output, as: UTF8.self)
    #expect(text.contains("months (") && text.contains("\n  2024  ") && text.contains("\n  2026  "))
  }

  @Test func schemaIsSearched() throws {
    let archive = try Self.archive()
    func paths(_ word: String) throws -> [String] {
      let result = try Binary.run("inspect", archive.path, "--schema", "--find", word, "--output", "csv")
      return String(decoding: result.output, as: UTF8.self).split(separator: "\r\n").dropFirst().map {
        String($0.prefix { $0 != "," })
      }
    }
    #expect(try paths("REGION") == ["awsRegion"])
    // By value, and by what CloudTrail documents.
    #expect(try paths("accessdenied") == ["errorCode"])
    #expect(try paths("program that") == [])
    #expect(try paths("answered the") == [])
    #expect(try paths("service that was called") == ["eventSource"])
    let nothing = try Binary.run("inspect", archive.path, "--schema", "--find", "zzz")
    #expect(nothing.code == 2 && nothing.error.contains("no path has zzz"))
    #expect(try Binary.run("inspect", archive.path, "--find", "x").code == 2)
    let table = String(decoding: try Binary.run("inspect", archive.path, "--schema").output, as: UTF8.self)
    #expect(table.contains("\nuserIdentity.arn ") && table.contains("who made the call"))
  }
}
