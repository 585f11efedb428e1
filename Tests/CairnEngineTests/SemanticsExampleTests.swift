import Cairn
import CairnOracle
import CairnSQL
import Testing

/// Every example of `docs/semantics.md`, executed by the engine's evaluator.
struct SemanticsExampleTests {
  private static let document = try? SemanticsDocument.load()
  static let examples = document?.examples ?? []
  static let functionExamples = document?.functionExamples ?? []
  /// The start of the queries, as the oracle has it.
  static let now: Int64 = 1_767_225_600

  static func bind(_ text: String) throws -> BoundExpression {
    try Binder.bind(try SQLParser.parseExpression(text), now: now)
  }

  @Test(arguments: examples + functionExamples)
  func exampleHolds(_ example: SemanticsDocument.Example) throws {
    if example.expected == "error" {
      #expect(throws: (any Error).self) { try Self.bind(example.expression) }
      return
    }
    let fields = try RecordFields(json: example.record)
    let expression = try Self.bind(example.expression)
    let value = expression.evaluate(fields.values(expression.paths))
    let expected = try Self.bind(example.expected).evaluate([])
    #expect(Kind(value) == Kind(expected), "\(value)")
    // Numbers as output in JSON has them: the text of a double is another one.
    let texts: ([UInt8]?, [UInt8]?) =
      Kind(value) == .number ? (value.json, expected.json) : (value.text, expected.text)
    #expect(texts.0 == texts.1, "\(String(decoding: texts.0 ?? [], as: UTF8.self))")
  }

  @Test func thereAreExamples() {
    #expect(Self.examples.count > 300)
    #expect(Self.functionExamples.count > 400)
  }

  /// What an example's result shows of a value: record values look like typed ones.
  enum Kind: Equatable {
    case null, boolean, number, text

    init(_ value: EngineValue) {
      switch value {
      case .null: self = .null
      case .boolean, .record(.boolean): self = .boolean
      case .number, .record(.integer), .record(.number): self = .number
      default: self = .text
      }
    }
  }
}
