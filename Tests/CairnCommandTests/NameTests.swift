import CairnTestSupport
import Foundation
import Testing

/// Names and literals that find nothing say so, or mean what people mean by them.
@Suite struct NameTests {
  private static let file = "111122223333_CloudTrail_us-east-1_20240101T0705Z_aaaaaaaaaaaaaaaa.json"
  private static let records = [
    #"{"eventTime":"2024-01-01T07:00:00Z","eventName":"GetObject","userIdentity":{"arn":"arn:a","userName":"alice"},"requestParameters":{"configuration":"{\"Grouping\":{\"Policy\":\"P\"}}","Tag":"t","items":[{"id":7,"name":"x"}]}}"#,
    #"{"eventTime":"2024-01-01T07:01:00Z","eventName":"AssumeRole","userIdentity":{"arn":"arn:b"},"sourceIPAddress":"10.0.0.1"}"#,
    #"{"loggedAt":"2024-01-01T07:02:00Z","eventName":"GetObject","userIdentity":{"arn":"arn:a"}}"#,
  ]
  private let fixture: TestArchive
  private var path: String { fixture.path }

  init() throws {
    let text = #"{"Records":[\#(Self.records.joined(separator: ","))]}"#
    fixture = try TestArchive([("us-east-1/2024/01/01/" + Self.file, Array(text.utf8))])
  }

  private func query(_ sql: String, _ options: String...) throws -> (text: String, error: String, code: Int32)
  {
    let result = try Binary.run(["query", path, sql, "--output", "csv"] + options)
    return (String(decoding: result.output, as: UTF8.self), result.error, result.code)
  }

  private func scan(_ arguments: String...) throws -> (text: String, error: String, code: Int32) {
    let result = try Binary.run(["scan", path] + arguments)
    return (String(decoding: result.output, as: UTF8.self), result.error, result.code)
  }

  @Test func quotedNamesAreAsInAthena() throws {
    let grouped = try query(
      #"SELECT "eventname", count(*) AS "n" FROM "db"."logs" GROUP BY "eventname" ORDER BY "n" DESC"#)
    #expect(grouped.text == "eventname,n\r\nGetObject,2\r\nAssumeRole,1\r\n" && grouped.error.isEmpty)
    #expect(try query(#"SELECT count(*) n FROM t WHERE "useridentity"."ARN" = 'arn:a'"#).text == "n\r\n2\r\n")
    #expect(try scan("--where", #""useridentity"."arn" = 'arn:a'"#, "--count").text == "2\n")
    #expect(
      try scan(
        "--select", #""requestparameters"."tag""#, "--output", "csv", "--where",
        "requestParameters IS NOT NULL"
      ).text.hasSuffix(
        "t\r\n"))
  }

  @Test func quotedNamesAreExactWhereARecordHasThem() throws {
    let lines = [
      #"{"eventTime":"2024-01-01T07:00:00Z","eventName":"a","p":{"Tag":1}}"#,
      #"{"eventTime":"2024-01-01T07:01:00Z","eventName":"b","p":{"tag":2}}"#,
    ]
    let both = try TestArchive([("x.json", Array(lines.joined(separator: "\n").utf8))])
    let result = try Binary.run(
      "query", both.path, #"SELECT p."tag" AS q, p.tag AS u, p['Tag'] AS s FROM events ORDER BY eventName"#,
      "--output",
      "csv")
    #expect(String(decoding: result.output, as: UTF8.self) == "q,u,s\r\n,1,1\r\n2,2,\r\n")
  }

  @Test func datesThatDoNotExistAreRefusedBesideTimes() throws {
    for condition in [
      "date(eventTime) = '2024-02-30'", "from_iso8601_timestamp(eventTime) > '2024-13-01'",
      "CAST(eventTime AS timestamp) BETWEEN '2024-01-01' AND '2024-01-32'",
      "date_trunc('day', eventTime) IN ('2024-00-01')", "current_date - INTERVAL '7' DAY < '2024-04-31'",
    ] {
      #expect(try query("SELECT count(*) FROM t WHERE \(condition)").error.contains("there is no such date"))
      #expect(try scan("--where", condition, "--count").code == 2)
    }
    #expect(try scan("--where", "date(eventTime) = '2024-01-01'", "--count").text == "2\n")
  }

