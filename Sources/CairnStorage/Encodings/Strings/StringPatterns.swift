/// What the values of a chunk of patterns have in common: texts with runs of digits left open.
struct StringPatterns: Sendable {
  typealias Lane = PatternStrings.Lane

  /// A stretch of text, or the digits of a lane.
  struct Piece: BitwiseCopyable, Sendable {
    /// -1 of text.
    var lane: Int32 = -1
    var start: UInt32 = 0
    var count: UInt32 = 0
  }

  struct Pattern: BitwiseCopyable, Sendable {
    /// Pieces: the first, and behind the last.
    var first: Int
    var end: Int
    /// Of a value.
    var byteCount: Int
  }

  private(set) var all: [Pattern] = []
  private(set) var pieces: [Piece] = []
  /// What stands between digits, of all patterns.
  private var text: [UInt8] = []
  /// Ascending.
  private(set) var lanes: [Lane] = []

  var memoryByteCount: Int {
    all.count * MemoryLayout<Pattern>.stride + pieces.count * MemoryLayout<Piece>.stride + text.count
      + lanes.count * MemoryLayout<Lane>.stride
  }

  /// - Parameter count: of values.
  init(_ reader: inout ByteReader, count: Int) throws {
    let patternCount = try reader.readCount(
      limit: min(count, PatternStrings.patternLimit, reader.remaining), of: "pattern count")
    var stored = RawVector<UInt8>(capacity: 256)
    defer { stored.free() }
    all.reserveCapacity(patternCount)
    var holeCount = 0
    for _ in 0..<patternCount {
      stored.truncate(to: try reader.readCount(limit: stored.count, of: "shared byte count"))
      let rest = try reader.readCount(limit: reader.remaining, of: "byte count")
      guard stored.count + rest <= PatternStrings.patternByteLimit else {
        throw reader.damaged("pattern of more than \(PatternStrings.patternByteLimit) bytes")
      }
      let range = try reader.readRange(rest)
      reader.bytes.withUnsafeBufferPointer {
        stored.append(contentsOf: UnsafeBufferPointer(rebasing: $0[range]))
      }
      holeCount += try take(stored.buffer, reader)
      guard text.count <= PatternStrings.textByteLimit, holeCount <= PatternStrings.allHolesLimit else {
        throw reader.damaged(
          "patterns of more than \(PatternStrings.textByteLimit) bytes or \(PatternStrings.allHolesLimit) runs of digits"
        )
      }
    }
    numberLanes()
  }

  /// Adds a pattern, and gives how many runs of digits it has. Each has its index and form in place of a lane's number.
  private mutating func take(_ stored: UnsafeBufferPointer<UInt8>, _ reader: ByteReader) throws -> Int {
    let first = pieces.count
    var (holeCount, byteCount) = (0, 0)
    var start = text.count
    func endText(_ self: inout Self) {
      let count = self.text.count - start
      if count > 0 { self.pieces.append(Piece(start: UInt32(start), count: UInt32(count))) }
      byteCount += count
      start = self.text.count
    }
    var at = 0
    while at < stored.count {
      let rest = UnsafeBufferPointer(rebasing: stored[at...])
      let textCount = rest.firstIndex(of: PatternStrings.mark) ?? rest.count
      text += rest[..<textCount]
      at += textCount
      if at == stored.count { break }
      guard at + 1 < stored.count else { throw reader.damaged("pattern ends in a mark") }
      let form = stored[at + 1]
      at += 2
      if form == 0 {
        text.append(PatternStrings.mark)
        continue
      }
      let lane = Lane(index: holeCount, form: form)
      guard
        lane.digitCount > 0, lane.isHex || lane.digitCount <= PatternStrings.decimalLimit,
        holeCount < PatternStrings.holeLimit
      else { throw reader.damaged("mark \(form) of a pattern") }
      endText(&self)
      pieces.append(Piece(lane: Int32(lane.key)))
      byteCount += lane.digitCount
      holeCount += 1
    }
    endText(&self)
    all.append(Pattern(first: first, end: pieces.count, byteCount: byteCount))
    return holeCount
  }

