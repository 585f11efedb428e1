import CairnStorage

/// The times of a batch's rows, in the order of their texts.
struct RowTimes {
  /// Numbers that are ordered as the texts are; the least for rows without a time.
  let keys: [Int64]
  /// How many rows without a time stand before the others, where these ascend by time; nil where they do not.
  let untimedCount: Int?
  private let vector: Vector

  init(_ vector: Vector, count: Int) {
    self.vector = vector
    keys = Self.keys(vector, count)
    let areAscending = !zip(keys, keys.dropFirst()).contains { $0 > $1 }
    untimedCount = areAscending ? keys.partitioningIndex { $0 != .min } : nil
  }

  private static func keys(_ vector: Vector, _ count: Int) -> [Int64] {
    if case .times(let times) = vector { return times.seconds }
    let coded = vector.coded(count: count)
    let texts = coded.entries.map { QueryValue(value: $0).text }
    var ranks: [String: Int64] = [:]
    for (rank, text) in Set(texts.compactMap(\.self)).sorted().enumerated() { ranks[text] = Int64(rank) }
    let keyOfEntry = texts.map { text in text.flatMap { ranks[$0] } ?? Int64.min }
    return coded.codes.map { keyOfEntry[Int($0)] }
  }

  /// Nil for a row without a time.
  func key(_ row: Int) -> Int64? { keys[row] == .min ? nil : keys[row] }

  func text(_ row: Int) -> String? { QueryValue(value: vector[row]).text }

  /// The rows that can be among the first so many; with them those of the last one's time.
  func first(_ limit: Int, before bound: String?) -> [UInt32] {
    var rows = keys.indices.map { UInt32($0) }
    if rows.count > limit {
      let last = keys.sorted()[limit - 1]
      rows = rows.filter { keys[Int($0)] <= last }
    }
    guard let bound else { return rows }
    return rows.filter { text(Int($0)).map { $0 <= bound } ?? true }
  }
}

/// The texts of a batch's rows, each entry's made once.
struct RowTexts {
  /// Those of the entries, and which one each row has.
  let texts: [String?]
  let codes: [UInt32]

  init(_ vector: Vector, count: Int) {
    let coded = vector.coded(count: count)
    texts = coded.entries.map { QueryValue(value: $0).text }
    codes = coded.codes
  }

  subscript(row: Int) -> String? { texts[Int(codes[row])] }
}
