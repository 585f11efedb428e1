import CairnOracle
import CairnSQL
import Testing

/// The generator of the property tests: everything that it writes must parse and have a value.
struct PredicateGeneratorTests {
  static let records = [
    #"{"eventTime":"2023-07-10T11:42:19Z","eventName":"UpdateService","requestParameters":{"cluster":"c","n":243.0,"items":[{"name":"a"},{"name":"b's"}],"x-amz.id":"é\u003d"},"readOnly":false}"#,
    #"{"eventTime":"2025-02-19 20:13:49","eventName":"ConsoleLogin","requestParameters":null,"readOnly":"true","sourceIPAddress":"10.0.0.1","tags":["x",5,null],"group":{"order":1e2}}"#,
    #"{"requestParameters":"HIDDEN","Tag":1,"tag":2,"empty":{},"none":[],"deep":[[{"k":[1,2]}]],"$ref":{"$path":"p"}}"#,
  ]

  private func generator(seed: UInt64) throws -> (PredicateGenerator, [OracleRecord]) {
    let records = try Self.records.map { try OracleRecord(json: Array($0.utf8)) }
    return (PredicateGenerator(seed: seed, columns: PredicateGenerator.columns(of: records)), records)
  }

  @Test func writesConditionsThatEvaluate() throws {
    var (generator, records) = try generator(seed: 1)
    var counts: [Bool?: Int] = [:]
    for _ in 0..<5_000 {
      let text = generator.next()
      do {
        let expression = try SQLParser.parseExpression(text)
        for record in records { counts[try Oracle.truth(expression, record), default: 0] += 1 }
      } catch {
        Issue.record("\(text): \(error)")
      }
    }
    // Neither outcome may be rare, or the property tests would prove little.
    for outcome in [true, false, nil] { #expect((counts[outcome] ?? 0) > 1_500, "\(counts)") }
  }

  @Test func repeatsItself() throws {
    var (first, _) = try generator(seed: 7)
    var (second, _) = try generator(seed: 7)
    var (other, _) = try generator(seed: 8)
    let texts = (0..<50).map { _ in first.next() }
    #expect(texts == (0..<50).map { _ in second.next() })
    #expect(texts != (0..<50).map { _ in other.next() })
  }

  @Test func takesPathsAndValues() throws {
    var generator = PredicateGenerator(
      seed: 3, paths: ["eventName", "a.items[].k"], values: ["ConsoleLogin", "5", "true"])
    for _ in 0..<500 { _ = try SQLParser.parseExpression(generator.next()) }
  }

  /// Laws of logic that hold for every condition and record (S22, S30, S41).
  @Test func lawsHold() throws {
    var (generator, records) = try generator(seed: 11)
    for _ in 0..<1_000 {
      let (first, second) = (generator.next(), generator.next())
      for record in records {
        func truth(_ text: String) throws -> Bool? {
          try Oracle.truth(try SQLParser.parseExpression(text), record)
        }
        let (a, b) = (try truth(first), try truth(second))
        #expect(try truth("NOT (\(first))") == a.map { !$0 })
        #expect(try truth("NOT (NOT (\(first)))") == a)
        #expect(try truth("(\(first)) AND (\(second))") == truth("(\(second)) AND (\(first))"))
        #expect(try truth("NOT ((\(first)) AND (\(second)))") == truth("NOT (\(first)) OR NOT (\(second))"))
        #expect(try truth("((\(first)) AND TRUE) IS NULL") == (a == nil))
        #expect(try truth("((\(first)) IS TRUE) OR ((\(second)) IS TRUE)") == (a == true || b == true))
      }
    }
  }
}
