import Cairn
import CairnTestSupport
import Foundation
import Testing

/// `ArchiveSchema` against a count of the source JSON by Foundation's parser.
@Suite struct SchemaTests {
  private struct Counts: Equatable {
    var kinds: [String: Int] = [:]
    var values: Set<String> = []
  }

  private static func count(_ value: Any, _ path: String, _ counts: inout [String: Counts]) {
    var kind = "string"
    if let object = value as? [String: Any] {
      kind = "object"
      for (key, member) in object { count(member, path.isEmpty ? key : "\(path).\(key)", &counts) }
    } else if let items = value as? [Any] {
      kind = "array"
      for item in items { count(item, path + "[]", &counts) }
    } else if value is NSNull {
      kind = "null"
    } else if let number = value as? NSNumber {
      kind = isBoolean(number) ? "boolean" : "number"
    }
    counts[path, default: Counts()].kinds[kind, default: 0] += 1
    if let text = value as? String { counts[path]?.values.insert(text) }
  }

  /// Foundation's numbers and booleans are one class; their Objective-C type tells them apart.
  private static func isBoolean(_ number: NSNumber) -> Bool {
    String(cString: number.objCType) == "c"
  }

  private static func record(_ index: Int) -> String {
    let parameters: [String] = [
      #"{"cluster":"c\#(index % 3)","n":\#(index),"tags":[{"key":"k\#(index % 2)"},{"key":null}],"on":true}"#,
      #"{"cluster":7,"tags":{},"x-y":{"a.b":1.50},"on":false}"#,
      #"{"tags":[],"list":[1,"1",[2],true]}"#, "null", #""HIDDEN""#,
    ]
    return
      #"{"eventTime":"2024-05-01T00:00:\#(10 + index % 50)Z","eventName":"N\#(index % 7)","requestParameters":\#(parameters[index % 5])}"#
  }

  private static func object(_ range: Range<Int>) -> [UInt8] {
    Array(#"{"Records":[\#(range.map { record($0) }.joined(separator: ","))]}"#.utf8)
  }

  /// Two segments, so that counts and distinct values unite.
  private static func archive() throws -> TestArchive {
    let archive = try TestArchive([("a.json", object(0..<40))])
    try archive.add([("b.json", object(40..<83))])
    return archive
  }

  @Test func countsAreThoseOfTheSource() throws {
    let archive = try Self.archive()
    var expected: [String: Counts] = [:]
    for index in 0..<83 {
      Self.count(
        try JSONSerialization.jsonObject(with: Data(Self.record(index).utf8), options: .fragmentsAllowed), "",
        &expected)
    }
    expected[""] = nil
    for threads in [1, 2] {
      let schema = try ArchiveSchema(Archive(path: archive.path), detail: .examples, threads: threads)
      #expect(schema.rowCount == 83)
      let found = Dictionary(
        uniqueKeysWithValues: schema.paths.map { ($0.name.filter { $0 != "\"" }, $0) })
      #expect(Set(found.keys) == Set(expected.keys))
      for (path, counts) in expected {
        let entry = try #require(found[path])
        let kinds = Dictionary(
          uniqueKeysWithValues: ArchiveSchema.Kind.allCases.map { ($0.name, entry.counts[$0.rawValue]) })
        #expect(kinds.filter { $0.value > 0 } == counts.kinds, "\(path)")
        #expect(entry.kinds.map(\.name).sorted() == counts.kinds.keys.sorted(), "\(path)")
        if counts.kinds.keys.sorted() == ["string"], path != "eventTime" {
          #expect(entry.distinct?.count == counts.values.count && entry.distinct?.isExact == true, "\(path)")
          #expect(entry.examples.count == min(3, counts.values.count), "\(path)")
          #expect(entry.examples.allSatisfy { counts.values.contains($0.text ?? "") }, "\(path)")
        }
      }
    }
  }

  @Test func namesAloneAreTheSamePaths() throws {
    let fixture = try Self.archive()
    let archive = try Archive(path: fixture.path)
    let names = try ArchiveSchema(archive, detail: .names).paths
    #expect(names.map(\.name) == (try ArchiveSchema(archive).paths.map(\.name)))
    #expect(names.allSatisfy { $0.valueCount == 0 })
  }

  @Test func columnsForDescribe() throws {
    let fixture = try Self.archive()
    let schema = try ArchiveSchema(Archive(path: fixture.path))
    #expect(schema.columns().map(\.path) == ["eventTime", "eventName", "requestParameters"])
    #expect(schema.columns().map(\.type) == ["string", "string", "string|object"])
    #expect(schema.columns(like: "EVENT%").map(\.path) == ["eventTime", "eventName"])
    let below = schema.columns(like: "requestparameters.%")
    let cluster = try #require(below.first { $0.path == "requestParameters.cluster" })
    #expect(cluster.type == "string|number" && cluster.valueCount == 34)
    #expect(below.contains { $0.path == #"requestParameters."x-y"."a.b""# && $0.type == "number" })
    #expect(
      below.contains { $0.path == "requestParameters.list[]" && $0.type == "string|number|boolean|array" })
    #expect(schema.columns(like: "nothing%").isEmpty)
    #expect(schema.nearest(to: "requestParameters.clustr") == "requestParameters.cluster")
    #expect(schema.nearest(to: "cluster") == "requestParameters.cluster")
    #expect(schema.nearest(to: "zz") == nil)
  }

  @Test func inspectShowsTheTree() throws {
    let fixture = try Self.archive()
    let tree = try Binary.run("inspect", fixture.path, "--schema")
    let lines = String(decoding: tree.output, as: UTF8.self).split(separator: "\n").map(String.init)
    #expect(tree.code == 0 && lines.count == 1 + 14)
    #expect(lines[0].hasPrefix("path") && lines[0].contains("examples"))
    let row = try #require(lines.first { $0.hasPrefix("requestParameters.cluster ") })
    #expect(row.contains("string|number") && row.contains("34") && row.contains("41.0%"))
    let part = try Binary.run(
      "inspect", fixture.path, "--schema", "--path", "requestparameters.x-y", "--output", "json")
    #expect(part.code == 2 && part.error.contains("near"))
    let json = try Binary.run(
      "inspect", fixture.path, "--schema", "--path", "requestparameters.tags", "--depth", "2", "--output",
      "json")
    let list = try #require(try JSONSerialization.jsonObject(with: Data(json.output)) as? [[String: Any]])
    #expect(list.map { $0["path"] as? String } == ["requestParameters.tags", "requestParameters.tags[]"])
    #expect(list[0]["kinds"] as? [String: Int] == ["object": 17, "array": 34])
    #expect(try Binary.run("inspect", fixture.path, "--depth", "1").code == 2)
    let segment = try Binary.run("inspect", fixture.path + "/segments/000001.cairn", "--schema")
    #expect(segment.code == 0)
  }
}
