import CairnStorage

/// A column of a kept batch in a temporary file: the values, or the rows of `events` where they are read again.
///
/// What is read of it is handed out and not kept.
final class SpilledColumn: Sendable {
  private enum Form: Sendable {
    case constant(EngineValue)
    /// Distinct seconds, and a code per row.
    case times(SpillArena.Part)
    /// Where each entry begins and the last one ends, the entries, and a code per row; without codes an entry is a row.
    case entries(offsets: SpillArena.Part, bytes: SpillArena.Part, codes: SpillArena.Part?)
    case scan(ScanSegment, rowGroup: Int, PathRoot, rows: SpillArena.Part, EventsColumn)
  }

  private let form: Form
  /// Bytes of the values themselves.
  let valueByteCount: Int
  /// What a value takes in memory, roughly.
  let meanByteCount: Int

  /// - Parameter rows: those of the scan, in a temporary file.
  init(_ scan: ScanRows, rows: SpillArena.Part, _ source: EventsColumn) {
    form = .scan(scan.segment, rowGroup: scan.rowGroup, scan.root, rows: rows, source)
    valueByteCount = 0
    meanByteCount = (try? scan.byteCount(source)) ?? 0
  }

  init(_ vector: Vector, rowCount: Int, _ arena: SpillArena) throws {
    switch vector {
    case .constant(let value):
      form = .constant(value)
      valueByteCount = value.heldByteCount
    case .times(let times):
      form = .times(try arena.append(times.seconds))
      valueByteCount = times.seconds.count * MemoryLayout<Int64>.stride
    case .texts, .coded:
      let coded = vector.coded(count: rowCount)
      let (used, codes) = Self.used(coded.codes, of: coded.entries.count)
      let (offsets, bytes) = try Self.append(used.lazy.map { coded.entries[Int($0)] }, arena)
      form = .entries(offsets: offsets, bytes: bytes, codes: try arena.append(codes))
      valueByteCount = used.isEmpty ? 0 : bytes.byteCount / used.count * codes.count
    case .timestamps, .wholes, .doubles, .plain:
      let (offsets, bytes) = try Self.append((0..<rowCount).lazy.map { vector[$0] }, arena)
      form = .entries(offsets: offsets, bytes: bytes, codes: nil)
      valueByteCount = bytes.byteCount
    }
    meanByteCount = EngineValue.ownByteCount + valueByteCount / max(1, rowCount)
  }

  /// The entries that rows use, and codes that count them.
  private static func used(_ codes: [UInt32], of entryCount: Int) -> (entries: [UInt32], codes: [UInt32]) {
    var newCodes = [UInt32](repeating: .max, count: entryCount)
    var entries: [UInt32] = []
    let output = codes.map { code -> UInt32 in
      if newCodes[Int(code)] == .max {
        newCodes[Int(code)] = UInt32(entries.count)
        entries.append(code)
      }
      return newCodes[Int(code)]
    }
    return (entries, output)
  }

  private static func append(
    _ values: some Sequence<EngineValue>, _ arena: SpillArena
  ) throws -> (offsets: SpillArena.Part, bytes: SpillArena.Part) {
    var output = ValueBytes()
    var offsets: [Int] = []
    for value in values {
      offsets.append(output.bytes.count)
      output.append(value)
    }
    offsets.append(output.bytes.count)
    return (try arena.append(offsets), try arena.append(output.bytes))
  }

  // MARK: Reading

  /// The values of some rows, in their order; nil for all rows.
  func vector(_ rows: [UInt32]?) throws -> Vector {
    switch form {
    case .constant: return .constant(self[0])
    case .times(let seconds):
      guard let rows else { return .times(Vector.Times(seconds.elements(Int64.self))) }
      let all = seconds.elements(Int64.self)
      return .times(Vector.Times(rows.map { all[Int($0)] }))
    case .entries(let offsets, let bytes, let codes?):
      if let rows, Self.isFew(rows, of: codes.count(of: UInt32.self)) {
        return .plain(Self.values(offsets, bytes, Self.pick(codes.elements(UInt32.self), rows)))
      }
      let (entries, codes) = Self.used(
        Self.pick(codes.elements(UInt32.self), rows), of: offsets.entryCount)
      return .coded(Vector.Coded(entries: Self.values(offsets, bytes, entries), codes: codes))
    case .entries(let offsets, let bytes, nil):
      let rows = rows ?? (0..<UInt32(offsets.entryCount)).map { $0 }
      return .plain(Self.values(offsets, bytes, rows))
    case .scan(let segment, let rowGroup, let root, let part, let source):
      let all = part.elements(UInt32.self)
      guard let rows else {
        return try ScanRows(segment, rowGroup: rowGroup, root: root, rows: Positions(all)).vector(source)
      }
      // Storage reads ascending rows, each once.
      let (used, codes) = Self.used(rows, of: all.count)
      let ascending = used.indices.sorted { used[$0] < used[$1] }
      var places = [UInt32](repeating: 0, count: used.count)
      for (place, index) in ascending.enumerated() { places[index] = UInt32(place) }
      let scan = ScanRows(
        segment, rowGroup: rowGroup, root: root, rows: Positions(ascending.map { all[Int(used[$0])] }))
      let vector = try scan.vector(source)
      let isAsRead = rows.count == used.count && zip(used, used.dropFirst()).allSatisfy { $0 < $1 }
      return isAsRead ? vector : vector.gathered(codes.map { places[Int($0)] })
    }
  }

  /// One value; NULL for a column that `events` has.
  subscript(row: Int) -> EngineValue {
    switch form {
    case .constant(let value): return value
    case .times(let seconds):
      return Vector.time(seconds.element(row, Int64.self))
    case .entries(let offsets, let bytes, let codes):
      return Self.value(offsets, bytes, codes?.element(row, UInt32.self) ?? UInt32(row))
    case .scan: return .null
    }
  }

  /// Whether rows are looked at one by one, rather than all codes at once.
  private static func isFew(_ rows: [UInt32], of count: Int) -> Bool { rows.count < count / 16 }

  private static func pick(_ codes: [UInt32], _ rows: [UInt32]?) -> [UInt32] {
    rows.map { rows in rows.map { codes[Int($0)] } } ?? codes
  }

  private static func values(
    _ offsets: SpillArena.Part, _ bytes: SpillArena.Part, _ entries: [UInt32]
  ) -> [EngineValue] {
    if isFew(entries, of: offsets.entryCount) { return entries.map { value(offsets, bytes, $0) } }
    return offsets.read { offsets in
      bytes.read { bytes in
        entries.map { entry in
          var reader = ValueBytes.Reader(
            bytes, at: offsets.loadUnaligned(fromByteOffset: Int(entry) * 8, as: Int.self))
          return reader.value()
        }
      }
    }
  }

  private static func value(
    _ offsets: SpillArena.Part, _ bytes: SpillArena.Part, _ entry: UInt32
  ) -> EngineValue {
    let range = offsets.peek(Int(entry) * 8..<Int(entry) * 8 + 16) {
      $0.loadUnaligned(as: Int.self)..<$0.loadUnaligned(fromByteOffset: 8, as: Int.self)
    }
    return bytes.peek(range) {
      var reader = ValueBytes.Reader($0, at: 0)
      return reader.value()
    }
  }
}

extension SpillArena.Part {
  fileprivate func count<Element>(of type: Element.Type) -> Int { byteCount / MemoryLayout<Element>.stride }

  /// Of offsets.
  fileprivate var entryCount: Int { count(of: Int.self) - 1 }
}