  /// Lanes are numbered by their index and form.
  private mutating func numberLanes() {
    var numbers = [Int32](repeating: -1, count: Lane.keyCount)
    for piece in pieces where piece.lane >= 0 { numbers[Int(piece.lane)] = 0 }
    for key in numbers.indices where numbers[key] == 0 {
      numbers[key] = Int32(lanes.count)
      lanes.append(Lane(key: key))
    }
    for at in pieces.indices where pieces[at].lane >= 0 { pieces[at].lane = numbers[Int(pieces[at].lane)] }
  }

  // MARK: Values

  /// Patterns as they lie in memory: for loops that may touch no reference count.
  struct Pieces: BitwiseCopyable {
    fileprivate let all: UnsafeBufferPointer<Pattern>
    fileprivate let pieces: UnsafeBufferPointer<Piece>
    fileprivate let text: UnsafeBufferPointer<UInt8>

    /// Appends the next value of a pattern.
    @inline(__always)
    func append(_ number: Int, _ cursors: inout PatternDigits.Cursors, to heap: inout RawVector<UInt8>) {
      let pattern = all[number]
      for at in pattern.first..<pattern.end {
        let piece = pieces[at]
        if piece.lane >= 0 {
          cursors.append(Int(piece.lane), to: &heap)
        } else if let base = text.baseAddress {
          heap.append(from: base + Int(piece.start), count: Int(piece.count))
        }
      }
    }

    /// Leaves values out.
    func skip(
      _ numbers: UnsafeBufferPointer<UInt32>, _ range: Range<Int>, _ cursors: inout PatternDigits.Cursors
    ) {
      // Counting those of each pattern takes a step a value, walking over them one for each of its pieces.
      guard range.count > pieces.count / 2 else {
        for index in range { skip(all[Int(numbers[index])], 1, &cursors) }
        return
      }
      var uses = [UInt32](repeating: 0, count: all.count)
      uses.withUnsafeMutableBufferPointer { uses in
        for index in range { uses[Int(numbers[index])] &+= 1 }
        for number in uses.indices where uses[number] > 0 { skip(all[number], Int(uses[number]), &cursors) }
      }
    }

    @inline(__always)
    private func skip(_ pattern: Pattern, _ count: Int, _ cursors: inout PatternDigits.Cursors) {
      for at in pattern.first..<pattern.end where pieces[at].lane >= 0 {
        cursors.skip(Int(pieces[at].lane), count)
      }
    }
  }

  func withPieces<Result>(_ body: (Pieces) throws -> Result) rethrows -> Result {
    try all.withUnsafeBufferPointer { all in
      try pieces.withUnsafeBufferPointer { pieces in
        try text.withUnsafeBufferPointer { try body(Pieces(all: all, pieces: pieces, text: $0)) }
      }
    }
  }

  // MARK: Searching

  /// What may stand at a place of a value: a byte, or any digit.
  private static let (decimal, hex): (UInt16, UInt16) = (0x100, 0x200)

  /// By pattern: whether a text can be in a value, whatever its digits are.
  func mayHold(_ finder: ByteFinder) -> [Bool] {
    var places = RawVector<UInt16>(capacity: 256)
    defer { places.free() }
    return finder.text.withUnsafeBufferPointer { text in
      withPieces { pieces in
        all.map { pattern in
          if text.count > pattern.byteCount { return false }
          places.truncate(to: 0)
          for at in pattern.first..<pattern.end {
            let piece = pieces.pieces[at]
            if piece.lane >= 0 {
              let lane = lanes[Int(piece.lane)]
              for _ in 0..<lane.digitCount { places.append(lane.isHex ? Self.hex : Self.decimal) }
            } else {
              for byte in pieces.text[Int(piece.start)..<Int(piece.start + piece.count)] {
                places.append(UInt16(finder.folded(byte)))
              }
            }
          }
          return Self.mayHold(text, places.buffer)
        }
      }
    }
  }

  private static func mayHold(
    _ text: UnsafeBufferPointer<UInt8>, _ places: UnsafeBufferPointer<UInt16>
  ) -> Bool {
    for start in 0...(places.count - text.count) {
      var at = 0
      while at < text.count {
        let (place, byte) = (places[start &+ at], text[at])
        let isDecimal = 0x30...0x39 ~= byte
        let fits =
          place < decimal ? place == UInt16(byte) : isDecimal || place == hex && 0x61...0x66 ~= byte
        if !fits { break }
        at &+= 1
      }
      if at == text.count { return true }
    }
    return false
  }
}

