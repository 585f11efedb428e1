/// Reads the blocks of query examples of `docs/semantics.md`.
struct QueryExampleReader {
  var queries: [SemanticsDocument.QueryExample] = []
  private(set) var isInside = false
  private var records: [String] = []
  private var query = ""
  private var line = 0
  private var rule = ""
  private var results: [String] = []

  mutating func fence(_ text: String) {
    finish()
    records = []
    isInside = text == "```semantics-query"
  }

  mutating func read(_ text: String, number: Int, rule: String) {
    if let result = text.suffix(after: "=> ") {
      results.append(result)
      return
    }
    if !results.isEmpty {
      finish()
      if text.hasPrefix("{") { records = [] }
    }
    if text.hasPrefix("{") {
      records.append(text)
      return
    }
    if query.isEmpty { (line, self.rule) = (number, rule) }
    query += (query.isEmpty ? "" : "\n") + text
  }

  private mutating func finish() {
    if !query.isEmpty {
      queries.append(
        .init(
          rule: rule, line: line, records: records, query: query,
          expected: results == ["error"] ? nil : results))
    }
    query = ""
    results = []
  }
}
