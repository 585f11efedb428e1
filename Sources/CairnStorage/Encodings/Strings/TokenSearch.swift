import Glibc

// Looking for texts in tokens without spelling each.

extension TokenStrings {
  /// Positions of the values that are one of `needles`, ascending.
  package func positions(of needles: [[UInt8]]) -> [UInt32] {
    var found: [UInt32] = []
    let entries = (0..<exceptions.count).filter { entry in
      needles.contains { $0.elementsEqual(exceptions[entry]) }
    }
    found += positions(ofClass: payloads.count, ranks: entries)
    for (number, payload) in payloads.enumerated() {
      let ranks = withBytes { payload.ranks(of: needles, $0) }
      if !ranks.isEmpty { found += positions(ofClass: number, ranks: ranks) }
    }
    return found.sorted()
  }

  /// Positions of the values whose text has the piece in it, ascending.
  package func positions(containing piece: TextPiece) -> [UInt32] {
    let entries = exceptions.entries(containing: piece).map { Int($0) }
    var found = positions(ofClass: payloads.count, ranks: entries)
    found += tokenPositions(holding: piece.finder)
    return found.sorted()
  }

  /// Positions of the values, without their escapes, that have a text in them, ascending.
  package func positions(holding finder: ByteFinder) -> [UInt32] {
    let entries = exceptions.entries(whoseValueHas: finder).map { Int($0) }
    return (positions(ofClass: payloads.count, ranks: entries) + tokenPositions(holding: finder)).sorted()
  }

  private func tokenPositions(holding finder: ByteFinder) -> [UInt32] {
    var found: [UInt32] = []
    for (number, payload) in payloads.enumerated() where finder.text.count <= payload.form.textByteCount {
      let ranks = withBytes { payload.ranks(holding: finder, $0) }
      if !ranks.isEmpty { found += positions(ofClass: number, ranks: ranks) }
    }
    return found
  }
}

extension TokenStrings.Payload {
  /// So many needles are looked for one by one: that compares eight values at once.
  private static let fewNeedles = 4

  /// Ranks of the values that are one of `needles`, ascending.
  fileprivate func ranks(of needles: [[UInt8]], _ chunk: UnsafeBufferPointer<UInt8>) -> [Int] {
    if needles.count <= Self.fewNeedles || form.byteCount < 8 {
      var ranks: Set<Int> = []
      for needle in needles { ranks.formUnion(self.ranks(of: needle, chunk)) }
      return ranks.sorted()
    }
    let size = form.byteCount
    var keys: [UInt64: [(bytes: [UInt8], rest: UInt64)]] = [:]
    // A bit for each first half that some needle has, by what it is scattered to.
    var bits = [UInt64](repeating: 0, count: 1 << 10)
    for needle in needles {
      var key = [UInt8](repeating: 0, count: size + 1)
      let rest = key.withUnsafeMutableBufferPointer { key in
        needle.withUnsafeBufferPointer { text in key.baseAddress.flatMap { form.pack(text, into: $0) } }
      }
      guard let rest else { continue }
      let half = key.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
      let place = Self.scattered(half)
      bits[place >> 6] |= 1 << UInt64(place & 63)
      keys[half, default: []].append((Array(key[..<size]), rest))
    }
    guard !keys.isEmpty, let start = chunk.baseAddress else { return [] }
    let base = UnsafeRawPointer(start + bytes.lowerBound)
    var candidates: [(rank: Int, half: UInt64)] = []
    bits.withUnsafeBufferPointer { bits in
      for rank in 0..<count {
        let half = base.loadUnaligned(fromByteOffset: rank &* size, as: UInt64.self)
        let place = Self.scattered(half)
        if bits[place &>> 6] &>> UInt64(place & 63) & 1 == 1 { candidates.append((rank, half)) }
      }
    }
    return candidates.compactMap { rank, half in
      let isOne = keys[half]?.contains { key in
        key.rest == rest(rank, chunk)
          && key.bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.map { memcmp(base + rank * size, $0, size) == 0 } ?? false
          }
      }
      return isOne == true ? rank : nil
    }
  }

  /// Sixteen bits of a half.
  @inline(__always)
  private static func scattered(_ half: UInt64) -> Int {
    Int(truncatingIfNeeded: (half &* 0x9E37_79B9_7F4A_7C15) &>> 48)
  }

  /// Ranks of the values that are `needle`, ascending.
  fileprivate func ranks(of needle: [UInt8], _ chunk: UnsafeBufferPointer<UInt8>) -> [Int] {
    let size = form.byteCount
    var key = [UInt8](repeating: 0, count: size + 1)
    let rest = key.withUnsafeMutableBufferPointer { key in
      needle.withUnsafeBufferPointer { text in key.baseAddress.flatMap { form.pack(text, into: $0) } }
    }
    guard let rest, let start = chunk.baseAddress else { return [] }
    let base = UnsafeRawPointer(start + bytes.lowerBound)
    return key.withUnsafeBytes { key -> [Int] in
      guard let wanted = key.baseAddress else { return [] }
      func isEqual(_ rank: Int) -> Bool {
        memcmp(base + rank &* size, wanted, size) == 0 && self.rest(rank, chunk) == rest
      }
      guard size >= 8 else { return (0..<count).filter(isEqual) }
      return Self.candidates(wanted.loadUnaligned(as: UInt64.self), base, count: count, stride: size)
        .filter(isEqual)
    }
  }

  /// Ranks of the values whose first eight bytes are `half`. Eight are compared without a branch between them.
  private static func candidates(_ half: UInt64, _ base: UnsafeRawPointer, count: Int, stride: Int) -> [Int] {
    var found: [Int] = []
    @inline(__always) func difference(_ rank: Int) -> UInt64 {
      base.loadUnaligned(fromByteOffset: rank &* stride, as: UInt64.self) ^ half
    }
    var at = 0
    while at &+ 8 <= count {
      var borrows: UInt64 = 0
      for lane in 0..<8 {
        let bits = difference(at &+ lane)
        // Only 0 borrows from a bit above all its own.
        borrows |= (bits &- 1) & ~bits
      }
      if borrows >> 63 == 1 { found += (at..<(at &+ 8)).filter { difference($0) == 0 } }
      at &+= 8
    }
    return found + (at..<count).filter { difference($0) == 0 }
  }

  /// Ranks of the values that have the text in them, ascending.
  fileprivate func ranks(holding finder: ByteFinder, _ chunk: UnsafeBufferPointer<UInt8>) -> [Int] {
    let patterns = TokenPattern.all(for: finder.text, in: form, foldsCase: finder.foldsCase)
    guard !patterns.isEmpty, let start = chunk.baseAddress else { return [] }
    let base = UnsafeRawPointer(start + bytes.lowerBound)
    let size = form.byteCount
    var text = [UInt8](repeating: 0, count: form.textByteCount)
    func hasText(_ rank: Int) -> Bool {
      text.withUnsafeMutableBufferPointer { text in
        guard let target = text.baseAddress else { return false }
        unpack(rank, chunk, into: target)
        return finder.find(in: UnsafeBufferPointer(text)) != nil
      }
    }
    guard TokenPattern.fits(form) else { return (0..<count).filter(hasText) }
    var found: [Int] = []
    patterns.withUnsafeBufferPointer { patterns in
      for rank in 0..<count {
        let offset = rank &* size
        let first = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
        let last = base.loadUnaligned(fromByteOffset: offset &+ size &- 8, as: UInt64.self)
        for pattern in patterns where pattern.matches(first, last) {
          if hasText(rank) { found.append(rank) }
          break
        }
      }
    }
    return found
  }
}

