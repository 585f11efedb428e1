/// A set of numbers: a bit for each where that takes less, else a table of those that are in it.
struct NumberSet: Sendable {
  private var words: [UInt64] = []
  /// Number + 1, 0 for none; empty where there are bits. `UInt32.max` is in none.
  private var places: [UInt32] = []
  private(set) var count = 0

  /// What bits take beyond a table before they become one.
  private static let slackWordCount = 128
  /// Fewer numbers are a table.
  private static let fewNumbers = 16

  /// Whether the number is new.
  @discardableResult
  mutating func insert(_ number: UInt32) -> Bool {
    let word = Int(number >> 6)
    if places.isEmpty, word >= words.count, word > Self.slackWordCount + count { makeTable() }
    return places.isEmpty ? insertBit(number) : insertNumber(number)
  }

  private mutating func insertBit(_ number: UInt32) -> Bool {
    let word = Int(number >> 6)
    if word >= words.count {
      words.append(
        contentsOf: repeatElement(
          0, count: max(word + 1, min(words.count * 2, word + Self.slackWordCount)) - words.count))
    }
    let bit: UInt64 = 1 << UInt64(number & 63)
    if words[word] & bit != 0 { return false }
    words[word] |= bit
    count += 1
    return true
  }

  private mutating func insertNumber(_ number: UInt32) -> Bool {
    let mask = places.count - 1
    var place = Self.place(number) & mask
    while places[place] != 0 {
      if places[place] == number + 1 { return false }
      place = (place + 1) & mask
    }
    places[place] = number + 1
    count += 1
    if count * 2 > places.count { grow() }
    return true
  }

  private static func place(_ number: UInt32) -> Int { Int((UInt64(number) &* 0x9E37_79B9_7F4A_7C15) >> 32) }

  private mutating func makeTable() {
    let numbers = numbers
    var size = Self.fewNumbers * 2
    while size < numbers.count * 2 { size *= 2 }
    places = Array(repeating: 0, count: size)
    (words, count) = ([], 0)
    for number in numbers { _ = insertNumber(number) }
  }

  /// Many numbers may take less as bits.
  private mutating func grow() {
    let numbers = numbers
    let greatest = numbers.max() ?? 0
    count = 0
    if Int(greatest >> 6) <= numbers.count {
      (words, places) = (Array(repeating: 0, count: Int(greatest >> 6) + 1), [])
      for number in numbers { _ = insertBit(number) }
      return
    }
    places = Array(repeating: 0, count: places.count * 2)
    for number in numbers { _ = insertNumber(number) }
  }

  /// All of them, in no order.
  private var numbers: [UInt32] {
    if !places.isEmpty { return places.filter { $0 != 0 }.map { $0 - 1 } }
    var numbers: [UInt32] = []
    numbers.reserveCapacity(count)
    for (index, word) in words.enumerated() {
      var left = word
      while left != 0 {
        numbers.append(UInt32(index * 64 + left.trailingZeroBitCount))
        left &= left - 1
      }
    }
    return numbers
  }

  mutating func formUnion(_ other: NumberSet) {
    guard places.isEmpty, other.places.isEmpty else {
      for number in other.numbers { insert(number) }
      return
    }
    if words.count < other.words.count {
      words.append(contentsOf: repeatElement(0, count: other.words.count - words.count))
    }
    count = 0
    for index in words.indices {
      if index < other.words.count { words[index] |= other.words[index] }
      count += words[index].nonzeroBitCount
    }
  }

  var byteCount: Int { words.count * 8 + places.count * 4 }
}
