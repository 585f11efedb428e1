/// A regular expression as written.
indirect enum RegexTree: Sendable {
  case empty
  case set(ScalarSet)
  case assertion(RegexAssertion)
  case sequence([RegexTree])
  case choice([RegexTree])
  /// At least so often and at most so often; nil is any number of times. A lazy one is left as early as possible.
  case repeated(RegexTree, least: Int, most: Int?, isLazy: Bool)
  /// A group whose text is asked for, from 1.
  case group(Int, RegexTree)
}

/// What holds between two characters.
enum RegexAssertion: Sendable {
  case start
  case end
  /// The end, or before a line end that ends the text.
  case lastLineEnd
  case lineStart
  case lineEnd
  case wordBoundary
  case noWordBoundary
}

/// Why a pattern is refused; the words that follow "the pattern".
struct RegexFailure: Error, Equatable {
  let message: String
}
