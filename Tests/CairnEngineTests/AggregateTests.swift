import Testing

@testable import Cairn

/// The states of aggregates, fed row by row, in runs, and merged from parts: always the same result.
struct AggregateTests {
  /// A function's result for rows of arguments, each an expression.
  private func result(_ name: String, _ rows: [[String]]) throws -> String? {
    let function = try #require(AggregateTable.entry(name))
    let rows = try rows.map { row in try row.map { try SemanticsExampleTests.bind($0).evaluate([]) } }
      .filter { !function.skipsNull || $0.first?.isNull != true }
    var whole = function.make()
    for row in rows { whole.add(row, times: 1) }
    for split in 0...rows.count {
      var (first, later) = (function.make(), function.make())
      for row in rows[..<split] { first.add(row, times: 1) }
      for row in rows[split...] { later.add(row, times: 1) }
      first.mergeAny(later)
      #expect(first.result == whole.result, "\(name) split at \(split)")
    }
    if !function.dependsOnOrder {
      var backwards = function.make()
      for row in rows.reversed() { backwards.add(row, times: 1) }
      #expect(backwards.result == whole.result, "\(name) backwards")
      var (once, twice) = (function.make(), function.make())
      for row in rows {
        once.add(row, times: 3)
        for _ in 0..<3 { twice.add(row, times: 1) }
      }
      #expect(once.result == twice.result, "\(name) in runs")
    }
    if case .number = whole.result { return String(decoding: whole.result.json, as: UTF8.self) }
    return whole.result.text.map { String(decoding: $0, as: UTF8.self) }
  }

  private func of(_ name: String, _ values: String...) throws -> String? {
    try result(name, values.map { [$0] })
  }

  @Test func counts() throws {
    #expect(try result("count", [[], []]) == "2")
    #expect(try of("count", "1", "NULL", "'x'") == "2")
    #expect(try of("count") == "0")
    #expect(try of("count_if", "TRUE", "FALSE", "'true'", "NULL", "5") == "2")
    #expect(try of("approx_distinct", "1", "1.0", "'1'", "NULL", "'x'", "'x'") == "3")
  }

  @Test func sums() throws {
    #expect(try of("sum", "1", "'2'", "'x'", "TRUE", "NULL") == "3")
    #expect(try of("sum", "1", "2.50", "0.5") == "4.00")
    #expect(try of("sum", "9223372036854775807", "1") == "9223372036854775808")
    #expect(try of("sum", "9223372036854775807", "1", "-1") == "9223372036854775807")
    #expect(try of("sum", "1e0", "CAST(2 AS double)") == "3.0")
    #expect(try of("sum", "0.1", "0.2") == "0.3")
    #expect(try of("sum", "'1e900'", "'1e-900'") == nil)
    #expect(try of("sum", "INTERVAL '1' DAY", "INTERVAL '2' HOUR") == "1 02:00:00.000")
    #expect(try of("sum", "INTERVAL '1' DAY", "INTERVAL '2' YEAR") == nil)
    #expect(try of("sum", "'x'") == nil)
    #expect(try of("sum") == nil)
    #expect(try of("avg", "1", "2") == "1.5")
    #expect(try of("avg", "1", "1", "2", "'x'") == "1.3333333333333333")
    #expect(try of("avg") == nil)
    #expect(try of("geometric_mean", "1", "4") == "2.0")
    #expect(try of("geometric_mean", "1", "-100") == nil)
    #expect(try of("geometric_mean", "1", "0") == "0.0")
  }

  @Test func spread() throws {
    #expect(try of("variance", "1", "2", "3", "4") == "1.6666666666666667")
    #expect(try of("var_pop", "1", "2", "3", "4") == "1.25")
    #expect(try of("stddev", "2", "4") == "1.4142135623730951")
    #expect(try of("stddev_pop", "2", "4") == "1.0")
    #expect(try of("stddev", "2") == nil)
    #expect(try of("stddev_pop", "2") == "0.0")
    #expect(try of("var_pop", "9223372036854775807", "9223372036854775805") == "1.0")
    #expect(try of("var_pop", "0.5", "1.5") == "0.25")
  }

