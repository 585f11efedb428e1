import Glibc

/// A growing run of bytes with the appends that record text is made of; owns its memory.
///
/// All unsafe writes of the generator are in this file: each append reserves before it stores.
struct ByteBuffer: ~Copyable {
  private(set) var base: UnsafeMutablePointer<UInt8>
  private(set) var count = 0
  private var capacity: Int

  init(capacity: Int = 1 << 16) {
    self.capacity = capacity
    base = .allocate(capacity: capacity)
  }

  deinit {
    base.deallocate()
  }

  /// The bytes so far; valid until the next append.
  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

  mutating func removeAll() {
    count = 0
  }

  mutating func truncate(to newCount: Int) {
    precondition(newCount <= count)
    count = newCount
  }

  /// A copy of the bytes from `start` to the end.
  func copy(from start: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(rebasing: bytes[start...]))
  }

  @inline(__always)
  mutating func reserve(_ extra: Int) {
    if count &+ extra > capacity { grow(extra) }
  }

  @inline(never)
  private mutating func grow(_ extra: Int) {
    let newCapacity = max(capacity * 2, count + extra)
    let moved = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
    memcpy(moved, base, count)
    base.deallocate()
    base = moved
    capacity = newCapacity
  }

  /// Lets `body` write up to `size` bytes at the end and returns how many it wrote.
  mutating func fill(_ size: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Int) -> Int {
    reserve(size)
    let written = body(base + count)
    precondition(written >= 0 && written <= size)
    count &+= written
    return written
  }

  @inline(__always)
  mutating func append(_ byte: UInt8) {
    reserve(1)
    base[count] = byte
    count &+= 1
  }

  @inline(__always)
  mutating func append(_ source: UnsafeBufferPointer<UInt8>) {
    guard let start = source.baseAddress else { return }
    reserve(source.count)
    memcpy(base + count, start, source.count)
    count &+= source.count
  }

  @inline(__always)
  mutating func append(_ source: [UInt8]) {
    source.withUnsafeBufferPointer { append($0) }
  }

  @inline(__always)
  mutating func append(_ text: StaticString) {
    append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  /// `value` in decimal, without padding.
  mutating func appendDecimal(_ value: Int) {
    if value < 0 {
      append(0x2D)
      appendDecimal(-value)
      return
    }
    var width = 1
    var bound = 10
    while value >= bound, width < 18 {
      width += 1
      bound *= 10
    }
    appendPadded(value, width: width)
  }

  /// The last `width` decimal digits of a value that is not negative.
  @inline(__always)
  mutating func appendPadded(_ value: Int, width: Int) {
    reserve(width)
    var rest = value
    var index = count &+ width
    while index > count {
      index &-= 1
      base[index] = UInt8(truncatingIfNeeded: 48 + rest % 10)
      rest /= 10
    }
    count &+= width
  }

  /// The low `digits` hexadecimal digits of `bits`.
  @inline(__always)
  mutating func appendHex(_ bits: UInt64, digits: Int, uppercase: Bool = false) {
    reserve(digits)
    let letter: UInt8 = uppercase ? 55 : 87
    var shift = (digits &- 1) &* 4
    while shift >= 0 {
      let nibble = UInt8(truncatingIfNeeded: bits >> UInt64(shift)) & 15
      base[count] = nibble < 10 ? 48 &+ nibble : letter &+ nibble
      count &+= 1
      shift &-= 4
    }
  }

  /// A version 4 UUID made of two random words.
  mutating func appendUUID(_ high: UInt64, _ low: UInt64, uppercase: Bool = false) {
    appendHex(high >> 32, digits: 8, uppercase: uppercase)
    append(0x2D)
    appendHex(high >> 16, digits: 4, uppercase: uppercase)
    append(0x2D)
    append(0x34)
    appendHex(high, digits: 3, uppercase: uppercase)
    append(0x2D)
    appendHex(low >> 48 & 0x3FFF | 0x8000, digits: 4, uppercase: uppercase)
    append(0x2D)
    appendHex(low, digits: 12, uppercase: uppercase)
  }

  /// `length` characters of an alphabet with 2^`bits` letters, from as many words of `seed` as needed.
  mutating func appendRandom(_ length: Int, alphabet: StaticString, bits: Int, seed: UInt64) {
    reserve(length)
    let letters = alphabet.utf8Start
    let mask = (1 << bits) - 1
    let lettersPerWord = 64 / bits
    var left = length
    var state = seed
    while left > 0 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var word = mix(state)
      for _ in 0..<min(left, lettersPerWord) {
        base[count] = letters[Int(truncatingIfNeeded: word) & mask]
        count &+= 1
        word >>= UInt64(bits)
      }
      left -= lettersPerWord
    }
  }
}

/// Alphabets of the tokens in CloudTrail records.
enum Alphabet {
  /// Base32 as in access keys and unique principal IDs.
  static let base32: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
  /// Request IDs of S3: digits and letters without I, L, O and U.
  static let crockford: StaticString = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
  /// Standard base64.
  static let base64: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
  /// Letters and digits of object names; two letters occur twice to fill 64 places.
  static let mixed: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789aZ"
  /// Lower-case letters and digits of generated suffixes.
  static let lower: StaticString = "abcdefghijklmnopqrstuvwxyz234567"
}
