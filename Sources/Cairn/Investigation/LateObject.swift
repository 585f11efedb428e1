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

  /// The objects of the range, the latest first. Objects whose names have no time of delivery tell nothing.
  static func all(_ statements: Statements) throws -> [LateObject] {
    var found: [LateObject] = []
    try statements.map(
      "SELECT \"$path\", min(eventTime), count(*) FROM events WHERE eventTime IS NOT NULL GROUP BY 1"
    ) { row in
      guard let key = row[0].utf8, let first = row[1].text, let begin = parseTime(first) else { return nil }
      return LateObject(key, first, begin, row[2])
    } _: { (object: LateObject) in
      found.append(object)
    }
    return found.sorted { ($1.delay, $0.key) < ($0.delay, $1.key) }
  }

  /// Nil for what came in time, which is nearly all: nothing is made for that.
  private init?(_ key: [UInt8], _ first: String, _ begin: Int64, _ count: QueryValue) {
    let source = SourceKey(key)
    guard source.hasDeliveredName, let digits = source.delivery, digits.count == 12 else { return nil }
    var spelled = Array("0000-00-00T00:00:00Z".utf8)
    for (place, digit) in zip(Self.digitPlaces, digits) { spelled[place] = digit }
    guard let delivered = parseTime(String(decoding: spelled, as: UTF8.self)),
      delivered - begin > Self.leastDelay
    else { return nil }
    self.key = String(decoding: key, as: UTF8.self)
    (self.delivered, self.first, self.count) = (delivered, first, count.text.flatMap { Int($0) } ?? 0)
    delay = delivered - begin
    account = source.account.map { String(decoding: $0, as: UTF8.self) } ?? ""
    region = source.region.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