  @Test func extremes() throws {
    #expect(try of("min", "'b'", "5", "NULL", "'a'", "TRUE") == "true")
    #expect(try of("max", "'b'", "5", "'a'", "10") == "b")
    #expect(try of("max", "2", "10", "9.5") == "10")
    #expect(try of("min", "1.0", "1") == "1")
    #expect(try of("min") == nil)
    #expect(try of("arbitrary", "NULL", "'x'") == "x")
    #expect(try result("min", [["3", "2"], ["1", "2"], ["2", "2"]]) == "[1,2]")
    #expect(try result("max", [["3", "2"], ["1", "2"], ["3", "2"]]) == "[3,3]")
    #expect(try result("max", [["3", "0"]]) == nil)
    #expect(try result("max_by", [["'a'", "1"], ["'b'", "3"], ["'c'", "NULL"]]) == "b")
    #expect(try result("min_by", [["'b'", "1"], ["'a'", "1"], ["'c'", "2"]]) == "a")
    #expect(try result("max_by", [["NULL", "1"]]) == nil)
    #expect(
      try result("max_by", [["'a'", "1", "2"], ["'b'", "3", "2"], ["'c'", "2", "2"]]) == #"["b","c"]"#)
    let state = try #require(AggregateTable.entryForTimeColumn("min"))
    var times = state.make()
    for text in ["2023-07-10 11:42:19", "2023-07-10T02:00:00Z", "soon"] {
      times.add([.text(Array(text.utf8))], times: 1)
    }
    #expect(times.result == .text(Array("2023-07-10T02:00:00Z".utf8)))
  }

  @Test func logic() throws {
    #expect(try of("bool_and", "TRUE", "NULL", "'true'", "5") == "true")
    #expect(try of("every", "TRUE", "FALSE") == "false")
    #expect(try of("bool_or", "FALSE", "'true'") == "true")
    #expect(try of("bool_or", "NULL", "'x'") == nil)
  }

  @Test func collections() throws {
    #expect(try of("array_agg", "1", "NULL", "'x'") == #"[1,null,"x"]"#)
    #expect(try of("array_agg") == nil)
    #expect(try of("first", "NULL", "1") == nil)
    #expect(try of("last", "NULL", "1") == "1")
    #expect(try of("listagg", "'a'", "NULL", "'b'") == "ab")
    #expect(try result("string_agg", [["'a'", "'; '"], ["5", "'; '"]]) == "a; 5")
    #expect(try of("string_agg", "'a'", "'b'") == "a,b")
    #expect(try of("set_agg", "2", "NULL", "1", "2.0", "'x'") == #"[1,2,"x",null]"#)
    #expect(try of("histogram", "'b'", "'a'", "'b'") == #"{"a":1,"b":2}"#)
    #expect(try result("map_agg", [["'k'", "1"], ["'a'", "2"], ["'k'", "3"]]) == #"{"a":2,"k":1}"#)
    #expect(
      try result("multimap_agg", [["'k'", "1"], ["'a'", "2"], ["'k'", "NULL"]]) == #"{"a":[2],"k":[1,null]}"#)
  }

