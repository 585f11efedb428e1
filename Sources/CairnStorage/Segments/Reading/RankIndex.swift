/// How many values of one column stand before each instance of a row group, and which instance a value belongs to:
/// made with one pass over the instances' codes, then asked without another.
///
/// ```
/// instances   0 ........ 63 | 64 ...... 127 | 128 ...
/// starts      0             | values before | values before      a number for each zone
/// ```
///
/// A value's place is its zone's number and the counts of at most one zone of codes. Where few instances have values
/// the instance of each value is kept instead:
///
/// ```
/// owners      instance of value 0, of value 1, ...
/// ```
package struct RankIndex: Sendable {
  private let words: CodedWords
  /// Values in the column, by code.
  private let counts: [UInt32]
  /// Values before each zone; empty where every instance has as many, or owners are kept.
  private let starts: [UInt32]
  /// The instance of each value, where values are few.
  private let owners: [UInt32]?
  /// Values of all instances.
  package let valueCount: Int

  private static let zoneBits = 6
  private static let zoneInstanceCount = 1 << zoneBits
  /// With fewer values than one for so many instances their owners take about the memory of zones.
  private static let ownersShare = 16

  /// - Parameter counts: by code of `words`.
  ///
  /// Nil where the counts add up to more than any chunk has, as only forged shapes do.
  package init?(_ words: CodedWords, counts: [UInt32]) {
    self.words = words
    self.counts = counts
    let limit = UInt64(SegmentFormat.rowGroupValueLimit)
    let sums: (starts: [UInt32], total: UInt64)
    switch words.codes {
    case .constant: sums = ([], UInt64(words.count) * UInt64(counts.first ?? 0))
    case .bytes(let codes): sums = Self.sum(codes, counts)
    case .shorts(let codes): sums = Self.sum(codes, counts)
    case .longs(let codes): sums = Self.sum(codes, counts)
    }
    guard sums.total <= limit else { return nil }
    valueCount = Int(sums.total)
    guard valueCount * Self.ownersShare <= words.count else {
      (starts, owners) = (sums.starts, nil)
      return
    }
    starts = []
    owners =
      switch words.codes {
      case .constant: nil
      case .bytes(let codes): Self.owners(codes, counts, valueCount)
      case .shorts(let codes): Self.owners(codes, counts, valueCount)
      case .longs(let codes): Self.owners(codes, counts, valueCount)
      }
  }

  private static func owners<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code], _ counts: [UInt32], _ valueCount: Int
  ) -> [UInt32] {
    [UInt32](unsafeUninitializedCapacity: valueCount) { owners, written in
      codes.withUnsafeBufferPointer { codes in
        counts.withUnsafeBufferPointer { counts in
          for instance in codes.indices {
            for _ in 0..<counts[Int(codes[instance])] {
              owners[written] = UInt32(truncatingIfNeeded: instance)
              written &+= 1
            }
          }
        }
      }
    }
  }

  private static func sum<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code], _ counts: [UInt32]
  ) -> (starts: [UInt32], total: UInt64) {
    var total: UInt64 = 0
    let zones = (codes.count + zoneInstanceCount - 1) / zoneInstanceCount
    let starts = [UInt32](unsafeUninitializedCapacity: zones) { starts, written in
      codes.withUnsafeBufferPointer { codes in
        counts.withUnsafeBufferPointer { counts in
          for zone in 0..<zones {
            starts[zone] = UInt32(truncatingIfNeeded: total)
            let end = min((zone &+ 1) &* zoneInstanceCount, codes.count)
            var at = zone &* zoneInstanceCount
            // Two sums, so that one addition does not wait for the other.
            var (even, odd): (UInt64, UInt64) = (0, 0)
            while at &+ 1 < end {
              even &+= UInt64(counts[Int(codes[at])])
              odd &+= UInt64(counts[Int(codes[at &+ 1])])
              at &+= 2
            }
            if at < end { even &+= UInt64(counts[Int(codes[at])]) }
            total &+= even &+ odd
          }
        }
      }
      written = zones
    }
    return (starts, total)
  }

  /// Memory beside the codes, which the buffer pool has as well.
  var byteCount: Int { (starts.count + counts.count + (owners?.count ?? 0)) * 4 }

  /// Values before each of the ascending `instances`, which are below the number of codes.
  package func ranks(of instances: Positions) -> [UInt32] {
    if let owners { return Self.ranks(instances, owners) }
    switch words.codes {
    case .constant:
      let each = counts.first ?? 0
      return (0..<instances.count).map { instances[$0] &* each }
    case .bytes(let codes): return ranks(instances, codes)
    case .shorts(let codes): return ranks(instances, codes)
    case .longs(let codes): return ranks(instances, codes)
    }
  }

  /// The first of the owners that does not come before each instance.
  private static func ranks(_ instances: Positions, _ owners: [UInt32]) -> [UInt32] {
    var rank = 0
    return (0..<instances.count).map { index in
      let instance = instances[index]
      var step = 1
      while rank + step <= owners.count, owners[rank + step - 1] < instance {
        rank += step
        step *= 2
      }
      rank = owners[rank..<min(rank + step, owners.count)].partitioningIndex { $0 >= instance }
      return UInt32(truncatingIfNeeded: rank)
    }
  }

  private func ranks<Code: FixedWidthInteger & BitwiseCopyable>(
    _ instances: Positions, _ codes: [Code]
  ) -> [UInt32] {
    [UInt32](unsafeUninitializedCapacity: instances.count) { output, written in
      codes.withUnsafeBufferPointer { codes in
        counts.withUnsafeBufferPointer { counts in
          var at = 0
          var rank: UInt32 = 0
          for index in 0..<instances.count {
            let instance = Int(instances[index])
            // On from the instance before where that is in the same zone.
            if index == 0 || instance >> Self.zoneBits != at >> Self.zoneBits {
              let zone = instance >> Self.zoneBits
              at = zone << Self.zoneBits
              rank = starts[zone]
            }
            while at < instance {
              rank &+= counts[Int(codes[at])]
              at &+= 1
            }
            output[index] = rank
          }
        }
      }
      written = instances.count
    }
  }

  /// Values before instance `end`, which may be the number of codes.
  package func rank(of end: Int) -> Int {
    end < words.count ? ranks(of: .run(end..<(end + 1))).first.map { Int($0) } ?? 0 : valueCount
  }

  /// The instances that have the values at ascending `positions` (below `valueCount`) as their first one, each with
  /// a code at the given place; ascending.
  package func instances(ofFirstValues positions: Positions, _ placeOfCode: [Int], _ place: Int) -> [UInt32] {
    switch words.codes {
    case .constant:
      guard placeOfCode.first == place, let each = counts.first, each > 0 else { return [] }
      return (0..<positions.count).compactMap { index in
        let (instance, offset) = positions[index].quotientAndRemainder(dividingBy: each)
        return offset == 0 ? instance : nil
      }
    case .bytes(let codes): return instances(positions, placeOfCode, place, codes)
    case .shorts(let codes): return instances(positions, placeOfCode, place, codes)
    case .longs(let codes): return instances(positions, placeOfCode, place, codes)
    }
  }

  private static func instances<Code: FixedWidthInteger & BitwiseCopyable>(
    _ positions: Positions, _ placeOfCode: [Int], _ place: Int, _ codes: [Code], _ owners: [UInt32]
  ) -> [UInt32] {
    [UInt32](unsafeUninitializedCapacity: positions.count) { output, written in
      for index in 0..<positions.count {
        let position = Int(positions[index])
        let owner = owners[position]
        let isFirst = position == 0 || owners[position - 1] != owner
        if !isFirst || placeOfCode[Int(codes[Int(owner)])] != place { continue }
        output[written] = owner
        written &+= 1
      }
    }
  }

  private func instances<Code: FixedWidthInteger & BitwiseCopyable>(
    _ positions: Positions, _ placeOfCode: [Int], _ place: Int, _ codes: [Code]
  ) -> [UInt32] {
    if let owners { return Self.instances(positions, placeOfCode, place, codes, owners) }
    return [UInt32](unsafeUninitializedCapacity: positions.count) { output, written in
      codes.withUnsafeBufferPointer { codes in
        counts.withUnsafeBufferPointer { counts in
          starts.withUnsafeBufferPointer { starts in
            var zone = 0
            var instance = 0
            var before: UInt32 = 0
            for index in 0..<positions.count {
              let position = positions[index]
              let next = Self.zone(of: position, in: starts, from: zone)
              if next != zone {
                zone = next
                instance = zone << Self.zoneBits
                before = starts[zone]
              }
              while instance < codes.count {
                let end = before &+ counts[Int(codes[instance])]
                if position < end { break }
                before = end
                instance &+= 1
              }
              if instance < codes.count, before == position, placeOfCode[Int(codes[instance])] == place {
                output[written] = UInt32(truncatingIfNeeded: instance)
                written &+= 1
              }
            }
          }
        }
      }
    }
  }

  /// The last zone that begins at or before a value, looked for from a zone that does: usually close.
  private static func zone(of position: UInt32, in starts: UnsafeBufferPointer<UInt32>, from first: Int)
    -> Int
  {
    var low = first
    var step = 1
    while low &+ step < starts.count, starts[low &+ step] <= position {
      low &+= step
      step &*= 2
    }
    let high = min(low &+ step, starts.count)
    return starts[low..<high].partitioningIndex { $0 > position } &- 1
  }
}
