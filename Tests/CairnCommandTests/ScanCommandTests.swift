import Cairn
import CairnTestSupport
import Foundation
import Testing

/// `cairn scan` and `cairn inspect` as a person runs them.
@Suite struct ScanCommandTests {
  private func archive() throws -> TestArchive {
    let records = (0..<5).map { index in
      #"{"eventTime":"2024-05-01T00:00:0\#(index)Z","eventName":"Name\#(index)","eventSource":"s3.amazonaws.com","awsRegion":"us-east-1","userIdentity":{"arn":"arn:aws:iam::1:user/a"},"sourceIPAddress":"1, \"2\"","errorMessage":"\u001b[31mred","eventID":"e\#(index)"}"#
    }
    return try TestArchive([("a.json", Array(#"{"Records":[\#(records.joined(separator: ","))]}"#.utf8))])
  }

  private func output(_ result: ChildProcess.Result) -> String {
    String(decoding: result.output, as: UTF8.self)
  }
  private func errors(_ result: ChildProcess.Result) -> String {
    result.error
  }

  @Test func formats() throws {
    let path = try archive()
    let count = try Binary.run(
      "scan", path.path, "--count", "--since", "2024-05-01T00:00:01Z", "--until", "2024-05-01T00:00:03Z",
      "--explain")
    #expect(count.code == 0 && output(count) == "2\n")
    #expect(errors(count).contains("2024-05-01T00:00:01Z <= eventTime < 2024-05-01T00:00:03Z"))
    #expect(errors(count).contains("segments   1 of 1 opened"))

    let csv = try Binary.run("scan", path.path, "--output", "csv", "--limit", "1")
    #expect(
      output(csv)
        == "eventTime,eventSource,eventName,awsRegion,userIdentity.arn,sourceIPAddress,errorCode\r\n"
        + "2024-05-01T00:00:00Z,s3.amazonaws.com,Name0,us-east-1,arn:aws:iam::1:user/a,\"1, \"\"2\"\"\",\r\n")

    let json = try Binary.run("scan", path.path, "--output", "json")
    let list = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [[String: Any]])
    #expect(list.map { $0["eventName"] as? String } == (0..<5).map { "Name\($0)" })

    let lines = try Binary.run("scan", path.path)
    #expect(output(lines).split(separator: "\n").count == 5)
    #expect(output(lines) == output(try Binary.run("scan", path.path, "--output", "raw")))

    let table = try Binary.run("scan", path.path, "--output", "table")
    #expect(output(table).hasPrefix("eventTime             eventSource"))
    #expect(output(table).split(separator: "\n").count == 6)
  }

  @Test func scansAndQueriesSpellJSONAlike() throws {
    let record = ##"{"eventName":"a\nb\t\r\b\f\u001b\"\\/é","eventTime":"2024-05-01T00:00:00Z"}"##
    let archive = try TestArchive([("a.json", Array(#"{"Records":[\#(record)]}"#.utf8))])
    let selected = try Binary.run("scan", archive.path, "--select", "eventName", "--output", "jsonl")
    let queried = try Binary.run("query", archive.path, "SELECT eventName FROM t", "--output", "jsonl")
    let whole = try Binary.run("query", archive.path, "SELECT eventJson FROM t", "--output", "jsonl")
    #expect(output(selected) == ##"{"eventName":"a\nb\t\r\b\f\u001b\"\\/é"}"## + "\n")
    #expect(output(queried) == output(selected))
    #expect(output(whole) == "{\"eventJson\":\(record)}\n")
  }

  @Test func exitCodes() throws {
    let path = try archive()
    #expect(try Binary.run("scan", path.path, "--since", "2025-01-01").code == 1)
    #expect(try Binary.run("scan", path.path, "--since", "nonsense").code == 2)
    #expect(try Binary.run("scan", path.path, "--since", "2025-01-02", "--until", "2025-01-01").code == 2)
    #expect(try Binary.run("scan", path.source).code == 2)
    #expect(try Binary.run("scan", path.path + "/nothing").code == 5)
    #expect(try Binary.run("unknown").code == 2)
    let version = try Binary.run("--version")
    #expect(version.code == 0 && output(version) == "\(cairnVersion)\n")
  }

  @Test func inspectShowsWhereBytesGo() throws {
    let path = try archive()
    let result = try Binary.run("inspect", path.path, "--columns")
    #expect(result.code == 0)
    let text = output(result)
    #expect(text.contains("5 kept, 0 duplicates, 0 rejected"))
    #expect(text.contains("2024-05-01T00:00:00Z … 2024-05-01T00:00:04Z"))
    for path in ["userIdentity.arn", "eventName", "sourceIPAddress"] { #expect(text.contains(path)) }
    let segment = try Binary.run("inspect", path.path + "/segments/000001.cairn")
    #expect(segment.code == 0 && output(segment).contains("5 kept"))
  }

  /// Every byte of the file is accounted for by the parts that `inspect` lists.
  @Test func inspectionAddsUp() throws {
    let path = try archive()
    let inspection = try Inspection(path: path.path, columns: true)
    let total = inspection.total
    let parts =
      total[.columnByteCount] + total[.packByteCount] + total[.catalogueByteCount]
      + total[.provenanceByteCount]
      + total[.timeByteCount] + total[.verbatimByteCount]
    #expect(total[.opaqueByteCount] == 0 && parts == total[.byteCount])
    #expect(inspection.columns.allSatisfy { $0.values > 0 && !$0.encodings.isEmpty })
  }
}
