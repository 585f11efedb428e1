extension ByteBuffer {
  /// `2025-01-31T08:05:09Z`, the only form that eventTime has.
  mutating func appendISOTime(_ epochSeconds: Int) {
    let time = CivilTime(epochSeconds: epochSeconds)
    appendDate(time, separator: 0x2D)
    append(0x54)
    appendClock(time)
    append(0x5A)
  }

  /// `2025-01-31`, or with another separator.
  mutating func appendDate(_ time: CivilTime, separator: UInt8) {
    appendPadded(time.year, width: 4)
    append(separator)
    appendPadded(time.month, width: 2)
    append(separator)
    appendPadded(time.day, width: 2)
  }

  private mutating func appendClock(_ time: CivilTime) {
    appendPadded(time.hour, width: 2)
    append(0x3A)
    appendPadded(time.minute, width: 2)
    append(0x3A)
    appendPadded(time.second, width: 2)
  }

  /// `Jan 31, 2025 8:05:09 AM`, Java's date style inside request and response.
  ///
  /// The newer style has a comma after the year and a narrow no-break space, escaped, before AM or PM.
  mutating func appendJavaTime(_ epochSeconds: Int, newer: Bool) {
    let time = CivilTime(epochSeconds: epochSeconds)
    append(CivilTime.monthNames[time.month - 1])
    append(0x20)
    appendDecimal(time.day)
    append(", ")
    appendDecimal(time.year)
    append(newer ? ", " : " ")
    appendDecimal(time.hour % 12 == 0 ? 12 : time.hour % 12)
    append(0x3A)
    appendPadded(time.minute, width: 2)
    append(0x3A)
    appendPadded(time.second, width: 2)
    append(newer ? "\\u202f" : " ")
    append(time.hour < 12 ? "AM" : "PM")
  }

  /// `1.738310709123E9`: how Java prints a double of epoch seconds.
  mutating func appendExponentTime(_ epochSeconds: Int, milliseconds: Int) {
    let digits = epochSeconds * 1_000 + milliseconds
    appendDecimal(digits / 1_000_000_000_000)
    append(0x2E)
    var fraction = digits % 1_000_000_000_000
    var width = 12
    while width > 1, fraction % 10 == 0 {
      fraction /= 10
      width -= 1
    }
    appendPadded(fraction, width: width)
    append("E9")
  }
}
