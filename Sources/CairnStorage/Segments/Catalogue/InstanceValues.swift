/// Where the values of chosen instances stand, in all columns that they have values in at once.
///
/// An instance is a row, or an element of an array, or an object with a shape column of its own: whatever has a
/// value word. A column's values stand in instance order, so an instance's values stand behind those of all
/// instances before it: one pass over the codes with a counter for each column.
struct InstanceValues {
  /// Word of each chosen instance.
  let words: [UInt32]
  /// What the chosen instances have, and where in its column; nil for all of the column.
  private(set) var used: [(target: ShapeFlattening.Step, positions: [UInt32]?)] = []

  /// - Parameters:
  ///   - steps: what an instance has, by code.
  ///   - chosen: instances, ascending, each below the number of codes; nil for all.
  ///   - check: throws where a column does not have so many values.
  init(
    _ coded: CodedWords, _ steps: [[ShapeFlattening.Step]], chosen: [UInt32]?, columnCount: Int,
    check: (_ column: Int, _ valueCount: Int) throws -> Void
  ) throws {
    let codes = coded.allCodes()
    let chosenCodes = chosen.map { $0.map { codes[Int($0)] } } ?? codes
    words = chosenCodes.map { coded.words[Int($0)] }
    var isUsed = [Bool](repeating: chosen == nil, count: steps.count)
    if chosen != nil { for code in chosenCodes { isUsed[Int(code)] = true } }

    // Columns that matter, numbered.
    var place = ColumnNumbers(columnCount, stepCount: steps.reduce(0) { $0 + $1.count })
    for code in steps.indices where isUsed[code] {
      for step in steps[code] where place[step.column] < 0 {
        place[step.column] = Int32(used.count)
        used.append((step, nil))
      }
    }
    guard let chosen else { return }
    let counts = StepCounts(steps, place)
    var cursors = [Int](repeating: 0, count: used.count)
    var output = used.map { _ in [UInt32]() }
    if let first = chosen.first, let last = chosen.last, Int(last) - Int(first) == chosen.count - 1 {
      // A run of instances has a run of values in each column: counting codes is enough.
      counts.add(codes[..<Int(first)], to: &cursors)
      var ends = cursors
      counts.add(codes[Int(first)...Int(last)], to: &ends)
      for index in used.indices {
        try check(used[index].target.column, ends[index])
        output[index] = (cursors[index]..<ends[index]).map { UInt32(truncatingIfNeeded: $0) }
      }
    } else {
      var instance = 0
      for target in chosen {
        counts.add(codes[instance..<Int(target)], to: &cursors)
        for (column, count) in counts.pairs(Int(codes[Int(target)])) {
          try check(used[column].target.column, cursors[column] + count)
          for offset in 0..<count {
            output[column].append(UInt32(truncatingIfNeeded: cursors[column] + offset))
          }
        }
        instance = Int(target)
      }
    }
    for index in used.indices { used[index].positions = output[index] }
  }
}

/// Columns that matter, numbered from 0; -1 for others. Where a few of very many matter, a table of all would cost more
/// than their values: a segment may have as many instances to look at as it has columns.
private struct ColumnNumbers {
  private var numbers: [Int32]
  private var few: [Int: Int32] = [:]
  private(set) var count = 0

  static let tableLimit = 4096

  init(_ columnCount: Int, stepCount: Int) {
    let isTable = columnCount <= Self.tableLimit || stepCount >= columnCount / 8
    numbers = isTable ? Array(repeating: -1, count: columnCount) : []
  }

  @inline(__always)
  subscript(column: Int) -> Int32 {
    get { numbers.isEmpty ? few[column] ?? -1 : numbers[column] }
    set {
      count += 1
      if numbers.isEmpty { few[column] = newValue } else { numbers[column] = newValue }
    }
  }
}

/// Numbers of values by code and column, one list behind the other.
private struct StepCounts {
  private var starts: [Int] = [0]
  private var columns: [Int32] = []
  private var counts: [Int32] = []
  private let codeCount: Int

  init(_ steps: [[ShapeFlattening.Step]], _ place: ColumnNumbers) {
    codeCount = steps.count
    // Where a column's count of the present code stands; cheaper than a dictionary for each code.
    var at = [Int](repeating: -1, count: place.count)
    for list in steps {
      let start = columns.count
      for step in list where place[step.column] >= 0 {
        let column = Int(place[step.column])
        if at[column] >= start {
          counts[at[column]] &+= 1
        } else {
          at[column] = columns.count
          columns.append(Int32(column))
          counts.append(1)
        }
      }
      starts.append(columns.count)
    }
  }

  /// Adds the values of instances with these codes.
  func add(_ codes: ArraySlice<UInt32>, to cursors: inout [Int]) {
    if codes.count < codeCount / 4 {
      for code in codes {
        for at in starts[Int(code)]..<starts[Int(code) + 1] { cursors[Int(columns[at])] += Int(counts[at]) }
      }
      return
    }
    var histogram = [Int](repeating: 0, count: codeCount)
    for code in codes { histogram[Int(code)] += 1 }
    for code in 0..<codeCount where histogram[code] > 0 {
      for at in starts[code]..<starts[code + 1] {
        cursors[Int(columns[at])] += Int(counts[at]) * histogram[code]
      }
    }
  }

  /// Columns that an instance has values in, and how many.
  func pairs(_ code: Int) -> [(column: Int, count: Int)] {
    (starts[code]..<starts[code + 1]).map { (Int(columns[$0]), Int(counts[$0])) }
  }
}
