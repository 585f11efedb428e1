import CairnStorage

/// A delivered object with an event that is much older than the time in the object's name.
public struct LateObject: Sendable {
  /// The object's key.
  public let key: String
  /// The time in its name, milliseconds since 1970, to the minute.
  public let delivered: Int64
  /// Account and region as its key has them.
  public let account: String
  /// The region.
  public let region: String
  /// Its events, those that another object has before it apart.
  public let count: Int
  /// The oldest of them.
  public let first: String
  /// From the oldest event to the delivery, in milliseconds.
  public let delay: Int64

  /// AWS delivers after about five minutes on average, and promises nothing; more than this counts as late.
  public static let leastDelay: Int64 = 3_600_000

  /// Where year, month, day, hour and minute stand in a time.
  private static let digitPlaces = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15]

  /// Objects that a thread takes at a time.
  private static let partCount = 4096

  /// An object's key, hashed as bytes together.
  private struct Key: Hashable, Sendable {
    let bytes: [UInt8]

    func hash(into hasher: inout Hasher) { bytes.withUnsafeBytes { hasher.combine(bytes: $0) } }
  }

  /// What is known of an object: its events and the first eventTime among them.
  private struct Sums: Sendable {
    var count: Int
    var first: String
  }

  /// The objects of the range, the latest first. Objects whose names have no time of delivery tell nothing.
  static func all(_ statements: Statements) throws -> [LateObject] {
    var objects: [Key: Sums] = [:]
    try statements.visit(#"SELECT "$path", eventTime FROM events"#) { batch, columns in
      try sums(batch, columns)
    } _: { (found: [(key: Key, sums: Sums)]) in
      if objects.isEmpty { objects.reserveCapacity(found.count) }
      for (key, sums) in found {
        guard let known = objects[key] else {
          objects[key] = sums
          continue
        }
        objects[key] = Sums(count: known.count + sums.count, first: min(known.first, sums.first))
      }
    }
    let all = Array(objects)
    let starts = Array(stride(from: 0, to: all.count, by: partCount))
    let late = try parallelMap(count: starts.count, threads: statements.options.threads) { index in
      all[starts[index]..<min(starts[index] + partCount, all.count)].compactMap {
        LateObject($0.key.bytes, $0.value)
      }
    }.flatMap { $0 }
    return late.sorted { ($1.delay, $0.key) < ($0.delay, $1.key) }
  }

  /// By object, of the rows with a time.
  private static func sums(
    _ batch: Batch, _ columns: [ColumnID]
  ) throws -> [(key: Key, sums: Sums)] {
    let paths = try (batch.columns[columns[0]]?.vector() ?? .constant(.null)).coded(count: batch.rowCount)
    let times = RowTimes(try batch.columns[columns[1]]?.vector() ?? .constant(.null), count: batch.rowCount)
    var counts = [Int](repeating: 0, count: paths.entries.count)
    var firsts = counts
    for (row, code) in paths.codes.enumerated() {
      guard let time = times.key(row) else { continue }
      let code = Int(code)
      if counts[code] == 0 || time < times.keys[firsts[code]] { firsts[code] = row }
      counts[code] += 1
    }
    return counts.indices.compactMap { code in
      guard counts[code] > 0, let key = paths.entries[code].text, let first = times.text(firsts[code]) else {
        return nil
      }
      return (Key(bytes: key), Sums(count: counts[code], first: first))
    }
  }

  /// Nil for what came in time, which is nearly all: nothing is made for that.
  private init?(_ key: [UInt8], _ sums: Sums) {
    // The folders before the name, of which there are many, say nothing of it.
    let name = key.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    guard let digits = SourceKey.deliveredMinute(of: name < key.count ? Array(key[name...]) : key),
      digits.count == 12
    else { return nil }
    var spelled = Array("0000-00-00T00:00:00Z".utf8)
    for (place, digit) in zip(Self.digitPlaces, digits) { spelled[place] = digit }
    guard let delivered = parseTime(String(decoding: spelled, as: UTF8.self)),
      let begin = parseTime(sums.first), delivered - begin > Self.leastDelay
    else { return nil }
    let source = SourceKey(key)
    self.key = String(decoding: key, as: UTF8.self)
    (self.delivered, first, count) = (delivered, sums.first, sums.count)
    delay = delivered - begin
    account = source.account.map { String(decoding: $0, as: UTF8.self) } ?? ""
    region = source.region.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
