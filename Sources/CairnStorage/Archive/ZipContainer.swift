/// The zip format (APPNOTE.TXT 6.3), read from its directory; stored and deflated members.
struct ZipContainer {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let numbers: LittleEndian
  private let directory: Range<Int>
  private let memberCount: Int

  private static let endByteCount = 22
  private static let commentLimit = 65_535

  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard bytes.count >= Self.endByteCount, bytes.starts(with: Array("PK".utf8) + [3, 4]) else { return nil }
    self.bytes = bytes
    numbers = LittleEndian(bytes: bytes)
    var at = bytes.count - Self.endByteCount
    let last = max(0, at - Self.commentLimit)
    while numbers.number(at, 4) != 0x0605_4B50 {
      at -= 1
      if at < last { return nil }
    }
    guard var count = numbers.number(at + 10, 2), var size = numbers.number(at + 12, 4),
      var start = numbers.number(at + 16, 4)
    else { return nil }
    if count == 0xFFFF || size == 0xFFFF_FFFF || start == 0xFFFF_FFFF {
      guard numbers.number(at - 20, 4) == 0x0706_4B50, let end = numbers.number(at - 12, 8),
        numbers.number(end, 4) == 0x0606_4B50, let large = numbers.number(end + 32, 8),
        let largeSize = numbers.number(end + 40, 8), let largeStart = numbers.number(end + 48, 8)
      else { return nil }
      (count, size, start) = (large, largeSize, largeStart)
    }
    guard count <= Container.memberLimit, start <= bytes.count, size <= bytes.count - start else {
      return nil
    }
    (directory, memberCount) = (start..<(start + size), count)
  }

  func visit(_ take: (Container.Member) throws -> Void) rethrows -> String? {
    var at = directory.lowerBound
    // Members that share bytes would make much of little.
    var left = bytes.count
    for _ in 0..<memberCount {
      guard let entry = Entry(numbers, at), entry.end <= directory.upperBound else {
        return "the zip archive's directory is damaged"
      }
      at = entry.end
      if entry.isDirectory { continue }
      var member = entry.member(numbers)
      left -= member.range.count
      if left < 0 { return "members of the zip archive share their bytes" }
      if member.name.isEmpty { member.name = Array("member".utf8) }
      try take(member)
    }
    return nil
  }

  private struct Entry {
    var flags, method, checksum, size, inflated, offset: Int
    var name: [UInt8]
    var end: Int

    init?(_ numbers: LittleEndian, _ at: Int) {
      guard numbers.number(at, 4) == 0x0201_4B50, let flags = numbers.number(at + 8, 2),
        let method = numbers.number(at + 10, 2), let checksum = numbers.number(at + 16, 4),
        let size = numbers.number(at + 20, 4), let inflated = numbers.number(at + 24, 4),
        let nameCount = numbers.number(at + 28, 2), let extraCount = numbers.number(at + 30, 2),
        let commentCount = numbers.number(at + 32, 2), let offset = numbers.number(at + 42, 4)
      else { return nil }
      let extra = at + 46 + nameCount
      end = extra + extraCount + commentCount
      guard end <= numbers.bytes.count else { return nil }
      (self.flags, self.method, self.checksum) = (flags, method, checksum)
      (self.size, self.inflated, self.offset) = (size, inflated, offset)
      name = Array(numbers.bytes[(at + 46)..<extra])
      if !readLarge(numbers, extra, extra + extraCount) { return nil }
    }

    /// Numbers of 64 bits stand in an extra field, those only that do not fit. False where they are not there.
    private mutating func readLarge(_ numbers: LittleEndian, _ start: Int, _ end: Int) -> Bool {
      let needed = [inflated, size, offset].filter { $0 == 0xFFFF_FFFF }.count
      if needed == 0 { return true }
      var at = start
      while at + 4 <= end, let tag = numbers.number(at, 2), let count = numbers.number(at + 2, 2) {
        if tag == 1, count >= 8 * needed, at + 4 + count <= end {
          var place = at + 4
          func take(_ value: inout Int) {
            guard value == 0xFFFF_FFFF else { return }
            value = numbers.number(place, 8) ?? .max
            place += 8
          }
          take(&inflated)
          take(&size)
          take(&offset)
          return true
        }
        at += 4 + count
      }
      return false
    }

    var isDirectory: Bool { name.last == UInt8(ascii: "/") }

    func member(_ numbers: LittleEndian) -> Container.Member {
      var member = Container.Member(name: Container.name(name), range: 0..<0)
      member.checksum = UInt32(truncatingIfNeeded: checksum)
      guard numbers.number(offset, 4) == 0x0403_4B50, let nameCount = numbers.number(offset + 26, 2),
        let extraCount = numbers.number(offset + 28, 2)
      else {
        member.fault = "the zip archive is damaged where the member begins"
        return member
      }
      let start = offset + 30 + nameCount + extraCount
      guard start <= numbers.bytes.count, size <= numbers.bytes.count - start else {
        member.fault = "the member reaches beyond the zip archive"
        return member
      }
      member.range = start..<(start + size)
      switch method {
      case 0: break
      case 8: member.inflatedByteCount = inflated
      default:
        member.fault = "compressed by a method (\(method)) that is not read; unpack the zip archive first"
      }
      if flags & 1 != 0 { member.fault = "encrypted; unpack the zip archive first" }
      return member
    }
  }
}

/// Numbers of a container's structures, least byte first.
struct LittleEndian {
  let bytes: UnsafeBufferPointer<UInt8>

  /// Nil where they end before.
  func number(_ at: Int, _ byteCount: Int) -> Int? {
    guard at >= 0, at <= bytes.count - byteCount else { return nil }
    var value: UInt64 = 0
    for index in 0..<byteCount { value |= UInt64(bytes[at + index]) << UInt64(8 * index) }
    return Int(exactly: value)
  }
}
