/// Looking for given strings without decoding what cannot hold them.
extension ColumnReader {
  /// Ids of the dictionary entries whose value is one of `needles`: several where spellings differ. Ascending.
  package func ids(of needles: [[UInt8]]) throws -> [UInt32] {
    var ids: [UInt32] = []
    for needle in needles {
      // The blocks that can hold the needle: from the last that begins at or before it.
      var block = directory.dictionary.firstIndex { !precedesOrEquals($0.firstValue, needle) } ?? directory.dictionary.count
      while block > 0 {
        block -= 1
        let table = try dictionaryBlock(block)
        for entry in 0..<table.count where needle.elementsEqual(table[entry]) {
          ids.append(UInt32(directory.dictionary[block].firstID + entry))
        }
        // Equal values in other spellings may begin in the block before.
        if directory.dictionary[block].firstValue != needle { break }
      }
    }
    return ids.sorted()
  }

  private func precedesOrEquals(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.withUnsafeBufferPointer { x in b.withUnsafeBufferPointer { y in compare(x, y) <= 0 } }
  }

  /// False only where no value of the row group is one of `needles`.
  func mayContain(_ needles: [[UInt8]], in rowGroup: Int) throws -> Bool {
    if directory.entryCount > 0 {
      let ids = try ids(of: needles)
      if let coded = try dictionaryCodes(in: rowGroup) {
        return ids.contains { id in coded.contains(id) }
      }
    }
    if let matches = try uuidMatches(needles, in: rowGroup) { return !matches.isEmpty }
    return true
  }

  /// Codes of a chunk that refers to the dictionary; nil for other chunks.
  func dictionaryCodes(in rowGroup: Int) throws -> CodedWords? {
    guard let chunk = chunk(of: rowGroup) else { return nil }
    return try decodeChunk(chunk, ifEncoded: .dictionary) { reader in
      let words = try WordEncoding.decode(&reader, count: chunk.valueCount)
      try reader.expectEnd(of: "chunk")
      return words
    }
  }

  /// Positions of the values in a UUID chunk that are one of `needles`, compared as 16 bytes; nil for other
  /// chunks.
  func uuidMatches(_ needles: [[UInt8]], in rowGroup: Int) throws -> [UInt32]? {
    guard let chunk = chunk(of: rowGroup) else { return nil }
    return try decodeChunk(chunk, ifEncoded: .uuid) { reader in
      try UUIDStrings.positions(of: needles, &reader, count: chunk.valueCount)
    }
  }
}

extension CodedWords {
  /// Whether some value has the word.
  func contains(_ word: UInt32) -> Bool {
    var low = 0
    var high = words.count
    while low < high {
      let middle = (low + high) / 2
      if words[middle] < word { low = middle + 1 } else { high = middle }
    }
    return low < words.count && words[low] == word
  }
}
