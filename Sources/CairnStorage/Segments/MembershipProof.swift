/// Proves that a membership index has an entry for every value of its column in every row group, and none for
/// nothing: that no look-up misses a value, and that the pages are what the format says they are.
final class MembershipProof: @unchecked Sendable {
  private let column: ColumnReader
  private let directory: MembershipDirectory
  private let pages: [MembershipPage]
  /// By page: the number of its first entry; then the number of all.
  private let firstEntries: [Int]
  /// A flag for each entry that a value has. Those of one row group are written by one thread only.
  private let isFound: UnsafeMutablePointer<Bool>

  /// Nil where the column has no index.
  init?(_ column: ColumnReader) throws {
    guard let directory = column.directory.membership else { return nil }
    self.column = column
    self.directory = directory
    guard directory.valueCount == column.info.valueCount else {
      throw column.origin.damaged("membership index of \(directory.valueCount) values")
    }
    pages = try directory.pages.map { ref in
      var reader = try column.segment.blocks.readStructure(ref)
      return try MembershipPage.decode(&reader, directory)
    }
    firstEntries = pages.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.fingerprints.count) }
    let count = firstEntries[pages.count]
    isFound = UnsafeMutablePointer<Bool>.allocate(capacity: count)
    isFound.initialize(repeating: false, count: count)
  }

  deinit { isFound.deallocate() }

  /// Looks every value of the row group up, as a query would.
  func add(_ values: StringTable, rowGroup: Int) throws {
    for index in 0..<values.count {
      let hash = MembershipDirectory.hash(values[index])
      let page = directory.page(of: hash)
      guard let entry = directory.entry(of: hash, rowGroup: rowGroup, in: pages[page]) else {
        throw column.origin.damaged("membership index misses a value of row group \(rowGroup)")
      }
      isFound[firstEntries[page] + entry] = true
    }
  }

  /// After all row groups: entries that no value has, and entries out of order.
  func finish() throws {
    for entry in 0..<firstEntries[pages.count] where !isFound[entry] {
      throw column.origin.damaged("membership index has an entry of no value")
    }
    for page in pages {
      for (start, end) in zip(page.bucketStarts, page.bucketStarts.dropFirst()) where end - start > 1 {
        for entry in (start + 1)..<end {
          let before = (page.fingerprints[entry - 1], page.rowGroups[entry - 1])
          guard before < (page.fingerprints[entry], page.rowGroups[entry]) else {
            throw column.origin.damaged("entries of a membership index are not in order")
          }
        }
      }
    }
  }
}
