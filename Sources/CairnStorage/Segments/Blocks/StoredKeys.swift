/// Keys of the objects of a block: what repeats is left out, and what is random stands apart.
///
/// ```
/// …/ACCOUNT/SERVICE/REGION/YYYY/MM/DD/ACCOUNT_SERVICE_REGION_YYYYMMDDTHHMMZ_TOKEN.json.gz      a key
/// …/ACCOUNT/SERVICE/REGION/YYYY/MM/DD/HHMM.json.gz                                             what is stored of it
/// ```
package enum StoredKeys {
  /// Characters of the random end of a name, in two halves of which each is a number of 48 bits.
  private static let tokenByteCount = 16
  package static let packedTokenByteCount = 12
  /// Bytes behind the token, at most.
  static let suffixLimit = 255
  /// Bytes of the time of day in a name.
  private static let timeByteCount = 4
  private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
  private static let slash = UInt8(ascii: "/")

  /// How a key is stored: 0 as it is; else 1 + the bytes behind its token × 2, + 1 where its name follows from its
  /// directories.
  package struct Form: Equatable {
    var suffixByteCount: Int
    var isNamed: Bool

    package var number: Int { 1 + suffixByteCount * 2 + (isNamed ? 1 : 0) }

    package static let limit = 1 + StoredKeys.suffixLimit * 2 + 1

    init(suffixByteCount: Int, isNamed: Bool) {
      self.suffixByteCount = suffixByteCount
      self.isNamed = isNamed
    }

    /// Nil for 0.
    package init?(number: Int) {
      if number == 0 { return nil }
      self.init(suffixByteCount: (number - 1) / 2, isNamed: (number - 1) % 2 == 1)
    }
  }

  // MARK: Writing

  /// What is stored of a key, its form's number, and its token's bytes.
  package static func split(_ key: [UInt8]) -> (stored: [UInt8], form: Int, token: [UInt8]) {
    let name = (key.lastIndex(of: slash) ?? -1) + 1
    guard let mark = key[name...].lastIndex(of: UInt8(ascii: "_")) else { return (key, 0, []) }
    let start = mark + 1
    let end = start + tokenByteCount
    guard end <= key.count, key.count - end <= suffixLimit, let token = pack(key[start..<end]) else {
      return (key, 0, [])
    }
    let suffix = key[end...]
    if let prefix = namePrefix(key[..<name]), key[name...].starts(with: prefix) {
      let time = name + prefix.count
      if start == time + timeByteCount + 2, key[start - 2] == UInt8(ascii: "Z") {
        let form = Form(suffixByteCount: suffix.count, isNamed: true)
        let stored = [key[..<name], key[time..<(time + timeByteCount)], suffix].joined()
        return (Array(stored), form.number, token)
      }
    }
    let form = Form(suffixByteCount: suffix.count, isNamed: false)
    return (Array([key[..<start], suffix].joined()), form.number, token)
  }

  /// `ACCOUNT_SERVICE_REGION_YYYYMMDDT` of the last six directories; nil where there are fewer.
  private static func namePrefix(_ directory: ArraySlice<UInt8>) -> [UInt8]? {
    guard directory.last == slash else { return nil }
    // The ends of directories, the last one's first, and where the first of the six begins.
    var ends: [Int] = []
    ends.reserveCapacity(6)
    var start = directory.endIndex - 1
    while ends.count < 6, start >= directory.startIndex {
      ends.append(start)
      while start > directory.startIndex, directory[start - 1] != slash { start -= 1 }
      start -= 1
    }
    guard ends.count == 6 else { return nil }
    var prefix: [UInt8] = []
    prefix.reserveCapacity(directory.endIndex - start)
    start += 1
    for (index, end) in ends.reversed().enumerated() {
      prefix += directory[start..<end]
      if index < 3 { prefix.append(UInt8(ascii: "_")) }
      start = end + 1
    }
    prefix.append(UInt8(ascii: "T"))
    return prefix
  }

  private static func pack(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    for half in [text.prefix(8), text.suffix(8)] {
      var number: UInt64 = 0
      for byte in half {
        let digit = alphabet.partitioningIndex { $0 >= byte }
        guard digit < alphabet.count, alphabet[digit] == byte else { return nil }
        number = number * 62 + UInt64(digit)
      }
      for shift in stride(from: UInt64(0), to: 48, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: number >> shift))
      }
    }
    return bytes
  }

  // MARK: Reading

  /// The key of what is stored of it; nil where the two do not fit.
  package static func join(_ stored: [UInt8], _ form: Form, token bytes: ArraySlice<UInt8>) -> [UInt8]? {
    guard let token = unpack(bytes), form.suffixByteCount <= stored.count else { return nil }
    let end = stored.count - form.suffixByteCount
    var key: [UInt8] = []
    key.reserveCapacity(stored.count * 2 + tokenByteCount)
    if form.isNamed {
      let name = (stored.lastIndex(of: slash) ?? -1) + 1
      guard name + timeByteCount == end, let prefix = namePrefix(stored[..<name]) else { return nil }
      key += stored[..<name]
      key += prefix
      key += stored[name..<end]
      key += [UInt8(ascii: "Z"), UInt8(ascii: "_")]
    } else {
      key += stored[..<end]
    }
    key += token
    key += stored[end...]
    return key
  }

  private static func unpack(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    var text = [UInt8](repeating: 0, count: tokenByteCount)
    let half = tokenByteCount / 2
    for (start, bytes) in [(0, bytes.prefix(6)), (half, bytes.suffix(6))] {
      var number = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      for place in (start..<(start + half)).reversed() {
        text[place] = alphabet[Int(number % 62)]
        number /= 62
      }
      if number != 0 { return nil }
    }
    return text
  }
}
