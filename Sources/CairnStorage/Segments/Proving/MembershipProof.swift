import CairnShims

/// Proves that a membership index names the row group of every value of its column: that no look-up misses one.
final class MembershipProof: @unchecked Sendable {
  private let column: ColumnReader
  private let directory: MembershipDirectory
  /// Words of all pages end to end.
  private let words: RawVector<UInt64>
  private let pages: RawVector<Page>

  private struct Page: BitwiseCopyable {
    var start: Int
    var wordCount: Int
    var seed: UInt8
  }

  /// Nil where the column has no index.
  init?(_ column: ColumnReader) throws {
    guard let directory = column.directory.membership else { return nil }
    self.column = column
    self.directory = directory
    guard directory.valueCount == column.info.valueCount else {
      throw column.origin.damaged("membership index of \(directory.valueCount) values")
    }
    var (words, pages) = (RawVector<UInt64>(), RawVector<Page>())
    do {
      for ref in directory.pages {
        var reader = try column.segment.blocks.readStructure(ref)
        let page = try MembershipPage.decode(&reader, directory)
        pages.append(Page(start: words.count, wordCount: page.wordCount, seed: page.seed))
        for word in page.words { words.append(word) }
      }
    } catch {
      words.free()
      pages.free()
      throw error
    }
    (self.words, self.pages) = (words, pages)
  }

  deinit {
    words.free()
    pages.free()
  }

  /// Looks every value of the row group up, as a query would.
  func add(_ values: StringTable, rowGroup: Int) throws {
    // Where a value's words are is fetched while others are looked at: an index is larger than what is near.
    let step = 64
    let lookups = UnsafeMutablePointer<(key: RibbonKey, page: Page)>.allocate(capacity: step)
    defer { lookups.deallocate() }
    for first in stride(from: 0, to: values.count, by: step) {
      let count = min(step, values.count - first)
      for index in 0..<count {
        let hash = MembershipDirectory.hash(values[first &+ index])
        let page = pages[directory.page(of: hash)]
        let key = RibbonKey(hash, seed: page.seed, slotCount: page.wordCount * 64)
        lookups[index] = (key, page)
        if page.wordCount == 0 { continue }
        for plane in 0..<directory.answerBits {
          cairn_prefetch(words.base + (page.start &+ plane &* page.wordCount &+ key.start / 64))
        }
      }
      for index in 0..<count {
        let (key, page) = lookups[index]
        let planes = RibbonPlanes(
          words: UnsafePointer(words.base + page.start), wordCount: page.wordCount,
          planes: directory.answerBits)
        guard directory.rowGroups(planes.answer(key)).contains(rowGroup) else {
          throw column.origin.damaged("membership index misses a value of row group \(rowGroup)")
        }
      }
    }
  }
}
