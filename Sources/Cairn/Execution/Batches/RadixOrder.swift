/// Rows in an order by numbers: a stable sort by one digit after the other, the lowest first, so that several numbers
/// are sorted by from the last one to the first.
struct RadixOrder {
  /// Row numbers in order.
  private(set) var rows: [UInt32]

  private static let digitBits = 11
  /// What sorting takes for a row beside its place in the order: a key and a place, twice.
  static let rowByteCount = 24
  /// Below it comparing is faster than counting digits.
  private static let fewRows = 256

  init(rowCount: Int) { rows = (0..<UInt32(rowCount)).map { $0 } }

  /// Rows with less come first, others stay as they stand; `number(row)` is asked for once a row. `Int64.min` and `.max`
  /// may be far from all others.
  mutating func sort(by number: (Int) -> Int64) {
    var (least, greatest) = (Int64.max, Int64.min)
    var isSorted = true
    var previous = Int64.min
    let numbers = rows.map { row in
      let number = number(Int(row))
      if number != .min && number != .max {
        least = min(least, number)
        greatest = max(greatest, number)
      }
      isSorted = isSorted && previous <= number
      previous = number
      return number
    }
    if isSorted { return }
    if numbers.count < Self.fewRows {
      rows = numbers.indices.sorted {
        numbers[$0] != numbers[$1] ? numbers[$0] < numbers[$1] : $0 < $1
      }.map { rows[$0] }
      return
    }
    // The numbers from 1 on, with 0 and one more for the ends.
    let width = least > greatest ? 0 : UInt64(bitPattern: greatest) &- UInt64(bitPattern: least)
    if width > .max - 2 { return sort(keys: numbers.map { UInt64(bitPattern: $0) ^ 1 << 63 }, below: .max) }
    sort(
      keys: numbers.map { number in
        number == .min
          ? 0 : number == .max ? width + 2 : (UInt64(bitPattern: number) &- UInt64(bitPattern: least)) + 1
      }, below: width + 2)
  }

  /// `keys[place]` is that of the row at the place.
  mutating func sort(keys: [UInt64], below greatest: UInt64) {
    let bits = UInt64.bitWidth - greatest.leadingZeroBitCount
    if bits <= UInt32.bitWidth { return sort(keys, bits: bits) }
    var (keys, rows) = (keys, rows)
    var otherKeys = [UInt64](repeating: 0, count: keys.count)
    var otherRows = [UInt32](repeating: 0, count: rows.count)
    for shift in stride(from: 0, to: bits, by: Self.digitBits) {
      let isMoved = Self.pass(keys, rows, &otherKeys, &otherRows, shift: UInt64(shift))
      if isMoved {
        swap(&keys, &otherKeys)
        swap(&rows, &otherRows)
      }
    }
    self.rows = rows
  }

  /// Keys of 32 bits at most stand in one word with their rows: half as much memory is moved.
  private mutating func sort(_ keys: [UInt64], bits: Int) {
    var words = [UInt64](unsafeUninitializedCapacity: keys.count) { words, count in
      keys.withUnsafeBufferPointer { keys in
        rows.withUnsafeBufferPointer { rows in
          for place in keys.indices { words[place] = keys[place] << 32 | UInt64(rows[place]) }
        }
      }
      count = keys.count
    }
    var others = [UInt64](repeating: 0, count: words.count)
    let passCount = (bits + Self.digitBits - 1) / Self.digitBits
    let width = (bits + passCount - 1) / max(1, passCount)
    for pass in 0..<passCount where Self.pass(words, &others, shift: UInt64(32 + pass * width), width: width)
    {
      swap(&words, &others)
    }
    rows = words.map { UInt32(truncatingIfNeeded: $0) }
  }

  /// Puts words in the order of one digit; false where all have the same.
  private static func pass(
    _ words: [UInt64], _ newWords: inout [UInt64], shift: UInt64, width: Int
  ) -> Bool {
    let mask: UInt64 = 1 << UInt64(width) - 1
    var places = [Int](repeating: 0, count: 1 << width)
    return places.withUnsafeMutableBufferPointer { places in
      words.withUnsafeBufferPointer { words in
        for word in words { places[Int(truncatingIfNeeded: word &>> shift & mask)] &+= 1 }
        if let first = words.first, places[Int(first &>> shift & mask)] == words.count { return false }
        var next = 0
        for digit in places.indices { (places[digit], next) = (next, next + places[digit]) }
        newWords.withUnsafeMutableBufferPointer { newWords in
          for word in words {
            let digit = Int(truncatingIfNeeded: word &>> shift & mask)
            newWords[places[digit]] = word
            places[digit] &+= 1
          }
        }
        return true
      }
    }
  }

  /// Puts rows in the order of one digit; false where all have the same.
  private static func pass(
    _ keys: [UInt64], _ rows: [UInt32], _ newKeys: inout [UInt64], _ newRows: inout [UInt32], shift: UInt64
  ) -> Bool {
    let mask: UInt64 = 1 << UInt64(digitBits) - 1
    var places = [Int](repeating: 0, count: 1 << digitBits)
    return places.withUnsafeMutableBufferPointer { places in
      keys.withUnsafeBufferPointer { keys in
        for key in keys { places[Int(key >> shift & mask)] += 1 }
        if let first = keys.first, places[Int(first >> shift & mask)] == keys.count { return false }
        var next = 0
        for digit in places.indices { (places[digit], next) = (next, next + places[digit]) }
        rows.withUnsafeBufferPointer { rows in
          newKeys.withUnsafeMutableBufferPointer { newKeys in
            newRows.withUnsafeMutableBufferPointer { newRows in
              for index in keys.indices {
                let digit = Int(keys[index] >> shift & mask)
                newKeys[places[digit]] = keys[index]
                newRows[places[digit]] = rows[index]
                places[digit] += 1
              }
            }
          }
        }
        return true
      }
    }
  }
}

extension Array where Element: FixedWidthInteger & BitwiseCopyable {
  /// The element at a place, from 1 on, of all in ascending order; the list has so many. Looks at all of them, and again
  /// at those that may be it.
  func element(_ place: Int) -> Element {
    var (open, place) = (self, place)
    while true {
      guard open.count > Self.fewCount, let least = open.min(), let greatest = open.max() else {
        return open.sorted()[place - 1]
      }
      if least == greatest { return least }
      let range = Element.Magnitude(truncatingIfNeeded: greatest &- least)
      let shift = Swift.max(0, Element.bitWidth - range.leadingZeroBitCount - Self.bucketBits)
      func bucket(_ element: Element) -> Int {
        Int(truncatingIfNeeded: Element.Magnitude(truncatingIfNeeded: element &- least) >> shift)
      }
      var counts = [Int](repeating: 0, count: 1 << Self.bucketBits)
      for element in open { counts[bucket(element)] += 1 }
      var wanted = 0
      while place > counts[wanted] {
        place -= counts[wanted]
        wanted += 1
      }
      open = open.filter { bucket($0) == wanted }
    }
  }

  private static var fewCount: Int { 1 << 10 }
  private static var bucketBits: Int { 12 }
}
