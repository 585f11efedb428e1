import CCairn
import Cairn

/// Texts of some rows.
///
/// Entries may have any bytes, arrays of Arrow must not: what is no UTF-8 becomes U+FFFD, as in JSON output.
struct TextRows {
  private let entries: ResultEntries
  private let rows: Range<Int>

  init(_ entries: ResultEntries, _ rows: Range<Int>) {
    self.entries = entries
    self.rows = rows
  }

  /// Entries and codes as they lie in memory.
  fileprivate struct Source {
    let bytes: UnsafePointer<UInt8>
    let ends: UnsafePointer<UInt64>
    let codes: UnsafePointer<UInt32>
    /// The code of NULL: the number of entries.
    let null: UInt32
    let rowCount: Int

    @inline(__always)
    func start(_ code: UInt32) -> Int { code == 0 ? 0 : Int(ends[Int(code) &- 1]) }

    @inline(__always)
    func end(_ code: UInt32) -> Int { Int(ends[Int(code)]) }

    /// Bytes of all entries.
    var byteCount: Int { null == 0 ? 0 : Int(ends[Int(null) - 1]) }

    func entry(_ code: UInt32) -> UnsafeBufferPointer<UInt8> {
      UnsafeBufferPointer(start: bytes + start(code), count: end(code) - start(code))
    }
  }

  private func withSource<Result>(_ body: (Source) -> Result) -> Result {
    entries.withUnsafeEntries { bytes, ends in
      entries.codes.withUnsafeBufferPointer { codes in
        // Rows are there, so codes are.
        let base = codes.baseAddress.unsafelyUnwrapped + rows.lowerBound
        return body(
          Source(
            bytes: bytes, ends: ends, codes: base, null: UInt32(truncatingIfNeeded: entries.count),
            rowCount: rows.count))
      }
    }
  }

  // MARK: A text for each row

  /// Nil where they have more bytes than a limit, which offsets reach.
  func plain(_ byteLimit: Int) -> ArrowArray? {
    withSource { source in
      let ownership = ArrayOwnership(bufferCount: 3)
      let offsets = ownership.allocate(1, byteCount: (source.rowCount + 1) * 4).assumingMemoryBound(
        to: Int32.self)
      let (byteCount, nullCount) = fill(offsets, source)
      if byteCount > byteLimit { return nil }
      let target = ownership.allocate(2, byteCount: byteCount).assumingMemoryBound(to: UInt8.self)
      copy(to: target, source)
      if nullCount > 0 { _ = validity(ownership, source) }
      if !Texts.isASCII(target, byteCount), hasBrokenRow(source) {
        return mended(source).plain(byteLimit)
      }
      return ownership.array(length: source.rowCount, nullCount: nullCount)
    }
  }

  /// Where each row's text begins, as far as 32 bits reach; gives the bytes of all, and the rows that are NULL.
  private func fill(_ offsets: UnsafeMutablePointer<Int32>, _ source: Source) -> (Int, Int) {
    var (byteCount, nullCount) = (0, 0)
    for row in 0..<source.rowCount {
      offsets[row] = Int32(truncatingIfNeeded: byteCount)
      let code = source.codes[row]
      if code == source.null {
        nullCount &+= 1
      } else {
        byteCount &+= source.end(code) &- source.start(code)
      }
    }
    offsets[source.rowCount] = Int32(truncatingIfNeeded: byteCount)
    return (byteCount, nullCount)
  }

  /// Short texts go as words: `target` has room behind its end.
  private func copy(to target: UnsafeMutablePointer<UInt8>, _ source: Source) {
    let safeEnd = source.byteCount &- Self.wordByteCount
    var place = UnsafeMutableRawPointer(target)
    for row in 0..<source.rowCount {
      let code = source.codes[row]
      if code == source.null { continue }
      let start = source.start(code)
      let count = source.end(code) &- start
      let from = UnsafeRawPointer(source.bytes + start)
      if count <= Self.wordByteCount, start <= safeEnd {
        place.storeBytes(of: from.loadUnaligned(as: SIMD32<UInt8>.self), as: SIMD32<UInt8>.self)
      } else {
        place.copyMemory(from: from, byteCount: count)
      }
      place += count
    }
  }

  private static let wordByteCount = 32

  private func validity(_ ownership: ArrayOwnership, _ source: Source) -> Int {
    let target = ownership.allocate(0, byteCount: (source.rowCount + 7) / 8)
    return source.rowCount - FlatRows.pack(source.rowCount, into: target) { source.codes[$0] != source.null }
  }

