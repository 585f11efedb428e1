/// Finds which of many things that are looked for are in single keys and values, strings without their escapes: texts,
/// networks, expressions. Each has a number.
package struct ValueFinder: Sendable {
  /// Values that are stored in another way than as text. What nothing can be in is not spelled out for it.
  package struct Forms: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }

    /// Numbers, `true` and `false`.
    package static let bare = Forms(rawValue: 1)
    /// Integers.
    package static let integers = Forms(rawValue: 2)
    /// `YYYY-MM-DDTHH:MM:SSZ`.
    package static let times = Forms(rawValue: 4)
    /// UUIDs with lower-case digits.
    package static let uuids = Forms(rawValue: 8)
  }

  let forms: Forms
  /// A text that is in every value in which something is found; nil where there is none such.
  private let common: ByteFinder?
  private let find: @Sendable (UnsafeBufferPointer<UInt8>) -> [Int]

  /// - Parameters:
  ///   - common: a text that is in every value in which something is found, which is looked for first.
  ///   - find: the numbers of what is in a text, ascending, each once; called from several threads.
  package init(
    _ forms: Forms, common: [UInt8]? = nil,
    _ find: @escaping @Sendable (UnsafeBufferPointer<UInt8>) -> [Int]
  ) {
    self.forms = forms
    self.common = common.flatMap { $0.isEmpty ? nil : ByteFinder($0) }
    self.find = find
  }

  /// What of the forms a text can be in.
  package static func forms(of text: [UInt8]) -> Forms {
    var forms: Forms = []
    let isBare = !text.contains { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "E"),
        UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."):
        false
      default: true
      }
    }
    if isBare { forms.insert(.bare) }
    let piece = TextPiece(text, mayBeBare: isBare)
    if piece.mayBeInteger { forms.insert(.integers) }
    if piece.mayBeTime { forms.insert(.times) }
    if !TokenPattern.all(for: text, in: .uuid).isEmpty { forms.insert(.uuids) }
    return forms
  }

  /// What is in a text.
  func numbers(in text: UnsafeBufferPointer<UInt8>) -> [Int] {
    if let common, common.find(in: text) == nil { return [] }
    return find(text)
  }

  /// The same of a key as spelled between its quotes.
  func numbers(inKey key: UnsafeBufferPointer<UInt8>) -> [Int] {
    key.contains(0x5C)
      ? StringSpelling.unescape(key).withUnsafeBufferPointer { numbers(in: $0) } : numbers(in: key)
  }

  /// Calls `found` with each entry of a table in which something is, ascending, and what that is.
  func visit(_ table: StringTable, _ found: (UInt32, [Int]) -> Void) {
    func look(_ entry: UInt32) {
      let numbers = find(table[Int(entry)])
      if !numbers.isEmpty { found(entry, numbers) }
    }
    if let common {
      for entry in table.entries(whoseValueHas: common) { look(entry) }
    } else {
      for entry in 0..<table.count { look(UInt32(entry)) }
    }
  }

  /// The same of the values of a plain chunk.
  func visit(plain reader: inout ByteReader, count: Int, _ found: (UInt32, [Int]) -> Void) throws {
    func look(_ position: Int, _ value: UnsafeBufferPointer<UInt8>) {
      let numbers = find(value)
      if !numbers.isEmpty { found(UInt32(position), numbers) }
    }
    if let common {
      try PlainStrings.visit(&reader, count: count, having: common, look)
    } else {
      try PlainStrings.visit(&reader, count: count, look)
    }
  }

  /// The same of the values of a chunk of tokens.
  func visit(_ tokens: TokenStrings, _ found: (UInt32, [Int]) -> Void) {
    var positions: [UInt32]?
    if let common {
      positions = tokens.positions(holding: common)
    } else if tokens.areUUIDs, !forms.contains(.uuids) {
      positions = tokens.exceptionPositions
    }
    if positions?.isEmpty == true { return }
    let table = tokens.values(at: positions)
    for entry in 0..<table.count {
      let numbers = find(table[entry])
      if !numbers.isEmpty { found(positions?[entry] ?? UInt32(entry), numbers) }
    }
  }
}
