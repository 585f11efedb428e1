import Glibc

/// What a part of a derived value is. Numbers are on disk (`Formats/encodings.md`) and never reused.
package enum DerivedPart: UInt8, Sendable, BitwiseCopyable, CaseIterable {
  /// The same bytes in all values.
  case text = 0
  /// The value of a parent.
  case value = 1
  /// What stands behind the last `/` of a parent's value, all of it where it has none.
  case tail = 2
  /// Bytes that each value has for itself.
  case own = 3
  /// What stands before the first `.` of a parent's value, all of it where it has none.
  case head = 4

  /// Whether it is taken from a parent's value.
  var isOfParent: Bool { self == .value || self == .tail || self == .head }
}

/// How what the parts make is spelled. Numbers are on disk and never reused.
package enum DerivedSpelling: UInt8, Sendable, CaseIterable {
  case plain = 0
  /// Base64 of it, padded.
  case base64 = 1
}

/// How the values of a class are put together from values that stand in other columns, the parents.
///
/// ```
/// class := spelling:u8 parts:varint { part }
/// part  := 0:u8 text:counted | 1:u8 parent:varint | 2:u8 parent:varint | 3:u8 | 4:u8 parent:varint
/// ```
package struct DerivedForm: Hashable, Sendable {
  /// Parts of a form, and bytes of its texts, that a reader accepts.
  package static let partLimit = 16
  package static let textByteLimit = 4096

  package struct Part: Hashable, Sendable {
    package var source: DerivedPart
    package var text: [UInt8] = []
    /// Place in the column's list of parents.
    package var parent = 0

    package init(text: [UInt8]) { (source, self.text) = (.text, text) }
    package init(_ source: DerivedPart, of parent: Int = 0) { (self.source, self.parent) = (source, parent) }
  }

  package var spelling: DerivedSpelling
  /// At most one is `own`.
  package var parts: [Part]

  package init(_ spelling: DerivedSpelling, _ parts: [Part]) {
    (self.spelling, self.parts) = (spelling, parts)
  }

  package var hasOwn: Bool { parts.contains { $0.source == .own } }

  // MARK: Stored form

  func encode(into writer: inout ByteWriter) {
    writer.writeByte(spelling.rawValue)
    writer.writeVarint(parts.count)
    for part in parts {
      writer.writeByte(part.source.rawValue)
      switch part.source {
      case .text: writer.writeCounted(part.text)
      case .value, .tail, .head: writer.writeVarint(part.parent)
      case .own: break
      }
    }
  }

  static func decode(_ reader: inout ByteReader, parentCount: Int) throws -> DerivedForm {
    let number = try reader.readByte()
    guard let spelling = DerivedSpelling(rawValue: number) else {
      throw reader.damaged("unknown spelling \(number) of derived values")
    }
    var form = DerivedForm(spelling, [])
    var textLeft = textByteLimit
    for _ in 0..<(try reader.readCount(limit: partLimit, of: "part count")) {
      let number = try reader.readByte()
      let source = DerivedPart(rawValue: number)
      switch source {
      case .text:
        let byteCount = try reader.readCount(limit: textLeft, of: "byte count of a text")
        textLeft -= byteCount
        form.parts.append(Part(text: try reader.readBytes(byteCount)))
      case .value, .tail, .head:
        let parent = try reader.readVarint()
        guard parent < UInt64(parentCount) else { throw reader.damaged("value of parent \(parent)") }
        form.parts.append(Part(source ?? .value, of: Int(parent)))
      case .own:
        guard !form.hasOwn else { throw reader.damaged("derived values with two parts of their own") }
        form.parts.append(Part(.own))
      case nil:
        throw reader.damaged("unknown part \(number) of derived values")
      }
    }
    return form
  }

  // MARK: Values

  /// Where in `text` the bytes are that are its own, if the form makes all others of it; nil where it does not.
  ///
  /// - Parameter value: of a parent in the text's row; nil where it has none.
  func own(
    in text: UnsafeBufferPointer<UInt8>, _ value: (Int) -> UnsafeBufferPointer<UInt8>?
  ) -> Range<Int>? {
    parts.withUnsafeBufferPointer { parts in
      var (start, end) = (0, text.count)
      var first = 0
      while first < parts.count, parts[first].source != .own {
        guard let count = Self.matches(parts[first], text, start..<end, atEnd: false, value) else {
          return nil
        }
        start += count
        first += 1
      }
      if first == parts.count { return start == end ? start..<end : nil }
      var last = parts.count - 1
      while last > first {
        guard let count = Self.matches(parts[last], text, start..<end, atEnd: true, value) else { return nil }
        end -= count
        last -= 1
      }
      return start..<end
    }
  }

  /// Bytes of the part, where they stand at the beginning or the end of a range of the text.
  private static func matches(
    _ part: Part, _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, atEnd: Bool,
    _ value: (Int) -> UnsafeBufferPointer<UInt8>?
  ) -> Int? {
    func compare(_ piece: UnsafeBufferPointer<UInt8>) -> Int? {
      guard piece.count <= range.count else { return nil }
      guard let base = text.baseAddress, let other = piece.baseAddress, piece.count > 0 else { return 0 }
      let start = atEnd ? range.upperBound - piece.count : range.lowerBound
      return memcmp(base + start, other, piece.count) == 0 ? piece.count : nil
    }
    switch part.source {
    case .text: return part.text.withUnsafeBufferPointer(compare)
    case .value, .tail, .head: return value(part.parent).flatMap { compare(taken(part.source, of: $0)) }
    case .own: return nil
    }
  }

  /// What a part takes of a parent's value.
  @inline(__always)
  static func taken(
    _ source: DerivedPart, of value: UnsafeBufferPointer<UInt8>
  ) -> UnsafeBufferPointer<UInt8> {
    switch source {
    case .tail: tail(of: value)
    case .head: head(of: value)
    case .value, .text, .own: value
    }
  }

  /// What stands before the first `.`.
  static func head(of value: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: value[..<(value.firstIndex(of: UInt8(ascii: ".")) ?? value.count)])
  }

  /// What stands behind the last `/`.
  static func tail(of value: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    var start = value.count
    while start > 0, value[start - 1] != UInt8(ascii: "/") { start -= 1 }
    return UnsafeBufferPointer(rebasing: value[start...])
  }
}

