import CCairn

/// Arrays of values that all take as much.
enum FlatRows {
  static func array<Value: BitwiseCopyable>(
    _ values: [Value], _ isNull: [Bool], _ rows: Range<Int>
  ) -> ArrowArray {
    let ownership = ArrayOwnership(bufferCount: 2)
    let byteCount = rows.count * MemoryLayout<Value>.stride
    let target = ownership.allocate(1, byteCount: byteCount)
    values.withUnsafeBytes { bytes in
      let start = rows.lowerBound * MemoryLayout<Value>.stride
      target.copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[start..<start + byteCount]).base, byteCount: byteCount)
    }
    let nullCount = isNull.isEmpty ? 0 : validity(isNull, rows, ownership)
    return ownership.array(length: rows.count, nullCount: nullCount)
  }

  static func bits(_ values: [Bool], _ isNull: [Bool], _ rows: Range<Int>) -> ArrowArray {
    let ownership = ArrayOwnership(bufferCount: 2)
    let target = ownership.allocate(1, byteCount: (rows.count + 7) / 8)
    values.withUnsafeBufferPointer { values in
      _ = pack(rows.count, into: target) { values[rows.lowerBound &+ $0] }
    }
    let nullCount = isNull.isEmpty ? 0 : validity(isNull, rows, ownership)
    return ownership.array(length: rows.count, nullCount: nullCount)
  }

  private static func validity(_ isNull: [Bool], _ rows: Range<Int>, _ ownership: ArrayOwnership) -> Int {
    let target = ownership.allocate(0, byteCount: (rows.count + 7) / 8)
    return isNull.withUnsafeBufferPointer { isNull in
      rows.count - pack(rows.count, into: target) { !isNull[rows.lowerBound &+ $0] }
    }
  }

  /// Writes a bit for each row, the first one lowest, and gives the number of those that are set.
  @inline(__always)
  static func pack(_ count: Int, into target: UnsafeMutableRawPointer, _ isSet: (Int) -> Bool) -> Int {
    let bytes = target.assumingMemoryBound(to: UInt8.self)
    var setCount = 0
    var row = 0
    while row < count {
      let end = min(row + 8, count)
      var byte: UInt8 = 0
      var place = row
      while place < end {
        byte |= isSet(place) ? 1 << UInt8(truncatingIfNeeded: place &- row) : 0
        place &+= 1
      }
      bytes[row / 8] = byte
      setCount += byte.nonzeroBitCount
      row = end
    }
    return setCount
  }
}

extension UnsafeRawBufferPointer {
  /// The first byte, or any address where there is none.
  fileprivate var base: UnsafeRawPointer { baseAddress ?? UnsafeRawPointer(bitPattern: 64).unsafelyUnwrapped }
}
