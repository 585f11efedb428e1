import CairnShims

/// Numbers of keys in the order in which they came: open addressing over hashes, the keys' bytes end to end.
///
/// A key is a sort and bytes; texts are one of the sorts. Texts that are canonical times are kept by their seconds.
package struct KeyTable {
  private var heap = RawVector<UInt8>()
  private var ends = RawVector<Int>()
  private var sorts = RawVector<UInt8>()
  /// Of seconds these.
  private var hashes = RawVector<UInt64>()
  /// Numbers of texts that are canonical times, by their seconds: bytes and hashes are not kept of them.
  private var bySecond = PairNumbers()
  /// Number + 1 below the upper half of the hash, so that others are passed over without a look at them; 0 for none.
  private var places: [UInt64] = Array(repeating: 0, count: 64)
  /// Whether keys without a number get one; else they have `UInt32.max`.
  package var isOpen = true
  private let textSort: UInt8

  /// - Parameter textSort: the sort of keys that are texts; 255 is that of none.
  package init(textSort: UInt8) { self.textSort = textSort }

  package func free() {
    heap.free()
    ends.free()
    sorts.free()
    hashes.free()
  }

  package var byteCount: Int { heap.count + hashes.count * 17 + places.count * 8 + bySecond.byteCount }

  // MARK: Numbers

  /// The number of a second; nil for one that no canonical time spells.
  package mutating func number(ofSecond second: Int64) -> UInt32? {
    guard EventTime.canonicalRange.contains(second) else { return nil }
    if !isOpen { return bySecond.known(UInt64(bitPattern: second)) }
    let next = UInt32(truncatingIfNeeded: hashes.count)
    let number = bySecond.number(of: UInt64(bitPattern: second), next: next)
    if number == next {
      ends.append(heap.count)
      sorts.append(Self.secondSort)
      hashes.append(UInt64(bitPattern: second))
    }
    return number
  }

  /// The sort of keys that are seconds: none of those that are given.
  private static let secondSort = UInt8.max

  package mutating func number(sort: UInt8, _ bytes: UnsafeBufferPointer<UInt8>, hash: UInt64) -> UInt32 {
    if sort == textSort, let start = bytes.baseAddress,
      let second = EventTime.canonicalSeconds(start, bytes.count), let number = number(ofSecond: second)
    {
      return number
    }
    let mask = places.count &- 1
    let upper = hash & Self.upperHalf
    var place = Int(truncatingIfNeeded: hash) & mask
    while places[place] > 0 {
      if places[place] & Self.upperHalf == upper {
        let number = Int(places[place] & ~Self.upperHalf) &- 1
        if sorts[number] == sort, compare(self.bytes(number), bytes) == 0 { return UInt32(number) }
      }
      place = (place &+ 1) & mask
    }
    if !isOpen { return .max }
    let number = UInt32(truncatingIfNeeded: hashes.count)
    heap.append(contentsOf: bytes)
    ends.append(heap.count)
    sorts.append(sort)
    hashes.append(hash)
    places[place] = upper | UInt64(number &+ 1)
    if hashes.count * 2 > places.count { grow() }
    return number
  }

  private static let upperHalf: UInt64 = 0xFFFF_FFFF << 32

  /// The numbers of many texts.
  ///
  /// - Parameters:
  ///   - codes: entries of `table`; `null` for what is no text, whose number is given.
  ///   - hashes: of the texts, by place.
  package mutating func numbers(
    ofTexts codes: [UInt32], in table: StringTable, hashes: [UInt64], null: UInt32, nullNumber: UInt32
  ) -> [UInt32] {
    [UInt32](unsafeUninitializedCapacity: codes.count) { numbers, count in
      count = codes.count
      codes.withUnsafeBufferPointer { codes in
        hashes.withUnsafeBufferPointer { hashes in
          for place in codes.indices {
            // Places of a large table are on their way while those before are looked at.
            let ahead = place &+ Self.aheadCount
            if ahead < codes.count { prefetch(hashes[ahead]) }
            numbers[place] =
              codes[place] == null
              ? nullNumber : number(sort: textSort, table[Int(codes[place])], hash: hashes[place])
          }
        }
      }
    }
  }

  private static let aheadCount = 12

  @inline(__always)
  private func prefetch(_ hash: UInt64) {
    places.withUnsafeBufferPointer { places in
      cairn_prefetch(places.baseAddress.map { $0 + (Int(truncatingIfNeeded: hash) & (places.count &- 1)) })
    }
  }

  private mutating func grow() {
    // By four, since each number is put again.
    places = Array(repeating: 0, count: places.count * 4)
    let mask = places.count - 1
    places.withUnsafeMutableBufferPointer { places in
      for (number, hash) in hashes.buffer.enumerated() where sorts[number] != Self.secondSort {
        var place = Int(truncatingIfNeeded: hash) & mask
        while places[place] > 0 { place = (place &+ 1) & mask }
        places[place] = hash & Self.upperHalf | UInt64(number + 1)
      }
    }
  }

  // MARK: Keys

  /// The text that has a number.
  package func text(_ number: UInt32) -> [UInt8] {
    let number = Int(number)
    if sorts[number] != Self.secondSort { return Array(bytes(number)) }
    return [UInt8](unsafeUninitializedCapacity: EventTime.canonicalByteCount) { text, count in
      if let base = text.baseAddress { EventTime.writeCanonical(Int64(bitPattern: hashes[number]), to: base) }
      count = EventTime.canonicalByteCount
    }
  }

  /// Appends the texts that have some numbers.
  package func append(_ numbers: [UInt32], to texts: StringTable) {
    for number in numbers {
      if sorts[Int(number)] == Self.secondSort {
        texts.append(text(number))
      } else {
        texts.append(bytes(Int(number)))
      }
    }
  }

  @inline(__always)
  private func bytes(_ number: Int) -> UnsafeBufferPointer<UInt8> {
    let start = number == 0 ? 0 : ends[number &- 1]
    return UnsafeBufferPointer(start: heap.base + start, count: ends[number] &- start)
  }
}
