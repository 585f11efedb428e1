/// Divides instances by the target of their word, and finds where each one's value stands in the target's column.
///
/// An instance is a row, or an element of an array, or an object with a shape column of its own: whatever has a
/// value word. A column's values stand in instance order, so an instance's value stands behind those of all
/// instances before it. One pass over narrow codes with a few counters.
struct InstanceSplit {
  /// Place in `used` of each code's target.
  private let placeOfCode: [Int]
  private let instances: Positions
  /// Target numbers that occur, ascending.
  private let used: [Int]
  /// By used target, then by code: values in its column. Empty for targets without a column.
  private let counts: [[UInt32]]
  /// By used target.
  private let isWanted: [Bool]

  private var codeCount: Int { placeOfCode.count }

  /// - Parameter isWanted: by place among the route's targets; instances of others may be left out.
  init(_ route: PathRoute, instances: Positions, isWanted: [Bool]) {
    placeOfCode = route.placeOfCode
    used = route.used
    counts = route.counts
    self.instances = instances
    self.isWanted = isWanted
  }

  /// For each target with instances: their indices and the positions of their values, where they have some.
  /// Positions beyond 32 bits, which only forged shapes have, are given as the last one: behind every column.
  func run(_ words: CodedWords) -> [(target: Int, indices: Positions, positions: Positions)] {
    switch words.codes {
    case .constant: split([UInt8](repeating: 0, count: words.count))
    case .bytes(let codes): split(codes)
    case .shorts(let codes): split(codes)
    case .longs(let codes): split(codes)
    }
  }

