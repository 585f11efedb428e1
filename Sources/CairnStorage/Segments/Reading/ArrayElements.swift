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
  /// What each row has there that has a number of elements.
  package let kinds: [Kind]
  /// The elements of all rows, as positions among those of the row group.
  package let positions: Positions

  package enum Kind: Sendable {
    /// Nothing, or what has no elements.
    case none
    /// An array, which may be empty.
    case array
    case emptyObject
  }
}

extension RowGroupPaths {
  /// The elements of arrays, as far as shapes alone tell which rows have some: nil where objects may be there too.
  func elements(_ path: [PathName], rows: Positions) throws -> ArrayElements? {
    try elements(path[...], slot: root.slot, try rootColumn(), rows)
  }

  /// The same from some instances of a slot, ascending; `shapes` are the words of these.
  private func elements(
    _ path: ArraySlice<PathName>, slot: Int, _ shapes: ColumnReader, _ instances: Positions
  ) throws -> ArrayElements? {
    let words = try shapes.words(in: rowGroup)
    guard instances.last.map({ $0 < words.count }) ?? true else {
      throw damaged("a row is behind its column")
    }
    guard let arrays = try arrays(path, slot: slot, words.words) else { return nil }
    let codes = words.take(instances)
    var kinds = codes.map { arrays.leadsOn[Int($0)] ? .array : arrays.emptyKinds[Int($0)] }
    var counts = [UInt32](repeating: 0, count: codes.count)
    let owners = codes.indices.filter { arrays.leadsOn[Int(codes[$0])] }
    func places(_ column: Int) throws -> [UInt32] {
      let byWord = try valueCounts(of: column, inInstancesOf: slot)
      return try ranks(of: column, words.words.map { byWord[Int($0)] }, in: shapes).ranks(
        of: instances.select(Positions(owners.map { UInt32(truncatingIfNeeded: $0) })))
    }
    switch arrays.place {
    case .nowhere:
      return ArrayElements(root: root, counts: counts, kinds: kinds, positions: .run(0..<0))
    case .arrays(let arraySlot):
      if owners.isEmpty {
        return ArrayElements(root: root, counts: counts, kinds: kinds, positions: .run(0..<0))
      }
      let catalogue = try reader.catalogue()
      guard let lengthColumn = catalogue.column(arraySlot, .length),
        let elementSlot = catalogue.children(of: arraySlot).first(where: { catalogue.slots[$0].isElement })
      else { throw damaged("an array without lengths or elements") }
      let starts = try reader.elementStarts(lengthColumn, rowGroup, elementSlot: elementSlot)
      var positions: [UInt32] = []
      for (owner, rank) in zip(owners, try places(lengthColumn)) {
        guard Int(rank) + 1 < starts.count else { throw damaged("an array is behind its column") }
        let range = starts[Int(rank)]..<starts[Int(rank) + 1]
        counts[owner] = UInt32(truncatingIfNeeded: range.count)
        for position in range { positions.append(UInt32(truncatingIfNeeded: position)) }
      }
      return ArrayElements(
        root: PathRoot(slot: elementSlot), counts: counts, kinds: kinds,
        positions: Positions(positions))
    case .objects(let column, let child, let rest):
      guard
        let inner = try elements(
          path.suffix(rest), slot: child, try reader.column(column), Positions(try places(column)))
      else { return nil }
      for (index, owner) in owners.enumerated() {
        counts[owner] = inner.counts[index]
        kinds[owner] = inner.kinds[index]
      }
      return ArrayElements(
        root: inner.root, counts: counts, kinds: kinds, positions: inner.positions)
    }
  }

  /// Where the words of some instances lead.
  private struct Arrays {
    enum Place: Equatable {
      case nowhere
      case arrays(slot: Int)
      /// Objects with a shape column of their own; `rest` names are left.
      case objects(column: Int, slot: Int, rest: Int)
    }

    var place = Place.nowhere
    /// By code: whether it is to an array, or such an object.
    var leadsOn: [Bool]
    /// By code: what there is where that is nothing but brackets.
    var emptyKinds: [ArrayElements.Kind]
  }

  /// Nil where there may be objects at the end of the path, or several places.
  private func arrays(_ path: ArraySlice<PathName>, slot: Int, _ words: [UInt32]) throws -> Arrays? {
    let table = try reader.pathTable(slot: slot, path: path)
    let places = table.places()
    var arrays = Arrays(
      leadsOn: Array(repeating: false, count: words.count),
      emptyKinds: Array(repeating: .none, count: words.count))
    for (code, word) in words.enumerated() {
      guard Int(word) < table.targetOfWord.count else { throw damaged("word \(word) in a shape column") }
      let place: Arrays.Place
      switch table.targets[Int(table.targetOfWord[Int(word)])] {
      case .literal(.emptyArray):
        arrays.emptyKinds[code] = .array
        continue
      case .literal(.emptyObject):
        arrays.emptyKinds[code] = .emptyObject
        continue
      case .missing, .literal, .value: continue
      case .object(let column, let child, let rest):
        place = .objects(column: column, slot: child, rest: rest)
      case .composite:
        guard places.indices.contains(Int(word)), let whole = places[Int(word)],
          whole.word == UInt32(ValueKind.array.rawValue)
        else { return nil }
        place = .arrays(slot: whole.slot)
      }
      guard arrays.place == .nowhere || arrays.place == place else { return nil }
      arrays.place = place
      arrays.leadsOn[code] = true
    }
    return arrays
  }

  private func valueCounts(of column: Int, inInstancesOf slot: Int) throws -> [UInt32] {
    slot == PathRoot.records.slot
      ? try reader.valueCounts(ofRows: column)
      : try reader.catalogue().valueCounts(of: column, inInstancesOf: slot)
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
