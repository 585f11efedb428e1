/// SQL text that cannot be read, with the place and what would have been right.
///
/// One reference in size: every call of the parser has room for an error in its frame, and the parser
/// recurses.
public struct SQLSyntaxError: Error, Sendable {
  private let details: Details

  private final class Details: Sendable {
    let message: String
    let span: SourceSpan
    let location: SourceLocation
    let expected: [String]
    let suggestion: String?

    init(
      message: String, span: SourceSpan, location: SourceLocation, expected: [String], suggestion: String?
    ) {
      self.message = message
      self.span = span
      self.location = location
      self.expected = expected
      self.suggestion = suggestion
    }
  }

  /// An error at a place of the text.
  public init(
    message: String, span: SourceSpan, location: SourceLocation, expected: [String] = [],
    suggestion: String? = nil
  ) {
    details = Details(
      message: message, span: span, location: location, expected: expected, suggestion: suggestion)
  }

  /// What is wrong, in one sentence without the place.
  public var message: String { details.message }

  /// The bytes of the text that are wrong.
  public var span: SourceSpan { details.span }

  /// Where that is, in lines and characters.
  public var location: SourceLocation { details.location }

  /// What could have stood there; empty where the message says it all.
  public var expected: [String] { details.expected }

  /// A name near to the one written, to offer.
  public var suggestion: String? { details.suggestion }

  /// The error as people read it: message, line of the text, caret, suggestion.
  ///
  /// Control characters of the text are replaced, and a long line is cut to the part around the place.
  public func rendered(in text: String) -> String {
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    let index = min(max(location.line - 1, 0), max(lines.count - 1, 0))
    let line = lines.isEmpty ? [] : lines[index].map(SQLSyntaxError.printable)
    let column = min(max(location.column - 1, 0), line.count)
    let windowStart = max(0, min(column - Rendering.before, line.count - Rendering.width))
    let shown = line.dropFirst(windowStart).prefix(Rendering.width)
    let spanCharacters = text.utf8.dropFirst(span.start).prefix(span.end - span.start)
      .reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
    let caretCount = max(1, min(spanCharacters, line.count - column, Rendering.width))
    let leading = windowStart > 0 ? "…" : ""
    let trailing = windowStart + Rendering.width < line.count ? "…" : ""
    let number = String(location.line)
    let gutter = String(repeating: " ", count: number.count)
    let indent = String(repeating: " ", count: column - windowStart + leading.count)
    var result = "line \(location.line), column \(location.column): \(message)\n"
    result += "\(gutter) |\n\(number) | \(leading)\(String(String.UnicodeScalarView(shown)))\(trailing)\n"
    result += "\(gutter) | \(indent)\(String(repeating: "^", count: caretCount))"
    if let suggestion { result += "\n\(gutter) = did you mean \(suggestion)?" }
    return result
  }

  private enum Rendering {
    /// Characters of a line that are shown.
    static let width = 100
    /// Characters shown before the place where the line is cut.
    static let before = 60
  }

  /// Pasted text goes to a terminal, so nothing in it may act there.
  private static func printable(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: scalar == "\t" ? " " : "\u{FFFD}"
    default: scalar
    }
  }
}

extension SQLSyntaxError: CustomStringConvertible {
  /// Place and message on one line.
  public var description: String {
    let hint = suggestion.map { " (did you mean \($0)?)" } ?? ""
    return "line \(location.line), column \(location.column): \(message)\(hint)"
  }
}

extension SQLSyntaxError: Equatable {
  /// Whether two errors say the same of the same place.
  public static func == (lhs: SQLSyntaxError, rhs: SQLSyntaxError) -> Bool {
    lhs.message == rhs.message && lhs.span == rhs.span && lhs.location == rhs.location
      && lhs.expected == rhs.expected && lhs.suggestion == rhs.suggestion
  }
}
