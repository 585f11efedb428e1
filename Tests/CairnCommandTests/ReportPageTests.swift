import CairnTestSupport
import Foundation
import Testing

/// Pages in a real browser, where there is one: `CAIRN_LONG=1` and Chromium. Pictures stay in `CAIRN_SCREENSHOTS`.
@Suite(
  .serialized,
  .enabled(
    if: ProcessInfo.processInfo.environment["CAIRN_LONG"] != nil
      && FileManager.default.isExecutableFile(atPath: "/usr/bin/chromium")))
struct ReportPageTests {
  private func chromium(_ arguments: [String]) throws -> String {
    let directory = try TemporaryDirectory()
    let result = try runProcess(
      [
        "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        "--user-data-dir=\(directory.path)",
      ] + arguments)
    return String(decoding: result.output, as: UTF8.self)
  }

  private func page() throws -> (TestArchive, String) {
    let records = (0..<40).map { index in
      #"{"eventTime":"2024-05-\#(10 + index / 2)T00:00:00Z","eventID":"id-\#(index)","eventName":"<b>=\#(index)","n":\#(index * 7 % 40),"errorCode":"AccessDenied"}"#
    }
    let archive = try TestArchive([
      ("a.json", Array(#"{"Records":[\#(records.joined(separator: ","))]}"#.utf8))
    ])
    let file = archive.directory.sub("page.html")
    let result = try Binary.run(
      "query", archive.path, "SELECT eventTime, n, eventName, errorCode, eventID FROM events", "-o", file)
    #expect(result.code == 0, "\(result.error)")
    return (archive, file)
  }

  @Test(arguments: ["1600,1000", "800,1000", "390,844"]) func looksTheSameEverywhere(size: String) throws {
    let (archive, file) = try page()
    let folder = ProcessInfo.processInfo.environment["CAIRN_SCREENSHOTS"] ?? archive.directory.path
    let picture = "\(folder)/report-\(size.prefix { $0 != "," }).png"
    _ = try chromium(["--window-size=\(size)", "--screenshot=\(picture)", "file://\(file)"])
    // A page of one colour is a few kilobytes.
    #expect(try readFile(picture).count > 20_000)
  }

  /// The script sorts, filters, opens events and makes harmless CSV; without the policy, so that a test can act on it.
  @Test func scriptDoesWhatItIsFor() throws {
    let (archive, file) = try page()
    var html = String(decoding: try readFile(file), as: UTF8.self)
    let policy = try #require(html.range(of: "<meta http-equiv=\"Content-Security-Policy\""))
    let end = try #require(html[policy.lowerBound...].range(of: "\">"))
    html.removeSubrange(policy.lowerBound..<end.upperBound)
    html = html.replacingOccurrences(
      of: "</body>",
      with: """
        <script>
        const out = {}, part = document.querySelector("section"), input = part.querySelector("input");
        const rows = () => [...part.querySelectorAll("tbody tr")].filter(row => !row.hidden && row.className !== "inside");
        input.value = "ID-7"; input.dispatchEvent(new Event("input"));
        out.filtered = rows().length;
        input.value = ""; input.dispatchEvent(new Event("input"));
        const head = part.querySelectorAll("th")[1];
        head.querySelector("button").click();
        out.ascending = rows().slice(0, 3).map(row => row.cells[1].textContent);
        head.querySelector("button").click();
        out.descending = rows().slice(0, 3).map(row => row.cells[1].textContent);
        part.querySelector("tbody a").click();
        out.inside = part.querySelector(".inside pre").textContent.includes('"eventID": "id-');
        part.querySelector("tbody a").click();
        out.closed = part.querySelectorAll(".inside").length;
        out.csv = ["=1+1", "x;=1", "x; =1", "x\\t@y", "x\\n=1", "\\uFF1D1", "\\t1", "-5", "-1.5e+3", "-1+2", "a=b", "", "a\\"b"].map(csvField);
        out.bold = document.querySelectorAll("td b").length;
        document.body.textContent = JSON.stringify(out);
        </script></body>
        """)
    let acted = archive.directory.sub("acted.html")
    try Data(html.utf8).write(to: URL(fileURLWithPath: acted))
    let dump = try chromium(["--dump-dom", "file://\(acted)"])
    let start = try #require(dump.range(of: "<body>")), stop = try #require(dump.range(of: "</body>"))
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(dump[start.upperBound..<stop.lowerBound].utf8))
        as? [String: Any])
    #expect(object["filtered"] as? Int == 1)
    #expect(object["ascending"] as? [String] == ["0", "1", "2"])
    #expect(object["descending"] as? [String] == ["39", "38", "37"])
    #expect(object["inside"] as? Bool == true && object["closed"] as? Int == 0 && object["bold"] as? Int == 0)
    #expect(
      object["csv"] as? [String] == [
        "'=1+1", "x;'=1", "x;' =1", "x\t'@y", "\"x\n'=1\"", "'\u{FF1D}1", "'\t1", "-5", "-1.5e+3", "'-1+2",
        "a=b",
        "\"\"", "\"a\"\"b\"",
      ])
  }

  /// With its policy the page runs its own script and nothing that a record brings.
  @Test func policyHolds() throws {
    let archive = try TestArchive([
      (
        "a.json",
        Array(
          #"{"eventTime":"2024-05-01T00:00:00Z","eventID":"1","eventName":"<img src=x onerror=\"document.title='owned'\">"}"#
            .utf8)
      )
    ])
    let file = archive.directory.sub("page.html")
    #expect(try Binary.run("scan", archive.path, "-o", file).code == 0)
    let dump = try chromium(["--dump-dom", "file://\(file)"])
    #expect(dump.contains("<title>events</title>") && !dump.contains("<img"))
  }
}
