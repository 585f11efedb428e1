import CairnShims

/// The slots and object shapes that one piece has seen, as an automaton the tokenizer walks.
///
/// A slot is a place in a record: the root, a key of an object slot, or `[]` of an array slot. Each object slot
/// has a trie of (key, kind) steps; the node where an object ends is its shape. The step taken last from a node
/// is the prediction for the next time: a record like the one before costs one compare a key, and no hashing.
package struct ShapeAutomaton {
  package static let noIndex = UInt32.max
  package static let kindCount = 10
  package static let rootSlot: UInt32 = 0
  /// Slots that every piece has, so that the parser can tell them by number.
  package static let eventTimeSlot: UInt32 = 1
  package static let eventIDSlot: UInt32 = 2
  package static let recordsSlot: UInt32 = 3

  /// Slots, edges and members of all shapes of one piece: each costs some hundred bytes until its segment is sealed.
  package static let slotLimit = 1 << 16
  package static let edgeLimit = 1 << 18
  package static let memberLimit = 1 << 20

  package struct Slot: BitwiseCopyable {
    package var parent: UInt32
    /// Key bytes as spelled, in `names`; an element slot (`[]`) has none.
    package var nameStart: Int
    package var nameByteCount: Int
    package var isElement: Bool
    /// The node where objects of this slot start.
    package var root: UInt32
    package var element: UInt32 = noIndex
    package var stringColumn: UInt32 = noIndex
    package var integerColumn: UInt32 = noIndex
    package var numberColumn: UInt32 = noIndex
    package var shapeCount: UInt32 = 0
  }

  struct Node: BitwiseCopyable {
    var predicted: UInt32 = noIndex
    /// Edges of a node hang on its newest one by `sibling`.
    var newestEdge: UInt32 = noIndex
    var edgeCount: UInt32 = 0
    /// The shape, numbered within its slot, of objects that end here.
    var shape: UInt32 = noIndex
    var parentEdge: UInt32
    /// Members of an object that ends here.
    var memberCount: UInt32 = 0
    var parentKind: UInt8
  }

  struct Edge: BitwiseCopyable {
    var node: UInt32
    var slot: UInt32
    var keyStart: Int
    var keyByteCount: Int
    /// Next edge of the same node: searched before a node has enough edges for the table.
    var sibling: UInt32
  }

  package var slots = RawVector<Slot>()
  package var names = RawVector<UInt8>()
  var nodes = RawVector<Node>()
  var edges = RawVector<Edge>()
  /// The node behind each edge by kind: `kindCount` entries an edge.
  private var targets = RawVector<UInt32>()
  /// (slot, last node) of each shape, by global shape number of the piece.
  package var shapes = RawVector<ShapeEnd>()
  /// Members of all shapes.
  package private(set) var memberCount = 0
  /// Edges of nodes with many.
  private var edgeTable = EdgeTable()
  private var slotTable: [SlotKey: UInt32] = [:]

  package struct ShapeEnd: BitwiseCopyable {
    package var slot: UInt32
    var node: UInt32
  }

  private struct SlotKey: Hashable {
    var parent: UInt32
    var key: [UInt8]
  }

  /// Edges of a node searched one by one before the table is asked.
  static let listedEdgeLimit = 8

  private static let ownKeys = ["eventTime", "eventID", "Records"]

  /// Nothing but what every piece has.
  var isFresh: Bool { slots.count == 1 + Self.ownKeys.count && edges.isEmpty }

  /// Whether no new key may come.
  @inline(__always)
  var isFull: Bool {
    slots.count >= Self.slotLimit || edges.count >= Self.edgeLimit || memberCount >= Self.memberLimit
  }

  package init() {
    _ = addSlot(parent: Self.noIndex, name: UnsafeBufferPointer(start: nil, count: 0), isElement: false)
    for key in Self.ownKeys {
      let bytes = Array(key.utf8)
      let slot = bytes.withUnsafeBufferPointer { addSlot(parent: Self.rootSlot, name: $0, isElement: false) }
      slotTable[SlotKey(parent: Self.rootSlot, key: bytes)] = slot
    }
  }

  /// Parts that `move` asks a place for.
  static let partCount = 5

  /// Bytes of what stays when no record comes any more.
  var byteCount: Int {
    slots.byteCount + names.byteCount + nodes.byteCount + edges.byteCount + shapes.byteCount
  }

  /// Lets go of what finds keys and steps. No record may be read afterwards.
  mutating func close() {
    edgeTable.free()
    edgeTable = EdgeTable()
    slotTable = [:]
    targets.free()
    targets = RawVector()
  }

  /// Moves what stays to memory that `place` gives for a byte count.
  mutating func move(_ place: (Int) -> UnsafeMutableRawPointer) {
    close()
    slots.move(to: place(slots.byteCount))
    names.move(to: place(names.byteCount))
    nodes.move(to: place(nodes.byteCount))
    edges.move(to: place(edges.byteCount))
    shapes.move(to: place(shapes.byteCount))
  }

  package func free() {
    slots.free()
    names.free()
    nodes.free()
    edges.free()
    targets.free()
    shapes.free()
    edgeTable.free()
  }

  package func name(of slot: UInt32) -> UnsafeBufferPointer<UInt8> {
    let entry = slots[Int(slot)]
    return UnsafeBufferPointer(start: names.base + entry.nameStart, count: entry.nameByteCount)
  }

  private mutating func addSlot(parent: UInt32, name: UnsafeBufferPointer<UInt8>, isElement: Bool) -> UInt32 {
    let start = names.count
    names.append(contentsOf: name)
    let root = addNode(edge: Self.noIndex, kind: 0)
    slots.append(
      Slot(parent: parent, nameStart: start, nameByteCount: name.count, isElement: isElement, root: root))
    return UInt32(slots.count - 1)
  }

  private mutating func addNode(edge: UInt32, kind: UInt8) -> UInt32 {
    let members = edge == Self.noIndex ? 0 : nodes[Int(edges[Int(edge)].node)].memberCount &+ 1
    nodes.append(Node(parentEdge: edge, memberCount: members, parentKind: kind))
    return UInt32(nodes.count - 1)
  }

  package mutating func elementSlot(of slot: UInt32) -> UInt32 {
    let known = slots[Int(slot)].element
    if known != Self.noIndex { return known }
    let added = addSlot(parent: slot, name: UnsafeBufferPointer(start: nil, count: 0), isElement: true)
    slots.base[Int(slot)].element = added
    return added
  }

  // MARK: The tokenizer's steps

  /// The edge for `key` from `node` in an object of `slot`, made where it is new; it becomes the prediction.
  mutating func edge(node: UInt32, slot: UInt32, key: UnsafeBufferPointer<UInt8>) -> UInt32 {
    let found = findEdge(node: node, key: key) ?? addEdge(node: node, slot: slot, key: key)
    nodes.base[Int(node)].predicted = found
    return found
  }

  private func findEdge(node: UInt32, key: UnsafeBufferPointer<UInt8>) -> UInt32? {
    let state = nodes[Int(node)]
    if Int(state.edgeCount) > Self.listedEdgeLimit {
      let hash = EdgeTable.hash(node: node, key)
      return edgeTable.find(hash) { edges[Int($0)].node == node && hasKey($0, key) }
    }
    var at = state.newestEdge
    while at != Self.noIndex {
      if hasKey(at, key) { return at }
      at = edges[Int(at)].sibling
    }
    return nil
  }

  private func hasKey(_ edge: UInt32, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
    let known = edges[Int(edge)]
    guard known.keyByteCount == key.count, let base = key.baseAddress else { return false }
    return cairn_equal(names.base + known.keyStart, base, key.count) != 0
  }

  private mutating func addEdge(node: UInt32, slot: UInt32, key: UnsafeBufferPointer<UInt8>) -> UInt32 {
    let keyBytes = Array(key)
    let slotKey = SlotKey(parent: slot, key: keyBytes)
    let child: UInt32
    if let known = slotTable[slotKey] {
      child = known
    } else {
      child = addSlot(parent: slot, name: key, isElement: false)
      slotTable[slotKey] = child
    }
    let name = slots[Int(child)]
    let index = UInt32(edges.count)
    edges.append(
      Edge(
        node: node, slot: child, keyStart: name.nameStart, keyByteCount: name.nameByteCount,
        sibling: nodes[Int(node)].newestEdge))
    targets.appendUninitialized(count: Self.kindCount).update(repeating: Self.noIndex, count: Self.kindCount)
    nodes.base[Int(node)].newestEdge = index
    let count = nodes[Int(node)].edgeCount + 1
    nodes.base[Int(node)].edgeCount = count
    if Int(count) == Self.listedEdgeLimit + 1 {
      var at = index
      while at != Self.noIndex {
        let edge = edges[Int(at)]
        let bytes = UnsafeBufferPointer(start: names.base + edge.keyStart, count: edge.keyByteCount)
        edgeTable.add(at, EdgeTable.hash(node: node, bytes))
        at = edge.sibling
      }
    } else if Int(count) > Self.listedEdgeLimit {
      edgeTable.add(index, EdgeTable.hash(node: node, key))
    }
    return index
  }

  /// The node behind `edge` for a value of `kind`.
  @inline(__always)
  mutating func step(_ edge: UInt32, _ kind: ValueKind) -> UInt32 {
    let at = Int(edge) &* Self.kindCount &+ Int(kind.rawValue)
    let target = targets[at]
    if target != Self.noIndex { return target }
    let added = addNode(edge: edge, kind: kind.rawValue)
    targets[at] = added
    return added
  }

  /// The value word of an object of `slot` that ends at `node`.
  @inline(__always)
  mutating func shapeWord(slot: UInt32, node: UInt32) -> UInt32 {
    let known = nodes[Int(node)].shape
    if known != Self.noIndex { return ValueKind.firstShapeWord &+ known }
    let shape = UInt32(shapes.count)
    nodes.base[Int(node)].shape = shape
    memberCount += Int(nodes[Int(node)].memberCount)
    shapes.append(ShapeEnd(slot: slot, node: node))
    return ValueKind.firstShapeWord &+ shape
  }

  /// Calls `visit` with the members of a shape, the last one first.
  func visitMembers(of shape: Int, _ visit: (_ slot: UInt32, _ kind: UInt8) -> Void) {
    var node = nodes[Int(shapes[shape].node)]
    while node.parentEdge != Self.noIndex {
      let edge = edges[Int(node.parentEdge)]
      visit(edge.slot, node.parentKind)
      node = nodes[Int(edge.node)]
    }
  }

  /// The (slot, kind) entries of a shape in record order.
  package func entries(of shape: Int) -> [(slot: UInt32, kind: ValueKind)] {
    var reversed: [(slot: UInt32, kind: ValueKind)] = []
    var node = nodes[Int(shapes[shape].node)]
    while node.parentEdge != Self.noIndex {
      let edge = edges[Int(node.parentEdge)]
      if let kind = ValueKind(rawValue: node.parentKind) { reversed.append((edge.slot, kind)) }
      node = nodes[Int(edge.node)]
    }
    return reversed.reversed()
  }
}

