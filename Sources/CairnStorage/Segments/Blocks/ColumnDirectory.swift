/// Where a part of a column stands: in the directory itself or in a block of its own.
package enum PartPlace: Sendable {
  case inline(start: Int, byteCount: Int)
  case block(BlockRef)
}

/// A column's dictionary blocks, chunks and word lists.
///
/// ```
/// directory := dictionaryEntries:varint dictionaryBlocks:varint
///              { entries:varint firstValue:counted part }
///              given:varint          0, or 1 + the number of the column that codes may be given
///              chunks:varint { rowGroup:varint (delta) values:varint part }
///              [ lists:part ]        of shape columns and columns with a dictionary
///              extensions
/// part      := (byteCount << 1 | isBlock):varint, then offset:varint or the bytes
/// ```
package struct ColumnDirectory: Sendable {
  /// Columns from a column to one that stands for itself, at most.
  package static let givenDepthLimit = 4
  package struct DictionaryBlock: Sendable {
    package var firstID: Int
    package var entryCount: Int
    /// May be empty where it is the only block.
    package var firstValue: [UInt8]
    package var part: PartPlace
  }

  package struct Chunk: Sendable {
    package var rowGroup: Int
    package var valueCount: Int
    package var part: PartPlace
  }

  package var entryCount = 0
  /// The column whose codes this one's may be given.
  package var given: Int?
  /// One whose codes they may be given as well.
  package var second: Int?
  package var dictionary: [DictionaryBlock] = []
  /// Ascending by row group; row groups without values have none.
  package var chunks: [Chunk] = []
  /// Word lists of all chunks, where chunks can be coded.
  package var lists: PartPlace?
  package var membership: MembershipDirectory?
  /// The columns that values may be derived from, in the order that their forms name them by. These have none.
  package var parents: [Int] = []

  /// All blocks that the directory refers to.
  package var blocks: [BlockRef] {
    let parts = dictionary.map(\.part) + chunks.map(\.part) + (lists.map { [$0] } ?? [])
    return parts.compactMap { part in if case .block(let ref) = part { ref } else { nil } }
      + (membership?.pages ?? [])
  }

  package static func decode(
    _ reader: inout ByteReader, kind: ColumnKind, rowGroupCount: Int
  ) throws -> ColumnDirectory {
    var directory = ColumnDirectory()
    let entryCount = try reader.readCount(limit: SegmentFormat.entryLimit, of: "dictionary entry count")
    let blockCount = try reader.readItemCount(of: "dictionary block")
    for _ in 0..<blockCount {
      let entries = try reader.readCount(limit: entryCount - directory.entryCount, of: "entry count")
      let first = try reader.readCounted()
      directory.dictionary.append(
        DictionaryBlock(
          firstID: directory.entryCount, entryCount: entries, firstValue: first, part: try part(&reader)))
      directory.entryCount += entries
    }
    guard directory.entryCount == entryCount else { throw reader.damaged("dictionary entries are missing") }
    let given = try reader.readCount(limit: SegmentFormat.slotLimit, of: "given column")
    directory.given = given > 0 ? given - 1 : nil
    var rowGroup = -1
    for _ in 0..<(try reader.readCount(limit: rowGroupCount, of: "chunk count")) {
      rowGroup += 1 + (try reader.readCount(limit: rowGroupCount, of: "row group"))
      guard rowGroup < rowGroupCount else { throw reader.damaged("chunk of row group \(rowGroup)") }
      let values = try reader.readCount(limit: SegmentFormat.rowGroupValueLimit, of: "value count")
      directory.chunks.append(Chunk(rowGroup: rowGroup, valueCount: values, part: try part(&reader)))
    }
    if kind == .shape || entryCount > 0 { directory.lists = try part(&reader) }
    let extensions = try Extensions.decode(&reader)
    if var body = extensions[.membership] {
      directory.membership = try MembershipDirectory.decode(&body, rowGroupCount: rowGroupCount)
    }
    if var body = extensions[.second] {
      directory.second = try body.readCount(limit: SegmentFormat.slotLimit, of: "second column")
      try body.expectEnd(of: "second column")
    }
    if var body = extensions[.parents] {
      for _ in 0..<(try body.readCount(limit: DerivedStrings.parentLimit, of: "parent count")) {
        directory.parents.append(try body.readCount(limit: SegmentFormat.slotLimit, of: "parent"))
      }
      try body.expectEnd(of: "parents")
    }
    try reader.expectEnd(of: "column directory")
    return directory
  }

  private static func part(_ reader: inout ByteReader) throws -> PartPlace {
    let head = try reader.readVarint()
    guard head >> 1 <= UInt64(SegmentFormat.blockByteLimit) else {
      throw reader.damaged("part of \(head >> 1) bytes")
    }
    let byteCount = Int(head >> 1)
    if head & 1 == 1 {
      let offset = try reader.readCount(limit: SegmentFormat.segmentByteLimit, of: "block offset")
      return .block(BlockRef(offset: UInt64(offset), byteCount: byteCount))
    }
    let range = try reader.readRange(byteCount)
    return .inline(start: range.lowerBound, byteCount: byteCount)
  }
}

/// A column encoded but not yet placed.
struct EncodedColumn: Sendable {
  struct Part: Sendable {
    var raw: [UInt8]
    /// Compressed ahead, on the worker that encoded the column, for parts that become blocks.
    var body: BlockBody?
    /// Where the block is, once it is written.
    var place: BlockRef?
  }

  struct DictionaryBlock: Sendable {
    var entryCount: Int
    var firstValue: [UInt8]
    var part: Part
  }

  struct Chunk: Sendable {
    var rowGroup: Int
    var valueCount: Int
    var part: Part
    /// What tokens are for zstd; nil for other chunks.
    var tokens: TokenStrings.Outcome?

