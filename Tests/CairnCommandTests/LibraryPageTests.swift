import Cairn
import CairnTestSupport
import Foundation
import Testing

/// The snippets of docs/library.md, compiled and run: what stands between the marks here is what stands there.
@Suite struct LibraryPageTests {
  private static let page = "docs/library.md"

  private static func archive() throws -> TestArchive {
    let records = (0..<9).map {
      #"{"eventTime":"2024-05-01T00:00:0\#($0)Z","eventID":"\#($0)","eventName":"Name\#($0 % 2)","userIdentity":{"arn":"arn:\#($0)"},"#
        + #""requestParameters":{"cluster":"c\#($0)","n":[1]}\#($0 % 3 == 0 ? #","errorCode":"AccessDenied""# : "")}"#
    }
    return try TestArchive([("a.json", Array(#"{"Records":[\#(records.joined(separator: ","))]}"#.utf8))])
  }

  /// What a snippet prints.
  private final class Lines: @unchecked Sendable {
    var all: [String] = []
    func add(_ items: [Any]) { all.append(items.map { "\($0)" }.joined(separator: " ")) }
  }

  @Test func opening() throws {
    let path = try Self.archive()
    try withExtendedLifetime(path) {
      let path = path.path
      let lines = Lines()
      func print(_ items: Any...) { lines.add(items) }
      // begin 1
      let archive = try Archive(path: path)
      let query = try Query(
        "SELECT eventName, count(*) AS n FROM events GROUP BY 1 ORDER BY 2 DESC", on: archive)
      print(query.columns.map(\.name))  // ["eventName", "n"], known before anything is read
      try query.run { batch in  // rows in order, at most some thousands at a time
        for row in 0..<batch.rowCount {
          print(batch[row, 0].text ?? "NULL", batch[row, 1].text ?? "NULL")
        }
      }
      print(query.warnings, query.statistics.bytesRead)
      // end
      #expect(lines.all.prefix(3) == [#"["eventName", "n"]"#, "Name0 5", "Name1 4"])
      #expect(lines.all.count == 4 && lines.all[3].hasPrefix("[] ") && lines.all[3] != "[] 0")
    }
  }

  @Test func rows() async throws {
    let test = try Self.archive()
    let archive = try Archive(path: test.path)
    let lines = Lines()
    func print(_ items: Any...) { lines.add(items) }
    // begin 2
    struct Denied: Decodable {
      var eventTime: QueryTime  // to the microsecond
      var who: String?
      var requestParameters: Parameters?  // objects and arrays of the record, as they are there
      struct Parameters: Decodable { var cluster: String? }
    }
    let denied = try Query(
      """
      SELECT eventTime, userIdentity.arn AS who, requestParameters FROM events
      WHERE is_denied(errorCode, errorMessage) ORDER BY eventTime
      """, on: archive)
    for try await call in denied.rows(as: Denied.self) { print(call.eventTime, call.who ?? "-") }
    for try await row in denied.rows {
      print(row["who"]?.text ?? "-", row["eventTime"]?.time?.microseconds ?? 0)
    }
    let all = try denied.all(as: Denied.self)  // without a task; also forEach { row in … }
    // end
    #expect(all.map { $0.requestParameters?.cluster } == ["c0", "c3", "c6"])
    #expect(lines.all.count == 6 && lines.all[1].hasSuffix(" arn:3") && lines.all[4].hasPrefix("arn:3 17145"))
    withExtendedLifetime(test) {}
  }

  /// Texts apart from their white space, as the formatter may have it.
  private static func words(_ text: some StringProtocol) -> String {
    String(text.filter { !$0.isWhitespace })
  }

  @Test func pageHasWhatRunsHere() throws {
    let source = String(
      decoding: try readFile("Tests/CairnCommandTests/LibraryPageTests.swift"), as: UTF8.self)
    let compiled = (1...2).map { number in
      source.components(separatedBy: "// begin \(number)\n").last?.components(separatedBy: "// end\n").first
        ?? ""
    }
    let blocks = try DocumentBlock.all(in: Self.page).filter { $0.language == "swift" }
    #expect(blocks.count == 3)
    for (block, code) in zip(blocks.dropFirst(), compiled) {
      let shown = block.text.replacingOccurrences(of: "import Cairn\n", with: "")
        .replacingOccurrences(of: #"path: "trail.cairn""#, with: "path: path")
      #expect(Self.words(shown) == Self.words(code), "\(block.place)")
    }
    // What a package writes to use it is what the example's package writes, but for where Cairn is.
    let example = String(decoding: try readFile("docs/examples/library/Package.swift"), as: UTF8.self)
    let product = #".product(name: "Cairn", package: "cairn")"#
    #expect(blocks[0].text.contains(product) && example.contains(product))
    #expect(
      blocks[0].text.contains(".package(url: ") && blocks[0].text.contains("/cairn\", branch: \"main\")"))
    #expect(
      String(decoding: try readFile("Package.swift"), as: UTF8.self).contains(#".library(name: "Cairn""#))
  }
}
