/// What paths start from: the records, or the elements of the arrays of one slot.
package struct PathRoot: Hashable, Sendable {
  /// The slot of what paths start from; its instances are the rows.
  let slot: Int

  package static let records = PathRoot(slot: 0)
}

/// The elements of the arrays that a path leads to from some rows.
package struct ArrayElements: Sendable {
  package let root: PathRoot
  /// Of each row's array.
  package let counts: [UInt32]
  /// Whether each row has an array, empty ones too.
  package let isArray: [Bool]
  /// Whether each row has an array, which may be empty, or an empty object: what has a number of elements.
  package let isCounted: [Bool]
  /// The elements of all rows, as positions among those of the row group.
  package let positions: Positions
}

extension RowGroupPaths {
  /// The elements of arrays, as far as shapes alone tell which rows have some: nil where an object may be there, or a
  /// value with a shape of its own on the way.
  func elements(_ path: [PathName], rows: Positions) throws -> ArrayElements? {
    let shapes = try rootColumn()
    let words = try shapes.words(in: rowGroup)
    guard rows.last.map({ $0 < words.count }) ?? true else { throw damaged("a row is behind its column") }
    guard let (slot, forms) = try arrays(path, words.words) else { return nil }
    let codes = words.take(rows)
    let isArray = codes.map { forms[Int($0)] == .array || forms[Int($0)] == .emptyArray }
    let isCounted = codes.map { forms[Int($0)] != .other }
    let owners = codes.indices.filter { forms[Int(codes[$0])] == .array }
    let catalogue = try reader.catalogue()
    guard let slot, !owners.isEmpty else {
      return ArrayElements(
        root: root, counts: Array(repeating: 0, count: rows.count), isArray: isArray,
        isCounted: isCounted, positions: .run(0..<0))
    }
    guard let lengthColumn = catalogue.column(slot, .length),
      let elementSlot = catalogue.children(of: slot).first(where: { catalogue.slots[$0].isElement })
    else { throw damaged("an array without lengths or elements") }
    let starts = try reader.elementStarts(lengthColumn, rowGroup, elementSlot: elementSlot)
    let byWord = try valueCounts(of: lengthColumn)
    let ranks = try ranks(of: lengthColumn, words.words.map { byWord[Int($0)] }, in: shapes).ranks(
      of: rows.select(Positions(owners.map { UInt32(truncatingIfNeeded: $0) })))
    var counts = [UInt32](repeating: 0, count: rows.count)
    var positions: [UInt32] = []
    for (owner, rank) in zip(owners, ranks) {
      guard Int(rank) + 1 < starts.count else { throw damaged("an array is behind its column") }
      let range = starts[Int(rank)]..<starts[Int(rank) + 1]
      counts[owner] = UInt32(truncatingIfNeeded: range.count)
      for position in range { positions.append(UInt32(truncatingIfNeeded: position)) }
    }
    return ArrayElements(
      root: PathRoot(slot: elementSlot), counts: counts, isArray: isArray, isCounted: isCounted,
      positions: Positions(positions))
  }

  /// What a word of a shape column says of the value at a path.
  private enum ArrayForm {
    /// An array with elements.
    case array
    case emptyArray, emptyObject
    /// Nothing, or what has no number of elements.
    case other
  }

  /// The arrays' slot, nil for none, and what each of the words of rows has; nil where there may be objects too.
  private func arrays(
    _ path: [PathName], _ words: [UInt32]
  ) throws -> (slot: Int?, forms: [ArrayForm])? {
    let table = try reader.pathTable(slot: root.slot, path: path[...])
    let places = table.places()
    var slot: Int?
    var forms = [ArrayForm](repeating: .other, count: words.count)
    for (code, word) in words.enumerated() {
      guard Int(word) < table.targetOfWord.count else { throw damaged("word \(word) in a shape column") }
      switch table.targets[Int(table.targetOfWord[Int(word)])] {
      case .literal(.emptyArray): forms[code] = .emptyArray
      case .literal(.emptyObject): forms[code] = .emptyObject
      case .missing, .literal, .value: continue
      case .object: return nil
      case .composite:
        guard places.indices.contains(Int(word)), let place = places[Int(word)],
          place.word == UInt32(ValueKind.array.rawValue), slot ?? place.slot == place.slot
        else { return nil }
        slot = place.slot
        forms[code] = .array
      }
    }
    return (slot, forms)
  }

  private func valueCounts(of column: Int) throws -> [UInt32] {
    root == .records
      ? try reader.valueCounts(ofRows: column)
      : try reader.catalogue().valueCounts(of: column, inInstancesOf: root.slot)
  }
}

extension SegmentReader {
  /// Where the elements of each array of a row group begin, and where the last one's end.
  func elementStarts(_ lengthColumn: Int, _ rowGroup: Int, elementSlot: Int) throws -> [Int] {
    func damaged(_ cause: String) -> CairnError {
      .damaged(file: name, offset: 0, cause: "row group \(rowGroup): \(cause)")
    }
    guard let shapeColumn = try catalogue().column(elementSlot, .shape) else {
      throw damaged("elements without shapes")
    }
    let elementCount = try column(shapeColumn).valueCount(in: rowGroup)
    let lengths = try column(lengthColumn).integers(in: rowGroup)
    var starts: [Int] = [0]
    starts.reserveCapacity(lengths.count + 1)
    var start = 0
    for length in lengths {
      guard length >= 1, length <= Int64(elementCount - start) else {
        throw damaged("array lengths exceed their elements")
      }
      start += Int(length)
      starts.append(start)
    }
    guard start == elementCount else { throw damaged("array lengths fall short of their elements") }
    return starts
  }
}