  // MARK: Entries, and a number for each row

  /// Nil where entries that rows have are more bytes than a limit, which offsets reach.
  func dictionary(_ byteLimit: Int) -> ArrowArray? {
    withSource { source in
      // A table that is much larger than what rows have of it is not handed on.
      let isUsed = Int(source.null) <= max(Self.leastSharedCount, source.rowCount * 2)
      guard isUsed, source.byteCount <= byteLimit else {
        let fewer = used(source)
        return fewer.entries.count < Int(source.null) ? fewer.dictionary(byteLimit) : nil
      }
      if !Texts.isASCII(source.bytes, source.byteCount), hasBrokenEntry(source) {
        return mended(source).dictionary(byteLimit)
      }
      let ownership = ArrayOwnership(bufferCount: 2)
      let target = ownership.allocate(1, byteCount: source.rowCount * 4).assumingMemoryBound(to: UInt32.self)
      var nullCount = 0
      for row in 0..<source.rowCount {
        let isNull = source.codes[row] == source.null
        target[row] = isNull ? 0 : source.codes[row]
        nullCount &+= isNull ? 1 : 0
      }
      if nullCount > 0 { _ = validity(ownership, source) }
      ownership.adopt(dictionary: values(source))
      return ownership.array(length: source.rowCount, nullCount: nullCount)
    }
  }

  private static let leastSharedCount = 1024

  /// The entries, where they lie.
  private func values(_ source: Source) -> ArrowArray {
    let ownership = ArrayOwnership(bufferCount: 3)
    let count = Int(source.null)
    let offsets = ownership.allocate(1, byteCount: (count + 1) * 4).assumingMemoryBound(to: Int32.self)
    offsets[0] = 0
    for entry in 0..<count { offsets[entry + 1] = Int32(truncatingIfNeeded: source.ends[entry]) }
    ownership.borrow(2, UnsafeRawPointer(source.bytes), from: entries)
    return ownership.array(length: count, nullCount: 0)
  }

  // MARK: Other entries

  /// The same over entries that rows have.
  private func used(_ source: Source) -> TextRows { rebuilt(source) { Array($0) } }

  /// The same with entries that are UTF-8.
  private func mended(_ source: Source) -> TextRows {
    rebuilt(source) { Array(String(decoding: $0, as: UTF8.self).utf8) }
  }

  private func hasBrokenRow(_ source: Source) -> Bool {
    (0..<source.rowCount).contains { row in
      source.codes[row] != source.null && !Texts.isUnicode(source.entry(source.codes[row]))
    }
  }

  private func hasBrokenEntry(_ source: Source) -> Bool {
    (0..<source.null).contains { !Texts.isUnicode(source.entry($0)) }
  }

  private func rebuilt(_ source: Source, _ make: (UnsafeBufferPointer<UInt8>) -> [UInt8]) -> TextRows {
    var places: [UInt32: UInt32] = [:]
    var texts: [[UInt8]?] = []
    let codes = (0..<source.rowCount).map { row -> UInt32 in
      let code = source.codes[row]
      if let known = places[code] { return known }
      let fresh = UInt32(truncatingIfNeeded: texts.count)
      texts.append(code == source.null ? nil : make(source.entry(code)))
      places[code] = fresh
      return fresh
    }
    return TextRows(ResultEntries(texts, codes: codes), 0..<source.rowCount)
  }
}

/// Questions about bytes.
enum Texts {
  static func isASCII(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    let raw = UnsafeRawPointer(bytes)
    // In words: wider vectors are slower here, as the compiler makes them.
    var (place, all) = (0, UInt64(0))
    while place &+ 32 <= count {
      all |= raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      all |= raw.loadUnaligned(fromByteOffset: place &+ 8, as: UInt64.self)
      all |= raw.loadUnaligned(fromByteOffset: place &+ 16, as: UInt64.self)
      all |= raw.loadUnaligned(fromByteOffset: place &+ 24, as: UInt64.self)
      place &+= 32
    }
    if all & 0x8080_8080_8080_8080 != 0 { return false }
    while place < count {
      if bytes[place] >= 0x80 { return false }
      place &+= 1
    }
    return true
  }

  static func isUnicode(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = bytes.baseAddress, !isASCII(base, bytes.count) else { return true }
    return String(validating: bytes, as: UTF8.self) != nil
  }
}
