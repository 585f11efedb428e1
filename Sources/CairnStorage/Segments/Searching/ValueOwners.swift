/// The way from values to the rows that have them, in one row group. Positions ascend and may repeat; there is a row for
/// each.
struct ValueOwners {
  private let words: InstanceWords

  init(_ reader: SegmentReader, rowGroup: Int, tree: InstanceTree) {
    words = InstanceWords(reader: reader, rowGroup: rowGroup, tree: tree)
  }

  private var tree: InstanceTree { words.tree }

  /// Instances of a slot whose word is one of `wanted`, a flag for each word.
  func instances(of slot: Int, where wanted: [Bool]) throws -> [UInt32] {
    try words.instances(of: slot, where: wanted)
  }

  /// Rows of the values at positions of a column.
  func rows(ofValues positions: [UInt32], column: Int) throws -> [UInt32] {
    guard let last = positions.last else { return [] }
    let (slot, owners, counts) = try words.owners(ofValuesIn: column)
    var instances = positions
    if !counts.allSatisfy({ $0 == 1 }) {
      instances =
        switch owners.codes {
        case .constant: Self.owners([UInt8](repeating: 0, count: owners.count), counts, positions)
        case .bytes(let codes): Self.owners(codes, counts, positions)
        case .shorts(let codes): Self.owners(codes, counts, positions)
        case .longs(let codes): Self.owners(codes, counts, positions)
        }
    } else if Int(last) >= owners.count {
      instances = []
    }
    guard instances.count == positions.count else { throw words.damaged("a value is behind its instances") }
    return try rows(ofInstances: instances, slot: slot)
  }

  /// Walks over the instances with the values that each has; fewer than positions where some are behind all of them.
  private static func owners<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code], _ counts: [Int], _ positions: [UInt32]
  ) -> [UInt32] {
    [UInt32](unsafeUninitializedCapacity: positions.count) { output, written in
      codes.withUnsafeBufferPointer { codes in
        counts.withUnsafeBufferPointer { counts in
          positions.withUnsafeBufferPointer { positions in
            var end = 0
            for instance in codes.indices {
              end &+= counts[Int(codes[instance])]
              while Int(positions[written]) < end {
                output[written] = UInt32(truncatingIfNeeded: instance)
                written &+= 1
                if written == positions.count { return }
              }
            }
          }
        }
      }
    }
  }

  /// Rows of the instances of a slot.
  func rows(ofInstances instances: [UInt32], slot: Int) throws -> [UInt32] {
    if slot == 0 || instances.isEmpty { return instances }
    if tree.catalogue.slots[slot].isElement {
      let (column, lengths) = try words.arrays(of: slot)
      return try rows(ofValues: arrays(lengths, instances), column: column)
    }
    guard let column = tree.shapeColumn[slot] else { throw words.damaged("values without instances") }
    return try rows(ofValues: instances, column: column)
  }

  /// The arrays that have the elements.
  private func arrays(_ lengths: [Int64], _ elements: [UInt32]) throws -> [UInt32] {
    var found: [UInt32] = []
    found.reserveCapacity(elements.count)
    var end: Int64 = 0
    for (array, length) in lengths.enumerated() where found.count < elements.count {
      guard length >= 1, length <= Int64(SegmentFormat.rowGroupValueLimit) - end else {
        throw words.damaged("array lengths exceed their elements")
      }
      end += length
      while found.count < elements.count, Int64(elements[found.count]) < end { found.append(UInt32(array)) }
    }
    guard found.count == elements.count else {
      throw words.damaged("array lengths fall short of their elements")
    }
    return found
  }
}

extension Catalogue {
  /// A flag for each value word of `root`, a slot at or above `slot`: whether its instances have a value there that is
  /// accepted, by its word.
  func words(of root: Int, having slot: Int, _ accepts: (UInt32) -> Bool) -> [Bool] {
    let kinds = Int(ValueKind.firstShapeWord)
    var flags = (0..<UInt32(kinds + shapes[slot].count)).map(accepts)
    var slot = slot
    while slot != root, slot != 0 {
      let parent = slots[slot].parent
      var above = [Bool](repeating: false, count: kinds + shapes[parent].count)
      for use in shapes.uses(of: slot) where Int(use.word) < flags.count && flags[Int(use.word)] {
        above[kinds + Int(use.shape)] = true
      }
      flags = above
      slot = parent
    }
    return flags
  }
}
