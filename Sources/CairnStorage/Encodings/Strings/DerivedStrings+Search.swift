// Looking for texts in derived values without keeping them.

extension DerivedStrings {
  /// Values that are put together at a time: what they take stays in the caches.
  private static let blockCount = 1024

  /// Calls `body` with the position of each value and the value, in order.
  package func visit(
    parent: (_ number: Int, _ positions: [UInt32]) throws -> Values,
    _ body: (UInt32, UnsafeBufferPointer<UInt8>) -> Void
  ) throws {
    let (pieces, exceptionRanks) = try pieces(at: nil, parent)
    let table = StringTable(entryCapacity: Self.blockCount)
    var next = [Int](repeating: 0, count: classes.count + 1)
    for start in stride(from: 0, to: count, by: Self.blockCount) {
      table.removeAll()
      let range = start..<min(start + Self.blockCount, count)
      try join(at: nil, range, pieces, exceptions: exceptionRanks, &next, into: table)
      for entry in 0..<table.count { body(UInt32(start + entry), table[entry]) }
    }
  }

  /// The same of those that have a text in them. Classes of which no value can have it are left out; of the others most
  /// values are told by their parts: only what has the text in one of these, or two bytes of it where two of these
  /// meet, is put together.
  ///
  /// - Parameter parentHolds: whether a value of a parent may have the text.
  package func visit(
    holding finder: ByteFinder, parentHolds: (_ number: Int) -> Bool,
    parent: (_ number: Int, _ positions: [UInt32]) throws -> Values,
    _ body: (UInt32, UnsafeBufferPointer<UInt8>) -> Void
  ) throws {
    let isWanted = classes.map { mayHold(finder, $0, parentHolds) }
    let exceptions = Set(exceptions.entries(whoseValueHas: finder))
    if exceptions.isEmpty, !isWanted.contains(true) { return }
    let positions = try self.positions(mayHold: finder, isWanted, exceptions, parent)
    if positions.isEmpty { return }
    if positions.count > count / 2 {
      return try visit(parent: parent) { position, value in
        if finder.find(in: value) != nil { body(position, value) }
      }
    }
    let table = try values(at: positions, parent: parent)
    for entry in table.entries(whoseValueHas: finder) { body(positions[Int(entry)], table[Int(entry)]) }
  }

  /// - Parameters:
  ///   - isWanted: by class: whether a value of it may have the text.
  ///   - exceptions: those that have it.
  private func positions(
    mayHold finder: ByteFinder, _ isWanted: [Bool], _ exceptions: Set<UInt32>,
    _ parent: (_ number: Int, _ positions: [UInt32]) throws -> Values
  ) throws -> [UInt32] {
    let pieces = try pieces(at: nil, of: isWanted, parent).pieces
    let pairs = BytePairs(finder)
    let searches = classes.indices.map {
      isWanted[$0] ? PartSearch(classes[$0].form, pieces[$0], finder) : nil
    }
    let last = classes.count
    var next = [Int](repeating: 0, count: last + 1)
    var positions: [UInt32] = []
    for position in 0..<count {
      let number = Int(numbers[position])
      let place = next[number]
      next[number] = place &+ 1
      let mayHold =
        number == last
        ? !exceptions.isEmpty && exceptions.contains(UInt32(truncatingIfNeeded: place))
        : searches[number]?.mayHold(place, pairs) == true
      if mayHold { positions.append(UInt32(truncatingIfNeeded: position)) }
    }
    return positions
  }

  /// False where no value of the class can have a text in it: then none need be looked at.
  private func mayHold(_ finder: ByteFinder, _ item: Class, _ parentHolds: (_ number: Int) -> Bool) -> Bool {
    if item.form.spelling == .base64 { return finder.text.allSatisfy { PartSearch.isBase64($0) } }
    if Self.canMeet(item.form.parts, finder) { return true }
    return item.form.parts.contains { part in
      switch part.source {
      case .text: part.text.withUnsafeBufferPointer { finder.find(in: $0) } != nil
      case .own: item.own.map { !$0.entries(whoseValueHas: finder).isEmpty } ?? false
      case .value, .tail, .head: parentHolds(part.parent)
      }
    }
  }

