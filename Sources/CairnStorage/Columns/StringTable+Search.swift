/// Looking for a text in all entries at once.
extension StringTable {
  /// Entries whose spelling has the piece in it, ascending.
  package func entries(containing piece: TextPiece) -> [UInt32] {
    if styles.isEmpty { return entries(whoseValueHas: piece.finder) }
    let spelled = RawSpelling()
    func hasPiece(_ entry: Int) -> Bool {
      piece.finder.find(in: spelled.spelling(of: entry, in: self)) != nil
    }
    guard let core = piece.core else { return (0..<count).filter(hasPiece).map { UInt32($0) } }
    // The spelling of a verbatim entry stands apart from its value.
    var wanted = Set(entries(whoseValueHas: core))
    for entry in spellings.keys { wanted.insert(UInt32(entry)) }
    return wanted.filter { hasPiece(Int($0)) }.sorted()
  }

  /// Entries whose value has the text in it, ascending.
  package func entries(whoseValueHas finder: ByteFinder) -> [UInt32] {
    var found: [UInt32] = []
    var from = 0
    var entry = 0
    let ends = ends.buffer
    while let place = finder.find(in: heap.buffer, from: from) {
      entry = ends[entry...].partitioningIndex { $0 > UInt64(place) }
      guard entry < ends.count else { break }
      let end = Int(ends[entry])
      if place + finder.text.count <= end {
        found.append(UInt32(entry))
        from = end
      } else {
        // It reaches into the next entry.
        from = place + 1
      }
    }
    return found
  }
}

/// Room for one spelling at a time.
private final class RawSpelling {
  private var bytes = RawVector<UInt8>(capacity: 256)

  deinit { bytes.free() }

  func spelling(of entry: Int, in table: StringTable) -> UnsafeBufferPointer<UInt8> {
    bytes.truncate(to: 0)
    table.appendSpelling(of: entry, to: &bytes)
    return bytes.buffer
  }
}
