import CairnOracle
import CairnSQL
import Foundation
import Testing

/// Real records, where `CAIRN_CORPUS` points to some: the oracle reads them and rebuilds their text, and
/// generated conditions over their paths all evaluate.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["CAIRN_CORPUS"] != nil))
struct CorpusTests {
  static let folder = ProcessInfo.processInfo.environment["CAIRN_CORPUS"].map { URL(fileURLWithPath: $0) }

  /// The lines of the corpus's NDJSON files that are JSON objects.
  static let lines: [Data] = {
    guard let odd = folder?.appendingPathComponent("odd"),
      let names = try? FileManager.default.contentsOfDirectory(atPath: odd.path)
    else { return [] }
    return names.sorted().filter { $0.hasSuffix(".ndjson") }.flatMap { name -> [Data] in
      let data = (try? Data(contentsOf: odd.appendingPathComponent(name))) ?? Data()
      return data.split(separator: UInt8(ascii: "\n")).map { Data($0) }
    }
  }()

  @Test func wholeRecordsKeepTheirText() throws {
    let whole = try SQLParser.parseExpression("eventJson")
    #expect(Self.lines.count > 100)
    for line in Self.lines {
      guard let record = try? OracleRecord(json: Array(line)) else { continue }
      let text = try Oracle.evaluate(whole, record).text ?? []
      // Compact records come back byte for byte, others with the same values.
      if text.count == line.count { #expect(text == Array(line)) }
      let again = try OracleRecord(json: text)
      #expect(try Oracle.evaluate(whole, again).text == text)
    }
  }

  @Test func generatedConditionsEvaluate() throws {
    let records = Self.lines.enumerated().filter { $0.offset % 11 == 0 }
      .compactMap { try? OracleRecord(json: Array($0.element)) }
    var generator = PredicateGenerator(seed: 42, columns: PredicateGenerator.columns(of: records))
    var counts: [Bool?: Int] = [:]
    for _ in 0..<500 {
      let text = generator.next()
      do {
        let expression = try SQLParser.parseExpression(text)
        for record in records { counts[try Oracle.truth(expression, record), default: 0] += 1 }
      } catch {
        Issue.record("\(text): \(error)")
      }
    }
    for outcome in [true, false, nil] { #expect((counts[outcome] ?? 0) > 0) }
  }
}
