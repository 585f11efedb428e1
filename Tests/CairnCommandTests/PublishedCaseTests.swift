import CairnTestSupport
import Foundation
import Testing

/// Queries as AWS's pages, gists and tools have them, on the records that they were met with, answered as Athena
/// would have.
@Suite struct PublishedCaseTests {
  private static let alice =
    #""userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/Alice","accountId":"111122223333"},"sourceIPAddress":"192.0.2.10""#
  private static let bucket = #""requestParameters":{"bucketName":"amzn-s3-demo-bucket"}"#
  private static let role =
    #""resources":[{"ARN":"arn:aws:iam::111122223333:role/R","accountId":"111122223333","type":"AWS::IAM::Role"}]"#
  private static let ranges =
    #""requestParameters":{"ipPermissions":{"items":[{"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}}]}}"#
  private static let events = [
    ("01", "s3", "GetObject", bucket), ("02", "sts", "AssumeRole", role),
    ("03", "ec2", "AuthorizeSecurityGroupIngress", ranges), ("10", "s3", "GetObject", bucket),
  ].map { minute, service, name, rest in
    #"{"eventTime":"2024-01-01T00:\#(minute):00Z","eventSource":"\#(service).amazonaws.com","eventName":"\#(name)",\#(alice),\#(rest)}"#
  }
  private let archive: TestArchive

  init() throws {
    archive = try TestArchive([("events.ndjson", Array(Self.events.joined(separator: "\n").utf8))])
  }

  private func run(_ arguments: [String]) throws -> (text: String, error: String, code: Int32) {
    let result = try Binary.run(arguments)
    let text = String(decoding: result.output, as: UTF8.self).replacing("\r\n", with: "\n")
    return (text, result.error, result.code)
  }

  private func csv(_ sql: String) throws -> String {
    try run(["query", archive.path, sql, "--output", "csv"]).text
  }

