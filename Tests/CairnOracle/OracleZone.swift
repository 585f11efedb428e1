import Foundation

/// A zone that a time is shown in (S79).
public struct OracleZone: Sendable, Equatable {
  let name: String
  /// Seconds east of UTC where they are always the same.
  let fixed: Int64?

  static let utc = OracleZone(fixed: 0)

  private init(name: String, fixed: Int64?) {
    self.name = name
    self.fixed = fixed
  }

  init(fixed seconds: Int64) {
    self.init(name: seconds == 0 ? "UTC" : OracleZone.offsetText(seconds), fixed: seconds)
  }

  /// A zone of a name; nil for none.
  init?(_ name: String) {
    if let offset = OracleTimeFunctions.offset(name) {
      self.init(fixed: offset)
      return
    }
    guard TimeZone(identifier: name) != nil else { return nil }
    self.init(name: name, fixed: nil)
  }

  static func offsetText(_ seconds: Int64, separator: String = ":") -> String {
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let minutes = abs(seconds) / 60
    return (seconds < 0 ? "-" : "+") + two(minutes / 60) + separator + two(minutes % 60)
  }

  /// Seconds east of UTC at a point in time.
  func offset(at seconds: Int64) -> Int64 {
    if let fixed { return fixed }
    guard let zone = TimeZone(identifier: name) else { return 0 }
    return Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
  }

  /// The offset of a time on the zone's clocks: of the earlier point at which they show it, or, where they leap over
  /// it, the one before the leap.
  func offset(atClock clock: Int64) -> Int64 {
    let day: Int64 = 86_400
    let around = [offset(at: clock - day), offset(at: clock + day)]
    return around.filter { offset(at: clock - $0) == $0 }.max() ?? around[0]
  }
}

extension OracleValue {
  /// A point shown in a zone: a plain timestamp where that is UTC.
  init(_ instant: OracleInstant?, in zone: OracleZone) {
    let plain = OracleValue(instant)
    if let instant, !plain.isNull, zone != .utc { self = .zoned(instant, zone) } else { self = plain }
  }

  /// The point at which clocks in a zone show a time.
  init(clock: OracleInstant?, in zone: OracleZone) {
    self.init(clock.map { $0.adding(seconds: -zone.offset(atClock: $0.seconds), nanoseconds: 0) }, in: zone)
  }

  /// What clocks show in the value's zone.
  var clock: OracleInstant? {
    if case .zoned(let instant, let zone) = self {
      return instant.adding(seconds: zone.offset(at: instant.seconds), nanoseconds: 0)
    }
    return instant
  }

  var zone: OracleZone { if case .zoned(_, let zone) = self { zone } else { .utc } }

  /// A text or time with the zone that it names; constants may name one of the database.
  static func time(_ value: OracleValue, allowsNames: Bool) -> OracleValue {
    if case .zoned = value { return value }
    guard value.isTextual, let text = value.text else { return OracleValue(value.instant) }
    if let instant = OracleTimeText.instant(text) {
      return OracleValue(instant, in: OracleZone(fixed: OracleTimeText.offset(text)))
    }
    guard allowsNames, let space = text.lastIndex(of: 0x20), text[..<space].contains(0x3A),
      let clock = OracleTimeText.instant(Array(text[..<space])),
      OracleTimeText.offset(Array(text[..<space])) == 0,
      let zone = OracleZone(String(decoding: text[(space + 1)...], as: UTF8.self))
    else { return .null }
    return OracleValue(clock: clock, in: zone)
  }

  /// Whether it is a text or a string of the record.
  var isTextual: Bool {
    if case .text = self { return true }
    if case .string? = json { return true }
    return false
  }
}
