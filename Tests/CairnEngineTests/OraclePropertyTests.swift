import CairnOracle
import CairnSQL
import CairnTestSupport
import Testing

@testable import Cairn

/// The engine's evaluator against the oracle, predicate for predicate.
struct OraclePropertyTests {
  struct Sample {
    let oracle: OracleRecord
    let fields: RecordFields

    init(json: [UInt8]) throws {
      oracle = try OracleRecord(json: json)
      fields = try RecordFields(json: json)
    }
  }

  private static let isLong = ProcessEnvironment.isSet("CAIRN_LONG")

  /// Compares outcomes of random predicates on groups of records.
  private func compare(_ samples: [Sample], predicates: Int, seed: UInt64) throws {
    let columns = PredicateGenerator.columns(of: samples.map(\.oracle))
    var generator = PredicateGenerator(seed: seed, columns: columns)
    var random = SeededGenerator(seed: seed)
    var differences = 0
    for _ in 0..<predicates where differences < 20 {
      let text = generator.next()
      let expression = try SQLParser.parseExpression(text)
      let bound: BoundExpression
      do {
        bound = try Binder.bind(expression, now: SemanticsExampleTests.now)
      } catch {
        Issue.record("refused: \(error)\n\(error.rendered(in: text))")
        differences += 1
        continue
      }
      for sample in samples {
        let expected = try Oracle.truth(expression, sample.oracle, now: SemanticsExampleTests.now)
        let values = sample.fields.values(bound.paths)
        let found = bound.truth(values)
        checkConjuncts(of: bound, sample, text, found)
        checkNeedle(of: bound, values, text, found)
        guard found != expected else { continue }
        Issue.record("\(text)\nengine \(found as Any), oracle \(expected as Any)\n\(sample.oracle)")
        differences += 1
        break
      }
      if let row = try differingRow(of: bound, samples, &random) {
        Issue.record("\(text)\nall rows at once are not what they are one by one: row \(row)")
        differences += 1
      }
    }
  }

  /// The first row of a batch, made of random samples in random forms, of which a loop over all rows tells something
  /// else than the row alone.
  private func differingRow(
    of bound: BoundExpression, _ samples: [Sample], _ random: inout SeededGenerator
  ) throws -> Int? {
    let known = samples.map { sample in sample.fields.values(bound.paths).map { EngineValue($0) } }
    let rows = (0..<150).map { _ in known[Int.random(in: 0..<known.count, using: &random)] }
    let inputs = bound.paths.enumerated().map { index, path in
      BatchForms.random(rows.map { $0[index] }, isTime: path.isTimeColumn, &random)
    }
    let truths = rows.map { bound.truth(values: $0) }
    let passing = Set(try bound.selection(inputs, rowCount: rows.count, QueryCancellation()).map { Int($0) })
    let values = try bound.vector(inputs, rowCount: rows.count, QueryCancellation()).values(count: rows.count)
    return rows.indices.first { row in
      passing.contains(row) != (truths[row] == true) || values[row] != bound.evaluate(values: rows[row])
    }
  }

  /// AND of the conjuncts, each with its own paths, is the whole.
  private func checkConjuncts(of bound: BoundExpression, _ sample: Sample, _ text: String, _ truth: Bool?) {
    let truths = bound.conjuncts.map { $0.truth(sample.fields.values($0.paths)) }
    #expect(truth == (truths.contains(false) ? false : truths.contains(nil) ? nil : true), "\(text)")
  }

  /// A needle finds all strings for which the condition holds and no other.
  private func checkNeedle(of bound: BoundExpression, _ values: [FieldValue], _ text: String, _ truth: Bool?)
  {
    guard let needle = bound.needle, let value = values.first else { return }
    #expect(bound.paths == [needle.path], "\(text)")
    if case .string(let string) = value {
      #expect((truth == true) == needle.texts.contains(string), "\(text)")
    } else if !needle.mayMatchNonStrings {
      #expect(truth != true, "\(text)")
    }
  }

  /// The records of the document, in groups, so that predicates meet the records that they were made for.
  @Test(arguments: 0..<6)
  func agreesOnTheDocument(_ part: Int) throws {
    var seen: Set<[UInt8]> = []
    let records = SemanticsExampleTests.examples.map(\.record).filter { seen.insert($0).inserted }
    let samples = try records.enumerated().filter { $0.offset % 6 == part }.map {
      try Sample(json: $0.element)
    }
    try #require(!samples.isEmpty)
    try compare(samples, predicates: Self.isLong ? 4_000 : 500, seed: UInt64(100 + part))
  }

  @Test(.enabled(if: Corpus.current != nil), arguments: ["odd", "invictus"])
  func agreesOnTheCorpus(_ folder: String) throws {
    let corpus = try #require(Corpus.current)
    let lines = try corpus.files(folder).flatMap { try CorpusRecords.records($0.bytes) }
    var random = SeededGenerator(seed: 9)
    for round in 0..<(Self.isLong ? 40 : 6) {
      let samples = try (0..<30).map { _ in try Sample(json: random.pick(lines)) }
      try compare(samples, predicates: 250, seed: UInt64(1_000 + round))
    }
  }
}
