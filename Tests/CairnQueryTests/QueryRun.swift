import Cairn
import CairnOracle
import CairnTestSupport

/// A way to run a query, all of which have to give the same rows.
struct QueryVariant: CustomStringConvertible {
  var mode = EvaluationMode()
  var threads = 2
  var memoryLimit = 2 << 30
  let description: String

  static let all = [
    QueryVariant(description: "as is"),
    QueryVariant(threads: 1, description: "one thread"),
    QueryVariant(mode: EvaluationMode(usesPruning: false), threads: 1, description: "pruning off"),
    QueryVariant(mode: EvaluationMode(usesDictionary: false), threads: 1, description: "dictionary off"),
    QueryVariant(memoryLimit: 512 << 10, description: "little memory"),
    QueryVariant(
      mode: EvaluationMode(withoutPasses: Set(PlanPass.allCases)), description: "planned as written"),
  ]

  /// Each step of planning left out by itself.
  static let passes = PlanPass.allCases.map {
    QueryVariant(mode: EvaluationMode(withoutPasses: [$0]), description: "without \($0.rawValue)")
  }
}

/// The start of all queries of these tests, seconds since 1970.
let queryStart: Int64 = 1_767_225_600

/// The columns and rows of a query on an archive.
func runQuery(
  _ sql: String, on path: String, _ variant: QueryVariant = QueryVariant(description: "as is")
) throws -> (names: [String], rows: [[OracleResult.Cell]]) {
  var options = QueryOptions()
  options.mode = variant.mode
  options.threads = variant.threads
  options.memoryLimit = variant.memoryLimit
  options.now = queryStart * 1000
  let query = try Query(sql, on: try Archive(path: path), options: options)
  var rows: [[OracleResult.Cell]] = []
  try query.run { batch in
    for row in 0..<batch.rowCount { rows.append(query.columns.indices.map { batch[row, $0].utf8 }) }
  }
  return (query.columns.map(\.name), rows)
}
