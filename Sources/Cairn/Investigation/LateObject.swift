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

  /// The objects of the range, the latest first. Objects whose names have no time of delivery tell nothing.
  static func all(_ statements: Statements) throws -> [LateObject] {
    var found: [LateObject] = []
    try statements.run(
      "SELECT \"$path\", min(eventTime), count(*) FROM events WHERE eventTime IS NOT NULL GROUP BY 1"
    ) { row in
      guard let key = row[0].text, let first = row[1].text, let begin = parseTime(first),
        let object = LateObject(key, first, begin, count: row[2].text.flatMap { Int($0) } ?? 0)
      else { return }
      found.append(object)
    }
    return found.sorted { ($1.delay, $0.key) < ($0.delay, $1.key) }
  }

  private init?(_ key: String, _ first: String, _ begin: Int64, count: Int) {
    let source = SourceKey(Array(key.utf8))
    guard source.hasDeliveredName, let digits = source.delivery, digits.count == 12 else { return nil }
    let text = String(decoding: digits, as: UTF8.self)
    func part(_ start: Int, _ length: Int) -> Substring { text.dropFirst(start).prefix(length) }
    let spelled = "\(part(0, 4))-\(part(4, 2))-\(part(6, 2))T\(part(8, 2)):\(part(10, 2)):00Z"
    guard let delivered = parseTime(spelled), delivered - begin > Self.leastDelay else { return nil }
    (self.key, self.delivered, self.first, self.count) = (key, delivered, first, count)
    delay = delivered - begin
    account = source.account.map { String(decoding: $0, as: UTF8.self) } ?? ""
    region = source.region.map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
