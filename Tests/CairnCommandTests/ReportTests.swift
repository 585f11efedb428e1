import Cairn
import CairnTestSupport
import Foundation
import Testing

/// Reports say what was asked and where the evidence is, and nothing in them acts.
@Suite struct ReportTests {
  private static let hostile = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</pre></details><h1>x", "&lt;b&gt;",
    "javascript:alert(1)", "\u{202E}txt.exe\u{2066}", "\u{1B}]0;x\u{07}\u{1B}[2J", "=cmd|' /C calc'!A0",
    "|`x`| *b* [l](u)",
    "\u{200B}\u{FEFF}", "-->]]><!--", "'; DROP TABLE events; --",
  ]

  private static func json(_ text: String) throws -> String {
    String(
      decoding: try JSONSerialization.data(withJSONObject: text, options: .fragmentsAllowed), as: UTF8.self)
  }

  private static func archive() throws -> TestArchive {
    let records = try hostile.enumerated().map { index, text in
      #"{"eventTime":"2024-05-0\#(1 + index % 9)T0\#(index % 10):00:00Z","eventID":"id-\#(index)","eventSource":"s3.amazonaws.com","#
        + #""eventName":\#(try json(text)),"errorCode":"AccessDenied","userIdentity":{"type":"IAMUser","arn":\#(try json(text))},"#
        + #""requestParameters":{\#(try json(text)):\#(try json(text)),"raw":"\ud800 lone"}}"#
    }
    return try TestArchive([
      ("a<b>.json", Array(#"{"Records":[\#(records.joined(separator: ","))]}"#.utf8))
    ])
  }

  private func report(_ arguments: String...) throws -> String {
    let result = try Binary.run(arguments)
    #expect(result.code == 0, "\(result.error)")
    return String(decoding: result.output, as: UTF8.self)
  }

  @Test func pageIsInertAndComplete() throws {
    let archive = try Self.archive()
    let sql = "SELECT eventTime, eventName, requestParameters, eventID FROM events -- </title><script>"
    let page = try report("query", archive.path, sql, "--since", "2024-01-01", "--output", "html")
    for command in [["scan"], ["denied"]] {
      let other = try report(command[0], archive.path, "--output", "html")
      check(other)
      #expect(other.contains("cairn \(command[0]) ") && other.contains("id-3"))
    }
    check(page)
    #expect(page.contains("2024-01-01T00:00:00Z &lt;= eventTime, UTC"))
    #expect(page.contains("rows</dt><dd>12, naming 12 event IDs"))
    #expect(page.contains("MANIFEST-") && page.contains("cairn \(cairnVersion)"))
    #expect(page.contains("<svg class=\"histogram\"") && page.contains("id=\"event-0\""))
    #expect(page.contains("--output raw") && page.contains("cairn restore "))
    // The digest of the object as it was delivered.
    let object = try #require(try archive.restore().values.first)
    let digest = object.withUnsafeBufferPointer { hexadecimal(SHA256.digest($0)) }
    #expect(page.contains(digest))
    #expect(page.contains("\\u{202e}") && page.contains("\\u202e") && page.contains("\\u{1b}"))
  }

  /// No text of a record opens an element, closes one, or hides.
  private func check(_ page: String) {
    let own = ["<script>", "</script>", "</pre>", "</details>", "</title>", "</h1>"]
    func count(_ text: String) -> Int { page.components(separatedBy: text).count - 1 }
    #expect(count("<script") == 1 && count("</script>") == 1 && count("<style") == 1)
    #expect(count("<img") == 0 && count("onerror=alert(1)>") == 0 && count("<h1") == 1 && count("<!--") == 0)
    #expect(count("<pre>") == count("</pre>") && count("<details") == count("</details>"))
    for scalar in page.unicodeScalars where scalar != "\n" {
      #expect(!mayDeceive(scalar), "\(scalar.value)")
    }
    _ = own
    // The policy names the one script and the one style that are there.
    for name in ["script", "style"] {
      guard let start = page.range(of: "<\(name)>"), let end = page.range(of: "</\(name)>") else {
        Issue.record("no \(name)")
        continue
      }
      var text = String(page[start.upperBound..<end.lowerBound])
      let digest = Data(text.withUTF8 { SHA256.digest($0) }).base64EncodedString()
      #expect(page.contains("\(name)-src 'sha256-\(digest)'"))
    }
    #expect(page.contains("default-src 'none'"))
  }

  @Test func markdownHasTheSameHead() throws {
    let archive = try Self.archive()
    let text = try report(
      "query", archive.path, "SELECT eventID, eventName FROM events", "--output", "markdown")
    #expect(text.hasPrefix("**SELECT eventID, eventName FROM events**\n\n- command: `cairn query "))
    #expect(
      text.contains("- range: `all events, UTC`\n") && text.contains("- rows: `12, naming 12 event IDs`\n"))
    #expect(text.contains("| eventID | eventName |\n| --- | --- |\n| id-0 | \\<script\\>"))
    #expect(text.contains("SHA-256 ") && text.contains("--output raw"))
    #expect(!text.contains("<script>alert(1)</script> |"))
    // Code is closed by as many backquotes as it was opened by.
    let quoted = try report("query", archive.path, "SELECT '`' AS a, '``' AS b", "--output", "markdown")
    #expect(quoted.contains("- command: ``` cairn query"))
  }

  /// The head says what was asked about; times and names are not broken, and long values have room.
  @Test func headAndCells() throws {
    let archive = try Self.archive()
    let page = try report("grep", archive.path, "id-3", "--output", "html", "--quiet")
    #expect(page.contains("<h1>id-3: where a value is, anywhere in records</h1>"))
    let denied = try report("denied", archive.path, "--output", "markdown", "--quiet")
    #expect(denied.hasPrefix("**Refused calls by principal and call**\n"))
    let cells = try report(
      "query", archive.path,
      "SELECT '2024-05-01T00:00:00Z' AS a, rpad('x', 81, 'y') AS b, rpad('x', 60, 'y') AS c",
      "--output", "html")
    #expect(cells.contains("<td class=\"short\">2024-05-01T00:00:00Z</td><td class=\"long\"><div>xyy"))
    #expect(cells.contains("y</div></td><td>xyy"))
  }

  /// A quote may be one character with a combining mark behind it: it ends a text or a shell's word all the same.
  @Test func quotesWithMarksStayInside() throws {
    let record =
      #"{"eventTime":"2024-05-01T00:00:00Z","eventName":"n","eventID":\#(try Self.json("x'\u{301} OR true --"))}"#
    let archive = try TestArchive([("o'\u{301};id.json", Array(record.utf8))])
    let page = try report("query", archive.path, "SELECT eventID FROM events", "--output", "markdown")
    func has(_ text: String) -> Bool {
      Array(page.unicodeScalars).contains(Array(text.unicodeScalars))
    }
    // Doubled for SQL, each of the two outside of the shell's quotes.
    let quote = "'\\''"
    #expect(has("--where 'eventID = \(quote)x\(quote)\(quote)\u{301} OR true --\(quote)'"))
    #expect(has("o\(quote)\u{301};id.json'"))
  }

  @Test func fileEndingIsEnough() throws {
    let archive = try Self.archive()
    let target = archive.directory.sub("report.html")
    #expect(try Binary.run("scan", archive.path, "-o", target).code == 0)
    check(String(decoding: try readFile(target), as: UTF8.self))
    let terminal = try PseudoTerminal(["scan", archive.path, "-o", archive.directory.sub("two.html")])
    #expect(try terminal.exitCode() == 0)
    check(String(decoding: try readFile(archive.directory.sub("two.html")), as: UTF8.self))
  }

  @Test func valuesOfAMegabyte() throws {
    let long = String(repeating: "<", count: 1 << 20)
    let archive = try TestArchive([
      (
        "a.json",
        Array(#"{"eventTime":"2024-05-01T00:00:00Z","eventName":"n","eventID":"1","v":"\#(long)"}"#.utf8)
      )
    ])
    let page = try report("query", archive.path, "SELECT v, eventID FROM events", "--output", "html")
    #expect(page.utf8.count < 100_000 && page.contains("(1.05 MB)"))
  }

  @Test func numbersStayInSafeCSV() throws {
    let archive = try TestArchive([
      (
        "a.json",
        Array(
          #"{"eventTime":"2024-05-01T00:00:00Z","eventName":"n","n":-5,"f":-1.5e+3,"t":"-1+2","s":"-7"}"#.utf8
        )
      )
    ])
    let csv = try report(
      "query", archive.path, "SELECT n, f, t, s FROM events", "--output", "csv", "--csv-safe")
    #expect(csv == "n,f,t,s\r\n-5,-1.5e+3,'-1+2,-7\r\n")
  }
}
