/// The white space of a record, as one rule for all its objects and arrays.
///
/// A layout says what stands at each place between tokens; a record whose white space follows it needs no
/// bytes stored for it. Objects and arrays are each either inline (`{"a":1}`, `[1, 2]`) or have every item on
/// a line of its own.
package struct Layout: Hashable, Sendable {
  /// Objects and arrays with one item a line.
  package var objectsMultiline = false
  package var arraysMultiline = false
  package var newline: [UInt8] = []
  /// Indentation of the line where the record starts.
  package var base: [UInt8] = []
  /// One more level of indentation.
  package var unit: [UInt8] = []
  package var beforeColon: [UInt8] = []
  package var afterColon: [UInt8] = []
  /// Between an inline item's comma and the next item.
  package var afterComma: [UInt8] = []
  /// Inside the brackets of an inline array with elements, both ends.
  package var arrayPadding: [UInt8] = []

  package static let compact = Layout()

  package var isCompact: Bool { self == .compact }

  /// White space before an item at `depth` levels inside the record, or before the bracket that closes at it.
  package func lineStart(depth: Int) -> [UInt8] {
    var bytes = newline + base
    for _ in 0..<depth { bytes += unit }
    return bytes
  }

  /// Arrays that stay on their line do not indent what is in them (Jackson's default printer).
  package func depthInside(array: Bool, at depth: Int) -> Int {
    (array ? arraysMultiline : objectsMultiline) ? depth + 1 : depth
  }

  /// The flag beside the layout's own that says that more follows.
  static let moreFlag: UInt8 = 4

  /// - Parameter hasMore: told to the reader in the flags.
  package func encode(into writer: inout ByteWriter, hasMore: Bool = false) {
    writer.writeByte(
      (objectsMultiline ? 1 : 0) | (arraysMultiline ? 2 : 0) | (hasMore ? Self.moreFlag : 0))
    for part in [newline, base, unit, beforeColon, afterColon, afterComma, arrayPadding] {
      writer.writeCounted(part)
    }
  }

  package static func decode(_ reader: inout ByteReader) throws -> (layout: Layout, hasMore: Bool) {
    let flags = try reader.readByte()
    guard flags < 2 * moreFlag else { throw reader.damaged("layout flags \(flags)") }
    var layout = Layout()
    layout.objectsMultiline = flags & 1 != 0
    layout.arraysMultiline = flags & 2 != 0
    layout.newline = try reader.readCounted()
    layout.base = try reader.readCounted()
    layout.unit = try reader.readCounted()
    layout.beforeColon = try reader.readCounted()
    layout.afterColon = try reader.readCounted()
    layout.afterComma = try reader.readCounted()
    layout.arrayPadding = try reader.readCounted()
    return (layout, flags & moreFlag != 0)
  }
}

extension Layout {
  /// White space at one place that a layout describes; a record with more is irregular. Lines are kept for each
  /// depth, so this is what bounds them.
  package static let partByteLimit = 64

  /// Layouts that the record at `start` may have, most likely first; compact when it shows no white space.
  ///
  /// - Parameter lineStart: where the record's line begins, so that its own indentation is seen.
  package static func candidates(
    _ bytes: UnsafeBufferPointer<UInt8>, record start: Int, lineStart: Int
  ) -> [Layout] {
    var scanner = GapScanner(bytes: bytes, position: start + 1)
    guard let afterOpen = scanner.whitespace(), scanner.skipString() else { return [.compact] }
    var layout = Layout()
    guard let beforeColon = scanner.whitespace(), scanner.skip(0x3A), let afterColon = scanner.whitespace()
    else { return [.compact] }
    layout.beforeColon = beforeColon
    layout.afterColon = afterColon
    if let feed = afterOpen.firstIndex(where: { $0 == 0x0A || $0 == 0x0D }) {
      let isPair = afterOpen[feed] == 0x0D && feed + 1 < afterOpen.count && afterOpen[feed + 1] == 0x0A
      layout.newline = Array(afterOpen[feed...(isPair ? feed + 1 : feed)])
      let indentation = Array(afterOpen[(feed + layout.newline.count)...])
      let own = Array(bytes[lineStart..<start].prefix { $0 == 0x20 || $0 == 0x09 })
      // Records of an array that stays on one line are indented less than their line suggests.
      layout.base = indentation.starts(with: own) && own.count < indentation.count ? own : []
      layout.unit = Array(indentation[layout.base.count...])
      layout.objectsMultiline = true
      var lines = layout
      lines.arraysMultiline = true
      var inline = layout
      inline.afterComma = [0x20]
      var padded = inline
      padded.arrayPadding = [0x20]
      return [lines, padded, inline]
    }
    if !afterOpen.isEmpty { return [.compact] }
    if layout.beforeColon.isEmpty && layout.afterColon.isEmpty {
      var loose = layout
      loose.afterComma = [0x20]
      return [.compact, loose]
    }
    var tight = layout
    tight.afterComma = []
    layout.afterComma = [0x20]
    return [layout, tight]
  }
}

private struct GapScanner {
  let bytes: UnsafeBufferPointer<UInt8>
  var position: Int

  /// Nil where it is more than a layout describes.
  mutating func whitespace() -> [UInt8]? {
    let start = position
    while position < bytes.count, isWhitespace(bytes[position]) {
      position += 1
      if position - start > Layout.partByteLimit { return nil }
    }
    return Array(bytes[start..<position])
  }

  mutating func skip(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  mutating func skipString() -> Bool {
    guard skip(0x22) else { return false }
    while position < bytes.count, bytes[position] != 0x22 {
      position += bytes[position] == 0x5C ? 2 : 1
    }
    return skip(0x22)
  }
}

/// JSON's white space (RFC 8259, section 2).
@inline(__always)
package func isWhitespace(_ byte: UInt8) -> Bool {
  byte <= 0x20 && (byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09)
}
