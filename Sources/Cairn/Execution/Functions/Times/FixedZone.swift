/// A time zone that is always as far from UTC (S79).
struct FixedZone: Sendable {
  /// East of UTC.
  let seconds: Int

  /// `UTC`, `Z`, `GMT`, `Etc/UTC` or an offset such as `+02:00`.
  init?(name: [UInt8]) {
    var rest = Characters.upper(name)[...]
    if rest.starts(with: "ETC/".utf8) { rest = rest.dropFirst(4) }
    guard let zone = FixedZone.read(&rest), rest.isEmpty else { return nil }
    self = zone
  }

  init(seconds: Int) { self.seconds = seconds }

  /// An offset of at most 14 hours, as Trino has it.
  init?(hours: Int, minutes: Int) {
    guard (-14...14).contains(hours), (-840...840).contains(minutes), abs(hours * 60 + minutes) <= 840 else {
      return nil
    }
    self.init(seconds: (hours * 60 + minutes) * 60)
  }

  /// That of an offset's text, or of an interval of whole minutes.
  init?(of value: EngineValue) {
    guard case .interval(let span) = value else {
      guard let zone = value.text.flatMap({ FixedZone(name: $0) }) else { return nil }
      self = zone
      return
    }
    guard case .nanoseconds(let count) = span, count % (60 * TimeSpan.nanosecondsPerSecond) == 0,
      let minutes = Int(exactly: count / (60 * TimeSpan.nanosecondsPerSecond))
    else { return nil }
    self.init(hours: 0, minutes: minutes)
  }

  /// The zone at the front of a text.
  static func read(_ rest: inout ArraySlice<UInt8>) -> FixedZone? {
    for word in ["UTC", "GMT", "Z"]
    where rest.prefix(word.utf8.count).elementsEqual(word.utf8, by: { $0 & 0xDF == $1 }) {
      rest = rest.dropFirst(word.utf8.count)
      return FixedZone(seconds: 0)
    }
    guard let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return nil }
    var digits = rest.dropFirst()
    guard let hours = twoDigits(&digits), hours < 24 else { return nil }
    var minutes = 0
    if digits.first == UInt8(ascii: ":") {
      digits = digits.dropFirst()
      guard let read = twoDigits(&digits) else { return nil }
      minutes = read
    } else if let read = twoDigits(&digits) {
      minutes = read
    }
    guard minutes < 60 else { return nil }
    rest = digits
    return FixedZone(seconds: (hours * 3600 + minutes * 60) * (sign == UInt8(ascii: "-") ? -1 : 1))
  }

  private static func twoDigits(_ rest: inout ArraySlice<UInt8>) -> Int? {
    let run = rest.prefix(2)
    guard run.count == 2, run.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }) else { return nil }
    rest = rest.dropFirst(2)
    return run.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
  }
}
