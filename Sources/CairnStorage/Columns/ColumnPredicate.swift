/// One key of a path.
public struct PathName: Hashable, Sendable {
  /// The key, unescaped.
  public var bytes: [UInt8]
  /// Only this spelling; else a key that differs in ASCII case will do where no key is equal.
  public var isExact: Bool

  /// A step by name.
  public init(bytes: [UInt8], isExact: Bool) {
    self.bytes = bytes
    self.isExact = isExact
  }

  /// Every query looks paths up in every segment: the bytes go in at once, not one by one.
  public func hash(into hasher: inout Hasher) {
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    hasher.combine(isExact)
  }
}

/// Texts that a value's text must have in it: each of them, or one of them.
package struct TextNeedles: Sendable, Equatable {
  package var texts: [[UInt8]]
  /// Whether that is all that is asked: every text that has them passes.
  package var isSufficient: Bool
  /// Whether one of them is enough.
  package var isAny: Bool
  /// Whether capital letters of ASCII count as small ones.
  package var foldsCase: Bool

  package init(
    _ texts: [[UInt8]], isSufficient: Bool = false, isAny: Bool = false, foldsCase: Bool = false
  ) {
    self.texts = texts
    self.isSufficient = isSufficient
    self.isAny = isAny
    self.foldsCase = foldsCase
  }
}

/// A condition on the value at one path, as storage evaluates it: once for each distinct value where values are
/// in a dictionary. Storage knows nothing of where it comes from.
package struct ColumnPredicate: Sendable {
  /// Keys from the root; none for the whole record.
  package var path: [PathName]
  /// Whether a row with this value passes. Must depend on the value alone.
  package var passes: @Sendable (FieldValue) -> Bool
  /// Makes what judges the bytes of strings as `passes` does their values, for one thread.
  package var textJudge: (@Sendable () -> (UnsafeBufferPointer<UInt8>) -> Bool)?
  /// Where only rows pass whose value is one of these strings: the strings. A segment or row group whose
  /// dictionary has none of them is passed over.
  package var needles: [[UInt8]]?
  /// Where an object or array passes only if its compact JSON has given texts in it: the texts.
  package var textNeedles: TextNeedles?
  /// Objects and arrays may be judged as missing: only a string can pass or fail in another way than that.
  package var wantsStringsOnly: Bool
  /// What every object and array comes to, where that does not depend on what is in it: it need not be put together.
  package var compositeVerdict: Bool?

  package init(
    path: [PathName], needles: [[UInt8]]? = nil, textNeedles: TextNeedles? = nil,
    wantsStringsOnly: Bool = false, compositeVerdict: Bool? = nil,
    textJudge: (@Sendable () -> (UnsafeBufferPointer<UInt8>) -> Bool)? = nil,
    passes: @escaping @Sendable (FieldValue) -> Bool
  ) {
    self.path = path
    self.needles = needles
    self.textNeedles = textNeedles
    self.wantsStringsOnly = wantsStringsOnly
    self.compositeVerdict = compositeVerdict
    self.textJudge = textJudge
    self.passes = passes
  }
}
