import CairnSQL
import CairnStorage

/// Why an expression that parses has no meaning: an unknown function, a bad constant, a part of SQL that is
/// not evaluated here.
package struct BindError: Error, Sendable, Equatable {
  /// What is wrong, in one sentence without the place.
  package let message: String
  /// The bytes of the text that are wrong.
  package let span: SourceSpan
  /// A name near to the one written, to offer.
  package let suggestion: String?
  /// What the system refused, where the text is not to blame.
  package let cause: CairnError?

  package init(message: String, span: SourceSpan, suggestion: String? = nil) {
    self.message = message
    self.span = span
    self.suggestion = suggestion
    cause = nil
  }

  package init(cause: CairnError, span: SourceSpan) {
    message = cause.description
    self.span = span
    suggestion = nil
    self.cause = cause
  }

  /// A constant index 0.
  static func zeroIndex(_ span: SourceSpan) -> BindError {
    BindError(message: "arrays count from 1: there is no element 0", span: span)
  }

  /// The error as one of the parser's, for the text that the expression was read from.
  package func syntaxError(in text: String) -> SQLSyntaxError {
    var line = 1
    var column = 1
    for byte in text.utf8.prefix(max(0, span.start)) {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    return SQLSyntaxError(
      message: message, span: span, location: SourceLocation(line: line, column: column),
      suggestion: suggestion)
  }

  /// The error as people read it: message, line of the text, caret, suggestion.
  package func rendered(in text: String) -> String { syntaxError(in: text).rendered(in: text) }

  /// The error with its exit code.
  package func error(in text: String) -> CairnError { cause ?? .usage(rendered(in: text)) }
}
