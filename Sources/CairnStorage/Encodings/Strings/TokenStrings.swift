/// Tokens as bits: UUIDs, request IDs, keys and whatever else has random characters at fixed places. Values of no
/// class are exceptions, stored plain.
///
/// ```
/// tokens  := classes:varint { class } numbers:integers [ size:varint plain ] { payload }
/// payload := n × ⌊bits / 8⌋ bytes, then packed(bits mod 8) of n       n: values of the class
/// ```
package struct TokenStrings {
  /// Classes of a chunk, and bytes of all its texts, that a reader accepts.
  package static let classLimit = 16
  package static let textByteLimit = 1 << 29

  /// A class and where its values' bits are in the chunk's bytes.
  struct Payload {
    var form: TokenClass
    var count: Int
    var bytes: Range<Int>
    var rests: Range<Int>
  }

  let count: Int
  let payloads: [Payload]
  let exceptions: StringTable
  let exceptionCount: Int
  /// Class of each value, the number of classes for exceptions; empty where all are of the first.
  private let numbers: [UInt8]
  private let bytes: [UInt8]

  // MARK: Writing

  /// What a chunk of tokens is for zstd.
  package enum Outcome: Sendable {
    /// Hardly anything but random bits.
    case random
    case compressible
  }

  /// Nil, and nothing written, where values are stored better in another way.
  package static func encode<Source: StringSource>(
    _ source: Source, _ compressor: ZstdCompressor, into writer: inout ByteWriter
  ) -> Outcome? {
    guard let plan = TokenPlan(source, compressor) else { return nil }
    return encode(source, plan.classes, into: &writer)
  }

  package static func encode<Source: StringSource>(
    _ source: Source, _ classes: [TokenClass], into writer: inout ByteWriter
  ) -> Outcome? {
    var numbers = [Int64](repeating: Int64(classes.count), count: source.count)
    var payloads = classes.map { PackedTokens($0) }
    defer { for payload in payloads { payload.free() } }
    let rest = StringTable()
    var textByteCount = 0
    payloads.withUnsafeMutableBufferPointer { payloads in
      for index in 0..<source.count {
        let text = source.value(index)
        textByteCount += text.count
        let isPlain = source.style(index) == .plain
        if let number = payloads.indices.first(where: { isPlain && payloads[$0].add(text) }) {
          numbers[index] = Int64(number)
        } else {
          rest.append(text, style: source.style(index), spelling: source.spelling(index))
        }
      }
    }
    guard rest.count * 2 <= source.count, textByteCount <= textByteLimit else { return nil }
    writer.writeByte(StringEncoding.tokens.rawValue)
    writer.writeVarint(classes.count)
    for form in classes { form.encode(into: &writer) }
    IntegerEncoding.encode(numbers, into: &writer)
    if rest.count > 0 {
      var body = ByteWriter()
      PlainStrings.encode(rest, into: &body)
      writer.writeCounted(body.bytes)
    }
    for payload in payloads {
      writer.writeBytes(payload.bytes.buffer)
      BitPacking.pack(payload.rests.buffer, width: payload.packer.restBitCount, into: &writer)
    }
    let randomByteCount = payloads.reduce(0) { $0 + $1.bytes.count }
    return rest.heap.count * 16 < randomByteCount ? .random : .compressible
  }

  /// The bits of a class's values, as far as they have been packed.
  private struct PackedTokens: BitwiseCopyable {
    let packer: TokenPacker
    private(set) var bytes = RawVector<UInt8>()
    private(set) var rests = RawVector<UInt64>()

    init(_ form: TokenClass) { packer = TokenPacker(form) }

    func free() {
      packer.free()
      bytes.free()
      rests.free()
    }

    /// False where the text is not of the class.
    @inline(__always)
    mutating func add(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
      guard text.count == packer.textByteCount else { return false }
      let start = bytes.count
      guard let bits = packer.pack(text, into: bytes.appendUninitialized(count: packer.byteCount)) else {
        bytes.truncate(to: start)
        return false
      }
      if packer.restBitCount > 0 { rests.append(bits) }
      return true
    }
  }

  // MARK: Reading

  package init(_ reader: inout ByteReader, count: Int) throws {
    self.count = count
    let classes = try (0..<(try reader.readCount(limit: Self.classLimit, of: "class count"))).map { _ in
      try TokenClass.decode(&reader)
    }
    var counts = [Int](repeating: 0, count: classes.count + 1)
    func check(_ number: Int64) throws -> Int {
      guard number >= 0, number <= Int64(classes.count) else { throw reader.damaged("class \(number)") }
      return Int(number)
    }
    // Of most chunks all are of one class: no number for each value then.
    if let number = try IntegerEncoding.decodeConstant(&reader).map(check) {
      counts[number] = count
      let areOfFirst = number == 0 && !classes.isEmpty
      numbers = areOfFirst ? [] : [UInt8](repeating: UInt8(number), count: count)
    } else {
      numbers = try IntegerEncoding.decode(&reader, count: count).map { number in
        let number = try check(number)
        counts[number] += 1
        return UInt8(number)
      }
    }
    exceptionCount = counts[classes.count]
    exceptions = exceptionCount > 0 ? try Self.exceptions(&reader, count: exceptionCount) : StringTable()
    var textsLeft = Self.textByteLimit
    payloads = try zip(classes, counts).map { form, count in
      guard count == 0 || form.textByteCount <= textsLeft / count else {
        throw reader.damaged("\(count) tokens of \(form.textByteCount) bytes")
      }
      textsLeft -= count * form.textByteCount
      return Payload(
        form: form, count: count, bytes: try reader.readRange(count * form.byteCount),
        rests: try reader.readRange(BitPacking.byteCount(count: count, width: form.restBitCount)))
    }
    bytes = reader.bytes
    try reader.expectEnd(of: "chunk")
  }

  private static func exceptions(_ reader: inout ByteReader, count: Int) throws -> StringTable {
    var body = try reader.readSub(try reader.readCount(limit: reader.remaining, of: "byte count"))
    let table = try PlainStrings.decode(&body, count: count, positions: nil)
    try body.expectEnd(of: "exceptions")
    return table
  }

  /// Values at `positions` (ascending, below `count`), or all where it is nil.
  package func values(at positions: [UInt32]?) -> StringTable {
    let wanted = positions?.count ?? count
    if numbers.isEmpty, !payloads.isEmpty { return uniform(positions, wanted) }
    let (classes, ranks) = members(positions, wanted)
    // Class by class, so that each is written with its own steps: first where the texts will be.
    var ends = RawVector<UInt64>(capacity: wanted)
    let lengths = payloads.map(\.form.textByteCount)
    var byteCount = 0
    for (number, rank) in zip(classes, ranks) {
      let isException = Int(number) == lengths.count
      byteCount &+= isException ? exceptions[Int(rank)].count : lengths[Int(number)]
      ends.append(UInt64(byteCount))
    }
    var heap = RawVector<UInt8>(capacity: byteCount)
    let texts = heap.appendUninitialized(count: byteCount)
    func start(_ index: Int) -> UnsafeMutablePointer<UInt8> {
      texts + (index == 0 ? 0 : Int(ends[index &- 1]))
    }
    bytes.withUnsafeBufferPointer { bytes in
      for (number, payload) in payloads.enumerated() where payload.count > 0 {
        TokenUnpacker(payload.form).withWriter(payload, bytes) { write in
          for index in classes.indices where Int(classes[index]) == number {
            write(Int(ranks[index]), start(index))
          }
        }
      }
    }
    if exceptionCount == 0 { return StringTable(heap: heap, ends: ends) }
    let areExceptions = classes.indices.filter { Int(classes[$0]) == lengths.count }
    for index in areExceptions {
      let text = exceptions[Int(ranks[index])]
      if let source = text.baseAddress { start(index).update(from: source, count: text.count) }
    }
    let table = StringTable(heap: heap, ends: ends)
    for index in areExceptions {
      let entry = Int(ranks[index])
      table.setStyle(of: index, exceptions.style(entry), exceptions.spellings[entry])
    }
    return table
  }

  /// Of each wanted value its class, and which one of that class it is.
  private func members(_ positions: [UInt32]?, _ wanted: Int) -> (classes: [UInt8], ranks: [UInt32]) {
    var next = [UInt32](repeating: 0, count: payloads.count + 1)
    guard let positions else {
      let ranks = numbers.map { number in
        defer { next[Int(number)] &+= 1 }
        return next[Int(number)]
      }
      return (numbers, ranks)
    }
    var classes: [UInt8] = []
    var ranks: [UInt32] = []
    classes.reserveCapacity(wanted)
    ranks.reserveCapacity(wanted)
    for (position, number) in numbers.enumerated() {
      // A value can be asked for more than once.
      while classes.count < wanted, Int(positions[classes.count]) == position {
        classes.append(number)
        ranks.append(next[Int(number)])
      }
      if classes.count == wanted { break }
      next[Int(number)] &+= 1
    }
    return (classes, ranks)
  }

  /// Where all values are of one class.
  private func uniform(_ positions: [UInt32]?, _ wanted: Int) -> StringTable {
    let payload = payloads[0]
    let length = payload.form.textByteCount
    var heap = RawVector<UInt8>(capacity: wanted * length)
    var ends = RawVector<UInt64>(capacity: wanted)
    let texts = heap.appendUninitialized(count: wanted * length)
    let places = ends.appendUninitialized(count: wanted)
    for index in 0..<wanted { places[index] = UInt64((index + 1) * length) }
    bytes.withUnsafeBufferPointer { bytes in
      TokenUnpacker(payload.form).withWriter(payload, bytes) { write in
        if let positions {
          for (index, position) in positions.enumerated() { write(Int(position), texts + index &* length) }
        } else {
          for index in 0..<wanted { write(index, texts + index &* length) }
        }
      }
    }
    return StringTable(heap: heap, ends: ends)
  }

  package var alphabets: [TokenAlphabet] { payloads.flatMap { $0.form.parts.map(\.alphabet) } }

  // MARK: Places

  /// Positions of the values of a class with these ranks (ascending), or of exceptions.
  func positions(ofClass number: Int, ranks: [Int]) -> [UInt32] {
    if numbers.isEmpty { return ranks.map { UInt32($0) } }
    var found: [UInt32] = []
    var rank = 0
    for (position, other) in numbers.enumerated() where Int(other) == number {
      if found.count == ranks.count { break }
      if rank == ranks[found.count] { found.append(UInt32(position)) }
      rank += 1
    }
    return found
  }

  /// Whether all values are spelled as they are.
  package var arePlain: Bool { exceptions.styles.isEmpty }

  /// Positions of all exceptions.
  var exceptionPositions: [UInt32] {
    exceptionCount == 0 ? [] : positions(ofClass: payloads.count, ranks: Array(0..<exceptionCount))
  }

  /// Whether all values but the exceptions are UUIDs.
  var areUUIDs: Bool { payloads.allSatisfy(\.form.isUUID) }

  /// Calls `body` with the chunk's bytes.
  func withBytes<R>(_ body: (UnsafeBufferPointer<UInt8>) -> R) -> R { bytes.withUnsafeBufferPointer(body) }
}

extension TokenStrings.Payload {
  @inline(__always)
  func unpack(_ rank: Int, _ chunk: UnsafeBufferPointer<UInt8>, into text: UnsafeMutablePointer<UInt8>) {
    guard let base = chunk.baseAddress else { return }
    form.unpack(base + bytes.lowerBound + rank &* form.byteCount, rest: rest(rank, chunk), into: text)
  }

  /// The bits behind a value's whole bytes: at most seven, in one byte or two.
  @inline(__always)
  func rest(_ rank: Int, _ chunk: UnsafeBufferPointer<UInt8>) -> UInt64 {
    let width = form.restBitCount
    if width == 0 { return 0 }
    let bit = rank &* width
    let byte = rests.lowerBound &+ bit &>> 3
    var bits = UInt64(chunk[byte])
    if byte &+ 1 < rests.upperBound { bits |= UInt64(chunk[byte &+ 1]) &<< 8 }
    return bits &>> UInt64(bit & 7) & (1 &<< UInt64(width) &- 1)
  }
}
