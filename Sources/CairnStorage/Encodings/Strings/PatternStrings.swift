/// Values whose text repeats but for runs of digits in it: keys with dates, numbers and hashes. The texts are patterns,
/// each once; the digits stand apart, as integers or four bits each.
///
/// ```
/// patterns := count:varint { shared:varint rest:counted } numbers:integers styles { lane }
/// lane     := integers | packed(4)                       decimal digits | hexadecimal ones
/// ```
package struct PatternStrings: Sendable {
  /// In a pattern: what follows says how many digits stand here, or 0 for a byte like this one.
  static let mark: UInt8 = 0
  /// Added to the number of digits where they are hexadecimal.
  static let hexMark: UInt8 = 0x80
  /// Decimal digits that an integer holds with all zeros before it.
  package static let decimalLimit = 18
  package static let hexLimit = 127
  /// Runs of digits of one pattern, bytes of one and of all, and of all values.
  package static let holeLimit = 64
  package static let patternByteLimit = 1 << 16
  /// Patterns of a chunk, runs of digits in all of them, and in all values.
  package static let patternLimit = 1 << 18
  package static let allHolesLimit = 1 << 22
  package static let digitsLimit = 1 << 24
  package static let textByteLimit = 1 << 27

  // The writer's.
  /// Hexadecimal digits from which a run of them is one.
  package static let minimumHexCount = 8
  /// Values of a chunk, and of a pattern on average.
  package static let minimumCount = 64
  package static let minimumMeanUse = 4
  /// One byte in so many is a digit of a run.
  package static let digitShare = 10
  /// Values by which most chunks that have no patterns are told.
  private static let screenCount = 512

  /// A run of digits in a pattern: which one it is, and what it is.
  struct Lane: Sendable {
    var index: Int
    /// The number of digits, and `hexMark`.
    var form: UInt8

    /// Both in one, ascending with them.
    var key: Int { index << 8 | Int(form) }
    static let keyCount = PatternStrings.holeLimit << 8

    init(index: Int, form: UInt8) { (self.index, self.form) = (index, form) }

    init(key: Int) { self.init(index: key >> 8, form: UInt8(truncatingIfNeeded: key)) }

    var isHex: Bool { form >= PatternStrings.hexMark }
    var digitCount: Int { Int(form & ~PatternStrings.hexMark) }
  }

  // MARK: Writing

  /// False, with nothing written, where values have few patterns in common, unless they shall be written so in any case.
  package static func encode<Source: StringSource>(
    _ source: Source, always: Bool = false, into writer: inout ByteWriter
  ) -> Bool {
    guard always || source.count >= minimumCount else { return false }
    var builder = PatternBuilder()
    for index in 0..<source.count {
      guard builder.add(source.value(index)) else { return false }
      guard !always, index + 1 == min(screenCount, source.count) else { continue }
      guard builder.patterns.count * 10 <= (index + 1) * 9, builder.hasHoles else { return false }
    }
    guard builder.patterns.count <= patternLimit else { return false }
    guard
      always
        || builder.patterns.count * minimumMeanUse <= source.count
          && builder.digitByteCount * digitShare >= builder.byteCount
    else { return false }
    writer.writeByte(StringEncoding.patterns.rawValue)
    builder.encode(into: &writer) { PlainStrings.encodeStyles(source, into: &$0) }
    return true
  }

  // MARK: Reading

  private let patterns: StringPatterns
  /// The pattern of each value.
  private let numbers: [UInt32]
  private let styles: PlainStrings.Styles
  private let digits: PatternDigits
  /// Of all values.
  private let textByteCount: Int

  package init(_ reader: inout ByteReader, count: Int) throws {
    patterns = try StringPatterns(&reader, count: count)
    var uses = [Int](repeating: 0, count: patterns.all.count)
    numbers = try IntegerEncoding.decode(&reader, count: count).map { number in
      guard 0..<Int64(uses.count) ~= number else { throw reader.damaged("pattern \(number)") }
      uses[Int(number)] += 1
      return UInt32(number)
    }
    styles = try PlainStrings.decodeStyles(&reader, count: count)
    var byteCount = 0
    for (pattern, uses) in zip(patterns.all, uses) {
      // Both are far below what a product could not hold.
      byteCount += pattern.byteCount * uses
      guard byteCount <= Self.textByteLimit else {
        throw reader.damaged("values of more than \(Self.textByteLimit) bytes")
      }
    }
    textByteCount = byteCount
    digits = try PatternDigits(&reader, patterns, uses: uses)
    try reader.expectEnd(of: "chunk")
  }

  /// Memory that it takes.
  var byteCount: Int {
    patterns.memoryByteCount + digits.memoryByteCount + numbers.count * 4 + styles.styles.count
  }

  /// Values at `positions` (ascending, below the number of values), or all where it is nil.
  package func values(at positions: [UInt32]?) -> StringTable {
    var heap = RawVector<UInt8>(capacity: positions == nil ? textByteCount : 0)
    var ends = RawVector<UInt64>(capacity: positions?.count ?? numbers.count)
    digits.withCursors { cursors in
      patterns.withPieces { pieces in
        numbers.withUnsafeBufferPointer { numbers in
          guard let positions else {
            for number in numbers {
              pieces.append(Int(number), &cursors, to: &heap)
              ends.append(UInt64(heap.count))
            }
            return
          }
          var next = 0
          var last = -1
          for position in positions {
            // A position may repeat: one value can be asked for more than once.
            if Int(position) == last, let end = ends.buffer.last {
              let start = ends.count > 1 ? Int(ends[ends.count - 2]) : 0
              heap.reserve(heap.count * 2 - start)
              heap.append(from: heap.base + start, count: Int(end) - start)
            } else {
              pieces.skip(numbers, next..<Int(position), &cursors)
              pieces.append(Int(numbers[Int(position)]), &cursors, to: &heap)
              last = Int(position)
              next = last + 1
            }
            ends.append(UInt64(heap.count))
          }
        }
      }
    }
    let table = StringTable(heap: heap, ends: ends)
    if arePlain { return table }
    for entry in 0..<table.count {
      let index = positions.map { Int($0[entry]) } ?? entry
      table.setStyle(of: entry, styles.style(index), styles.spellings[index])
    }
    return table
  }

  /// Values as they are spelled where that is how they are.
  package var arePlain: Bool { styles.styles.isEmpty }

  /// Positions of values that have a text in them, and perhaps of some that have not: of those whose pattern can have it.
  package func positions(mayHold finder: ByteFinder) -> [UInt32] {
    let may = patterns.mayHold(finder)
    if !may.contains(true) { return [] }
    return numbers.indices.lazy.filter { may[Int(numbers[$0])] }.map { UInt32($0) }
  }

  /// Positions of the values that are spelled with a piece of text in them, ascending.
  package func positions(containing piece: TextPiece) -> [UInt32] {
    guard arePlain else { return values(at: nil).entries(containing: piece) }
    let positions = positions(mayHold: piece.finder)
    if positions.isEmpty { return [] }
    return values(at: positions).entries(containing: piece).map { positions[Int($0)] }
  }
}
