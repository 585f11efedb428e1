import CairnStorage

/// How rows become text: what stands before and after them and between their values, and how a value is spelled.
package struct RowEncoding: Sendable {
  /// What stands before a column's values; where there are names, one for each column.
  package var prefixes: [[UInt8]] = []
  package var rowStart: [UInt8] = []
  package var separator: [UInt8] = [UInt8(ascii: ",")]
  package var rowEnd: [UInt8] = [UInt8(ascii: "\n")]
  /// What stands around a text that needs no escapes, as that of a time.
  package var quote: [UInt8] = []
  /// A value's spelling.
  package var spell: @Sendable (QueryValue) -> [UInt8]
  /// Appends that of a text, the same as `spell` gives.
  package var appendText: @Sendable (UnsafeBufferPointer<UInt8>, inout [UInt8]) -> Void

  package init(_ spell: @escaping @Sendable (QueryValue) -> [UInt8]) {
    self.spell = spell
    appendText = { $1 += spell(QueryValue(value: .text(Array($0)))) }
  }
}

extension ResultBatch {
  /// The rows as text. A value of a dictionary is spelled once.
  package func encoded(_ encoding: RowEncoding) -> [UInt8] {
    let columns = columns.enumerated().map { index, vector in
      EncodedColumn(
        vector, rowCount: rowCount, encoding,
        prefix: (index == 0 ? encoding.rowStart : encoding.separator)
          + (encoding.prefixes.indices.contains(index) ? encoding.prefixes[index] : []))
    }
    if columns.isEmpty {
      return Array(repeatElement(encoding.rowStart + encoding.rowEnd, count: rowCount).joined())
    }
    // A column at a time: where each row goes on.
    var places = [Int](repeating: encoding.rowEnd.count, count: rowCount)
    for column in columns { column.addByteCounts(to: &places) }
    var byteCount = 0
    for row in places.indices {
      let start = byteCount
      byteCount += places[row]
      places[row] = start
    }
    return [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
      count = byteCount
      guard let base = output.baseAddress else { return }
      for column in columns { column.copy(to: base, &places) }
      encoding.rowEnd.withUnsafeBufferPointer { rowEnd in
        for place in places { for (index, byte) in rowEnd.enumerated() { base[place + index] = byte } }
      }
    }
  }
}

/// The spellings of a column's entries end to end, with what stands before them.
struct EncodedColumn {
  let bytes: [UInt8]
  /// Where entries end; one more than entries, beginning with 0.
  let ends: [Int]
  /// The entry of each row; the same as the row where empty, and entry 0 where there is one entry.
  let codes: [UInt32]
  let isConstant: Bool

  init(_ vector: Vector, rowCount: Int, _ encoding: RowEncoding, prefix: [UInt8]) {
    var bytes: [UInt8] = []
    var ends = [0]
    func append(_ value: EngineValue) {
      bytes += prefix
      bytes += encoding.spell(QueryValue(value: value))
      ends.append(bytes.count)
    }
    switch vector {
    case .constant(let value):
      append(value)
      (codes, isConstant) = ([], true)
    case .timestamps, .wholes, .doubles, .plain:
      ends.reserveCapacity(rowCount + 1)
      for row in 0..<rowCount { append(vector[row]) }
      (codes, isConstant) = ([], false)
    case .times(let times):
      ends.reserveCapacity(times.seconds.count + 1)
      bytes.reserveCapacity(
        times.seconds.count * (prefix.count + 2 * encoding.quote.count + EventTime.canonicalByteCount))
      var text = [UInt8](repeating: 0, count: EventTime.canonicalByteCount)
      for second in times.seconds {
        guard EventTime.canonicalRange.contains(second) else {
          append(.null)
          continue
        }
        text.withUnsafeMutableBufferPointer { text in
          if let base = text.baseAddress { EventTime.writeCanonical(second, to: base) }
        }
        bytes += prefix
        bytes += encoding.quote
        bytes += text
        bytes += encoding.quote
        ends.append(bytes.count)
      }
      (codes, isConstant) = ([], false)
    case .texts(let texts):
      let (entries, isUsed) = (texts.entries, Self.used(texts.codes, of: texts.entryCount))
      ends.reserveCapacity(texts.entryCount + 1)
      bytes.reserveCapacity(texts.table.heap.count + entries.count * (prefix.count + 2))
      for entry in 0..<entries.count {
        if isUsed[entry] {
          bytes += prefix
          encoding.appendText(entries[entry], &bytes)
        }
        ends.append(bytes.count)
      }
      append(.null)
      (codes, isConstant) = (withExtendedLifetime(texts) { texts.codes }, false)
    case .coded(let coded):
      let isUsed = Self.used(coded.codes, of: coded.entries.count)
      ends.reserveCapacity(coded.entries.count + 1)
      for (entry, value) in coded.entries.enumerated() {
        if isUsed[entry] { append(value) } else { ends.append(bytes.count) }
      }
      (codes, isConstant) = (coded.codes, false)
    }
    self.bytes = bytes
    self.ends = ends
  }

  /// Which entries rows may have: few rows may be left of a large dictionary.
  private static func used(_ codes: [UInt32], of entryCount: Int) -> [Bool] {
    if entryCount * 2 < codes.count { return Array(repeating: true, count: entryCount) }
    var isUsed = [Bool](repeating: false, count: entryCount)
    for code in codes { isUsed[Int(code)] = true }
    return isUsed
  }

  /// Calls `body` with each row and where its spelling starts and ends.
  @inline(__always)
  private func eachRow(_ rowCount: Int, _ body: (_ row: Int, _ start: Int, _ end: Int) -> Void) {
    ends.withUnsafeBufferPointer { ends in
      if isConstant {
        for row in 0..<rowCount { body(row, ends[0], ends[1]) }
      } else if codes.isEmpty {
        for row in 0..<rowCount { body(row, ends[row], ends[row + 1]) }
      } else {
        codes.withUnsafeBufferPointer { codes in
          for row in 0..<rowCount { body(row, ends[Int(codes[row])], ends[Int(codes[row]) + 1]) }
        }
      }
    }
  }

  func addByteCounts(to places: inout [Int]) {
    places.withUnsafeMutableBufferPointer { places in
      eachRow(places.count) { row, start, end in places[row] += end - start }
    }
  }

  /// Copies the rows' texts to where they go, and moves these places on.
  func copy(to target: UnsafeMutablePointer<UInt8>, _ places: inout [Int]) {
    places.withUnsafeMutableBufferPointer { places in
      bytes.withUnsafeBufferPointer { bytes in
        guard let base = bytes.baseAddress else { return }
        eachRow(places.count) { row, start, end in
          (target + places[row]).update(from: base + start, count: end - start)
          places[row] += end - start
        }
      }
    }
  }
}