  /// Whether the text can stand where two parts meet: whether what is known of these, the parts that are the same in
  /// all values, agrees with some division of it. Values may be empty.
  private static func canMeet(_ parts: [DerivedForm.Part], _ finder: ByteFinder) -> Bool {
    for (index, part) in parts.enumerated() {
      if part.source == .text, !part.text.isEmpty, !finder.canBegin(at: part.text) { continue }
      for next in parts[(index + 1)...] {
        guard next.source == .text else { return true }
        if next.text.isEmpty { continue }
        if finder.canEnd(in: next.text) { return true }
        break
      }
    }
    return false
  }
}

extension ByteFinder {
  /// Whether some of its text, but not all, can be the end of what `bytes` end.
  fileprivate func canBegin(at bytes: [UInt8]) -> Bool {
    (1..<max(text.count, 1)).contains { count in
      zip(text[..<count].reversed(), bytes.reversed()).allSatisfy { $0 == folded($1) }
    }
  }

  /// Whether some of its text, but not all, can be the beginning of what `bytes` begin.
  fileprivate func canEnd(in bytes: [UInt8]) -> Bool {
    (1..<max(text.count, 1)).contains { count in
      zip(text[count...], bytes).allSatisfy { $0 == folded($1) }
    }
  }
}

/// The pairs of neighbours in a text, a bit for each that there may be.
private final class BytePairs {
  private var bits = [UInt64](repeating: 0, count: 1 << 10)
  private let finder: ByteFinder

  init(_ finder: ByteFinder) {
    self.finder = finder
    for (first, second) in zip(finder.text, finder.text.dropFirst()) {
      let pair = Int(first) << 8 | Int(second)
      bits[pair >> 6] |= 1 << UInt64(pair & 63)
    }
  }

  @inline(__always)
  func contains(_ first: UInt8, _ second: UInt8) -> Bool {
    let pair = Int(finder.folded(first)) &<< 8 | Int(finder.folded(second))
    return bits[pair &>> 6] &>> UInt64(pair & 63) & 1 == 1
  }
}

/// Which values of a class can have a text in them.
private final class PartSearch {
  /// A part as the loop over all values reads it: without a reference.
  private struct Part: BitwiseCopyable {
    var piece: DerivedStrings.Pieces.PartValues
    /// By entry: 1 where the text is in it. Empty where it is in none.
    var holds: RawVector<UInt8>
  }

  private var parts = RawVector<Part>()
  /// Owns what the parts point to.
  private let pieces: DerivedStrings.Pieces
  /// Whether the text may be in any value, however its parts are.
  private let isOpen: Bool

  init(_ form: DerivedForm, _ pieces: DerivedStrings.Pieces, _ finder: ByteFinder) {
    self.pieces = pieces
    isOpen = form.spelling == .base64 && finder.text.allSatisfy { Self.isBase64($0) }
    guard form.spelling == .plain else { return }
    for (index, table) in pieces.tables.enumerated() {
      let found = table.entries(whoseValueHas: finder)
      var holds = RawVector<UInt8>()
      if !found.isEmpty {
        for _ in 0..<table.count { holds.append(0) }
        for entry in found { holds[Int(entry)] = 1 }
      }
      parts.append(Part(piece: pieces.all[index], holds: holds))
    }
  }

  deinit {
    for index in 0..<parts.count { parts[index].holds.free() }
    parts.free()
  }

  static func isBase64(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "="):
      true
    default: false
    }
  }

  @inline(__always)
  func mayHold(_ place: Int, _ pairs: BytePairs) -> Bool {
    if isOpen { return true }
    // None yet.
    var last = -1
    for index in 0..<parts.count {
      let part = parts[index]
      if !part.holds.isEmpty, part.holds[part.piece.entry(place)] == 1 { return true }
      let value = part.piece.value(place)
      if value.isEmpty { continue }
      if last >= 0, pairs.contains(UInt8(truncatingIfNeeded: last), value[0]) { return true }
      last = Int(value[value.count &- 1])
    }
    return false
  }
}
