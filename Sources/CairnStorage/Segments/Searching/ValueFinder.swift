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

  /// Gives the numbers of what is in a text, ascending, each once.
  package typealias Find = (UnsafeBufferPointer<UInt8>) -> [Int]

  let forms: Forms
  /// A text that is in every value in which something is found; nil where there is none such.
  let common: ByteFinder?
  /// What is found in every value with the common text, where that is all that is looked for.
  let constant: [Int]?
  /// Makes what finds: each is used by one thread.
  private let makeFind: @Sendable () -> Find

  /// - Parameters:
  ///   - common: a text that is in every value in which something is found, which is looked for first.
  ///   - makeFind: makes what finds; called from several threads, each of which uses what it was given.
  package init(_ forms: Forms, common: ByteFinder? = nil, _ makeFind: @escaping @Sendable () -> Find) {
    self.forms = forms
    self.common = common.flatMap { $0.text.isEmpty ? nil : $0 }
    constant = nil
    self.makeFind = makeFind
  }

  /// Finds one thing, a text that is not empty.
  package init(_ forms: Forms, text: ByteFinder, number: Int = 0) {
    let numbers = [number]
    self.forms = forms
    common = text
    constant = numbers
    makeFind = { { _ in numbers } }
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

  /// Gives what is in single texts.
  func single() -> Find {
    let find = makeFind()
    guard let common else { return find }
    return { common.find(in: $0) == nil ? [] : find($0) }
  }

  /// Calls `found` with each entry of a table in which something is, ascending, and what that is. Gives the entries that
  /// have the common text.
  @discardableResult
  func visit(_ table: StringTable, _ found: (UInt32, [Int]) -> Void) -> [UInt32] {
    let find = makeFind()
    func look(_ entry: UInt32) {
      let numbers = find(table[Int(entry)])
      if !numbers.isEmpty { found(entry, numbers) }
    }
    if let common {
      let entries = table.entries(whoseValueHas: common)
      for entry in entries { look(entry) }
      return entries
    } else {
      for entry in 0..<table.count { look(UInt32(entry)) }
      return []
    }
  }

  /// The same of the values of a plain chunk. Whether any has the common text.
  func visit(
    plain reader: inout ByteReader, count: Int, _ found: (UInt32, [Int]) -> Void
  ) throws -> Bool {
    let find = makeFind()
    var hasAny = false
    func look(_ position: Int, _ value: UnsafeBufferPointer<UInt8>) {
      hasAny = true
      let numbers = find(value)
      if !numbers.isEmpty { found(UInt32(position), numbers) }
    }
    if let common {
      try PlainStrings.visit(&reader, count: count, having: common, look)
    } else {
      try PlainStrings.visit(&reader, count: count, look)
    }
    return hasAny
  }

  /// The same of the values of a chunk of tokens.
  func visit(_ tokens: TokenStrings, _ found: (UInt32, [Int]) -> Void) -> Bool {
    var positions: [UInt32]?
    if let common {
      positions = tokens.positions(holding: common)
    } else if tokens.areUUIDs, !forms.contains(.uuids) {
      positions = tokens.exceptionPositions
    }
    if positions?.isEmpty == true { return false }
    if let constant {
      for position in positions ?? [] { found(position, constant) }
      return true
    }
    let find = makeFind()
    let table = tokens.values(at: positions)
    for entry in 0..<table.count {
      let numbers = find(table[entry])
      if !numbers.isEmpty { found(positions?[entry] ?? UInt32(entry), numbers) }
    }
    return true
  }

  /// The same of the values of a chunk of patterns.
  func visit(_ patterns: PatternStrings, _ found: (UInt32, [Int]) -> Void) -> Bool {
    let positions = common.map { patterns.positions(mayHold: $0) }
    if positions?.isEmpty == true { return false }
    let holding = visit(patterns.values(at: positions)) { entry, numbers in
      found(positions?[Int(entry)] ?? entry, numbers)
    }
    return common == nil || !holding.isEmpty
  }

  /// The same of derived values.
  ///
  /// - Parameters:
  ///   - parentHolds: whether a value of a parent may have the common text.
  ///   - parent: as of `DerivedStrings.values`.
  func visit(
    _ derived: DerivedStrings, parentHolds: (Int) -> Bool,
    parent: (Int, [UInt32]) throws -> DerivedStrings.Values, _ found: (UInt32, [Int]) -> Void
  ) throws {
    let find = makeFind()
    func look(_ position: UInt32, _ value: UnsafeBufferPointer<UInt8>) {
      let numbers = find(value)
      if !numbers.isEmpty { found(position, numbers) }
    }
    if let common {
      try derived.visit(holding: common, parentHolds: parentHolds, parent: parent, look)
    } else {
      try derived.visit(parent: parent) { position, value in look(position, value) }
    }
  }
}
