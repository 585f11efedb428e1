import CairnStorage

/// The paths of several segments as one tree.
struct SchemaTree: Sendable {
  struct Node: Sendable {
    var name: [UInt8]
    var isElement: Bool
    var parent: Int
    var children: [Int] = []
    var counts = [Int](repeating: 0, count: ArchiveSchema.Kind.allCases.count)
    var kinds: UInt8 = 0
    var hasFalse = false
    var hasTrue = false
    /// Columns with its values.
    var columns: [ColumnPlace] = []
  }

  struct ColumnPlace: Sendable {
    var segment: Int
    var column: Int
    var kind: ColumnKind
  }

  private struct Key: Hashable {
    var parent: Int
    var isElement: Bool
    var name: [UInt8]
  }

  /// The root is the first.
  private(set) var nodes = [Node(name: [], isElement: false, parent: 0)]
  private var index: [Key: Int] = [:]

  mutating func add(_ segment: SegmentSchema, segmentIndex: Int) {
    var nodeOfSlot = [0]
    for (slot, info) in segment.catalogue.slots.enumerated() {
      if slot > 0 {
        // Keys are named by their values: two spellings of one name are one path.
        let name = info.name.withUnsafeBufferPointer { StringSpelling.unescape($0) }
        nodeOfSlot.append(node(Key(parent: nodeOfSlot[info.parent], isElement: info.isElement, name: name)))
      }
      let node = nodeOfSlot[slot]
      nodes[node].kinds |= segment.kinds[slot]
      nodes[node].hasFalse = nodes[node].hasFalse || segment.hasBoolean[slot][0]
      nodes[node].hasTrue = nodes[node].hasTrue || segment.hasBoolean[slot][1]
      for (kind, count) in segment.counts[slot].enumerated() {
        let (sum, overflow) = nodes[node].counts[kind].addingReportingOverflow(count)
        nodes[node].counts[kind] = overflow ? .max : sum
      }
      for column in segment.catalogue.columns(of: slot) {
        let kind = segment.catalogue.columns[column].kind
        if kind == .shape || kind == .length { continue }
        nodes[node].columns.append(ColumnPlace(segment: segmentIndex, column: column, kind: kind))
      }
    }
  }

  private mutating func node(_ key: Key) -> Int {
    if let known = index[key] { return known }
    nodes.append(Node(name: key.name, isElement: key.isElement, parent: key.parent))
    nodes[key.parent].children.append(nodes.count - 1)
    index[key] = nodes.count - 1
    return nodes.count - 1
  }

  /// All nodes but the root, parents before children. The depth of slots is bounded where they are read.
  func depthFirst() -> [Int] {
    var output: [Int] = []
    var stack = Array(nodes[0].children.reversed())
    while let node = stack.popLast() {
      output.append(node)
      stack += nodes[node].children.reversed()
    }
    return output
  }

  func path(_ index: Int) -> ArchiveSchema.Path {
    var steps: [String] = []
    var at = index
    var isRepeated = false
    while at != 0 {
      isRepeated = isRepeated || nodes[at].isElement
      steps.append(
        nodes[at].isElement ? "[]" : ArchiveSchema.quoted(String(decoding: nodes[at].name, as: UTF8.self)))
      at = nodes[at].parent
    }
    let last = steps.first ?? ""
    let name = steps.reversed().reduce(into: "") { text, step in
      text += step == "[]" || text.isEmpty ? step : "." + step
    }
    let node = nodes[index]
    return ArchiveSchema.Path(
      name: name, lastStep: last, depth: steps.count, isRepeated: isRepeated,
      kinds: ArchiveSchema.Kind.allCases.filter { node.kinds & (1 << UInt8($0.rawValue)) != 0 },
      counts: node.counts)
  }
}
