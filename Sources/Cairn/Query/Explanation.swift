import CairnStorage

/// A plan as text: an operator a line, its inputs indented below it.
struct Explanation {
  private let root: any Operator
  private let context: ExecutionContext
  private let isMeasured: Bool

  init(_ root: any Operator, _ context: ExecutionContext, isMeasured: Bool) {
    self.root = root
    self.context = context
    self.isMeasured = isMeasured
  }

  func lines() throws -> [String] {
    if isMeasured {
      let start = monotonicNanoseconds()
      var rows = 0
      let recorder = OperatorRecorder()
      try root.pull(context.measuring(recorder), { $0.rowCount }) {
        rows += $0
        return true
      }
      let total = monotonicNanoseconds() - start
      let read = context.recorder.snapshot
      var output = describe(root, 0, recorder)
      output.append("")
      output.append("rows        \(rows)")
      output.append("time        \(milliseconds(total))")
      output.append("segments    \(read.segmentsRead) of \(read.segments) opened")
      output.append("row groups  \(read.rowGroupsRead) of \(read.rowGroups) read")
      output.append("read        \(read.bytesRead) bytes in \(read.blocksRead) blocks")
      return output
    }
    return describe(root, 0, nil)
  }

  private func describe(_ node: any Operator, _ depth: Int, _ recorder: OperatorRecorder?) -> [String] {
    let indent = String(repeating: "  ", count: depth)
    var first = indent + "- " + node.summary
    if let measured = recorder?.measured(node) {
      first +=
        "  (\(measured.rows) rows in \(measured.batches) batches, done after \(milliseconds(measured.end)))"
    }
    var output = [first]
    output += node.details.filter { !$0.isEmpty }.map { "\(indent)    \($0)" }
    return output + node.inputs.flatMap { describe($0, depth + 1, recorder) }
  }

  private func milliseconds(_ nanoseconds: Int) -> String {
    let hundredths = nanoseconds / 10_000
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100) ms"
  }
}
