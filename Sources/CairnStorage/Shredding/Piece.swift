import CairnShims

/// A consecutive run of input, shredded: the unit that workers fill and that segments are planned from.
///
/// A record is a stretch of the tape, its leaf values as numbers in the interners of their columns:
/// ```
/// tape   := one record after another; rowStarts says where each begins
/// record := word object                        word = 16 + shape of the root object
/// object := for each entry of the shape, by kind:
///             string, integer, number  number in the column's interner
///             array                    length, then for each element: word value
///             object                   word object
///             others                   nothing
/// ```
package final class Piece: @unchecked Sendable {
  // Only one thread has it while it is filled: checking each access costs as much as a field of a record.
  @exclusivity(unchecked) package var state = PieceState()
  package var objects: [ObjectEntry] = []
  package var rejects: [Reject] = []
  /// JSON bytes of the objects in it.
  package var jsonByteCount = 0
  /// Bytes of what stands around and between its objects' records.
  package var envelopeByteCount = 0

  private var mapping: SpillMapping?

  package init() {}

  deinit { state.free() }

  /// Whether the tape and the values lie in a temporary file.
  package var isSpilled: Bool { mapping != nil }

  /// Moves all that grows with the input to a temporary file in `directory`. Throws `CairnError.io`.
  package func spill(to directory: String) throws {
    if isSpilled { return }
    let mapped = try SpillMapping(byteCount: max(1, state.memoryByteCount), directory: directory)
    state.move(to: mapped)
    mapped.release(0..<mapped.byteCount)
    mapping = mapped
    KeptMemory.releasePieces()
  }
}

/// What the parser writes, apart from the class around it so that its loops go through one `inout`.
package struct PieceState {
  package var automaton = ShapeAutomaton()
  package var columns = RawVector<PieceColumn>()
  package var tape = RawVector<UInt32>()
  package var rows = RawVector<PieceRow>()
  /// Bytes that are kept as they are: irregular records and objects that are no logs.
  package var heap = RawVector<UInt8>()
  /// Rows whose layout does not reproduce their record, ascending, and where in `heap` its bytes are.
  package var verbatim = RawVector<VerbatimRow>()
  /// Values of the record in work that have a place on the tape and no number yet.
  private var waiting = RawVector<WaitingValue>()

  package init() {}

  /// Bytes of the values, which decide on the ends of segments.
  package var byteCount: Int {
    // Each part begins at a multiple of eight.
    8 * (2 + columns.count * 2) + tape.byteCount + heap.byteCount
      + columns.buffer.reduce(0) { $0 + $1.interner.byteCount }
  }

  /// What it takes in memory: of many keys or tiny records, most of it stands around the values.
  package var memoryByteCount: Int {
    // Each part begins at a multiple of eight.
    byteCount + automaton.byteCount + columns.byteCount + rows.byteCount + verbatim.byteCount
      + 8 * (3 + ShapeAutomaton.partCount)
  }

  /// Values that wait at most.
  private static let waitingLimit = 256

  /// Puts a string's number on the tape, or a place for it: where a value stands in a column's table, and what it is
  /// compared with there, is fetched for many at a time. The bytes are read until `numberWaiting`.
  @inline(__always)
  package mutating func appendValue(_ column: UInt32, _ start: UnsafePointer<UInt8>, _ byteCount: Int) {
    if let number = columns.base[Int(column)].interner.internAtOnce(start, byteCount) {
      tape.append(number)
    } else {
      wait(column, start, byteCount)
    }
  }

  private mutating func wait(_ column: UInt32, _ start: UnsafePointer<UInt8>, _ byteCount: Int) {
    let hash = columns.base[Int(column)].interner.fetchSlot(start, byteCount)
    columns.base[Int(column)].interner.isWaitedFor = true
    waiting.append(
      WaitingValue(start: start, byteCount: byteCount, word: tape.count, column: column, hash: hash))
    tape.append(0)
    if waiting.count == Self.waitingLimit { numberWaiting() }
  }

  /// Gives the values that wait their numbers, in their order.
  package mutating func numberWaiting() {
    for value in waiting.buffer { columns.base[Int(value.column)].interner.fetchEntry(value.hash) }
    for value in waiting.buffer {
      tape[value.word] = columns.base[Int(value.column)].interner.intern(
        value.start, value.byteCount, hash: value.hash)
      columns.base[Int(value.column)].interner.isWaitedFor = false
    }
    waiting.truncate(to: 0)
  }

  /// Lets go of what only reading more records needs. None may be added afterwards.
  mutating func close() {
    automaton.close()
    for index in 0..<columns.count { columns.base[index].interner.close() }
    waiting.free()
    waiting = RawVector()
  }

  /// Keeps bytes as they are; where in `heap` they are.
  mutating func keep(_ bytes: UnsafeBufferPointer<UInt8>) -> Range<Int> {
    let start = heap.count
    heap.append(contentsOf: bytes)
    return start..<heap.count
  }

  package func kept(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: heap.base + range.lowerBound, count: range.count)
  }

  /// Original bytes of a row that its layout does not reproduce.
  package func verbatimBytes(of row: Int) -> UnsafeBufferPointer<UInt8>? {
    let index = verbatim.buffer.partitioningIndex { $0.row >= row }
    guard index < verbatim.count, verbatim[index].row == row else { return nil }
    return UnsafeBufferPointer(start: heap.base + verbatim[index].start, count: verbatim[index].byteCount)
  }

  mutating func move(to mapping: SpillMapping) {
    var offset = 0
    func place(_ byteCount: Int) -> UnsafeMutableRawPointer {
      defer { offset += (byteCount + 7) / 8 * 8 }
      return mapping.base + offset
    }
    tape.move(to: place(tape.byteCount))
    heap.move(to: place(heap.byteCount))
    for index in 0..<columns.count { columns.base[index].interner.move(place) }
    columns.move(to: place(columns.byteCount))
    rows.move(to: place(rows.byteCount))
    verbatim.move(to: place(verbatim.byteCount))
    automaton.move(place)
  }

  package func free() {
    automaton.free()
    for column in columns.buffer { column.interner.free() }
    columns.free()
    tape.free()
    rows.free()
    heap.free()
    verbatim.free()
    waiting.free()
  }
}

