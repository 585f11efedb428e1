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
  struct Lane: Hashable, Comparable, Sendable {
    var index: Int
    /// The number of digits, and `hexMark`.
    var form: UInt8

    var isHex: Bool { form >= PatternStrings.hexMark }
    var digitCount: Int { Int(form & ~PatternStrings.hexMark) }

    static func < (a: Lane, b: Lane) -> Bool { (a.index, a.form) < (b.index, b.form) }
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

  private let patterns: Patterns
  /// The pattern of each value.
  private let numbers: [Int64]
  private let styles: PlainStrings.Styles
  private let lanes: [Digits]
  /// Of all values.
  private let byteCount: Int

  package init(_ reader: inout ByteReader, count: Int) throws {
    patterns = try Patterns(&reader, count: count)
    numbers = try IntegerEncoding.decode(&reader, count: count)
    styles = try PlainStrings.decodeStyles(&reader, count: count)
    var uses = [Int](repeating: 0, count: patterns.all.count)
    for number in numbers {
      guard 0..<Int64(uses.count) ~= number else { throw reader.damaged("pattern \(number)") }
      uses[Int(number)] += 1
    }
    var byteCount = 0
    for (pattern, uses) in zip(patterns.all, uses) {
      // Both are far below what a product could not hold.
      byteCount += pattern.byteCount * uses
      guard byteCount <= Self.textByteLimit else {
        throw reader.damaged("values of more than \(Self.textByteLimit) bytes")
      }
    }
    self.byteCount = byteCount
    lanes = try patterns.lanes(&reader, uses: uses)
    try reader.expectEnd(of: "chunk")
  }

  /// Values at `positions` (ascending, below the number of values), or all where it is nil.
  package func values(at positions: [UInt32]?) -> StringTable {
    var lanes = lanes
    return lanes.withUnsafeMutableBufferPointer { lanes in
      numbers.withUnsafeBufferPointer { numbers in
        patterns.join(numbers, styles, lanes, at: positions, byteCount: byteCount)
      }
    }
  }

  /// Values as they are spelled where that is how they are.
  package var arePlain: Bool { styles.styles.isEmpty }

  /// Positions of values that have a text in them, and perhaps of some that have not: of those whose pattern can have it.
  package func positions(mayHold finder: ByteFinder) -> [UInt32] {
    let may = patterns.all.map { patterns.mayHold(finder, $0) }
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

  /// Digits of one lane, in the order of the values.
  fileprivate struct Digits: Sendable {
    let form: Lane
    var numbers: [Int64] = []
    /// Four bits each.
    var bits: [UInt8] = []
    var next = 0

    mutating func append(to text: inout RawVector<UInt8>) {
      let count = form.digitCount
      defer { next += 1 }
      if form.isHex {
        for at in (next * count)..<((next + 1) * count) {
          let digit = bits[at / 2] >> UInt8(at % 2 * 4) & 15
          text.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
        }
        return
      }
      let target = text.appendUninitialized(count: count)
      var rest = numbers[next]
      for at in stride(from: count - 1, through: 0, by: -1) {
        target[at] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
    }
  }

  fileprivate struct Patterns: Sendable {
    /// A stretch of text, or the digits of a lane.
    struct Piece: BitwiseCopyable, Sendable {
      /// -1 of text.
      var lane: Int32 = -1
      var start: UInt32 = 0
      var count: UInt32 = 0
    }

    struct Pattern: Sendable {
      var pieces: Range<Int>
      /// Of a value.
      var byteCount = 0
    }

    private(set) var all: [Pattern] = []
    private(set) var pieces: [Piece] = []
    /// What stands between digits, of all patterns.
    private var text: [UInt8] = []
    private var forms: [Lane] = []

    init(_ reader: inout ByteReader, count: Int) throws {
      let patternCount = try reader.readCount(
        limit: min(count, patternLimit, reader.remaining), of: "pattern count")
      var stored: [UInt8] = []
      // By piece.
      var holes: [Lane?] = []
      var holeCount = 0
      for _ in 0..<patternCount {
        let shared = try reader.readCount(limit: stored.count, of: "shared byte count")
        stored.removeLast(stored.count - shared)
        let rest = try reader.readCounted()
        guard stored.count + rest.count <= patternByteLimit else {
          throw reader.damaged("pattern of more than \(patternByteLimit) bytes")
        }
        stored += rest
        holeCount += try take(stored, &holes, reader)
        guard text.count <= textByteLimit, holeCount <= allHolesLimit else {
          throw reader.damaged(
            "patterns of more than \(textByteLimit) bytes or \(allHolesLimit) runs of digits")
        }
      }
      forms = Set(holes.compactMap { $0 }).sorted()
      let places = Dictionary(uniqueKeysWithValues: forms.enumerated().map { ($1, Int32($0)) })
      for (index, hole) in holes.enumerated() {
        if let hole { pieces[index].lane = places[hole] ?? 0 }
      }
    }

    /// Adds a pattern, whose runs of digits have no lanes yet, and gives how many these are.
    private mutating func take(_ stored: [UInt8], _ holes: inout [Lane?], _ reader: ByteReader) throws -> Int
    {
      let first = pieces.count
      var (holeCount, byteCount) = (0, 0)
      var start = text.count
      func textPiece() -> Piece { Piece(start: UInt32(start), count: UInt32(text.count - start)) }
      var at = 0
      while at < stored.count {
        let byte = stored[at]
        at += 1
        guard byte == mark else {
          text.append(byte)
          continue
        }
        guard at < stored.count else { throw reader.damaged("pattern ends in a mark") }
        let form = stored[at]
        at += 1
        if form == 0 {
          text.append(mark)
          continue
        }
        let lane = Lane(index: holeCount, form: form)
        guard lane.digitCount > 0, lane.isHex || lane.digitCount <= decimalLimit, holeCount < holeLimit else {
          throw reader.damaged("mark \(form) of a pattern")
        }
        if start < text.count {
          pieces.append(textPiece())
          holes.append(nil)
        }
        byteCount += text.count - start + lane.digitCount
        start = text.count
        pieces.append(Piece())
        holes.append(lane)
        holeCount += 1
      }
      if start < text.count {
        pieces.append(textPiece())
        holes.append(nil)
      }
      byteCount += text.count - start
      all.append(Pattern(pieces: first..<pieces.count, byteCount: byteCount))
      return holeCount
    }

    /// The values at `positions`.
    func join(
      _ numbers: UnsafeBufferPointer<Int64>, _ styles: PlainStrings.Styles,
      _ lanes: UnsafeMutableBufferPointer<Digits>, at positions: [UInt32]?, byteCount: Int
    ) -> StringTable {
      let table = StringTable(
        entryCapacity: positions?.count ?? numbers.count, byteCapacity: positions == nil ? byteCount : 0)
      var value = RawVector<UInt8>(capacity: 256)
      defer { value.free() }
      all.withUnsafeBufferPointer { all in
        pieces.withUnsafeBufferPointer { pieces in
          text.withUnsafeBufferPointer { text in
            var next = 0
            for index in numbers.indices {
              if let positions, next == positions.count { return }
              let pattern = all[Int(numbers[index])]
              if let positions, Int(positions[next]) != index {
                for at in pattern.pieces where pieces[at].lane >= 0 { lanes[Int(pieces[at].lane)].next += 1 }
                continue
              }
              value.truncate(to: 0)
              for at in pattern.pieces {
                let piece = pieces[at]
                if piece.lane >= 0 {
                  lanes[Int(piece.lane)].append(to: &value)
                } else if let base = text.baseAddress {
                  value.append(from: base + Int(piece.start), count: Int(piece.count))
                }
              }
              guard let positions else {
                table.append(value.buffer, style: styles.style(index), spelling: styles.spellings[index])
                continue
              }
              // A position may repeat: one value can be asked for more than once.
              while next < positions.count, Int(positions[next]) == index {
                table.append(value.buffer, style: styles.style(index), spelling: styles.spellings[index])
                next += 1
              }
            }
          }
        }
      }
      return table
    }

    /// Whether a text can be in a value of the pattern, whatever its digits are.
    func mayHold(_ finder: ByteFinder, _ pattern: Pattern) -> Bool {
      if finder.text.count > pattern.byteCount { return false }
      // A byte, or what can stand for any digit.
      let (decimal, hex): (UInt16, UInt16) = (0x100, 0x200)
      var places: [UInt16] = []
      places.reserveCapacity(pattern.byteCount)
      for piece in pieces[pattern.pieces] {
        if piece.lane >= 0 {
          let form = forms[Int(piece.lane)]
          places += repeatElement(form.isHex ? hex : decimal, count: form.digitCount)
        } else {
          let start = Int(piece.start)
          for byte in text[start..<(start + Int(piece.count))] {
            places.append(UInt16(finder.foldsCase && 0x41...0x5A ~= byte ? byte | 0x20 : byte))
          }
        }
      }
      return places.withUnsafeBufferPointer { places in
        finder.text.withUnsafeBufferPointer { text in
          (0...(places.count - text.count)).contains { start in
            var at = 0
            while at < text.count {
              let (place, byte) = (places[start &+ at], text[at])
              let isDecimal = 0x30...0x39 ~= byte
              let fits =
                place < decimal
                ? place == UInt16(byte) : isDecimal || place == hex && 0x61...0x66 ~= byte
              if !fits { return false }
              at &+= 1
            }
            return true
          }
        }
      }
    }

    /// - Parameter uses: by pattern: values that have it.
    func lanes(_ reader: inout ByteReader, uses: [Int]) throws -> [Digits] {
      var counts = [Int](repeating: 0, count: forms.count)
      for (pattern, uses) in zip(all, uses) {
        for piece in pieces[pattern.pieces] where piece.lane >= 0 { counts[Int(piece.lane)] += uses }
      }
      guard counts.reduce(0, +) <= digitsLimit else {
        throw reader.damaged("more than \(digitsLimit) runs of digits")
      }
      return try zip(forms, counts).map { form, count in
        var digits = Digits(form: form)
        if form.isHex {
          digits.bits = try reader.readBytes((count * form.digitCount + 1) / 2)
          return digits
        }
        digits.numbers = try IntegerEncoding.decode(&reader, count: count)
        let limit = decimalLimits[form.digitCount]
        for number in digits.numbers where !(0..<limit ~= number) {
          throw reader.damaged("\(number) in \(form.digitCount) digits")
        }
        return digits
      }
    }
  }

  /// By number of digits: the least integer that has more.
  private static let decimalLimits: [Int64] = (0...decimalLimit).map { count in
    (0..<count).reduce(1) { power, _ in power * 10 }
  }
}
