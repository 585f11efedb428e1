/// The tar format: POSIX ustar and pax, and GNU's long names.
struct TarContainer {
  private let bytes: UnsafeBufferPointer<UInt8>
  private static let blockByteCount = 512

  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    guard bytes.count >= Self.blockByteCount, isHeader(0),
      bytes[257..<262].elementsEqual("ustar".utf8) || bytes[124..<136].contains(where: { $0 != 0 })
    else { return nil }
  }

  func visit(_ take: (Container.Member) throws -> Void) rethrows -> String? {
    var at = 0
    var longName: [UInt8]?
    while at + Self.blockByteCount <= bytes.count {
      if bytes[at..<(at + Self.blockByteCount)].allSatisfy({ $0 == 0 }) { return nil }
      guard isHeader(at), let size = size(at) else { return "the tar archive is damaged at byte \(at)" }
      let start = at + Self.blockByteCount
      guard size <= bytes.count - start else { return "the tar archive ends inside a member" }
      let content = start..<(start + size)
      at = min(
        bytes.count, start + (size + Self.blockByteCount - 1) / Self.blockByteCount * Self.blockByteCount)
      switch bytes[start - Self.blockByteCount + 156] {
      case UInt8(ascii: "L"): longName = Array(bytes[content].prefix { $0 != 0 })
      case UInt8(ascii: "x"): longName = paxPath(content) ?? longName
      case 0, UInt8(ascii: "0"), UInt8(ascii: "7"):
        // A long name stands here too, cut: where is chance.
        let path = longName ?? name(start - Self.blockByteCount)
        longName = nil
        if path.last == UInt8(ascii: "/") { continue }
        var member = Container.Member(name: Container.name(path), range: content)
        if member.name.isEmpty { member.name = Array("member".utf8) }
        try take(member)
      case UInt8(ascii: "g"), UInt8(ascii: "K"): break
      default: longName = nil
      }
    }
    return at < bytes.count ? "the tar archive ends inside a member" : nil
  }

  /// Whether the checksum is right.
  private func isHeader(_ at: Int) -> Bool {
    guard let expected = octal(at + 148, 8) else { return false }
    var sum = 0
    for index in 0..<Self.blockByteCount { sum += (148..<156).contains(index) ? 32 : Int(bytes[at + index]) }
    return sum == expected
  }

  private func size(_ at: Int) -> Int? {
    if bytes[at + 124] & 0x80 == 0 { return octal(at + 124, 12) }
    // Numbers that octal digits do not hold.
    var value = Int(bytes[at + 124] & 0x7F)
    for index in 125..<136 {
      let (shifted, overflow) = value.multipliedReportingOverflow(by: 256)
      if overflow { return nil }
      value = shifted | Int(bytes[at + index])
    }
    return value
  }

  private func octal(_ at: Int, _ count: Int) -> Int? {
    var value = 0
    var hasDigits = false
    for byte in bytes[at..<(at + count)] {
      if byte == 0 || byte == 0x20 {
        if hasDigits { break }
        continue
      }
      guard (0x30...0x37).contains(byte) else { return nil }
      value = value * 8 + Int(byte - 0x30)
      hasDigits = true
    }
    return hasDigits ? value : nil
  }

  private func name(_ at: Int) -> [UInt8] {
    let name = bytes[at..<(at + 100)].prefix { $0 != 0 }
    guard bytes[(at + 257)..<(at + 263)].elementsEqual(Array("ustar".utf8) + [0]) else { return Array(name) }
    let prefix = bytes[(at + 345)..<(at + 500)].prefix { $0 != 0 }
    return prefix.isEmpty ? Array(name) : Array(prefix) + [UInt8(ascii: "/")] + name
  }

  /// The path in a pax header: lines of `length key=value`.
  private func paxPath(_ range: Range<Int>) -> [UInt8]? {
    var at = range.lowerBound
    var path: [UInt8]?
    while at < range.upperBound {
      let digits = bytes[at..<range.upperBound].prefix { $0 &- 0x30 <= 9 }
      guard digits.count <= 9, let count = Int(String(decoding: digits, as: UTF8.self)),
        count > digits.count + 1, count <= range.upperBound - at
      else { return path }
      let line = bytes[(at + digits.count + 1)..<(at + count)]
      if line.starts(with: "path=".utf8) { path = Array(line.dropFirst(5).dropLast()) }
      at += count
    }
    return path
  }
}
