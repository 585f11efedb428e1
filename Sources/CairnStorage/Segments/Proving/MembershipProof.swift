import CairnShims

/// Proves that a membership index has an entry for every value of its column in every row group, and none for
/// nothing: that no look-up misses a value, and that the pages are what the format says they are.
final class MembershipProof: @unchecked Sendable {
  private let column: ColumnReader
  private let directory: MembershipDirectory
  /// Entries of all pages end to end: fingerprint, then row group, as one number.
  private let entries: RawVector<UInt64>
  /// Of all buckets of all pages: the first entry of each, and the number of all.
  private let starts: RawVector<UInt32>
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
    var (entries, starts) = (RawVector<UInt64>(), RawVector<UInt32>())
    do {
      starts.append(0)
      for ref in directory.pages {
        var reader = try column.segment.blocks.readStructure(ref)
        let page = try MembershipPage.decode(&reader, directory)
        guard entries.count + page.fingerprints.count <= UInt32.max else {
          throw column.origin.damaged("membership index of too many entries")
        }
        for end in page.bucketStarts.dropFirst() { starts.append(UInt32(entries.count + end)) }
        for (fingerprint, rowGroup) in zip(page.fingerprints, page.rowGroups) {
          entries.append(fingerprint << UInt64(directory.rowGroupBits) | rowGroup)
        }
      }
    } catch {
      entries.free()
      starts.free()
      throw error
    }
    (self.entries, self.starts) = (entries, starts)
    isFound = UnsafeMutablePointer<Bool>.allocate(capacity: entries.count)
    isFound.initialize(repeating: false, count: entries.count)
  }

  deinit {
    entries.free()
    starts.free()
    isFound.deallocate()
  }

  /// Looks every value of the row group up, as a query would.
  func add(_ values: StringTable, rowGroup: Int) throws {
    // Where a value's entries are is fetched while others are looked at: an index is larger than what is near.
    let step = 64
    let lookups = UnsafeMutablePointer<(bucket: Int, entry: UInt64)>.allocate(capacity: step)
    defer { lookups.deallocate() }
    for first in stride(from: 0, to: values.count, by: step) {
      let count = min(step, values.count - first)
      for index in 0..<count {
        let hash = MembershipDirectory.hash(values[first &+ index])
        let bucket = directory.page(of: hash) &* directory.bucketCount &+ directory.bucket(of: hash)
        lookups[index] = (
          bucket, directory.fingerprint(of: hash) << UInt64(directory.rowGroupBits) | UInt64(rowGroup)
        )
        cairn_prefetch(starts.base + bucket)
      }
      for index in 0..<count { cairn_prefetch(entries.base + Int(starts[lookups[index].bucket])) }
      for index in 0..<count {
        let (bucket, wanted) = lookups[index]
        let end = Int(starts[bucket &+ 1])
        var entry = Int(starts[bucket])
        while entry < end, entries[entry] != wanted { entry &+= 1 }
        guard entry < end else {
          throw column.origin.damaged("membership index misses a value of row group \(rowGroup)")
        }
        isFound[entry] = true
      }
    }
  }

  /// After all row groups: entries that no value has, and entries out of order.
  func finish() throws {
    for entry in 0..<entries.count where !isFound[entry] {
      throw column.origin.damaged("membership index has an entry of no value")
    }
    for bucket in 0..<(starts.count - 1) {
      for entry in Int(starts[bucket])..<Int(starts[bucket + 1]) where entry > Int(starts[bucket]) {
        guard entries[entry - 1] < entries[entry] else {
          throw column.origin.damaged("entries of a membership index are not in order")
        }
      }
    }
  }
}