  @Test func zonesKeepTheInstant() throws {
    let time = "from_iso8601_timestamp('2024-01-01T00:00:00Z')"
    let tokyo = "\(time) AT TIME ZONE 'Asia/Tokyo'"
    let late = "SELECT count(*) n FROM t WHERE from_iso8601_timestamp(eventTime)"
    #expect(
      try csv("\(late) AT TIME ZONE 'Asia/Tokyo' >= TIMESTAMP '2024-01-01 09:05:00 +09:00'") == "n\n1\n")
    #expect(try csv("\(late) >= TIMESTAMP '2024-01-01 09:05:00 Asia/Tokyo'") == "n\n1\n")
    #expect(try csv("SELECT to_unixtime(\(tokyo)) - to_unixtime(\(time)) d") == "d\n0.0\n")
    #expect(try csv("SELECT to_iso8601(\(tokyo)) t") == "t\n2024-01-01T09:00:00.000+09:00\n")
    #expect(try csv("SELECT date_diff('minute', \(time), \(tokyo)) m") == "m\n0\n")
  }

  @Test func timesHaveDifferences() throws {
    #expect(try csv("SELECT max(eventTime) - min(eventTime) AS span FROM t") == "span\n0 00:09:00.000\n")
    let gap = """
      WITH o AS (SELECT eventTime, LAG(eventTime) OVER (ORDER BY eventTime) AS prev_time FROM t)
      SELECT prev_time AS a, eventTime AS b, EXTRACT(EPOCH FROM (eventTime - prev_time))/60 AS gap
      FROM o WHERE prev_time IS NOT NULL ORDER BY gap DESC LIMIT 1
      """
    #expect(try csv(gap) == "a,b,gap\n2024-01-01T00:03:00Z,2024-01-01T00:10:00Z,7.0\n")
  }

  @Test func groupsAreByTheColumn() throws {
    let sql = "SELECT substr(eventTime, 1, 10) AS eventTime, count(*) AS n FROM t GROUP BY eventTime"
    #expect(try csv(sql) == "eventTime,n\n" + String(repeating: "2024-01-01,1\n", count: 4))
  }

  @Test func patternsMayEndInAnOpenQuote() throws {
    func time(_ text: String) -> String { "parse_datetime(\(text),'yyyy-MM-dd''T''HH:mm:ss''Z')" }
    let range = "\(time("'2024-01-01T00:00:00Z'")) AND \(time("'2024-01-01T00:05:00Z'"))"
    #expect(try csv("SELECT count(*) n FROM t WHERE \(time("eventtime")) BETWEEN \(range)") == "n\n3\n")
  }

  @Test func countNeedsNoStar() throws {
    let groups = "GROUP BY sourceipaddress, eventSource HAVING COUNT() >= 1"
    let lines = try csv("SELECT eventSource, sourceIPAddress, COUNT() FROM t \(groups)")
      .split(separator: "\n").dropFirst().sorted()
    #expect(
      lines == [
        "ec2.amazonaws.com,192.0.2.10,1", "s3.amazonaws.com,192.0.2.10,2", "sts.amazonaws.com,192.0.2.10,1",
      ])
  }

  @Test func resourcesHavePlaces() throws {
    let list = "resources[1][1] AS a, resources[1][2] AS b, resources[1][3] AS c"
    #expect(
      try csv("SELECT \(list) FROM t WHERE cardinality(resources) > 0")
        == "a,b,c\narn:aws:iam::111122223333:role/R,111122223333,AWS::IAM::Role\n")
  }

  @Test func arraysCountFromOne() throws {
    let result = try run([
      "query", archive.path, "SELECT requestParameters.ipPermissions.items[0].ipRanges FROM t",
    ])
    #expect(result.code == 2 && result.error.contains("arrays count from 1"))
  }

  @Test func formsOfAthenaAreThere() throws {
    #expect(
      try csv("SELECT json_value(requestParameters, 'lax $.bucketName') b FROM t LIMIT 1")
        == "b\namzn-s3-demo-bucket\n")
    #expect(try csv("SELECT count(*) n FROM t TABLESAMPLE BERNOULLI (100)") == "n\n4\n")
    #expect(
      try csv("SELECT timestamp '2024-06-06 00:00 Asia/Tokyo' AS t") == "t\n2024-06-06 00:00:00 Asia/Tokyo\n")
    #expect(
      try csv("SELECT eventName, count(*) c FROM t GROUP BY eventName HAVING c > 1")
        == "eventName,c\nGetObject,2\n")
  }

  @Test func placeholdersAreTables() throws {
    let tables = [
      "<ATHENA_DB>.scoped_credentials_audit_trail", "{event_data_store_id}", #""${db}"."${table}""#,
    ]
    for table in tables { #expect(try csv("SELECT count(*) n FROM \(table)") == "n\n4\n") }
  }

  // MARK: Logstash

  private static let logstash =
    #"{"eventVersion":"1.08",\#(alice),"eventSource":"s3.amazonaws.com","eventName":"GetObject","awsRegion":"us-east-1","eventID":"1","@timestamp":"2024-01-01T00:01:00.000Z"}"#

  @Test func logstashTimesCount() throws {
    let lines = Self.events + [Self.logstash, #"{"eventName":"Untimed","eventID":"2"}"#]
    let archive = try TestArchive([("a.ndjson", Array(lines.joined(separator: "\n").utf8))])
    func count(_ options: String...) throws -> (text: String, error: String, code: Int32) {
      try run(["scan", archive.path, "--count"] + options)
    }
    #expect(try count("--since", "2024-01-01").text == "5\n")
    #expect(try count("--since", "2024-01-01").error.contains("1 event without a readable eventTime"))
    #expect(try count("--since", "2024-01-01", "--no-logstash-time").text == "4\n")
    #expect(try count("--since", "2024-01-01", "--no-logstash-time").error.contains("2 events without"))
    #expect(try count("--until", "2024-01-01T00:01:30Z").text == "2\n")
    #expect(try count("--since", "2024-01-02").text == "0\n")
    #expect(try count("--where", "eventTime < '2024-01-01 00:01:30'").text == "2\n")
    func query(_ sql: String, _ options: String...) throws -> String {
      try run(["query", archive.path, sql, "--output", "csv"] + options).text
    }
    let early = "SELECT count(*) n FROM t WHERE eventTime < '2024-01-01 00:01:30'"
    #expect(try query(early) == "n\n2\n")
    #expect(try query(early, "--since", "2024-01-01") == "n\n2\n")
    #expect(try query(early, "--no-logstash-time") == "n\n1\n")
    let all = "SELECT count(*) n FROM t"
    #expect(try query(all, "--since", "2024-01-01", "--until", "2024-01-02") == "n\n5\n")
    let listed = try run([
      "scan", archive.path, "--since", "2024-01-01", "--order", "time", "--select", "eventTime", "--output",
      "csv",
    ])
    let times = listed.text.split(separator: "\n").dropFirst()
    #expect(times.count == 5 && times.prefix(2).contains("2024-01-01T00:01:00.000Z"), "\(listed.text)")
  }

  @Test func logstashAloneNeedsNoWarning() throws {
    let archive = try TestArchive([("a.ndjson", Array(Self.logstash.utf8))])
    let sql = "SELECT max(eventTime) FROM t WHERE eventTime > '2023-01-01'"
    let result = try run(["query", archive.path, sql, "--strict"])
    #expect(result.code == 0 && result.text.contains("2024-01-01T00:01:00.000Z"), "\(result.error)")
  }
}
