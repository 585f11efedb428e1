/// The slots, shapes and columns of several pieces under one numbering, in order of first appearance: the
/// numbering depends on the pieces' order alone, not on who filled them.
struct MergedCatalogue {
  struct ColumnKey: Hashable {
    var slot: Int
    var kind: ColumnKind
  }

  struct ShapeKey: Hashable {
    var slot: Int
    var slots: [Int]
    var kinds: [ValueKind]
  }

  private struct SlotKey: Hashable {
    var parent: Int
    var isElement: Bool
    var name: [UInt8]
  }

  private(set) var slots: [Slot] = [Slot(parent: 0, isElement: false, name: [])]
  private(set) var columns: [ColumnKey] = []
  private(set) var shapes: [ShapeKey] = []
  /// By piece: its slot → merged slot, its shape → merged shape.
  private(set) var slotMaps: [[Int]] = []
  private(set) var shapeMaps: [[Int]] = []

  private var slotTable: [SlotKey: Int] = [:]
  private var columnTable: [ColumnKey: Int] = [:]
  private var shapeTable: [ShapeKey: Int] = [:]

  init(_ pieces: [Piece]) {
    for piece in pieces { add(piece) }
  }

  private mutating func add(_ piece: Piece) {
    let automaton = piece.state.automaton
    var slotMap = [0]
    for index in 1..<automaton.slots.count {
      let slot = automaton.slots[index]
      slotMap.append(
        self.slot(
          parent: slotMap[Int(slot.parent)], isElement: slot.isElement,
          name: Array(automaton.name(of: UInt32(index)))))
    }
    slotMaps.append(slotMap)
    var shapeMap: [Int] = []
    for index in 0..<automaton.shapes.count {
      let entries = automaton.entries(of: index)
      let key = ShapeKey(
        slot: slotMap[Int(automaton.shapes[index].slot)], slots: entries.map { slotMap[Int($0.slot)] },
        kinds: entries.map { $0.kind })
      shapeMap.append(shape(key))
    }
    shapeMaps.append(shapeMap)
  }

  private mutating func slot(parent: Int, isElement: Bool, name: [UInt8]) -> Int {
    let key = SlotKey(parent: parent, isElement: isElement, name: name)
    if let known = slotTable[key] { return known }
    slots.append(Slot(parent: parent, isElement: isElement, name: name))
    slotTable[key] = slots.count - 1
    return slots.count - 1
  }

  private mutating func shape(_ key: ShapeKey) -> Int {
    if let known = shapeTable[key] { return known }
    shapes.append(key)
    shapeTable[key] = shapes.count - 1
    return shapes.count - 1
  }

  mutating func column(_ slot: Int, _ kind: ColumnKind) -> Int {
    let key = ColumnKey(slot: slot, kind: kind)
    if let known = columnTable[key] { return known }
    columns.append(key)
    columnTable[key] = columns.count - 1
    return columns.count - 1
  }

  func knownColumn(_ slot: Int, _ kind: ColumnKind) -> Int? {
    columnTable[ColumnKey(slot: slot, kind: kind)]
  }
}
