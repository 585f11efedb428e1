/// The `name=value` words of a manifest's line.
///
/// Reading is easy-going: a manifest must be spelled exactly as it would be written, which is compared as a whole.
struct LineFields {
  private var values: [Substring: Substring] = [:]

  /// Nil where a word is none, or a name comes twice.
  init?(_ words: ArraySlice<Substring>) {
    for word in words {
      guard let mark = word.firstIndex(of: "="), mark > word.startIndex,
        values.updateValue(word[word.index(after: mark)...], forKey: word[..<mark]) == nil
      else { return nil }
    }
  }

  subscript(name: Substring) -> Substring? { values[name] }

  /// Zero or more.
  func count(_ name: Substring) -> Int? { values[name].flatMap { Int($0) }.flatMap { $0 >= 0 ? $0 : nil } }

  func integer(_ name: Substring) -> Int64? { values[name].flatMap { Int64($0) } }

  /// Milliseconds since 1970, not before.
  func time(_ name: Substring) -> Int64? { integer(name).flatMap { $0 >= 0 ? $0 : nil } }

  /// Hexadecimal digits.
  func hash(_ name: Substring) -> UInt64? { values[name].flatMap { UInt64($0, radix: 16) } }
}
