/// What a hash asks of a page of a membership index: which of 64 slots in a row are combined, and what comes of it.
struct RibbonKey: BitwiseCopyable {
  let start: Int
  let coefficients: UInt64
  /// Its lowest bits are the part of an answer that is the value's own: others get a random one.
  let mask: UInt64

  /// - Parameter slotCount: at least 64; 0 of a page that says nothing.
  @inline(__always)
  init(_ hash: UInt64, seed: UInt8, slotCount: Int) {
    let a = Self.mix(hash &+ UInt64(seed))
    coefficients = Self.mix(a &+ 1) | 1
    start = Int(
      truncatingIfNeeded: ((a &>> 32) &* UInt64(truncatingIfNeeded: max(0, slotCount &- 63))) &>> 32)
    mask = a
  }

  /// The last step of MurmurHash3.
  @inline(__always)
  private static func mix(_ value: UInt64) -> UInt64 {
    var value = value
    value ^= value &>> 33
    value = value &* 0xFF51_AFD7_ED55_8CCD
    value ^= value &>> 33
    value = value &* 0xC4CE_B9FE_1A85_EC53
    return value ^ value &>> 33
  }
}

/// A page's solution: by plane a bit for each slot.
struct RibbonPlanes {
  let words: UnsafePointer<UInt64>?
  /// Of a plane.
  let wordCount: Int
  let planes: Int

  /// Nil where the page says nothing.
  @inline(__always)
  func answer(_ key: RibbonKey) -> UInt64? {
    guard let words, wordCount > 0 else { return nil }
    let (word, shift) = (key.start &>> 6, UInt64(truncatingIfNeeded: key.start & 63))
    var answer: UInt64 = 0
    var at = word
    for plane in 0..<planes {
      var slots = words[at] &>> shift
      // Only then there is a word behind it: no key starts in the last 63 slots.
      if shift > 0 { slots |= words[at &+ 1] &<< (64 &- shift) }
      answer |= UInt64(truncatingIfNeeded: (slots & key.coefficients).nonzeroBitCount & 1) &<< UInt64(plane)
      at = at &+ wordCount
    }
    return answer ^ key.mask & ((1 &<< UInt64(planes)) &- 1)
  }
}

/// A value of a column with an index.
struct MembershipEntry: BitwiseCopyable {
  var hash: UInt64
  /// Its row group; the number of row groups where it is in several.
  var answer: UInt32
}

/// Finds solutions of pages: equations come one by one, and each takes the first slot that no other has taken (a
/// Gaussian elimination in a band of 64 slots: Dillinger and Walzer, "Ribbon filter", 2021).
struct RibbonSolver {
  /// By slot: the equation that has taken it, 0 where none has, and what it must come to.
  private var coefficients = RawVector<UInt64>()
  private var answers = RawVector<UInt32>()
  private var places = RawVector<UInt32>()

  /// Equations without a solution are tried with other seeds, then with more slots.
  private static let seedsOfSize: UInt8 = 8
  private static let sizes: UInt8 = 6

  mutating func free() {
    coefficients.free()
    answers.free()
    places.free()
  }

  /// Moves entries of different hashes to the front and gives how many they are. One that has several answers gets the
  /// one that says so.
  mutating func makeDistinct(
    _ entries: UnsafeMutableBufferPointer<MembershipEntry>, several: UInt32
  ) -> Int {
    var size = 64
    while size < entries.count * 2 { size *= 2 }
    places.truncate(to: 0)
    let table = places.appendUninitialized(count: size)
    table.update(repeating: .max, count: size)
    var count = 0
    for entry in entries {
      // The page was chosen by the highest bits.
      var place = Int(truncatingIfNeeded: entry.hash) & (size - 1)
      while table[place] != .max, entries[Int(table[place])].hash != entry.hash {
        place = (place + 1) & (size - 1)
      }
      if table[place] == .max {
        table[place] = UInt32(count)
        entries[count] = entry
        count += 1
      } else if entries[Int(table[place])].answer != entry.answer {
        entries[Int(table[place])].answer = several
      }
    }
    return count
  }

  /// The page of entries of different hashes. Where no solution is found, which nobody has seen, it says nothing.
  mutating func page(_ entries: UnsafeBufferPointer<MembershipEntry>, answerBits: Int) -> [UInt8] {
    var writer = ByteWriter()
    for size in 0..<Self.sizes {
      let count = entries.count + entries.count >> (size < 5 ? 5 - Int(size) : 0)
      let slotCount = (max(count, 64) + 63) / 64 * 64
      for seed in (size * Self.seedsOfSize)..<((size + 1) * Self.seedsOfSize)
      where eliminate(entries, seed: seed, slotCount: slotCount, answerBits: answerBits) {
        writer.writeByte(seed)
        writer.bytes.reserveCapacity(1 + slotCount / 8 * answerBits)
        substitute(slotCount: slotCount, answerBits: answerBits, into: &writer)
        return writer.bytes
      }
    }
    writer.writeByte(0)
    return writer.bytes
  }

  private mutating func eliminate(
    _ entries: UnsafeBufferPointer<MembershipEntry>, seed: UInt8, slotCount: Int, answerBits: Int
  ) -> Bool {
    coefficients.truncate(to: 0)
    answers.truncate(to: 0)
    let taken = coefficients.appendUninitialized(count: slotCount)
    let wanted = answers.appendUninitialized(count: slotCount)
    taken.update(repeating: 0, count: slotCount)
    wanted.update(repeating: 0, count: slotCount)
    let answerMask = UInt32(truncatingIfNeeded: (1 << answerBits) - 1)
    for entry in entries {
      let key = RibbonKey(entry.hash, seed: seed, slotCount: slotCount)
      var slot = key.start
      var bits = key.coefficients
      var answer = (entry.answer ^ UInt32(truncatingIfNeeded: key.mask)) & answerMask
      while taken[slot] != 0 {
        bits ^= taken[slot]
        answer ^= wanted[slot]
        if bits == 0 { break }
        let skipped = bits.trailingZeroBitCount
        bits &>>= UInt64(skipped)
        slot &+= skipped
      }
      if bits != 0 {
        taken[slot] = bits
        wanted[slot] = answer
      } else if answer != 0 {
        return false
      }
    }
    return true
  }

  /// From the last slot to the first: what each must be, those behind it known.
  private func substitute(slotCount: Int, answerBits: Int, into writer: inout ByteWriter) {
    let wordCount = slotCount / 64
    for plane in 0..<answerBits {
      let start = writer.bytes.count
      writer.bytes.append(contentsOf: repeatElement(0, count: wordCount * 8))
      // The slot in work and the 63 behind it.
      var slots: UInt64 = 0
      for word in stride(from: wordCount - 1, through: 0, by: -1) {
        for slot in stride(from: word * 64 + 63, through: word * 64, by: -1) {
          let known = slots &<< 1
          let parity = UInt64(truncatingIfNeeded: (known & coefficients[slot]).nonzeroBitCount & 1)
          let bit = parity ^ UInt64(answers[slot] &>> UInt32(plane) & 1)
          // A slot that no equation has taken may be anything.
          slots = known | (coefficients[slot] == 0 ? 0 : bit)
        }
        for byte in 0..<8 {
          writer.bytes[start + word * 8 + byte] = UInt8(truncatingIfNeeded: slots &>> UInt64(byte * 8))
        }
      }
    }
  }
}