private struct WaitingValue: BitwiseCopyable {
  var start: UnsafePointer<UInt8>
  var byteCount: Int
  /// Of the tape.
  var word: Int
  var column: UInt32
  var hash: UInt32
}

package struct VerbatimRow: BitwiseCopyable {
  var row: Int
  var start: Int
  var byteCount: Int
}

/// A leaf column of a piece.
package struct PieceColumn: BitwiseCopyable {
  package var slot: UInt32
  package var kind: ColumnKind
  package var interner = Interner()

  package init(slot: UInt32, kind: ColumnKind) { (self.slot, self.kind) = (slot, kind) }
}

package struct PieceRow: BitwiseCopyable {
  /// Where the record's stretch of the tape begins.
  package var tapeStart: Int
  /// Milliseconds since 1970, or `EventTime.unknown`.
  package var time: Int64
  /// Of the record's bytes and its layout; equal hashes mean a duplicate.
  package var hashLow: UInt64
  package var hashHigh: UInt64
  package var hasEventID: Bool
}

extension RecordParser {
  /// The row of the record that was just read.
  @inline(__always)
  func row(
    _ record: UnsafeBufferPointer<UInt8>, tapeStart: Int, layoutHash: UInt64, seed: UInt64
  ) -> PieceRow {
    let hash = cairn_xxh3_128(record.baseAddress, record.count, seed)
    // An irregular record prints from its stored bytes, so it may not stand in for a regular one.
    let style = isIrregular ? ~layoutHash : layoutHash
    return PieceRow(
      tapeStart: tapeStart, time: eventTime.flatMap { EventTime.parse($0) } ?? EventTime.unknown,
      hashLow: hash.low ^ style, hashHigh: hash.high, hasEventID: hasEventID)
  }
}

