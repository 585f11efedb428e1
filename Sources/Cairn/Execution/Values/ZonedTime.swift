import CairnStorage

/// A point in time with the zone that it is shown in (S79); UTC's are plain timestamps.
package struct ZonedTime: Sendable, Equatable {
  package let point: TimePoint
  let zone: NamedZone

  /// What the zone's clocks show, as if it were UTC; the point itself where that is outside the years 1 to 9999.
  var clock: TimePoint {
    TimePoint(seconds: point.seconds + Int64(offset), fraction: point.fraction) ?? point
  }

  /// Seconds east of UTC.
  var offset: Int { zone.zone.offset(at: point.seconds) }

  /// `2024-01-01 09:00:00 Asia/Tokyo`.
  var text: [UInt8] { clock.text + [UInt8(ascii: " ")] + zone.name }

  package static func == (lhs: ZonedTime, rhs: ZonedTime) -> Bool {
    lhs.point == rhs.point && lhs.zone.name == rhs.zone.name
  }
}

/// A zone with the name by which values show it.
final class NamedZone: Sendable {
  let name: [UInt8]
  let zone: Zone

  init(name: [UInt8], zone: Zone) {
    self.name = name
    self.zone = zone
  }

  static let utc = NamedZone(FixedZone(seconds: 0))

  /// An offset, named `+09:00`.
  convenience init(_ zone: FixedZone) { self.init(name: zone.name, zone: .fixed(zone)) }

  /// Whether it is UTC for good.
  var isUTC: Bool { if case .fixed(let zone) = zone { zone.seconds == 0 } else { false } }

  private static let lock = Lock()
  nonisolated(unsafe) private static var zones: [[UInt8]: NamedZone] = [:]

  /// A zone by its name in the database or as an offset, in the first case read once and kept.
  static func named(_ name: [UInt8]) throws(ZoneRules.Failure) -> NamedZone {
    if let fixed = FixedZone(name: name) { return NamedZone(fixed) }
    if let known = lock.withLock({ zones[name] }) { return known }
    let zone = NamedZone(name: name, zone: .rules(try ZoneRules(name: name)))
    lock.withLock { zones[name] = zone }
    return zone
  }

  /// A zone that a value of this process has; UTC for another name.
  static func known(_ name: [UInt8]) -> NamedZone {
    FixedZone(name: name).map { NamedZone($0) } ?? lock.withLock { zones[name] } ?? utc
  }
}

extension FixedZone {
  /// `UTC`, `+09:00`.
  fileprivate var name: [UInt8] {
    seconds == 0 ? Array("UTC".utf8) : TimePattern.offset(seconds)
  }
}

extension EngineValue {
  /// A point shown in a zone.
  init(_ point: TimePoint, shownIn zone: NamedZone) {
    self = zone.isUTC ? .timestamp(point) : .zoned(ZonedTime(point: point, zone: zone))
  }

  /// The point at which the zone's clocks show a time; NULL outside the years 1 to 9999.
  init(clock: TimePoint, in zone: NamedZone) {
    let seconds = clock.seconds - Int64(zone.zone.offset(atClock: clock.seconds))
    guard let point = TimePoint(seconds: seconds, fraction: clock.fraction) else {
      self = .null
      return
    }
    self = EngineValue(point, shownIn: zone)
  }

  /// The time that a text spells with the zone that it names (S16): an offset, or where `allowsNames` is set the name
  /// of a zone. Times of other kinds stay as they are. NULL for anything else.
  init(timeOf value: EngineValue, allowsNames: Bool = false) {
    guard let text = value.string else {
      switch value {
      case .timestamp, .zoned: self = value
      default: self = value.timePoint.map(EngineValue.timestamp) ?? .null
      }
      return
    }
    if let (clock, zone) = TimePoint.clock(spelling: text) {
      self = EngineValue(clock: clock, in: NamedZone(zone))
    } else if let point = TimePoint(spelling: text) {
      self = .timestamp(point)
    } else if allowsNames, let space = text.lastIndex(of: UInt8(ascii: " ")),
      let clock = TimePoint(spelling: Array(text[..<space])), text[..<space].contains(UInt8(ascii: ":")),
      let zone = try? NamedZone.named(Array(text[(space + 1)...]))
    {
      self = EngineValue(clock: clock, in: zone)
    } else {
      self = .null
    }
  }

  /// The time moved, in the zone that it is shown in; what is no time stays as it is.
  func changed(_ change: (TimePoint) -> TimePoint?) -> EngineValue {
    if case .date = self { return self }
    return timePoint.map { change($0).map { EngineValue($0, shownIn: zone) } ?? .null } ?? self
  }

  /// What clocks show in the zone of the value: for functions of parts of times.
  var clock: TimePoint? {
    if case .zoned(let time) = self { time.clock } else { timePoint }
  }

  /// The zone that it is shown in; UTC for anything but a time with another one.
  var zone: NamedZone { if case .zoned(let time) = self { time.zone } else { .utc } }
}
