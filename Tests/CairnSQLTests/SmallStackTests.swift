import CairnOracle
import CairnSQL
import Foundation
import Testing

/// The limits keep parser, printer and release of the tree within the stack of a secondary thread.
struct SmallStackTests {
  /// Debug builds keep every temporary in the frame.
  #if DEBUG
    static let stackByteCount = 16 << 20
  #else
    static let stackByteCount = 512 << 10
  #endif

  @Test(arguments: ["(", "f(", "NOT ", "- ", "CASE WHEN a THEN ", "(SELECT "])
  func nestingFits(_ open: String) throws {
    let close = ["(": ")", "f(": ")", "(SELECT ": ")", "CASE WHEN a THEN ": " END"][open] ?? ""
    let text =
      "SELECT " + String(repeating: open, count: ParserLimits.nesting / 2 - 2) + "a"
      + String(repeating: close, count: ParserLimits.nesting / 2 - 2)
    let endless = "SELECT " + String(repeating: open, count: 50_000)
    let chain = "SELECT a" + String(repeating: " || a", count: ParserLimits.treeDepth - 1)
    let finished = DispatchSemaphore(value: 0)
    let thread = Thread {
      for text in [text, endless, chain] { _ = try? SQLParser.parseStatements(text).count }
      if let statements = try? SQLParser.parseStatements(chain), case .query(let query)? = statements.first {
        _ = query.description.utf8.count
      }
      finished.signal()
    }
    thread.stackSize = Self.stackByteCount
    thread.start()
    finished.wait()
  }
}
