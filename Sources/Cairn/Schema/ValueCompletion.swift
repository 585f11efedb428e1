import CairnStorage

/// Values that records have at a path, from the dictionaries of its columns: no row is read.
public struct ValueCompletion {
  private let archive: Archive
  private let names: [PathName]

  /// - Parameter path: as SQL takes it: `userIdentity.arn`.
  ///
  /// Throws `CairnError.usage` where the text is no path of names.
  public init(_ archive: Archive, path: String) throws {
    self.archive = archive
    names = try FieldPath.names(path, on: archive)
  }

  /// Some values, and whether there are no others.
  public struct Found: Sendable, Equatable {
    /// In order.
    public var texts: [String]
    /// Whether these are all.
    public var isWhole: Bool

    /// What was found.
    public init(texts: [String], isWhole: Bool) {
      self.texts = texts
      self.isWhole = isWhole
    }
  }

  /// Distinct values that begin with a text; where none does, those that do in other letters. Columns without a
  /// dictionary have nothing to tell.
  ///
  /// Throws as opening segments does.
  ///
  /// - Parameters:
  ///   - limit: values after which it ends.
  ///   - isLate: asked now and then; true ends it with what has been found.
  public func values(
    beginningWith prefix: String, limit: Int, isLate: () -> Bool = { false }
  ) throws -> Found {
    let wanted = Array(prefix.utf8)
    var found: Set<String> = []
    var hasTime = true
    try visit { column in
      try column.visitDictionary(from: wanted) { value in
        guard value.starts(with: wanted) else { return false }
        found.insert(String(decoding: value, as: UTF8.self))
        return found.count < limit
      }
      hasTime = !isLate()
      return found.count < limit && hasTime
    }
    guard found.isEmpty, !wanted.isEmpty else {
      return Found(texts: found.sorted(), isWhole: found.count < limit && hasTime)
    }
    let folded = wanted.map(Self.folded)
    var count = 0
    try visit { column in
      try column.visitDictionary(from: []) { value in
        if value.count >= folded.count, zip(value, folded).allSatisfy({ Self.folded($0) == $1 }) {
          found.insert(String(decoding: value, as: UTF8.self))
        }
        count += 1
        if count % 1024 == 0 { hasTime = !isLate() }
        return found.count < limit && hasTime
      }
      hasTime = !isLate()
      return found.count < limit && hasTime
    }
    return Found(texts: found.sorted(), isWhole: found.count < limit && hasTime)
  }

  /// Calls `body` with the path's columns of texts, the newest segment's first, until it returns false.
  private func visit(_ body: (ColumnReader) throws -> Bool) throws {
    for entry in archive.segments.reversed() {
      let reader = try archive.open(entry, statistics: ReadStatistics())
      for index in try reader.stringColumns(at: names) {
        guard try body(try reader.column(index)) else { return }
      }
    }
  }

  private static func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}

extension ColumnReader {
  /// Calls `body` with the values of the dictionary in order, from the first that is not below `start`, until it
  /// returns false.
  fileprivate func visitDictionary(
    from start: [UInt8], _ body: (UnsafeBufferPointer<UInt8>) throws -> Bool
  ) throws {
    let blocks = directory.dictionary
    // The last block that may begin before it.
    let next = blocks.partitioningIndex { !$0.firstValue.lexicographicallyPrecedes(start) }
    for block in blocks.indices.dropFirst(max(0, next - 1)) {
      let table = try dictionaryBlock(block)
      for index in 0..<table.count {
        let value = table[index]
        if value.lexicographicallyPrecedes(start) { continue }
        if try !body(value) { return }
      }
    }
  }
}