/// A piece of a token's text at one place of it: which bits of the token's first and last eight bytes it sets, and to
/// what. Bits behind the whole bytes are left out: what matches is looked at again.
struct TokenPattern: BitwiseCopyable {
  private var mask: (first: UInt64, last: UInt64) = (0, 0)
  private var value: (first: UInt64, last: UInt64) = (0, 0)

  @inline(__always)
  func matches(_ first: UInt64, _ last: UInt64) -> Bool {
    ((first & mask.first) ^ value.first) | ((last & mask.last) ^ value.last) == 0
  }

  /// Whether first and last eight bytes are all bytes of a token.
  static func fits(_ form: TokenClass) -> Bool { (8...16).contains(form.byteCount) }

  /// One for each place where the text fits; none where it has bytes that no token of the form has.
  ///
  /// - Parameter foldsCase: whether small letters stand for capital ones, too.
  static func all(for text: [UInt8], in form: TokenClass, foldsCase: Bool = false) -> [TokenPattern] {
    guard text.count <= form.textByteCount else { return [] }
    return (0...(form.textByteCount - text.count)).compactMap { TokenPattern(text, at: $0, form, foldsCase) }
  }

  /// Whether the text has no byte that the form has not where it would stand: at most places it has one.
  private static func canStand(
    _ text: [UInt8], at start: Int, _ form: TokenClass, _ foldsCase: Bool
  ) -> Bool {
    for (index, byte) in text.enumerated() where form.number(of: byte, at: start + index) == nil {
      if !foldsCase || byte &- 0x61 > 25 || form.number(of: byte & 0xDF, at: start + index) == nil {
        return false
      }
    }
    return true
  }

  private init?(_ text: [UInt8], at start: Int, _ form: TokenClass, _ foldsCase: Bool) {
    guard Self.canStand(text, at: start, form, foldsCase) else { return nil }
    let size = form.byteCount
    var masks = [UInt8](repeating: 0, count: size)
    var values = masks
    for (index, byte) in text.enumerated() {
      var known = form.number(of: byte, at: start + index)
      if foldsCase, byte &- 0x61 <= 25, let capital = form.number(of: byte & 0xDF, at: start + index) {
        // Where both can stand, the place's bits tell nothing.
        if known != nil { continue }
        known = capital
      }
      guard let (number, width) = known else { return nil }
      for bit in 0..<width {
        let place = form.bitStarts[start + index] + bit
        if place / 8 >= size { break }
        let shift = UInt8(7 - place % 8)
        masks[place / 8] |= 1 << shift
        values[place / 8] |= (number >> UInt8(width - 1 - bit) & 1) << shift
      }
    }
    guard Self.fits(form) else { return }
    func word(_ bytes: [UInt8], _ start: Int) -> UInt64 {
      bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: UInt64.self) }
    }
    mask = (word(masks, 0), word(masks, size - 8))
    value = (word(values, 0), word(values, size - 8))
  }
}
