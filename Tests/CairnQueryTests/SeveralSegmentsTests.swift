import CairnStorage
import CairnTestSupport
import Testing

@testable import Cairn

/// What several segments are asked together is what one is that has all of it.
@Suite struct SeveralSegmentsTests {
  private static func archive(segmentRowLimit: Int) throws -> TestArchive {
    var random = SeededGenerator(seed: 77)
    let lines = (0..<900).map { index -> String in
      let agent = random.below(80)
      // The same digits as a text, a number and an integer.
      let mixed = random.pick([#""\#(agent)""#, "\(agent)", "\(agent).0", #""t\#(agent)""#])
      let bucket = "bucket-\(random.below(70))"
      return
        #"{"eventTime":"2024-05-0\#(1 + index / 300)T00:\#(10 + index % 50):00Z","eventName":"N\#(index % 5)","#
        + #""eventID":"i\#(index)","userAgent":"agent-\#(agent)/\#(agent % 7).1 (x)","mixed":\#(mixed),"#
        + #""n":\#(index),"o":{"k\#(random.below(40))":1,"list":[{"id":"e\#(random.below(90))"}]},"#
        + #""requestParameters":{"bucketName":"\#(bucket)","key":"k/\#(index)"},"arn":"arn:aws:s3:::\#(bucket)/k/\#(index)"}"#
    }
    var options = CompactionOptions()
    options.pieceByteTarget = 1 << 12
    options.segmentRowLimit = segmentRowLimit
    options.merges = false
    let objects = (0..<30).map { part in
      let text = lines[(part * 30)..<(part * 30 + 30)].joined(separator: "\n")
      return ("\(100 + part).json", Array(text.utf8))
    }
    return try TestArchive(objects, options: options)
  }

  @Test(arguments: [
    "SELECT upper(userAgent) AS a, count(*) FROM events GROUP BY 1 ORDER BY 1",
    "SELECT regexp_extract(userAgent, '^[a-z]+-([0-9]+)', 1) AS a, min(n), max(n) FROM events GROUP BY 1 ORDER BY 1",
    "SELECT n, concat(userAgent, '!'), length(userAgent) FROM events ORDER BY n",
    "SELECT mixed || '-', count(*) FROM events GROUP BY 1 ORDER BY 1",
    "SELECT CAST(mixed AS double) + 1, count(*) FROM events WHERE mixed NOT LIKE 't%' GROUP BY 1 ORDER BY 1",
    "SELECT CASE WHEN mixed = 5 THEN 'five' WHEN mixed LIKE '%6' THEN 'six' END AS c, count(*) FROM events GROUP BY 1 ORDER BY 1",
    "SELECT json_format(CAST(mixed AS json)), count(*) FROM events GROUP BY 1 ORDER BY 1",
    "SELECT n FROM events WHERE eventJson LIKE '%bucket-3%' ORDER BY n",
    "SELECT n FROM events WHERE eventJson LIKE '%-6/k/7%' ORDER BY n",
    "SELECT n FROM events WHERE requestParameters LIKE '%bucket-4%' ORDER BY n",
    "SELECT n, r.id FROM events CROSS JOIN UNNEST(o.list) t(r) ORDER BY n",
    "SELECT r.id, count(*) FROM events CROSS JOIN UNNEST(o.list) t(r) GROUP BY 1 ORDER BY 1",
  ])
  func areAsOne(_ sql: String) throws {
    let (one, several) = (try Self.archive(segmentRowLimit: 1 << 20), try Self.archive(segmentRowLimit: 300))
    #expect(try one.readers().count == 1)
    #expect(try several.readers().count >= 3)
    let wanted = try runQuery(sql, on: one.path)
    #expect(!wanted.rows.isEmpty)
    for variant in QueryVariant.all {
      #expect(try runQuery(sql, on: several.path, variant).rows == wanted.rows, "\(variant)")
    }
  }
}