  @Test func percentiles() throws {
    let rows = (1...10).map { ["\($0)", "0.5"] }
    #expect(try result("approx_percentile", rows) == "5")
    #expect(try result("approx_percentile", (1...100).map { ["\($0)", "0.07"] }) == "7")
    #expect(
      try result("approx_percentile", [["1", "ARRAY[0, 0.5, 1]"], ["3", "ARRAY[0, 0.5, 1]"]]) == "[1,1,3]")
    #expect(try result("approx_percentile", [["1", "9", "0.95"], ["3", "1", "0.95"]]) == "3")
    #expect(try result("approx_percentile", [["1", "2"]]) == nil)
    #expect(try result("approx_percentile", [["'x'", "0.5"]]) == nil)
  }

  @Test func pairs() throws {
    let rows = [["2", "1"], ["4", "2"], ["5", "3"], ["'x'", "9"], ["9", "NULL"]]
    #expect(try result("regr_count", rows) == "3")
    #expect(try result("regr_slope", rows) == "1.5")
    #expect(try result("regr_avgx", rows) == "2.0")
    #expect(try result("regr_sxx", rows) == "2.0")
    #expect(try result("regr_sxy", rows) == "3.0")
    #expect(try result("covar_pop", rows) == "1.0")
    #expect(try result("covar_samp", [["1", "1"]]) == nil)
    #expect(try result("corr", [["1", "2"], ["2", "4"], ["3", "6"]]) == "1.0")
    #expect(try result("corr", [["1", "2"], ["1", "4"]]) == nil)
    #expect(try result("regr_r2", [["1", "2"], ["1", "4"]]) == "1.0")
    #expect(try result("corr", [["'1e900'", "1e0"], ["1", "2"]]) == nil)
    #expect(try result("covar_pop", [["9223372036854775807", "9223372036854775807"]]) == "0.0")
    #expect(try result("regr_count", []) == "0")
    #expect(try result("regr_avgy", []) == nil)
  }

  @Test func shapes() throws {
    #expect(try of("skewness", "1", "2", "3") == "0.0")
    #expect(try of("skewness", "1", "2") == nil)
    #expect(try of("skewness", "5", "5", "5") == nil)
    let kurtosis = try of("kurtosis", "1", "2", "3", "4").flatMap(Double.init)
    #expect(kurtosis.map { abs($0 + 1.2) < 1e-12 } == true)
    #expect(try of("kurtosis", "1", "2", "3") == nil)
    #expect(try of("entropy", "1", "1") == "1.0")
    #expect(try of("entropy", "0", "4") == "0.0")
    #expect(try of("entropy") == "0.0")
    #expect(try of("entropy", "1", "-1") == nil)
    #expect(try of("entropy", "1e300") == nil)
    #expect(try of("bitwise_and_agg", "12", "10", "'x'") == "8")
    #expect(try of("bitwise_or_agg", "12", "10") == "14")
    #expect(try of("bitwise_xor_agg", "12", "10", "12") == "10")
    #expect(try of("bitwise_xor_agg") == nil)
  }

  @Test func summaries() throws {
    #expect(
      try result("approx_most_frequent", ["a", "b", "a", "c", "b", "a"].map { ["2", "'\($0)'", "10"] })
        == #"{"a":3,"b":2}"#)
    #expect(try result("approx_most_frequent", [["1", "'a'", "10"]]) == nil)
    #expect(
      try result("approx_most_frequent", [["9223372036854775807", "1.0", "1"], ["2", "1", "1"]])
        == #"{"1":2}"#)
    #expect(
      try result("numeric_histogram", [["2", "1"], ["2", "2"], ["2", "10"]]) == #"{"1.5":2.0,"10.0":1.0}"#)
    #expect(try result("numeric_histogram", [["2", "1", "3"], ["2", "1", "0.5"]]) == #"{"1.0":3.5}"#)
    #expect(try result("numeric_histogram", [["1", "1"]]) == nil)
    #expect(try result("numeric_histogram", [["2", "1", "1e300"]]) == nil)
    #expect(
      try result("map_union", [["map(ARRAY['b'], ARRAY[1])"], ["map(ARRAY['a', 'b'], ARRAY[2, 3])"], ["5"]])
        == #"{"a":2,"b":1}"#)
    #expect(try result("map_union", [["map()"]]) == "{}")
    let once = try of(
      "checksum", "1", "'x'", "NULL", "TRUE", "DATE '2024-01-01'", "2.5", "ARRAY[1, NULL]", "1.5e0")
    #expect(once?.isEmpty == false)
    #expect(try of("checksum", "1", "2") == of("checksum", "2", "1.0"))
    #expect(try of("checksum", "1", "2") != of("checksum", "1", "3"))
    #expect(try of("checksum") == nil)
  }

  @Test func namesAndUnknowns() {
    #expect(AggregateTable.entry("SUM")?.name == "sum")
    #expect(AggregateTable.entry("nosuch") == nil)
    #expect(AggregateTable.names.contains("approx_percentile"))
  }
}
