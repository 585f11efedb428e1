import CairnSQL
import CairnStorage

/// A plan as text: an operator a line, its inputs indented below it.
struct Explanation {
  private let root: any Operator
  private let context: ExecutionContext

  init(_ root: any Operator, _ context: ExecutionContext) {
    self.root = root
    self.context = context
  }

  /// What is asked for, the operators, and what of the archive each scan would look at (EXPLAIN).
  func plannedLines(_ plan: LogicalPlan, _ explain: Statement.Explain) throws -> [String] {
    switch explain {
    case .logicalPlan: plan.lines
    case .operators: try operatorLines()
    case .plan, .analysis, .validity:
      ["Logical plan"] + plan.lines + ["", "Operators"] + (try operatorLines())
    }
  }

  private func operatorLines() throws -> [String] {
    var shown: Set<ObjectIdentifier> = []
    return try describe(root, 0, &shown) { node in
      guard let pruning = try node.pruning(context) else { return ("", []) }
      context.recorder.update { $0.add(pruning.statistics) }
      return ("", self.pruning(pruning.statistics, "left") + ["rows        at most \(pruning.rowCount)"])
    }
  }

  /// The plan with what each operator gave, took and read when the query ran (EXPLAIN ANALYZE).
  func measuredLines(_ columns: [ColumnID]) throws -> [String] {
    let start = monotonicNanoseconds()
    let recorder = OperatorRecorder()
    var rows = 0
    try root.pull(context.measuring(recorder)) { batch in
      // As the result is: columns that nobody has asked for are read now.
      for id in columns { _ = try batch.columns[id]?.vector() }
      return batch.rowCount
    } _: {
      rows += $0
      return true
    }
    let total = monotonicNanoseconds() - start
    let read = recorder.total
    context.recorder.update { $0.add(read) }
    var shown: Set<ObjectIdentifier> = []
    var output = try describe(root, 0, &shown) { node in
      guard let measured = recorder.measured(node), measured.runs > 0 else { return ("  (not run)", []) }
      let statistics = recorder.statistics(node)
      return (
        measures(measured, statistics),
        statistics.map { pruning($0, "read") + [blocks($0)] } ?? []
      )
    }
    output.append("")
    output.append("rows        \(rows)")
    output.append("time        \(milliseconds(total)), \(milliseconds(recorder.nanoseconds)) of CPU")
    return output + pruning(read, "read") + [blocks(read)]
  }

  /// - Parameter shown: operators that stand above; what several places read is said once.
  private func describe(
    _ node: any Operator, _ depth: Int, _ shown: inout Set<ObjectIdentifier>,
    _ more: (any Operator) throws -> (line: String, details: [String])
  ) throws -> [String] {
    let indent = String(repeating: "  ", count: depth)
    let (line, details) = try more(node)
    var output = ["\(indent)- \(node.summary)\(line)"]
    output += (node.details + details).filter { !$0.isEmpty }.map { "\(indent)    \($0)" }
    for input in node.inputs where shown.insert(ObjectIdentifier(input)).inserted {
      output += try describe(input, depth + 1, &shown, more)
    }
    return output
  }

  private func measures(_ measured: OperatorRecorder.Measured, _ read: QueryStatistics?) -> String {
    var parts = ["\(measured.rows) row\(measured.rows == 1 ? "" : "s")"]
    parts.append("\(measured.batches) batch\(measured.batches == 1 ? "" : "es")")
    if measured.runs > 1 { parts.append("\(measured.runs) runs") }
    parts.append(milliseconds(measured.nanoseconds))
    if let read { parts.append("\(read.bytesRead) bytes") }
    return "  (\(parts.joined(separator: ", ")))"
  }

  /// What was left out of the archive and what was not. `verb` is what became of the rest.
  private func pruning(_ read: QueryStatistics, _ verb: String) -> [String] {
    func line(_ name: String, _ count: Int, _ all: Int, _ others: [(count: Int, reason: String)]) -> String {
      let reasons = others.filter { $0.count > 0 }.map { ", \($0.count) \($0.reason)" }
      return "\(name)\(count) of \(all) \(verb)\(reasons.joined())"
    }
    let outside = "outside the time range"
    let unreached =
      read.rowGroups - read.rowGroupsRead - read.rowGroupsOutsideTime - read.rowGroupsRuledOut
    return [
      line("segments    ", read.segmentsRead, read.segments, [(read.segmentsOutsideTime, outside)]),
      line(
        "row groups  ", read.rowGroupsRead, read.rowGroups,
        [
          (read.rowGroupsOutsideTime, outside), (read.rowGroupsRuledOut, "ruled out by dictionaries"),
          (unreached, "not reached"),
        ]),
    ]
  }

  private func blocks(_ read: QueryStatistics) -> String {
    "read        \(read.bytesRead) bytes in \(read.blocksRead) blocks"
  }

  private func milliseconds(_ nanoseconds: Int) -> String {
    let hundredths = nanoseconds / 10_000
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) ms"
  }
}