  @Test func membersThatNoElementHasWarn() throws {
    for sql in [
      "SELECT count(*) FROM t WHERE requestParameters.items[].idd = 7",
      "SELECT requestParameters.items[1].idd FROM t",
      "SELECT element_at(requestParameters.items, -1).idd FROM t",
      "SELECT i.idd FROM t CROSS JOIN UNNEST(requestParameters.items) AS u(i)",
      "SELECT i.idd FROM (SELECT 1) x, t CROSS JOIN UNNEST(requestParameters.items) AS u(i) WHERE i.id = 7",
      "SELECT count(*) FROM t WHERE any_match(requestParameters.items, i -> i.idd = 7)",
      "SELECT transform(requestParameters.items, i -> i['idd']) FROM t",
    ] {
      let error = try query(sql).error
      #expect(
        error.contains(
          "no record has requestParameters.items[].idd; did you mean requestParameters.items[].id?"))
      #expect(try query(sql, "--strict").code == 2)
    }
    let found = try scan("--where", "requestParameters.items[].idd = 7", "--count")
    #expect(found.text == "0\n" && found.error.contains("no record has requestParameters.items[].idd"))
    for sql in [
      "SELECT count(*) FROM t WHERE requestParameters.items[].ID = 7",
      "SELECT i.id, i FROM t CROSS JOIN UNNEST(requestParameters.items) AS u(i)",
      "SELECT transform(requestParameters.items, i -> i.id), filter(ARRAY[1], i -> i = 1) FROM t",
      "SELECT json_extract_scalar(requestParameters, '$.items[0].idd') FROM t",
    ] {
      #expect(try query(sql).error.isEmpty)
    }
  }

  @Test func columnsOfUnnestThatNoElementHasWarn() throws {
    let items = "FROM t CROSS JOIN UNNEST(requestParameters.items) AS u"
    let beside = try query("SELECT idd, name \(items)(name, idd)").error
    #expect(beside.contains("no element of requestParameters.items[] has idd; did you mean id?"))
    let alone = try query("SELECT n \(items)(nmae, n)")
    #expect(
      alone.error.contains("no element of requestParameters.items[] has nmae, so the columns of UNNEST go by")
    )
    #expect(alone.error.contains("did you mean name?") && !alone.error.contains("has n,"))
    #expect(try query("SELECT n \(items)(nmae, n)", "--strict").code == 2)
    for names in ["(a, b)", "(id, name)", "(ID, Name)", "(k)"] {
      #expect(try query("SELECT 1 \(items)\(names)").error.isEmpty)
    }
    let documented = try query("SELECT arnn FROM t CROSS JOIN UNNEST(resources) AS r(arnn, accountId)").error
    // No record has resources, so nothing is known of their elements.
    #expect(!documented.contains("arnn"))
  }

  @Test func valuesInOtherLettersAreNamed() throws {
    let count = "SELECT count(*) FROM t WHERE"
    let hint = "warning: no record has eventName 'getobject'; some have 'GetObject'"
    #expect(try query("\(count) eventName = 'getobject'").error.contains(hint))
    #expect(try query("SELECT eventName FROM t WHERE eventName IN ('x', 'getobject')").error.contains(hint))
    #expect(try scan("--where", "eventName = 'getobject'").error.contains(hint))
    #expect(try scan("--where", "eventName = 'getobject'", "--quiet", "--count").error.isEmpty)
    for condition in [
      "eventName = 'GetObject'", "eventName = 'nothing'", "eventName IN ('getobject', 'AssumeRole')",
      "eventName <> 'getobject'", "lower(eventName) = 'getobject'",
    ] {
      #expect(try query("\(count) \(condition)").error.isEmpty)
    }
    // The value is no name: strict or not, it may be looked for.
    #expect(try query("\(count) eventName = 'getobject'", "--strict").code == 0)
  }

  @Test func comparingWithNullIsNamed() throws {
    let hint = "eventName = NULL is never true: eventName IS NULL"
    #expect(try query("SELECT count(*) FROM t WHERE eventName = NULL").error.contains(hint))
    #expect(try scan("--where", "eventName = NULL", "--count").error.contains(hint))
    #expect(try query("SELECT count(*) FROM t WHERE eventName IS NULL").error.isEmpty)
    #expect(try query("SELECT NULL = NULL").error.isEmpty)
  }

  @Test func pathsThatNoRecordHasWarnEverywhere() throws {
    for result in [
      try scan("--where", "requestParameters.clutser = 'x'", "--count"),
      try scan("--select", "eventName,requestParameters.clutser"),
      try query("SELECT requestParameters.clutser FROM events"),
    ] {
      #expect(result.error.contains("warning: no record has requestParameters.clutser"))
    }
    #expect(try scan("--where", "nowhere = 1", "--count", "--strict").code == 2)
    let strict = try query("SELECT nowhere FROM events", "--strict")
    #expect(strict.code == 2 && strict.text.isEmpty && strict.error.contains("no record has nowhere"))
    #expect(try query("SELECT eventName FROM events", "--strict").code == 0)
  }

  @Test func jsonInTextIsNoMissingPath() throws {
    let found = try query(
      "SELECT json_extract_scalar(requestParameters.configuration, '$.Grouping.Policy') AS g FROM t WHERE requestParameters.configuration IS NOT NULL"
    )
    #expect(found.text == "g\r\nP\r\n" && found.error.isEmpty)
  }

  @Test func partitionColumnsComeFromFileNames() throws {
    for condition in [
      "year = '2024' AND month = '01'", "region = 'us-east-1' AND account = '111122223333'",
      "day BETWEEN '2024/01/01' AND '2024/01/31'", "day = '2024-01-01'", "\"date\" >= date '2024-01-01'",
      "dt = '2024/01/01'", "account_id = '111122223333'", "year = '2024' AND month = '1'", "hour = '7'",
      "day LIKE '2024/01/%'", "day IN ('2', '1')",
      "day >= date_format(TIMESTAMP '2024-01-01 00:00:00', '%Y/%m/%d')",
    ] {
      let result = try query("SELECT count(*) AS n FROM t WHERE \(condition)")
      #expect(result.text == "n\r\n3\r\n" && result.error.isEmpty, "\(condition): \(result)")
    }
    #expect(
      try query("SELECT count(*) FROM t WHERE day = 'Monday'").error.contains(
        "'Monday' has none of these forms"))
    let other = try TestArchive([("x.json", Array(Self.records[0].utf8))])
    let empty = try Binary.run("query", other.path, "SELECT count(*) FROM t WHERE year = '2024'")
    #expect(empty.error.contains("warning: year is NULL for every event"))
  }

  @Test func recordsWithoutTimeAreCounted() throws {
    let said = "1 event without a readable eventTime is outside every range of time"
    #expect(try scan("--since", "2023-01-01", "--count").error.contains(said))
    #expect(try query("SELECT count(*) FROM events", "--since", "2023-01-01").error.contains(said))
    #expect(try query("SELECT count(*) FROM events WHERE eventTime > '2023-01-01'").error.contains(said))
    #expect(try !query("SELECT count(*) FROM events").error.contains(said))
    let wrong = try query("SELECT count(*) FROM events WHERE eventTime > '2023-13-45'")
    #expect(wrong.code == 2 && wrong.error.contains("there is no such date"))
    #expect(try query("SELECT count(*) FROM events WHERE eventTime > '2023-02-29T00:00:00Z'").code == 2)
  }

  @Test func unknownTablesAreRefused() throws {
    for sql in [
      "SELECT count(*) FROM logs WHERE eventName NOT IN (SELECT eventName FROM allowed_events)",
      "WITH denied AS (SELECT eventName FROM logs) SELECT count(*) FROM denid",
      "WITH denied AS (SELECT eventName FROM logs) SELECT count(*) FROM other",
      "WITH a AS (SELECT 1), a AS (SELECT 2) SELECT * FROM a", "SELECT * FROM \"logs$partitions\"",
      "SELECT * FROM information_schema.views",
    ] {
      let result = try query(sql)
      #expect(result.code == 2 && result.text.isEmpty, "\(sql): \(result)")
    }
    #expect(
      try query("WITH denied AS (SELECT 1 AS n) SELECT count(*) FROM denid").error.contains(
        "did you mean denied"))
    let stores = try query(
      "SELECT count(*) AS n FROM (SELECT eventID FROM EXAMPLEf852-4e8f-8bd1-bcf6cEXAMPLE1 UNION ALL SELECT eventID FROM EXAMPLEg741-6y1x-9p3v-bnh6iEXAMPLE2)"
    )
    #expect(stores.text == "n\r\n6\r\n" && stores.error.contains("its events count for each of them"))
    #expect(try query("SELECT table_name FROM information_schema.tables").text == "table_name\r\nevents\r\n")
  }

  @Test func filesAreTables() throws {
    let csv = try fixture.directory.write(
      "owners.csv",
      Array("\u{FEFF}arn,owner,note\r\narn:a,\"Doe, Jane\",\r\narn:b,\"say \"\"hi\"\"\nyou\",\"\"\r\n".utf8))
    let joined = try query(
      "SELECT e.eventName, o.owner, o.note IS NULL AS empty FROM events e JOIN owners o ON e.userIdentity.arn = o.arn WHERE e.eventTime > '2024' ORDER BY 1",
      "--table", "owners=\(csv)")
    #expect(
      joined.text
        == "eventName,owner,empty\r\nAssumeRole,\"say \"\"hi\"\"\nyou\",false\r\nGetObject,\"Doe, Jane\",true\r\n",
      "\(joined)")
    let json = try fixture.directory.write(
      "list.json", Array(#"[{"ip":"10.0.0.1","n":{"k":[1]}},{"n":2}]"#.utf8))
    let found = try query(
      "SELECT count(*) AS n, min(l.n.k[1]) AS k FROM logs JOIN list l ON sourceIPAddress = l.ip", "--table",
      "list=\(json)")
    #expect(found.text == "n,k\r\n1,1\r\n", "\(found)")
    let lines = try fixture.directory.write("names.json", Array(#"["GetObject","PutObject"]"#.utf8))
    let missing = try query(
      "SELECT count(*) AS n FROM logs WHERE eventName NOT IN (SELECT value FROM names)", "--table",
      "names=\(lines)")
    #expect(missing.text == "n\r\n1\r\n", "\(missing)")
  }

  @Test func brokenTableFilesNameTheLine() throws {
    for (content, said) in [
      ("a,b\n1,2\n3\n", "line 3"), ("a\n\"open\n", "line 2"), ("", "empty"),
      ("{\"a\":1}\n{\"a\":\n", "line 2"),
      ("a,b\n\"x\"y,2\n", "line 2"),
    ] {
      let file = try fixture.directory.write("broken", Array(content.utf8))
      let result = try query("SELECT 1", "--table", "t=\(file)")
      #expect(result.code == 2 && result.error.contains(said), "\(content): \(result.error)")
    }
    #expect(try query("SELECT 1", "--table", "t").code == 2)
    #expect(try query("SELECT 1", "--table", "t=/nonexistent/file").code == 5)
  }

  @Test func literalsThatCannotBeMeant() throws {
    let quoted = try query(#"SELECT eventTime FROM t WHERE eventName = "AssumeRole""#)
    #expect(quoted.code == 2 && quoted.error.contains("'AssumeRole'"))
    #expect(try query(#"SELECT eventTime FROM t WHERE eventName IN ("AssumeRole", 'x')"#).code == 2)
    #expect(try query(#"SELECT eventTime FROM t WHERE eventName LIKE "Assume%""#).code == 2)
    let alias = try query("SELECT eventName AS e FROM t WHERE e = 'AssumeRole'")
    #expect(alias.code == 2 && alias.error.contains("e is an alias"))
    #expect(
      try query("SELECT requestParameters.items[0].id FROM t").error.contains("arrays count from 1"))
  }
}
