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

  /// The codes at `positions`, each of which must be below `count`, in the width that they have.
  func taking(_ positions: Positions) -> CodedWords {
    let taken: Codes =
      switch codes {
      case .constant: .constant
      case .bytes(let codes): .bytes(positions.take(codes))
      case .shorts(let codes): .shorts(positions.take(codes))
      case .longs(let codes): .longs(positions.take(codes))
      }
    return CodedWords(words: words, count: positions.count, codes: taken)
  }

  /// The same values over the words that they have.
  func compacted() -> CodedWords {
    if case .constant = codes { return self }
    var codes = allCodes()
    if codes.count < words.count / 16 {
      // So few that a place for each word would cost more.
      let used = Array(Set(codes)).sorted()
      for index in codes.indices {
        codes[index] = UInt32(truncatingIfNeeded: used.partitioningIndex { $0 >= codes[index] })
      }
      return CodedWords(words: used.map { words[Int($0)] }, count: count, codes: .longs(codes))
    }
    var place = [UInt32](repeating: 0, count: words.count)
    for code in codes { place[Int(code)] = 1 }
    let used = place.indices.filter { place[$0] == 1 }
    for (index, code) in used.enumerated() { place[code] = UInt32(truncatingIfNeeded: index) }
    for index in codes.indices { codes[index] = place[Int(codes[index])] }
    return CodedWords(words: used.map { words[$0] }, count: count, codes: .longs(codes))
  }

  private static func scan<Code: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
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

  /// Positions of `wanted` in the range, counted from its beginning. Eight bytes of codes are compared at once:
  /// after an exclusive or a lane is 0 where its code is equal, and subtracting 1 from every lane then borrows.
  private static func equal<Code: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ codes: [Code], _ range: Range<Int>, _ wanted: Code, _ found: inout RawVector<UInt32>
  ) {
    let lanes = 8 / MemoryLayout<Code>.size
    let ones = UInt64.max / UInt64(Code.max)
    let highs = ones << UInt64(Code.bitWidth - 1)
    let pattern = ones &* UInt64(wanted)
    codes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      @inline(__always)
      func borrows(_ at: Int, _ word: Int) -> UInt64 {
        let loaded = base.loadUnaligned(
          fromByteOffset: (at &+ word &* lanes) &* MemoryLayout<Code>.size, as: UInt64.self)
        let difference = loaded ^ pattern
        return (difference &- ones) & ~difference & highs
      }
      var at = range.lowerBound
      while at < range.upperBound {
        let end = Swift.min(at &+ 4 &* lanes, range.upperBound)
        if end &- at == 4 &* lanes,
          borrows(at, 0) | borrows(at, 1) | borrows(at, 2) | borrows(at, 3) == 0
        {
          at = end
          continue
        }
        for position in at..<end where codes[position] == wanted {
          found.append(UInt32(truncatingIfNeeded: position &- range.lowerBound))
        }
        at = end
      }
    }
  }
}
