/// Decoded parts of segments, kept under a byte bound for whoever asks next: word lists, codes, integers,
/// dictionary blocks, stored strings. Never results.
///
/// What has not been asked for since the hand last passed goes first (clock replacement): a hit is one look-up
/// and one flag. Safe to use from several threads; two that miss the same part at once both decode it.
package final class BufferPool: @unchecked Sendable {
  /// What is kept of a column or a row group.
  enum Part: UInt8 {
    case bytes, wordLists, codes, integers, dictionaryBlock, dictionaryValues, times, seconds, indexPage,
      route, ranks, derived, patterns, unmarked, smallDictionaries
  }

  struct Key: Hashable {
    var segment: UInt64
    var part: Part
    /// 0 for parts that belong to no column.
    var column: Int
    /// Row group, dictionary block or page.
    var index: Int

    /// Two words instead of four: a question over many segments looks up thousands.
    func hash(into hasher: inout Hasher) {
      hasher.combine(segment << 8 | UInt64(part.rawValue))
      hasher.combine(UInt64(truncatingIfNeeded: column) << 32 ^ UInt64(truncatingIfNeeded: index))
    }
  }

  private struct Slot {
    var key: Key
    var value: AnyObject
    var byteCount: Int
    var wasUsed: Bool
  }

  private final class Box<Value: Sendable>: Sendable {
    let value: Value
    init(_ value: Value) { self.value = value }
  }

  private let lock = Lock()
  private let byteLimit: Int
  private var slotOfKey: [Key: Int] = [:]
  private var slots: [Slot] = []
  private var hand = 0
  private var heldByteCount = 0
  private var segmentCount: UInt64 = 0

  /// Memory of a reader that shares no pool.
  package static let smallByteLimit = 32 << 20

  package init(byteLimit: Int) { self.byteLimit = byteLimit }

  /// Bytes held now, as estimated.
  package var byteCount: Int { lock.withLock { heldByteCount } }

  /// A number for a newly opened segment.
  func newSegment() -> UInt64 {
    lock.withLock {
      segmentCount += 1
      return segmentCount
    }
  }

  /// The part of `key`, made by `make` where it is not held. Parts larger than a quarter of the bound are not kept.
  ///
  /// - Parameter keeps: false for what is going to be asked for once: it would only fill memory.
  func value<Value: Sendable>(
    _ key: Key, keeps: Bool = true, byteCount: (Value) -> Int, make: () throws -> Value
  ) rethrows -> Value {
    if let held = lock.withLock({ hit(key) }) as? Box<Value> { return held.value }
    let value = try make()
    if !keeps { return value }
    let size = byteCount(value) + MemoryLayout<Slot>.stride
    if size <= byteLimit / 4 { lock.withLock { keep(key, Box(value), size) } }
    return value
  }

  private func hit(_ key: Key) -> AnyObject? {
    guard let slot = slotOfKey[key] else { return nil }
    slots[slot].wasUsed = true
    return slots[slot].value
  }

  private func keep(_ key: Key, _ value: AnyObject, _ size: Int) {
    guard slotOfKey[key] == nil else { return }
    while heldByteCount + size > byteLimit, !slots.isEmpty { turn() }
    slotOfKey[key] = slots.count
    slots.append(Slot(key: key, value: value, byteCount: size, wasUsed: false))
    heldByteCount += size
  }

  /// Moves the hand by one: the slot there gets a second chance, or goes and the last one takes its place.
  private func turn() {
    if hand >= slots.count { hand = 0 }
    if slots[hand].wasUsed {
      slots[hand].wasUsed = false
      hand += 1
      return
    }
    heldByteCount -= slots[hand].byteCount
    slotOfKey[slots[hand].key] = nil
    slots.swapAt(hand, slots.count - 1)
    slots.removeLast()
    if hand < slots.count { slotOfKey[slots[hand].key] = hand }
  }
}

/// Values that are made once and kept as long as their segment is open. Who asks for one that is being made waits:
/// every scan needs the same few at its beginning. Making a value may use other memos, in one order only: columns
/// or paths, packs, flattening, catalogue.
package final class Memo<Key: Hashable & Sendable, Value: Sendable>: @unchecked Sendable {
  private let lock = Lock()
  private var values: [Key: Value] = [:]

  package init() {}

  package func value(_ key: Key, _ make: () throws -> Value) rethrows -> Value {
    try lock.withLock {
      if let known = values[key] { return known }
      let made = try make()
      values[key] = made
      return made
    }
  }
}