/// One source object, or one fragment of an object that several segments share.
package struct ObjectEntry: Sendable {
  package var key: [UInt8]
  /// Delivered size and modification time (nanoseconds since 1970): what incremental runs compare.
  package var sourceByteCount = 0
  package var modified: Int64 = 0
  /// Bytes of this fragment's JSON, and their SHA-256.
  package var byteCount = 0
  package var digest: [UInt8] = []
  /// `Hash128.fingerprint` of both, where these bytes are all that was read: nil of parts, of what is kept beside a
  /// view of it, and of stored objects.
  package var fingerprint: Hash128?
  /// 0 for the first or only fragment.
  package var fragment = 0
  package var isLastFragment = true
  /// Of the whole object; in the last fragment.
  package var objectByteCount = 0
  package var objectDigest: [UInt8] = []
  package var envelope = Envelope()
  package var flags: ObjectFlags = []
  /// Rows of the piece.
  package var firstRow = 0
  package var rowCount = 0
  package var rejectedCount = 0
  /// Bytes of records that stand nowhere in the object as they are, where it is `silent`.
  package var hiddenByteCount = 0
  /// Where in the piece's heap the bytes of this fragment are, where it is kept as bytes.
  package var opaque: Range<Int>?
  /// 1 for the first version under its key, 2 for a changed one, …
  package var version = 1

  package init(key: [UInt8]) { self.key = key }
}

package struct ObjectFlags: OptionSet, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The delivered object was cut or damaged: what was readable is kept.
  package static let incomplete = ObjectFlags(rawValue: 1)
  /// Kept as bytes: the object is no CloudTrail log, or this fragment of it is a long stretch without records.
  package static let opaque = ObjectFlags(rawValue: 2)
  /// What records are wrapped in: the upper four bits.
  package var wrapping: Wrapping {
    get { Wrapping(rawValue: rawValue >> 4) ?? .none }
    set { self = ObjectFlags(rawValue: rawValue & 15 | newValue.rawValue << 4) }
  }

  /// The delivered bytes were gzip or zstd.
  package static let gzip = ObjectFlags(rawValue: 4)
  package static let zstd = ObjectFlags(rawValue: 8)
}

/// What stands around and between an object's records.
package struct Envelope: Hashable, Sendable {
  package var prefix: [UInt8] = []
  package var separator: [UInt8] = []
  package var suffix: [UInt8] = []
  package var layout = Layout.compact
  /// Separators that differ, by the number of the record that they stand before.
  package var exceptions: [GapException] = []
  package var quoting = Quoting.none
  /// What stands in the place of records that `quoting` does not reproduce, by the record's number.
  package var spelled: [GapException] = []

  /// What it takes in memory, about.
  var byteCount: Int {
    prefix.count + separator.count + suffix.count
      + (exceptions + spelled).reduce(0) { $0 + $1.bytes.count + GapException.overheadByteCount }
  }
}

/// How an object has its records.
package enum Quoting: Hashable, Sendable {
  /// As they are.
  case none
  /// Each as the inside of a JSON string.
  case string(StringStyle)
  /// Not as bytes of its own: what stands around them is all of the object.
  case silent

  /// Numbers are on disk and never reused.
  package var number: UInt8 {
    switch self {
    case .none: 0
    case .string(let style): style.rawValue
    case .silent: 16
    }
  }

  package init?(number: UInt8) {
    switch number {
    case 0: self = .none
    case 16: self = .silent
    default:
      guard let style = StringStyle(rawValue: number), StringStyle.tried.contains(style) else { return nil }
      self = .string(style)
    }
  }
}

package struct GapException: Hashable, Sendable {
  /// Of the entry and of its array.
  static let overheadByteCount = 48

  package var record: Int
  package var bytes: [UInt8]
}

/// The bytes of gaps, held once as long as they repeat: an object may have millions that differ from its separator,
/// of few kinds.
struct GapTexts {
  private static let recentCount = 8
  private var recent: [[UInt8]] = []
  private var oldest = 0

  /// `bytes` in memory that equal ones share.
  mutating func shared(_ bytes: [UInt8]) -> [UInt8] {
    if let known = recent.first(where: { $0 == bytes }) { return known }
    if recent.count < Self.recentCount {
      recent.append(bytes)
    } else {
      recent[oldest] = bytes
      oldest = (oldest + 1) % Self.recentCount
    }
    return bytes
  }
}

/// A record or object that could not be read.
package struct Reject: Sendable {
  package var key: [UInt8]
  /// Byte offset in the inflated object, or in the delivered one where inflating failed.
  package var offset: Int
  package var reason: String
  package var bytes: [UInt8]
  /// The bytes instead, where they are many.
  package var spilled: SpilledBytes?
  /// The whole object is out, not one record of it.
  package var isObject: Bool

  package var byteCount: Int { spilled?.byteCount ?? bytes.count }

  package func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
    if let spilled { try spilled.withBytes(body) } else { try bytes.withUnsafeBufferPointer(body) }
  }
}
