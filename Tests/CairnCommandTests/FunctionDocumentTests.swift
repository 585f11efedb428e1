import Cairn
import CairnTestSupport
import Foundation
import Testing

/// docs/functions.md is what the table of functions says. `CAIRN_WRITE_DOCS=1` writes it anew.
@Suite struct FunctionDocumentTests {
  private static let page = "docs/functions.md"

  private static func text() -> String {
    var text = """
      # Functions

      Every function that queries may call, as `SHOW FUNCTIONS` lists them; what each does to the letter is in
      [`semantics.md`](semantics.md). Names are Trino's where Trino has them. `[…]` may be left out, `…` is any number
      more. This page is generated from the table that the engine itself uses.

      """
    for (kind, title) in [
      (SQLFunction.Kind.scalar, "Of the values of a row"), (.aggregate, "Of the rows of a group"),
      (.window, "Of the rows around a row (OVER)"),
    ] {
      text += "\n## \(title)\n\n| call | gives |\n| --- | --- |\n"
      for function in SQLFunction.all where function.kind == kind && !function.isRefused {
        let call = function.signature.replacingOccurrences(of: "|", with: "\\|")
        text += "| `\(call)` | \(function.meaning ?? "") |\n"
      }
    }
    let refused = SQLFunction.all.filter(\.isRefused).map { "`\($0.name)`" }
    if !refused.isEmpty {
      text += "\n## Not there\n\nThese say why when they are called: \(refused.joined(separator: ", ")).\n"
    }
    return text
  }

  @Test func isCurrent() throws {
    let text = Self.text()
    if ProcessInfo.processInfo.environment["CAIRN_WRITE_DOCS"] != nil {
      try Data(text.utf8).write(to: URL(fileURLWithPath: Self.page))
    }
    #expect(String(decoding: try readFile(Self.page), as: UTF8.self) == text)
  }

  /// A function without arguments is not said to have some.
  @Test func argumentsAreThoseOfTheTable() {
    for function in SQLFunction.all where function.argumentCounts == 0...0 {
      #expect(function.signature == "\(function.name)()")
    }
  }
}
