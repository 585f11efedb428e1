import CairnShims
import Glibc

/// Why a record was refused.
package struct ParseFailure: Error {
  package var position: Int
  package var reason: StaticString
  package var kind = Kind.malformed

  package enum Kind {
    case malformed
    /// The piece has no room for the record.
    case limit
    /// The object is an envelope of records.
    case envelope
  }
}

/// One pass over a record's bytes: tokens, shape, interned leaf values, tape.
///
/// Needs the padding of `PaddedBuffer` behind the bytes. Accepts RFC 8259 JSON, and control characters and any
/// bytes inside strings, since what AWS or a collector delivered must come back as it was.
package struct RecordParser {
  package static let depthLimit = 256
  /// Bytes of a record, and words of its tape: far above what CloudTrail delivers (256 KiB), and what a segment can
  /// be made of in bounded memory.
  package static let recordByteLimit = 32 << 20
  package static let recordWordLimit = 1 << 22

  let base: UnsafePointer<UInt8>
  let end: UnsafePointer<UInt8>
  let layout: Layout
  private let isCompact: Bool
  /// White space differed from the layout somewhere in the record.
  package var isIrregular = false
  private var lineStarts: [[UInt8]] = []
  /// The first top-level eventTime of the record, as spelled; nil where it has none.
  package private(set) var eventTime: UnsafeBufferPointer<UInt8>?
  package private(set) var hasEventID = false
  /// Objects and arrays open around the cursor; `depth` in the functions below counts indented ones only.
  private var level = 0
  /// A root object with a `Records` array fails as `.envelope`.
  var refusesEnvelope = false
  private var tapeLimit = 0
  private var byteLimit: UnsafePointer<UInt8>

  package init(_ bytes: UnsafeBufferPointer<UInt8>, layout: Layout) {
    // An empty buffer still has its padding.
    base = bytes.baseAddress ?? UnsafePointer(bitPattern: 1).unsafelyUnwrapped
    end = base + bytes.count
    byteLimit = end
    self.layout = layout
    isCompact = layout.isCompact
  }

  @inline(never)
  func failure(_ p: UnsafePointer<UInt8>, _ reason: StaticString) -> ParseFailure {
    p >= end
      ? ParseFailure(position: end - base, reason: "ends inside a record")
      : ParseFailure(position: p - base, reason: reason)
  }

  /// Parses the object that begins at `start` onto the tape; gives the position behind it.
  /// On failure the piece's tape may hold a part of the record: the caller truncates it.
  package mutating func parseRecord(_ piece: inout PieceState, start: Int) throws(ParseFailure) -> Int {
    isIrregular = false
    eventTime = nil
    hasEventID = false
    level = 0
    var p = base + start
    byteLimit = end - p > Self.recordByteLimit ? p + Self.recordByteLimit : end
    tapeLimit = piece.tape.count &+ Self.recordWordLimit
    guard p < end, p[0] == UInt8(ascii: "{") else { throw failure(p, "a record must be an object") }
    let word = piece.tape.count
    piece.tape.append(0)
    // Values of a record that is refused are counted all the same.
    defer { piece.numberWaiting() }
    let kind = try parseObject(&p, &piece, slot: ShapeAutomaton.rootSlot, word: word, depth: 0)
    if kind == .emptyObject {
      piece.tape[word] = piece.automaton.shapeWord(
        slot: 0, node: piece.automaton.slots[0].root)
    }
    return p - base
  }

  // MARK: Objects and arrays

  private mutating func parseObject(
    _ p: inout UnsafePointer<UInt8>, _ piece: inout PieceState, slot: UInt32, word: Int, depth: Int
  ) throws(ParseFailure) -> ValueKind {
    guard level < Self.depthLimit else { throw failure(p, "nested deeper than 256 levels") }
    level &+= 1
    defer { level &-= 1 }
    p += 1
    let inside = layout.depthInside(array: false, at: depth)
    if p[0] == UInt8(ascii: "}") {
      p += 1
      return .emptyObject
    }
    gap(&p, layout.objectsMultiline ? .line : .nothing, inside)
    if p[0] == UInt8(ascii: "}") {
      p += 1
      isIrregular = true
      return .emptyObject
    }
    var node = piece.automaton.slots[Int(slot)].root
    while true {
      let edge = try parseKey(&p, &piece, slot: slot, node: node)
      gap(&p, .beforeColon, inside)
      guard p[0] == UInt8(ascii: ":") else { throw failure(p, "expected ':'") }
      p += 1
      gap(&p, .afterColon, inside)
      let child = piece.automaton.edges[Int(edge)].slot
      if child == ShapeAutomaton.recordsSlot, refusesEnvelope, p[0] == UInt8(ascii: "[") {
        throw ParseFailure(position: p - base, reason: "an envelope", kind: .envelope)
      }
      let kind = try parseValue(&p, &piece, slot: child, depth: inside)
      node = piece.automaton.step(edge, kind)
      if p[0] == UInt8(ascii: ",") {
        p += 1
        gap(&p, layout.objectsMultiline ? .line : .afterComma, inside)
        continue
      }
      if p[0] != UInt8(ascii: "}") {
        gap(&p, layout.objectsMultiline ? .line : .nothing, depth)
        if p[0] == UInt8(ascii: ",") {
          // White space before a comma is in no layout.
          isIrregular = true
          p += 1
          gap(&p, layout.objectsMultiline ? .line : .afterComma, inside)
          continue
        }
        guard p[0] == UInt8(ascii: "}") else { throw failure(p, "expected ',' or '}'") }
      } else if layout.objectsMultiline {
        isIrregular = true
      }
      p += 1
      break
    }
    piece.tape[word] = piece.automaton.shapeWord(slot: slot, node: node)
    return .object
  }

  /// A key with its quotes; the automaton's prediction is tried first.
  @inline(__always)
  private mutating func parseKey(
    _ p: inout UnsafePointer<UInt8>, _ piece: inout PieceState, slot: UInt32, node: UInt32
  ) throws(ParseFailure) -> UInt32 {
    guard p[0] == UInt8(ascii: "\"") else { throw failure(p, "expected a key") }
    let predicted = piece.automaton.nodes[Int(node)].predicted
    if predicted != ShapeAutomaton.noIndex {
      let edge = piece.automaton.edges[Int(predicted)]
      if end - p > edge.keyByteCount &+ 2, p[edge.keyByteCount &+ 1] == UInt8(ascii: "\""),
        cairn_equal(p + 1, piece.automaton.names.base + edge.keyStart, edge.keyByteCount) != 0
      {
        p += edge.keyByteCount &+ 2
        return predicted
      }
    }
    let start = p + 1
    p = try stringEnd(start)
    let key = UnsafeBufferPointer(start: start, count: p - start)
    p += 1
    try checkKeys(start, piece.automaton)
    return piece.automaton.edge(node: node, slot: slot, key: key)
  }

  @inline(never)
  private func fullFailure(_ p: UnsafePointer<UInt8>, _ reason: StaticString) -> ParseFailure {
    ParseFailure(position: p - base, reason: reason, kind: .limit)
  }

  private func checkKeys(_ p: UnsafePointer<UInt8>, _ automaton: borrowing ShapeAutomaton)
    throws(ParseFailure)
  {
    if automaton.isFull { throw fullFailure(p, "more different keys than a segment can have") }
  }

  private mutating func parseArray(
    _ p: inout UnsafePointer<UInt8>, _ piece: inout PieceState, slot: UInt32, depth: Int
  ) throws(ParseFailure) -> ValueKind {
    guard level < Self.depthLimit else { throw failure(p, "nested deeper than 256 levels") }
    level &+= 1
    defer { level &-= 1 }
    p += 1
    if p[0] == UInt8(ascii: "]") {
      p += 1
      return .emptyArray
    }
    let inside = layout.depthInside(array: true, at: depth)
    gap(&p, layout.arraysMultiline ? .line : .padding, inside)
    if p[0] == UInt8(ascii: "]") {
      p += 1
      isIrregular = true
      return .emptyArray
    }
    if piece.automaton.slots[Int(slot)].element == ShapeAutomaton.noIndex {
      try checkKeys(p, piece.automaton)
    }
    let element = piece.automaton.elementSlot(of: slot)
    let length = piece.tape.count
    piece.tape.append(0)
    var count: UInt32 = 0
    while true {
      let word = piece.tape.count
      piece.tape.append(0)
      let kind = try parseValue(&p, &piece, slot: element, depth: inside, reservedWord: word)
      if kind != .object { piece.tape[word] = UInt32(kind.rawValue) }
      count &+= 1
      guard piece.tape.count <= tapeLimit else { throw fullFailure(p, "more than 4,194,304 values") }
      if p[0] == UInt8(ascii: ",") {
        p += 1
        gap(&p, layout.arraysMultiline ? .line : .afterComma, inside)
        continue
      }
      if p[0] != UInt8(ascii: "]") {
        gap(&p, layout.arraysMultiline ? .line : .padding, depth)
        if p[0] == UInt8(ascii: ",") {
          isIrregular = true
          p += 1
          gap(&p, layout.arraysMultiline ? .line : .afterComma, inside)
          continue
        }
        guard p[0] == UInt8(ascii: "]") else { throw failure(p, "expected ',' or ']'") }
      } else if layout.arraysMultiline || !layout.arrayPadding.isEmpty {
        isIrregular = true
      }
      p += 1
      break
    }
    piece.tape[length] = count
    return .array
  }

  // MARK: Values

  /// - Parameter reservedWord: where an element's word goes; members of objects reserve one themselves.
  private mutating func parseValue(
    _ p: inout UnsafePointer<UInt8>, _ piece: inout PieceState, slot: UInt32, depth: Int,
    reservedWord: Int? = nil
  ) throws(ParseFailure) -> ValueKind {
    switch p[0] {
    case UInt8(ascii: "\""):
      let start = p + 1
      p = try stringEnd(start)
      piece.appendValue(stringColumn(&piece, slot), start, p - start)
      if slot <= ShapeAutomaton.eventIDSlot {
        note(slot, UnsafeBufferPointer(start: start, count: p - start))
      }
      p += 1
      return .string
    case UInt8(ascii: "{"):
      let word: Int
      if let reservedWord {
        word = reservedWord
      } else {
        word = piece.tape.count
        piece.tape.append(0)
      }
      let kind = try parseObject(&p, &piece, slot: slot, word: word, depth: depth)
      if kind == .emptyObject, reservedWord == nil { piece.tape.truncate(to: word) }
      return kind
    case UInt8(ascii: "["):
      return try parseArray(&p, &piece, slot: slot, depth: depth)
    case UInt8(ascii: "t"):
      try literal(&p, "true")
      return .true
    case UInt8(ascii: "f"):
      try literal(&p, "false")
      return .false
    case UInt8(ascii: "n"):
      try literal(&p, "null")
      return .null
    default:
      return try parseNumber(&p, &piece, slot: slot)
    }
  }

  private mutating func note(_ slot: UInt32, _ value: UnsafeBufferPointer<UInt8>) {
    if slot == ShapeAutomaton.eventTimeSlot {
      if eventTime == nil { eventTime = value }
    } else if slot == ShapeAutomaton.eventIDSlot {
      hasEventID = true
    }
  }

  private func literal(_ p: inout UnsafePointer<UInt8>, _ text: StaticString) throws(ParseFailure) {
    // The padding behind the bytes makes this read safe; a cut literal meets it and differs.
    guard cairn_equal(p, text.utf8Start, text.utf8CodeUnitCount) != 0, p + text.utf8CodeUnitCount <= end
    else {
      throw failure(p, "expected a value")
    }
    p += text.utf8CodeUnitCount
  }

  /// The closing quote of the string whose first byte is `start`, escapes checked.
  @inline(__always)
  private func stringEnd(_ start: UnsafePointer<UInt8>) throws(ParseFailure) -> UnsafePointer<UInt8> {
    var p = cairn_find_quote_or_escape(start)
    if p[0] != UInt8(ascii: "\"") { p = try escapedStringEnd(p) }
    guard p < end else { throw failure(end, "ends inside a record") }
    guard p <= byteLimit else { throw fullFailure(start, "record larger than 32 MiB") }
    return p
  }

  private func escapedStringEnd(
    _ first: UnsafePointer<UInt8>
  ) throws(ParseFailure) -> UnsafePointer<UInt8> {
    var p = first
    while p < end, p[0] == UInt8(ascii: "\\") {
      switch p[1] {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
        UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
        p += 2
      case UInt8(ascii: "u"):
        for index in 2..<6 where !isHexadecimal(p[index]) { throw failure(p + index, "bad \\u escape") }
        p += 6
      default:
        throw failure(p + 1, "unknown escape in a string")
      }
      if p > end { throw failure(end, "ends inside a record") }
      p = cairn_find_quote_or_escape(p)
    }
    return p
  }

  private mutating func parseNumber(
    _ p: inout UnsafePointer<UInt8>, _ piece: inout PieceState, slot: UInt32
  ) throws(ParseFailure) -> ValueKind {
    let start = p
    if p[0] == UInt8(ascii: "-") { p += 1 }
    let digits = p
    try skipDigits(&p)
    if digits[0] == UInt8(ascii: "0"), p - digits > 1 { throw failure(digits, "number with a leading zero") }
    var isInteger = true
    if p[0] == UInt8(ascii: ".") {
      isInteger = false
      p += 1
      try skipDigits(&p)
    }
    if p[0] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      p += 1
      if p[0] == UInt8(ascii: "+") || p[0] == UInt8(ascii: "-") { p += 1 }
      try skipDigits(&p)
    }
    guard p <= end else { throw failure(end, "ends inside a record") }
    isInteger = isInteger && NumberText.integer(UnsafeBufferPointer(start: start, count: p - start)) != nil
    let column = isInteger ? integerColumn(&piece, slot) : numberColumn(&piece, slot)
    piece.tape.append(piece.columns.base[Int(column)].interner.intern(start, p - start))
    return isInteger ? .integer : .number
  }

  private func skipDigits(_ p: inout UnsafePointer<UInt8>) throws(ParseFailure) {
    guard p[0] &- 0x30 <= 9 else { throw failure(p, "expected a value") }
    repeat { p += 1 } while p[0] &- 0x30 <= 9
  }

  // MARK: Columns

  @inline(__always)
  private func stringColumn(_ piece: inout PieceState, _ slot: UInt32) -> UInt32 {
    let known = piece.automaton.slots[Int(slot)].stringColumn
    return known != ShapeAutomaton.noIndex ? known : addColumn(&piece, slot, .string)
  }

  private func integerColumn(_ piece: inout PieceState, _ slot: UInt32) -> UInt32 {
    let known = piece.automaton.slots[Int(slot)].integerColumn
    return known != ShapeAutomaton.noIndex ? known : addColumn(&piece, slot, .integer)
  }

  private func numberColumn(_ piece: inout PieceState, _ slot: UInt32) -> UInt32 {
    let known = piece.automaton.slots[Int(slot)].numberColumn
    return known != ShapeAutomaton.noIndex ? known : addColumn(&piece, slot, .number)
  }

  @inline(never)
  private func addColumn(_ piece: inout PieceState, _ slot: UInt32, _ kind: ColumnKind) -> UInt32 {
    let index = UInt32(piece.columns.count)
    piece.columns.append(PieceColumn(slot: slot, kind: kind))
    switch kind {
    case .string: piece.automaton.slots.base[Int(slot)].stringColumn = index
    case .integer: piece.automaton.slots.base[Int(slot)].integerColumn = index
    default: piece.automaton.slots.base[Int(slot)].numberColumn = index
    }
    return index
  }

  // MARK: White space

  private enum Place { case nothing, line, beforeColon, afterColon, afterComma, padding }

  /// Moves past white space and compares it with what the layout has at this place.
  @inline(__always)
  private mutating func gap(_ p: inout UnsafePointer<UInt8>, _ place: Place, _ depth: Int) {
    if isCompact {
      if p[0] > 0x20 { return }
      skipIrregular(&p)
    } else {
      checkedGap(&p, place, depth)
    }
  }

  @inline(never)
  private mutating func skipIrregular(_ p: inout UnsafePointer<UInt8>) {
    while isWhitespace(p[0]) {
      isIrregular = true
      p += 1
    }
  }

  @inline(never)
  private mutating func checkedGap(_ p: inout UnsafePointer<UInt8>, _ place: Place, _ depth: Int) {
    let start = p
    while isWhitespace(p[0]) { p += 1 }
    let byteCount = p - start
    let matches: Bool
    switch place {
    case .nothing: matches = byteCount == 0
    case .line: matches = equals(start, byteCount, lineStart(depth))
    case .beforeColon: matches = equals(start, byteCount, layout.beforeColon)
    case .afterColon: matches = equals(start, byteCount, layout.afterColon)
    case .afterComma: matches = equals(start, byteCount, layout.afterComma)
    case .padding: matches = equals(start, byteCount, layout.arrayPadding)
    }
    if !matches { isIrregular = true }
  }

  private func equals(_ start: UnsafePointer<UInt8>, _ byteCount: Int, _ expected: [UInt8]) -> Bool {
    byteCount == expected.count
      && expected.withUnsafeBufferPointer {
        UnsafeBufferPointer(start: start, count: byteCount).elementsEqual($0)
      }
  }

  private mutating func lineStart(_ depth: Int) -> [UInt8] {
    while lineStarts.count <= depth { lineStarts.append(layout.lineStart(depth: lineStarts.count)) }
    return lineStarts[depth]
  }
}

@inline(__always)
private func isHexadecimal(_ byte: UInt8) -> Bool {
  byte &- 0x30 <= 9 || (byte | 0x20) &- 0x61 <= 5
}

package enum NumberText {
  /// The integer that prints back as exactly `text`, or nil.
  @inline(__always)
  package static func integer(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
    let negative = text.count > 0 && text[0] == UInt8(ascii: "-")
    let digits = negative ? text.count - 1 : text.count
    guard digits >= 1, digits <= 19 else { return nil }
    let first = text[negative ? 1 : 0]
    if first == UInt8(ascii: "0"), digits > 1 || negative { return nil }
    var value: UInt64 = 0
    for index in (negative ? 1 : 0)..<text.count {
      let digit = text[index] &- 0x30
      if digit > 9 { return nil }
      value = value &* 10 &+ UInt64(digit)
    }
    if negative {
      return value <= 1 << 63 ? Int64(truncatingIfNeeded: 0 &- value) : nil
    }
    return value < 1 << 63 ? Int64(value) : nil
  }
}
