import Cairn
import CairnTestSupport
import Testing

/// Objects of a document a line of which some are damaged: every whole line's event is found, whatever wraps it and
/// whatever stands before; no part of a damaged one becomes an event; every byte is restored or in a reject.
@Suite struct DamagedLineTests {
  private static func record(_ number: Int) -> String {
    """
    {"eventVersion":"1.08","userIdentity":{"type":"Root","arn":"a"},"eventTime":"2024-01-01T00:00:0\(number)Z",\
    "eventName":"X","eventSource":"ec2.amazonaws.com","eventID":"id\(number)","requestParameters":{"a":[{"b":1}]}}
    """
  }

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\"", with: "\\\"") + "\""
  }

  /// A document with the event of a number.
  private static let forms: [(name: String, line: @Sendable (Int) -> String)] = [
    ("records", { record($0) }),
    ("own order", { "{\"requestID\":\"r\",\"z\":{}," + record($0).dropFirst() }),
    ("envelopes", { #"{"Records":[\#(record($0))]}"# }),
    (
      "EventBridge",
      {
        #"{"version":"0","id":"x","detail-type":"AWS API Call via CloudTrail","source":"aws.s3","detail":\#(record($0))}"#
      }
    ),
    (
      "subscription",
      {
        #"{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"#
          + #""logEvents":[{"id":"1","timestamp":1,"message":\#(quoted(record($0)))}]}"#
      }
    ),
    ("Elasticsearch", { #"{"@timestamp":"t","tags":["x"],"event":{"original":\#(quoted(record($0)))}}"# }),
    ("Splunk", { #"{"preview":false,"offset":7,"result":{"_raw":\#(quoted(record($0)))}}"# }),
    ("LookupEvents", { #"{"EventId":"e","EventName":"X","CloudTrailEvent":\#(quoted(record($0)))}"# }),
  ]

  /// What can become of a line. None leaves a whole event.
  private static let damages: [(name: String, line: @Sendable (String) -> String)] = [
    ("a brace", { _ in "{" }), ("a cut key", { "{" + $0.dropFirst(7) }), ("cut", { String($0.prefix(70)) }),
    ("cut late", { String($0.dropLast(12)) }),
    ("without its beginning", { $0.split(separator: "Version", maxSplits: 1).last.map(String.init) ?? "" }),
    ("a stray quote", { $0.replacing("eventName", with: "event\"Name") }),
    ("text", { _ in "an error: {\"a\":1} [2]" }), ("a number", { _ in "5" }), ("a string", { _ in "\"x\"" }),
  ]

  private func check(_ name: String, _ lines: [String], whole: [Int]) throws {
    let archive = try LivingArchive()
    let summary = try archive.add("x.json", lines.joined(separator: "\n"))
    let found = try archive.rows("SELECT eventID FROM events ORDER BY 1")
    #expect(found == whole.map { "id\($0)" }, "\(name)")
    #expect(summary.hasRejects && summary.objects == 1, "\(name)")
    try archive.check()
  }

  @Test func oneLine() throws {
    for form in Self.forms {
      for damage in Self.damages {
        for place in 0..<4 {
          var lines = (0..<4).map(form.line)
          lines[place] = damage.line(lines[place])
          try check(
            "\(form.name), \(damage.name), line \(place)", lines, whole: (0..<4).filter { $0 != place })
        }
      }
    }
  }

  /// Every other line of many: what is read in vain for one must not leave the next unread.
  @Test func manyLines() throws {
    for form in Self.forms {
      for damage in Self.damages {
        let lines = (0..<2000).map {
          $0 % 2 == 0 ? form.line($0 % 10) : damage.line(form.line($0 % 10))
        }
        let archive = try LivingArchive()
        let summary = try archive.add("x.json", lines.joined(separator: "\n"))
        #expect(summary.kept == 5 && summary.duplicates == 995, "\(form.name), \(damage.name): \(summary)")
        #expect(try archive.rows("SELECT count(eventID), count(*) FROM events") == ["5 5"])
      }
    }
  }

  /// What is left of a laid out record whose beginning is lost: no object in it is an event, and the next record is.
  @Test func laidOutWithoutItsBeginning() throws {
    let text = """
      "eventName": "X",
        "userIdentity": {
          "type": "Root"
        },
        "resources": [
          {
            "ARN": "a",
            "accountId": "1"
          },
          {
            "ARN": "b"
          }
        ],
        "eventID": "lost"
      }
      """
    for (head, tail) in [
      ("{[", "\n"), ("{[", ",\n  "), (Self.record(1) + "\n", "\n"), (Self.record(1) + ",", ",\n  "),
    ] {
      let archive = try LivingArchive()
      try archive.add("x.json", head + text + tail + Self.record(2) + "\n")
      let expected = head.contains("id1") ? ["id1", "id2"] : ["id2"]
      #expect(try archive.rows("SELECT eventID FROM events ORDER BY 1") == expected, "\(head) \(tail)")
      try archive.check()
    }
  }
}
