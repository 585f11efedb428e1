import CairnShims
import Glibc

/// Strings end to end in one heap: entry `i` is the bytes from `ends[i - 1]` (0 for the first) to `ends[i]`.
///
/// Each entry has a style, kept only where some entry is not plain, and a verbatim entry has its original
/// spelling beside its value.
package final class StringTable: @unchecked Sendable {
  // Tables change while one owner fills them: checking each access in loops over their entries costs a tenth of these.
  @exclusivity(unchecked) package private(set) var heap: RawVector<UInt8>
  @exclusivity(unchecked) package private(set) var ends: RawVector<UInt64>
  /// One style an entry, or empty where all are plain.
  @exclusivity(unchecked) package private(set) var styles: [UInt8] = []
  /// Spellings of verbatim entries, by entry.
  package private(set) var spellings: [Int: [UInt8]] = [:]

  package init(entryCapacity: Int = 0, byteCapacity: Int = 0) {
    heap = RawVector(capacity: byteCapacity)
    ends = RawVector(capacity: entryCapacity)
  }

  /// Plain strings whose bytes and ends are at hand; the table owns both from now on.
  package init(heap: RawVector<UInt8>, ends: RawVector<UInt64>) {
    self.heap = heap
    self.ends = ends
  }

  deinit {
    heap.free()
    ends.free()
  }

  package var count: Int { ends.count }

  /// Forgets all entries and keeps their memory.
  func removeAll() {
    heap.truncate(to: 0)
    ends.truncate(to: 0)
    styles = []
    spellings = [:]
  }

  @inline(__always)
  package subscript(index: Int) -> UnsafeBufferPointer<UInt8> {
    let start = index == 0 ? 0 : Int(ends[index &- 1])
    return UnsafeBufferPointer(start: heap.base + start, count: Int(ends[index]) &- start)
  }

  /// The entries as they lie in memory, where all are plain: for loops that may touch no reference count. Valid while
  /// the table lives and is not changed.
  struct PlainEntries: BitwiseCopyable {
    fileprivate let heap: UnsafeMutablePointer<UInt8>
    fileprivate let ends: UnsafeMutablePointer<UInt64>

    /// Lets the processor fetch an entry's first and last bytes.
    @inline(__always)
    func fetch(_ index: Int) {
      cairn_prefetch(heap + (index == 0 ? 0 : Int(ends[index &- 1])))
      cairn_prefetch(heap + (Int(ends[index]) &- 1))
    }

    @inline(__always)
    func append(_ index: Int, to output: inout RawVector<UInt8>) {
      let start = index == 0 ? 0 : Int(ends[index &- 1])
      output.append(from: heap + start, count: Int(ends[index]) &- start)
    }
  }

  /// Nil where some entry is not plain.
  var plainEntries: PlainEntries? { styles.isEmpty ? PlainEntries(heap: heap.base, ends: ends.base) : nil }

  package func style(_ index: Int) -> StringStyle {
    styles.isEmpty ? .plain : StringStyle(rawValue: styles[index]) ?? .plain
  }

  package func append(_ value: UnsafeBufferPointer<UInt8>) {
    heap.append(contentsOf: value)
    ends.append(UInt64(heap.count))
    if !styles.isEmpty { styles.append(StringStyle.plain.rawValue) }
  }

  package func append(_ value: UnsafeBufferPointer<UInt8>, style: StringStyle, spelling: [UInt8]? = nil) {
    append(value)
    setStyle(of: count - 1, style, spelling)
  }

  /// Gives an entry that is plain so far a style and the spelling that goes with it.
  func setStyle(of index: Int, _ style: StringStyle, _ spelling: [UInt8]?) {
    if style == .plain { return }
    if styles.isEmpty { styles = [UInt8](repeating: 0, count: count) }
    styles[index] = style.rawValue
    if let spelling { spellings[index] = spelling }
  }

  package func append(_ value: [UInt8], style: StringStyle = .plain, spelling: [UInt8]? = nil) {
    value.withUnsafeBufferPointer { append($0, style: style, spelling: spelling) }
  }

  /// Appends an entry of another table with its style.
  package func append(entry index: Int, of other: StringTable) {
    append(other[index], style: other.style(index), spelling: other.spellings[index])
  }

  /// Appends entry `index` as it was spelled between its quotes.
  @inline(__always)
  package func appendSpelling(of index: Int, to output: inout RawVector<UInt8>) {
    if styles.isEmpty {
      output.append(contentsOf: self[index])
    } else {
      appendStyled(index, to: &output)
    }
  }

  private func appendStyled(_ index: Int, to output: inout RawVector<UInt8>) {
    let style = style(index)
    if style == .verbatim, let spelling = spellings[index] {
      output.append(contentsOf: spelling)
    } else {
      StringSpelling.append(self[index], style: style, to: &output)
    }
  }
}

/// Orders byte strings as unsigned bytes, shorter first where one begins the other.
@inline(__always)
package func precedes(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Bool {
  compare(a, b) < 0
}

@inline(__always)
package func compare(_ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>) -> Int {
  let shared = min(a.count, b.count)
  if shared > 0, let x = a.baseAddress, let y = b.baseAddress {
    let order = memcmp(x, y, shared)
    if order != 0 { return Int(order) }
  }
  return a.count - b.count
}
