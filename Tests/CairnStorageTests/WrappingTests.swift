import CairnStorage
import CairnTestSupport
import Testing

/// Records inside what other services and tools make of them: read as events, and the wrapping restored byte for byte.
@Suite struct WrappingTests {
  private static func record(_ number: Int, _ more: String = "") -> String {
    #"{"eventVersion":"1.08","eventTime":"2024-01-01T00:0\#(number):00Z","eventName":"n\#(number)","eventID":"\#(number)"\#(more)}"#
  }

  /// A record as the inside of a JSON string.
  private static func quoted(_ text: String, _ style: StringStyle = .minimal) -> String {
    var output = RawVector<UInt8>()
    defer { output.free() }
    var text = text
    text.withUTF8 { StringSpelling.append($0, style: style, to: &output) }
    return String(decoding: output.buffer, as: UTF8.self)
  }

  static let forms: [(Wrapping, String)] = {
    let (a, b) = (record(1), record(2, #","requestParameters":{"name":"a/b <é> \u0027"}"#))
    return [
      (
        .lookupEvents,
        "{\n  \"Events\": [\n    {\"EventId\": \"1\", \"Resources\": [], \"CloudTrailEvent\": \"\(quoted(a))\"},\n"
          + "    {\"CloudTrailEvent\": \"\(quoted(b))\", \"ReadOnly\": \"true\"}\n  ], \"NextToken\": \"x\"\n}\n"
      ),
      (
        .lookupEvents,
        [a, b].map { "{\"EventId\":\"1\",\"CloudTrailEvent\":\"\(quoted($0, .ascii))\"}\n" }.joined()
      ),
      (
        .eventBridge,
        [a, b].map {
          "{\"version\":\"0\",\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":\($0),\"x\":[]}\n"
        }
        .joined()
      ),
      (.eventBridge, "[{\"version\":\"0\",\"detail\":\(a)},{\"detail\":\(b)}]"),
      (
        .cloudWatchLogs,
        "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"id\":\"1\",\"message\":\"\(quoted(a))\"},"
          + "{\"id\":\"2\",\"message\":\"\(quoted(b, .slash))\"}]}"
      ),
      (
        .cloudWatchLogs,
        "{\"events\":[{\"timestamp\":1,\"message\":\"\(quoted(a))\\n\"},{\"message\":\"\(quoted(b, .html))\"}]}"
      ),
      (.cloudWatchLogs, "2024-01-01T00:00:00.000Z \(a)\n2024-01-01T00:00:01.000Z \(b)\n"),
      (.cloudWatchLogs, "2024-01-01T00:00:00+00:00 a_CloudTrail_b \(a)\n2024-01-01T00:00:00+00:00 c \(b)"),
      (
        .cloudWatchLogs,
        "{\"results\":[[{\"field\":\"@message\",\"value\":\"\(quoted(a))\"}],[{\"field\":\"@ptr\",\"value\":\"x\"},"
          + "{\"field\":\"@message\",\"value\":\"\(quoted(b))\"}]]}"
      ),
      (
        .lake,
        "{\"QueryStatus\":\"FINISHED\",\"QueryResultRows\":[[{\"eventJson\":\"\(quoted(a))\"}],"
          + "[{\"eventJson\":\"\(quoted(b))\"}]]}"
      ),
      (
        .elastic,
        "{\"hits\":{\"total\":2,\"hits\":[{\"_id\":\"1\",\"_source\":{\"event\":{\"original\":\"\(quoted(a))\"},"
          + "\"message\":\"\(quoted(a))\"}},{\"_source\":\(b)}]}}"
      ),
      (.elastic, [a, b].map { "{\"_index\":\"x\",\"_source\":{\"message\":\"\(quoted($0))\"}}\n" }.joined()),
      (.elastic, [a, b].map { "{\"@timestamp\":\"x\",\"event.original\":\"\(quoted($0))\"}\n" }.joined()),
      (
        .splunk,
        [a, b].map {
          "{\"preview\":false,\"result\":{\"_raw\":\"\(quoted($0))\",\"eventName\":\"n\",\"eventID\":\"1\"}}\n"
        }
        .joined()
      ),
      (.splunk, "{\"results\":[{\"_raw\":\"\(quoted(a))\"},{\"_raw\":\"\(quoted(b, .asciiUpper))\"}]}"),
      (.splunk, [a, b].map { "{\"time\":1,\"sourcetype\":\"aws:cloudtrail\",\"event\":\($0)}" }.joined()),
      (.none, a + b),
      (.none, "{\"Records\":[\(a)]}{\"Records\":[\(b)]}"),
    ]
  }()

  @Test(arguments: forms.indices) func wrappings(form: Int) throws {
    let (wrapping, text) = Self.forms[form]
    let archive = try TestArchive([("x", Array(text.utf8))])
    let summary = archive.summary
    #expect(summary.objects == 1 && summary.opaqueObjects == 0 && !summary.hasRejects, "\(text): \(summary)")
    #expect(summary.records == 2 && summary.kept == 2, "\(text): \(summary)")
    let object = try #require(try archive.readers().first?.objects().first)
    #expect(object.flags.wrapping == wrapping, "\(text)")
    #expect(try archive.verify().recordCount == 2)
    let restored = try archive.restore()
    #expect(difference(restored["x"], Array(text.utf8)) == nil)
  }

  /// A list of records is read whatever it is called, beside other members and other lists.
  @Test(arguments: ["records", "Items", "data", "trail_events", "RECORDS", "Records "])
  func listsUnderOwnNames(name: String) throws {
    let (a, b, c) = (Self.record(1), Self.record(2), Self.record(3))
    for text in [
      "{\"\(name)\":[\(a),\(b),\(c)]}",
      "{\"count\":3,\"tags\":[{\"x\":1}],\"\(name)\": [\n  \(a),\n  \(b)\n ],\"more\":[\(c)],\"end\":{}}\n",
      "{\"\(name)\":[\n\(a),\n\(b)\n]}\n{\"\(name)\":[\(c)]}\n",
    ] {
      let archive = try TestArchive([("x", Array(text.utf8))])
      #expect(archive.summary.records == 3 && archive.summary.kept == 3, "\(text): \(archive.summary)")
      #expect(!archive.summary.hasRejects && archive.summary.opaqueObjects == 0, "\(text)")
      #expect(try archive.restore()["x"] == Array(text.utf8), "\(text)")
    }
    // In CloudTrail's own list everything is a record.
    let odd = try TestArchive([
      ("x", Array(#"{"\#(name)":1,"Records":[\#(a),{"b":1},{"eventID":"z"}]}"#.utf8))
    ])
    #expect(odd.summary.records == 3 && odd.summary.kept == 3)
    // Lists of other things are other JSON.
    let other = try TestArchive([("x", Array("{\"\(name)\":[{\"id\":1,\"eventName\":\"n\"}],\"z\":[]}".utf8))]
    )
    #expect(other.summary.opaqueObjects == 1 && other.summary.records == 0)
  }

  /// A record counts once, however it is wrapped; fragments, changes of spelling and white space restore.
  @Test func manyInFragments() throws {
    var random = SeededGenerator(seed: 4)
    let records = (0..<400).map { Oddity.record(#""k":"\#(random.next()) é/""#, id: $0) }
    let styles = StringStyle.tried
    let events = records.enumerated().map { index, record in
      let style = index < 200 ? StringStyle.minimal : styles[Int(random.below(styles.count))]
      let tail = index % 50 == 7 ? "\\n" : ""
      return "{\"EventId\":\"\(index)\",\"CloudTrailEvent\":\"\(Self.quoted(record, style))\(tail)\"}"
    }
    let text = Array("{\"Events\":[\(events.joined(separator: ",\n "))]}".utf8)
    let plain = Array(Oddity.envelope(records).utf8)
    for limit in [2000, 1 << 26] {
      var options = CompactionOptions()
      options.fragmentByteLimit = limit
      let archive = try TestArchive([("a.json", plain), ("b.json", text)], options: options)
      #expect(archive.summary.records == 800 && archive.summary.kept == 400, "\(archive.summary)")
      #expect(archive.summary.duplicates == 400 && !archive.summary.hasRejects)
      _ = try archive.verify()
      let restored = try archive.restore()
      #expect(difference(restored["b.json"], text) == nil)
    }
  }

  /// What cannot be read is told record by record, and restored.
  @Test func brokenRecords() throws {
    let (a, b) = (Self.record(1), Self.record(2))
    let events = [
      Self.quoted(a), "no JSON", Self.quoted(String(a.dropLast(9))), Self.quoted(b), Self.quoted(a + " x"),
    ]
    let text =
      "{\"Events\":[" + events.map { "{\"CloudTrailEvent\":\"\($0)\"}" }.joined(separator: ",") + "]}"
    let archive = try TestArchive([("x", Array(text.utf8))])
    #expect(archive.summary.records == 5 && archive.summary.kept == 2 && archive.summary.rejected == 3)
    #expect(
      try archive.rejects().map { String(decoding: $0.raw, as: UTF8.self) } == [
        events[1], events[2], events[4],
      ])
    #expect(try archive.restore()["x"] == Array(text.utf8))
    // A document that is cut keeps what came before.
    let cut = Array(text.utf8.prefix(text.utf8.count * 9 / 10))
    let other = try TestArchive([("x", cut)])
    #expect(other.summary.kept == 2 && other.summary.incompleteObjects == 1)
    #expect(try other.restore()["x"] == cut)
  }

  /// What only looks like a wrapping stays what it is.
  @Test func noWrappings() throws {
    let record =
      #"{"eventName":"a","message":"{\"eventName\":\"b\",\"eventID\":\"1\"}","eventTime":"2024-01-01T00:00:00Z"}"#
    let archive = try TestArchive([
      ("x", Array(record.utf8)), ("y", Array(#"{"detail":{"a":1},"message":"{x"}"#.utf8)),
    ])
    #expect(archive.summary.kept == 1 && archive.summary.objects == 1 && archive.summary.opaqueObjects == 1)
  }
}
