/// Search among codes: the innermost loops of filters.
extension CodedWords {
  /// Indices into `positions` (each below `count`) of the values whose code has verdict 1.
  func indices(of positions: Positions, passing verdicts: [UInt8]) -> Positions {
    switch codes {
    case .constant: verdicts.first == 1 ? .run(0..<positions.count) : .run(0..<0)
    case .bytes(let codes): Self.scan(codes, positions, verdicts)
    case .shorts(let codes): Self.scan(codes, positions, verdicts)
    case .longs(let codes): Self.scan(codes, positions, verdicts)
    }
  }

  /// Codes at `positions`, each of which must be below `count`.
  func take(_ positions: Positions) -> [UInt32] {
    switch positions {
    case .listed(let list): return take(list)
    case .run(let range):
      return switch codes {
      case .constant: [UInt32](repeating: 0, count: range.count)
      case .bytes(let codes): codes[range].map { UInt32($0) }
      case .shorts(let codes): codes[range].map { UInt32($0) }
      case .longs(let codes): Array(codes[range])
      }
    }
  }

  private static func scan<Code: FixedWidthInteger & BitwiseCopyable & SIMDScalar>(
    _ codes: [Code], _ positions: Positions, _ verdicts: [UInt8]
  ) -> Positions {
    var found = RawVector<UInt32>()
    defer { found.free() }
    let passing = verdicts.indices.filter { verdicts[$0] == 1 }
    switch positions {
    case .run(let range) where passing.count == 1:
      equal(codes, range, Code(truncatingIfNeeded: passing[0]), &found)
    case .run(let range):
      codes.withUnsafeBufferPointer { codes in
        verdicts.withUnsafeBufferPointer { verdicts in
          // Written always, kept where it passes: no branch that codes decide.
          let target = found.appendUninitialized(count: range.count)
          var count = 0
          for position in range {
            target[count] = UInt32(truncatingIfNeeded: position &- range.lowerBound)
            count &+= Int(verdicts[Int(codes[position])])
          }
          found.truncate(to: count)
        }
      }
    case .listed(let list):
      codes.withUnsafeBufferPointer { codes in
        verdicts.withUnsafeBufferPointer { verdicts in
          let target = found.appendUninitialized(count: list.count)
          var count = 0
          for (index, position) in list.enumerated() {
            target[count] = UInt32(truncatingIfNeeded: index)
            count &+= Int(verdicts[Int(codes[Int(position)])])
          }
          found.truncate(to: count)
        }
      }
    }
    return Positions(Array(found.buffer))
  }

  /// Positions of `wanted` in the range, counted from its beginning; sixteen codes at a time until one is equal.
  private static func equal<Code: FixedWidthInteger & BitwiseCopyable & SIMDScalar>(
    _ codes: [Code], _ range: Range<Int>, _ wanted: Code, _ found: inout RawVector<UInt32>
  ) {
    let pattern = SIMD16<Code>(repeating: wanted)
    codes.withUnsafeBytes { bytes in
      let stride = MemoryLayout<Code>.stride
      var at = range.lowerBound
      while at < range.upperBound {
        if at &+ 16 <= range.upperBound {
          let block = bytes.loadUnaligned(fromByteOffset: at &* stride, as: SIMD16<Code>.self)
          if !any(block .== pattern) {
            at &+= 16
            continue
          }
        }
        for position in at..<Swift.min(at &+ 16, range.upperBound)
        where bytes.loadUnaligned(fromByteOffset: position &* stride, as: Code.self) == wanted {
          found.append(UInt32(truncatingIfNeeded: position &- range.lowerBound))
        }
        at &+= 16
      }
    }
  }
}