/// Digits that patterns leave open, lane by lane in the order of the values.
struct PatternDigits: Sendable {
  /// Of decimal lanes, end to end.
  private let numbers: [Int64]
  /// Of hexadecimal ones, four bits a digit; each lane begins with a byte.
  private let digits: [UInt8]
  private let starts: [Cursor]

  /// Where the next digits of a lane are.
  fileprivate struct Cursor: BitwiseCopyable, Sendable {
    let isHex: Bool
    let digitCount: Int
    /// The place of a number, or of a digit.
    var next: Int
  }

  var memoryByteCount: Int {
    numbers.count * 8 + digits.count + starts.count * MemoryLayout<Cursor>.stride
  }

  /// - Parameter uses: by pattern: values that have it.
  init(_ reader: inout ByteReader, _ patterns: StringPatterns, uses: [Int]) throws {
    var counts = [Int](repeating: 0, count: patterns.lanes.count)
    patterns.withPieces { pieces in
      for (pattern, uses) in zip(pieces.all, uses) {
        for at in pattern.first..<pattern.end where pieces.pieces[at].lane >= 0 {
          counts[Int(pieces.pieces[at].lane)] += uses
        }
      }
    }
    guard counts.reduce(0, +) <= PatternStrings.digitsLimit else {
      throw reader.damaged("more than \(PatternStrings.digitsLimit) runs of digits")
    }
    var (numbers, digits): ([Int64], [UInt8]) = ([], [])
    starts = try zip(patterns.lanes, counts).map { lane, count in
      if lane.isHex {
        let cursor = Cursor(isHex: true, digitCount: lane.digitCount, next: digits.count * 2)
        digits += try reader.readBytes((count * lane.digitCount + 1) / 2)
        return cursor
      }
      let limit = Self.decimalLimits[lane.digitCount]
      let cursor = Cursor(isHex: false, digitCount: lane.digitCount, next: numbers.count)
      let decoded = try IntegerEncoding.decode(&reader, count: count)
      for number in decoded where !(0..<limit ~= number) {
        throw reader.damaged("\(number) in \(lane.digitCount) digits")
      }
      numbers += decoded
      return cursor
    }
    (self.numbers, self.digits) = (numbers, digits)
  }

  /// By number of digits: the least integer that has more.
  private static let decimalLimits: [Int64] = (0...PatternStrings.decimalLimit).map { count in
    (0..<count).reduce(1) { power, _ in power * 10 }
  }

  /// One walk over the values: where each lane is.
  struct Cursors {
    fileprivate let numbers: UnsafeBufferPointer<Int64>
    fileprivate let digits: UnsafeBufferPointer<UInt8>
    fileprivate let lanes: UnsafeMutableBufferPointer<Cursor>

    @inline(__always)
    mutating func skip(_ lane: Int, _ count: Int) {
      let cursor = lanes[lane]
      lanes[lane].next = cursor.next &+ (cursor.isHex ? count &* cursor.digitCount : count)
    }

    @inline(__always)
    mutating func append(_ lane: Int, to text: inout RawVector<UInt8>) {
      let cursor = lanes[lane]
      skip(lane, 1)
      let target = text.appendUninitialized(count: cursor.digitCount)
      if cursor.isHex {
        for at in 0..<cursor.digitCount {
          let place = cursor.next &+ at
          let digit = digits[place &>> 1] &>> UInt8(truncatingIfNeeded: (place & 1) &* 4) & 15
          target[at] = digit &+ (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") &- 10)
        }
        return
      }
      var rest = UInt64(truncatingIfNeeded: numbers[cursor.next])
      var at = cursor.digitCount
      while at > 0 {
        at &-= 1
        target[at] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
        rest /= 10
      }
    }
  }

  func withCursors(_ body: (inout Cursors) -> Void) {
    var lanes = starts
    lanes.withUnsafeMutableBufferPointer { lanes in
      numbers.withUnsafeBufferPointer { numbers in
        digits.withUnsafeBufferPointer { digits in
          var cursors = Cursors(numbers: numbers, digits: digits, lanes: lanes)
          body(&cursors)
        }
      }
    }
  }
}