/// Numbers of edges by a hash of their node and key, in open addressing. Who asks compares the key.
private struct EdgeTable: BitwiseCopyable {
  /// The hash in the upper half, the edge in the lower; `.max` where there is none.
  private var entries = RawVector<UInt64>()
  private var count = 0

  func free() { entries.free() }

  static func hash(node: UInt32, _ key: UnsafeBufferPointer<UInt8>) -> UInt32 {
    guard let base = key.baseAddress else { return node }
    return hashBytes(base, key.count, seed: cairn_process_seed() &+ UInt64(node) &* 0x9E37_79B9_7F4A_7C15)
  }

  func find(_ hash: UInt32, _ isIt: (UInt32) -> Bool) -> UInt32? {
    guard entries.count > 0 else { return nil }
    var slot = Int(hash) & (entries.count &- 1)
    while entries[slot] != .max {
      let edge = UInt32(truncatingIfNeeded: entries[slot])
      if UInt32(truncatingIfNeeded: entries[slot] >> 32) == hash, isIt(edge) { return edge }
      slot = (slot &+ 1) & (entries.count &- 1)
    }
    return nil
  }

  mutating func add(_ edge: UInt32, _ hash: UInt32) {
    if count * 2 >= entries.count { grow() }
    count += 1
    place(UInt64(hash) << 32 | UInt64(edge))
  }

  private func place(_ entry: UInt64) {
    var slot = Int(entry >> 32) & (entries.count &- 1)
    while entries[slot] != .max { slot = (slot &+ 1) & (entries.count &- 1) }
    entries[slot] = entry
  }

  private mutating func grow() {
    let old = entries
    entries = RawVector(capacity: max(64, old.count * 2))
    entries.appendUninitialized(count: entries.capacity).update(repeating: .max, count: entries.capacity)
    for entry in old.buffer where entry != .max { place(entry) }
    old.free()
  }
}
