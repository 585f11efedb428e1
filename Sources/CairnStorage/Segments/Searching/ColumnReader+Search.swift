/// Looking for given strings without decoding what cannot hold them.
extension ColumnReader {
  /// Ids of the dictionary entries whose value is one of `needles`: several where spellings differ. Ascending.
  package func ids(of needles: [[UInt8]]) throws -> [UInt32] {
    let blocks = metadata.directory.dictionary
    var ids: Set<UInt32> = []
    for needle in needles {
      // The blocks that can hold the needle: from the last that begins at or before it.
      var block = blocks.partitioningIndex { !precedesOrEquals($0.firstValue, needle) }
      while block > 0 {
        block -= 1
        let table = try dictionaryBlock(block)
        needle.withUnsafeBufferPointer { needle in
          var entry = (0..<table.count).partitioningIndex { compare(table[$0], needle) >= 0 }
          while entry < table.count, compare(table[entry], needle) == 0 {
            ids.insert(UInt32(blocks[block].firstID + entry))
            entry += 1
          }
        }
        // Equal values in other spellings may begin in the block before.
        if blocks[block].firstValue != needle { break }
      }
    }
    return ids.sorted()
  }

  private func precedesOrEquals(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.withUnsafeBufferPointer { x in b.withUnsafeBufferPointer { y in compare(x, y) <= 0 } }
  }

  /// False only where no value of the row group is one of `needles`: told from dictionary, word lists and
  /// membership index; no chunk is read.
  package func mayContain(_ needles: [[UInt8]], in rowGroup: Int) throws -> Bool {
    if let list = try wordList(in: rowGroup) {
      return list.isEmpty ? false : try ids(of: needles).contains { list.holds($0) }
    }
    guard let index = metadata.directory.membership else { return true }
    return try needles.contains { try rowGroups(of: $0, index).contains(rowGroup) }
  }

  /// The same for the whole segment.
  func mayContain(_ needles: [[UInt8]]) throws -> Bool {
    if directory.lists != nil {
      // Where all chunks are coded, what is not in the dictionary is in none.
      return try wordLists().contains(where: \.isEmpty) || !ids(of: needles).isEmpty
    }
    guard let index = directory.membership else { return true }
    return try needles.contains { try !rowGroups(of: $0, index).isEmpty }
  }

  /// The row groups that may have a string, by the membership index.
  private func rowGroups(of needle: [UInt8], _ index: MembershipDirectory) throws -> Range<Int> {
    let hash = needle.withUnsafeBufferPointer { MembershipDirectory.hash($0) }
    let page = index.page(of: hash)
    let decoded = try segment.pooled(
      .indexPage, column: metadata.index, page, byteCount: { (page: MembershipPage) in page.byteCount }
    ) {
      var reader = try segment.blocks.readStructure(index.pages[page])
      return try MembershipPage.decode(&reader, index)
    }
    return index.rowGroups(of: hash, in: decoded)
  }

  /// Positions of the values in a chunk of tokens that are one of `needles`, compared as bits; nil for
  /// other chunks.
  func tokenMatches(_ needles: [[UInt8]], in rowGroup: Int) throws -> [UInt32]? {
    guard let chunk = chunk(of: rowGroup) else { return nil }
    var (encoding, body) = try storedStrings(chunk)
    guard encoding == .tokens else { return nil }
    segment.blocks.statistics.addChunk()
    return try TokenStrings(&body, count: chunk.valueCount).positions(of: needles)
  }
}

extension ColumnReader {
  /// Alphabets of the tokens of a row group's chunk; none where it has no tokens.
  package func tokenAlphabets(in rowGroup: Int) throws -> Set<TokenAlphabet> {
    guard let chunk = chunk(of: rowGroup), try wordList(in: rowGroup) == nil else { return [] }
    var (encoding, body) = try storedStrings(chunk)
    guard encoding == .tokens else { return [] }
    return Set(try TokenStrings(&body, count: chunk.valueCount).alphabets)
  }
}

extension [UInt32] {
  /// Whether the ascending list has `word`.
  func holds(_ word: UInt32) -> Bool {
    let index = partitioningIndex { $0 >= word }
    return index < count && self[index] == word
  }
}