    /// Whether only questions for single values or whole records read it: random tokens, and values that are long as
    /// stored.
    var isSparse: Bool {
      if tokens != nil { return true }
      return part.body.map { $0.storedByteCount > valueCount * SegmentFormat.sparseValueByteCount } ?? false
    }

    /// Whether its values are the row times.
    var isRowTime: Bool { part.raw.first == StringEncoding.rowTime.rawValue }
  }

  let kind: ColumnKind
  var valueCount = 0
  var dictionaryEntryCount = 0
  var dictionary: [DictionaryBlock] = []
  var chunks: [Chunk] = []
  /// Word lists of all chunks, where chunks can be coded.
  var lists: Part?
  var membership: EncodedMembership?
  /// What the directory says of the membership index, once its pages are written.
  private(set) var membershipBody: [UInt8]?
  /// The merged column that some of its codes are given, and the second.
  var given: Int?
  var second: Int?
  /// The merged columns that its values are derived from.
  var parents: [Int] = []

  private var rawByteCount: Int {
    dictionary.reduce(0) { $0 + $1.part.raw.count + $1.firstValue.count }
      + chunks.reduce(0) { $0 + $1.part.raw.count } + (lists?.raw.count ?? 0)
  }

  /// Whether the directory stands in a pack, with all parts but tokens in it.
  private(set) var isPacked = true

  /// Decides where the column's parts go, and compresses those that become blocks.
  mutating func placeParts(_ compressor: ZstdCompressor) {
    let tokens = chunks.reduce(0) { $0 + ($1.tokens != nil ? $1.part.raw.count : 0) }
    if rawByteCount < SegmentFormat.packedColumnByteLimit { membership = nil }
    isPacked = membership == nil && rawByteCount - tokens < SegmentFormat.packedColumnByteLimit
    // What is random stands apart: beside it zstd finds less in the rest of a pack.
    for index in chunks.indices {
      guard let outcome = chunks[index].tokens,
        chunks[index].part.raw.count >= SegmentFormat.randomPartByteCount
      else { continue }
      chunks[index].part.compress(compressor, tryZstd: outcome == .compressible)
    }
    if isPacked { return }
    lists?.compress(compressor)
    for index in dictionary.indices {
      dictionary[index].part.compress(compressor, .level(BlockBody.codesLevels))
    }
    for index in chunks.indices where chunks[index].part.body == nil {
      chunks[index].part.compress(compressor, search(chunks[index].part.raw.first))
    }
  }

  /// - Parameter tag: the first byte of a chunk, which of strings is their encoding.
  private func search(_ tag: UInt8?) -> ZstdSearch {
    switch kind {
    case .shape: return .level(BlockBody.codesLevels)
    case .length, .integer: return .level(0)
    case .string, .number:
      switch tag.flatMap(StringEncoding.init) {
      case .dictionary: return .level(BlockBody.codesLevels)
      case .derived, .patterns: return .cheapest
      default: return .level(0)
      }
    }
  }

  /// Writes what few questions read: sparse chunks and the pages of the membership index.
  mutating func writeSparseParts(_ writer: BlockWriter) throws {
    for index in chunks.indices where chunks[index].isSparse {
      try chunks[index].part.writeBlock(writer)
    }
    membershipBody = try membership?.write(writer)
  }

  /// Writes the other parts that are blocks and gives the directory.
  ///
  /// - Parameter number: of a merged column in the file.
  func directory(_ writer: BlockWriter, number: (Int) -> Int) throws -> [UInt8] {
    var output = ByteWriter()
    output.writeVarint(dictionaryEntryCount)
    output.writeVarint(dictionary.count)
    for block in dictionary {
      output.writeVarint(block.entryCount)
      // In a pack the only block is at hand.
      output.writeCounted(isPacked && dictionary.count == 1 ? [] : block.firstValue)
      try block.part.write(into: &output, blocks: writer)
    }
    output.writeVarint(given.map { number($0) + 1 } ?? 0)
    output.writeVarint(chunks.count)
    var expected = 0
    for chunk in chunks {
      output.writeVarint(chunk.rowGroup - expected)
      output.writeVarint(chunk.valueCount)
      try chunk.part.write(into: &output, blocks: writer)
      expected = chunk.rowGroup + 1
    }
    try lists?.write(into: &output, blocks: writer)
    var extensions: [(tag: ExtensionTag, body: [UInt8])] = []
    if !parents.isEmpty {
      var body = ByteWriter()
      body.writeVarint(parents.count)
      for parent in parents { body.writeVarint(number(parent)) }
      extensions.append((.parents, body.bytes))
    }
    if let membershipBody { extensions.append((.membership, membershipBody)) }
    if let second {
      var body = ByteWriter()
      body.writeVarint(number(second))
      extensions.append((.second, body.bytes))
    }
    Extensions.encode(extensions, into: &output)
    return output.bytes
  }
}

extension EncodedColumn.Part {
  mutating func compress(
    _ compressor: ZstdCompressor, _ search: ZstdSearch = .level(0), tryZstd: Bool = true
  ) {
    guard raw.count > SegmentFormat.inlinePartByteLimit else { return }
    body = BlockBody.make(raw, compressor, search, tryZstd: tryZstd)
    raw = []
  }

  mutating func writeBlock(_ blocks: BlockWriter) throws {
    if let body, place == nil { place = try blocks.write(body) }
  }

  func write(into output: inout ByteWriter, blocks: BlockWriter) throws {
    if let body {
      let ref = try place ?? blocks.write(body)
      output.writeVarint(UInt64(ref.byteCount) << 1 | 1)
      output.writeVarint(ref.offset)
    } else {
      output.writeVarint(UInt64(raw.count) << 1)
      output.writeBytes(raw)
    }
  }
}
