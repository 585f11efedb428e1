/// A name as written.
public struct Identifier: Sendable, Hashable {
  /// The name, without quotes, in the case in which it was written.
  public let text: String
  /// Whether it was quoted, which makes it exact.
  public let isQuoted: Bool
  /// Where it stands.
  public let span: SourceSpan

  /// A name.
  public init(_ text: String, isQuoted: Bool, span: SourceSpan) {
    self.text = text
    self.isQuoted = isQuoted
    self.span = span
  }

  /// Whether the name is a given one, ignoring ASCII case unless it is quoted.
  public func matches(_ name: String) -> Bool {
    isQuoted ? text == name : text.lowercased() == name.lowercased()
  }
}

/// A name that may have dots: a table, a function.
public struct QualifiedName: Sendable, Hashable {
  /// The parts, one or more.
  public let parts: [Identifier]

  /// The parts joined by dots.
  public var text: String { parts.map(\.text).joined(separator: ".") }

  /// Where the name stands.
  public var span: SourceSpan {
    guard let first = parts.first, let last = parts.last else { return SourceSpan(start: 0, end: 0) }
    return first.span.union(last.span)
  }
}