  private func split<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code]
  ) -> [(target: Int, indices: Positions, positions: Positions)] {
    let columns = used.indices.filter { !counts[$0].isEmpty }
    if columns.count == 1, used.count <= 2 {
      switch instances {
      case .run(let range): return splitInTwo(codes, range, withColumn: columns[0])
      case .listed(let list): return splitInTwo(codes, list, withColumn: columns[0])
      }
    }
    var output = used.map { _ in RawVector<UInt32>() }
    var positions = used.map { _ in RawVector<UInt32>() }
    defer {
      for vector in output + positions { vector.free() }
    }
    // All counts by code, then by target that has a column.
    let width = columns.count
    var steps = [Int](repeating: 0, count: codeCount * width)
    for (at, index) in columns.enumerated() {
      for code in 0..<codeCount { steps[code * width + at] = Int(counts[index][code]) }
    }
    var columnPlace = [Int](repeating: -1, count: used.count)
    for (at, index) in columns.enumerated() { columnPlace[index] = at }
    var cursor = [Int](repeating: 0, count: width)
    codes.withUnsafeBufferPointer { codes in
      steps.withUnsafeBufferPointer { steps in
        cursor.withUnsafeMutableBufferPointer { cursor in
          @inline(__always)
          func pass(_ instance: Int) {
            let start = Int(codes[instance]) &* width
            for at in 0..<width { cursor[at] &+= steps[start &+ at] }
          }
          var instance = 0
          for index in 0..<instances.count {
            let wanted = Int(instances[index])
            if width == 1 {
              var sum = cursor[0]
              while instance < wanted {
                sum &+= steps[Int(codes[instance])]
                instance &+= 1
              }
              cursor[0] = sum
            } else {
              while instance < wanted {
                pass(instance)
                instance &+= 1
              }
            }
            let target = placeOfCode[Int(codes[wanted])]
            if !isWanted[target] { continue }
            output[target].append(UInt32(truncatingIfNeeded: index))
            if columnPlace[target] >= 0 {
              positions[target].append(UInt32(clamping: cursor[columnPlace[target]]))
            }
          }
        }
      }
    }
    return used.indices.filter { output[$0].count > 0 && isWanted[$0] }.map {
      (used[$0], Positions(Array(output[$0].buffer)), Positions(Array(positions[$0].buffer)))
    }
  }

  /// Neighbouring instances that lead to one column or elsewhere. An index is written for every instance and kept
  /// where it belongs, so that no branch depends on the codes.
  private func splitInTwo<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code], _ range: Range<Int>, withColumn index: Int
  ) -> [(target: Int, indices: Positions, positions: Positions)] {
    let isInside = placeOfCode.map { $0 == index ? 1 : 0 }
    let steps = counts[index].map { Int($0) }
    var parts: [(target: Int, indices: Positions, positions: Positions)] = []
    let inside = Self.indices(codes, range, keeping: isInside)
    if inside.count > 0, isWanted[index] {
      let positions: Positions
      if steps == isInside {
        // One value for each of them and none for others: the values are neighbours as well.
        let first = Self.sum(codes[..<range.lowerBound], steps)
        positions = .run(first..<(first + inside.count))
      } else {
        positions = Self.positions(codes, range, inside, steps)
      }
      parts.append((used[index], inside, positions))
    }
    if let other = used.indices.first(where: { $0 != index }), isWanted[other], inside.count < range.count {
      parts.append((used[other], Self.indices(codes, range, keeping: isInside.map { 1 - $0 }), .run(0..<0)))
    }
    return parts
  }

  /// The same of instances that are no neighbours: in most segments that came one by one some rows are hidden.
  private func splitInTwo<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code], _ list: [UInt32], withColumn index: Int
  ) -> [(target: Int, indices: Positions, positions: Positions)] {
    let isInside = placeOfCode.map { $0 == index ? 1 : 0 }
    let steps = counts[index].map { Int($0) }
    let runs = Self.runs(of: list)
    var parts: [(target: Int, indices: Positions, positions: Positions)] = []
    let inside = Self.indices(codes, list, runs, keeping: isInside)
    if inside.count > 0, isWanted[index] {
      let positions =
        if let runs, steps == isInside {
          Self.positions(codes, list, runs, inside, steps)
        } else {
          Self.positions(codes, list, inside, steps)
        }
      parts.append((used[index], inside, positions))
    }
    if let other = used.indices.first(where: { $0 != index }), isWanted[other], inside.count < list.count {
      parts.append(
        (used[other], Self.indices(codes, list, runs, keeping: isInside.map { 1 - $0 }), .run(0..<0)))
    }
    return parts
  }

  /// Indices where neighbours end in a list; nil where these are few together.
  private static func runs(of list: [UInt32]) -> [Int]? {
    var ends: [Int] = []
    var start = 0
    while start < list.count {
      let distance = Int(list[start]) - start
      // What stands before each is a step further at each gap: the run's end is found by doubling, then halving.
      var (low, step) = (start, 1)
      while low + step < list.count, Int(list[low + step]) - low - step == distance {
        low += step
        step *= 2
      }
      while step > 0 {
        if low + step < list.count, Int(list[low + step]) - low - step == distance { low += step }
        step /= 2
      }
      start = low + 1
      ends.append(start)
      if ends.count * leastRun > list.count { return nil }
    }
    return ends
  }

  /// Shorter runs in the mean are not worth looking for.
  private static let leastRun = 64

  private static func indices<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code], _ list: [UInt32], _ runs: [Int]?, keeping isKept: [Int]
  ) -> Positions {
    Positions(
      [UInt32](unsafeUninitializedCapacity: list.count + 1) { target, count in
        codes.withUnsafeBufferPointer { codes in
          isKept.withUnsafeBufferPointer { isKept in
            list.withUnsafeBufferPointer { list in
              guard let runs else {
                for index in list.indices {
                  target[count] = UInt32(truncatingIfNeeded: index)
                  count &+= isKept[Int(codes[Int(list[index])])]
                }
                return
              }
              var start = 0
              for end in runs {
                let distance = Int(list[start]) &- start
                for index in start..<end {
                  target[count] = UInt32(truncatingIfNeeded: index)
                  count &+= isKept[Int(codes[index &+ distance])]
                }
                start = end
              }
            }
          }
        }
      })
  }

  /// Position of each of the instances at ascending indices of the list, all of which have one value, and others none:
  /// in a run these are neighbours.
  private static func positions<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code], _ list: [UInt32], _ runs: [Int], _ indices: Positions, _ steps: [Int]
  ) -> Positions {
    Positions(
      [UInt32](unsafeUninitializedCapacity: indices.count) { target, count in
        var cursor = 0
        var instance = 0
        var start = 0
        for end in runs {
          let first = Int(list[start])
          cursor &+= sum(codes[instance..<first], steps)
          let last = indices.firstIndex(atLeast: end)
          while count < last {
            target[count] = UInt32(clamping: cursor)
            cursor &+= 1
            count &+= 1
          }
          instance = first + end - start
          start = end
        }
      })
  }

  /// Position of the first value of each of the instances at ascending indices of the list.
  private static func positions<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code], _ list: [UInt32], _ indices: Positions, _ steps: [Int]
  ) -> Positions {
    Positions(
      [UInt32](unsafeUninitializedCapacity: indices.count) { target, count in
        var cursor = 0
        var instance = 0
        codes.withUnsafeBufferPointer { codes in
          steps.withUnsafeBufferPointer { steps in
            list.withUnsafeBufferPointer { list in
              while count < indices.count {
                let wanted = Int(list[Int(indices[count])])
                while instance < wanted {
                  cursor &+= steps[Int(codes[instance])]
                  instance &+= 1
                }
                target[count] = UInt32(clamping: cursor)
                count &+= 1
              }
            }
          }
        }
      })
  }

  /// Indices into the range of the instances whose code is kept (1, not 0).
  private static func indices<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code], _ range: Range<Int>, keeping isKept: [Int]
  ) -> Positions {
    Positions(
      [UInt32](unsafeUninitializedCapacity: range.count + 1) { target, count in
        codes.withUnsafeBufferPointer { codes in
          isKept.withUnsafeBufferPointer { isKept in
            for instance in range {
              target[count] = UInt32(truncatingIfNeeded: instance &- range.lowerBound)
              count &+= isKept[Int(codes[instance])]
            }
          }
        }
      })
  }

  private static func sum<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: ArraySlice<Code>, _ steps: [Int]
  ) -> Int {
    codes.withUnsafeBufferPointer { codes in
      steps.withUnsafeBufferPointer { steps in codes.reduce(0) { $0 &+ steps[Int($1)] } }
    }
  }

  /// Position of the first value of each of the instances at ascending indices of the range.
  private static func positions<Code: FixedWidthInteger & BitwiseCopyable>(
    _ codes: [Code], _ range: Range<Int>, _ indices: Positions, _ steps: [Int]
  ) -> Positions {
    Positions(
      [UInt32](unsafeUninitializedCapacity: indices.count) { target, count in
        var cursor = sum(codes[..<range.lowerBound], steps)
        var instance = range.lowerBound
        codes.withUnsafeBufferPointer { codes in
          steps.withUnsafeBufferPointer { steps in
            while count < indices.count {
              let wanted = range.lowerBound &+ Int(indices[count])
              while instance < wanted {
                cursor &+= steps[Int(codes[instance])]
                instance &+= 1
              }
              target[count] = UInt32(clamping: cursor)
              count &+= 1
            }
          }
        }
      })
  }
}