/// Base64 with `+`, `/` and padding, as one text for each value only.
enum CanonicalBase64 {
  private static let characters = Array(TokenAlphabet.base64.characters.description.utf8)

  static func append(_ value: UnsafeBufferPointer<UInt8>, to output: inout RawVector<UInt8>) {
    characters.withUnsafeBufferPointer { characters in
      var at = 0
      while at < value.count {
        let left = value.count - at
        let second = left > 1 ? UInt32(value[at + 1]) : 0
        let bits = UInt32(value[at]) << 16 | second << 8 | (left > 2 ? UInt32(value[at + 2]) : 0)
        output.append(characters[Int(bits >> 18)])
        output.append(characters[Int(bits >> 12 & 63)])
        output.append(left > 1 ? characters[Int(bits >> 6 & 63)] : UInt8(ascii: "="))
        output.append(left > 2 ? characters[Int(bits & 63)] : UInt8(ascii: "="))
        at += 3
      }
    }
  }

  /// The value whose base64 is exactly the text; nil where there is none.
  static func decode(_ text: UnsafeBufferPointer<UInt8>, into output: inout RawVector<UInt8>) -> Bool {
    output.truncate(to: 0)
    guard text.count % 4 == 0 else { return false }
    var at = 0
    while at < text.count {
      var bits: UInt32 = 0
      var count = 0
      for offset in 0..<4 {
        let byte = text[at + offset]
        if byte == UInt8(ascii: "="), at + 4 == text.count, offset >= 2 {
          bits <<= 6
          continue
        }
        guard count == offset, let digit = digit(byte) else { return false }
        bits = bits << 6 | digit
        count += 1
      }
      // Bits behind the last byte are 0 in the one text that counts.
      if count < 4, bits & (count == 3 ? 0xFF : 0xFFFF) != 0 { return false }
      for byte in 0..<(count - 1) { output.append(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * byte))) }
      at += 4
    }
    return true
  }

  private static func digit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
