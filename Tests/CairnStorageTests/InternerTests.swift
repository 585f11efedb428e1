import CairnShims
import CairnStorage
import CairnTestSupport
import Testing

@Suite struct InternerTests {
  private static func text(_ number: Int) -> [UInt8] { Array("value-\(number)".utf8) }

  private static func hash(_ text: [UInt8]) -> UInt32 {
    text.withUnsafeBufferPointer {
      $0.baseAddress.map { hashBytes($0, text.count, seed: cairn_process_seed()) } ?? 0
    }
  }

  private static func intern(_ text: [UInt8], _ interner: inout Interner) -> UInt32 {
    text.withUnsafeBufferPointer { $0.baseAddress.map { interner.intern($0, text.count) } ?? .max }
  }

  /// Pairs of texts whose hashes are the same: of so many there are about eighteen.
  private static func collisions() -> [([UInt8], [UInt8])] {
    var numbers: [UInt32: Int] = [:]
    var pairs: [([UInt8], [UInt8])] = []
    for number in 0..<400_000 {
      if let other = numbers.updateValue(number, forKey: hash(text(number))) {
        pairs.append((text(other), text(number)))
      }
    }
    return pairs
  }

  @Test func tellsApartWhatHasOneHash() {
    let pairs = Self.collisions()
    #expect(!pairs.isEmpty)
    var interner = Interner()
    defer { interner.free() }
    for round in 0..<2 {
      for (index, pair) in pairs.enumerated() {
        #expect(Self.intern(pair.0, &interner) == UInt32(index * 2), "round \(round)")
        #expect(Self.intern(pair.1, &interner) == UInt32(index * 2 + 1), "round \(round)")
      }
    }
    #expect(interner.count == pairs.count * 2)
  }

  /// As a dictionary numbers them, while the table grows.
  @Test(arguments: [1, 15, 16, 17, 500, 5000])
  func numbersByFirstAppearance(distinct: Int) {
    var interner = Interner()
    defer { interner.free() }
    var numbers: [Int: UInt32] = [:]
    var state = 1
    for _ in 0..<20_000 {
      state = (state * 48_271) % 2_147_483_647
      // Few are new among the first thousand, so that hashing goes on.
      let value = (state % distinct) % max(1, min(distinct, 1 + interner.valueCount / 4))
      let expected = numbers[value] ?? UInt32(numbers.count)
      numbers[value] = expected
      #expect(Self.intern(Self.text(value), &interner) == expected)
    }
    #expect(!interner.isAppendOnly)
    #expect(interner.count == numbers.count)
    for (value, number) in numbers { #expect(Array(interner[Int(number)]) == Self.text(value)) }
  }

  @Test func takesEmptyTexts() {
    var interner = Interner()
    defer { interner.free() }
    let one: [UInt8] = [0x61]
    one.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      #expect(interner.intern(base, 0) == 0)
      #expect(interner.intern(base, 1) == 1)
      #expect(interner.intern(base, 0) == 0)
    }
  }

  /// A column's values in two steps: the numbers are those of one step, where values that wait come between others, and
  /// where the column stops hashing meanwhile.
  @Test(arguments: [3, 40, 900, 100_000], [1, 7, 300])
  func numbersInTwoSteps(distinct: Int, waiting: Int) {
    var random = SeededGenerator(seed: UInt64(distinct))
    var state = PieceState()
    var interner = Interner()
    defer {
      state.free()
      interner.free()
    }
    let column = state.addColumnForTests()
    for _ in 0..<(6_000 / waiting) {
      let texts = (0..<waiting).map { _ in Self.text(random.below(distinct)) }
      let expected = texts.map { Self.intern($0, &interner) }
      #expect(Self.numbers(texts, &state, column) == expected)
    }
    #expect(interner.isAppendOnly == (distinct == 100_000))
  }

  /// What one record with these values puts on the tape.
  private static func numbers(_ texts: [[UInt8]], _ state: inout PieceState, _ column: UInt32) -> [UInt32] {
    let start = state.tape.count
    let all = texts.flatMap { $0 }
    all.withUnsafeBufferPointer { bytes in
      guard var at = bytes.baseAddress else { return }
      for text in texts {
        state.appendValue(column, at, text.count)
        at += text.count
      }
      state.numberWaiting()
    }
    return Array(state.tape.buffer[start...])
  }
}

extension PieceState {
  fileprivate mutating func addColumnForTests() -> UInt32 {
    columns.append(PieceColumn(slot: 0, kind: .string))
    return UInt32(columns.count - 1)
  }
}
