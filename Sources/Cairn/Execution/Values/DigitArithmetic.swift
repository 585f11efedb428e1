/// Schoolbook arithmetic on decimal digits, most significant first.
enum DigitArithmetic {
  /// Of two runs of the same length; one digit longer. A shorter run is taken as if it had zeros before it.
  static func sum(_ lhs: [UInt8], _ rhs: [UInt8]) -> [UInt8] {
    let width = max(lhs.count, rhs.count)
    var output = [UInt8](repeating: 0, count: width + 1)
    var carry: UInt8 = 0
    for offset in 0..<width {
      let left = offset < lhs.count ? lhs[lhs.count - 1 - offset] : 0
      let right = offset < rhs.count ? rhs[rhs.count - 1 - offset] : 0
      let digit = left + right + carry
      output[width - offset] = digit % 10
      carry = digit / 10
    }
    output[0] = carry
    return output
  }

  /// Of a run and a smaller one of the same length.
  static func difference(_ lhs: [UInt8], _ rhs: [UInt8]) -> [UInt8] {
    var output = lhs
    var borrow = 0
    for index in output.indices.reversed() {
      var digit = Int(lhs[index]) - (index < rhs.count ? Int(rhs[index]) : 0) - borrow
      borrow = digit < 0 ? 1 : 0
      if digit < 0 { digit += 10 }
      output[index] = UInt8(truncatingIfNeeded: digit)
    }
    return output
  }

  /// The whole quotient of a run and a run that is not zero, and what is left, with a digit more than the latter.
  static func quotient(_ lhs: [UInt8], _ rhs: [UInt8]) -> (whole: [UInt8], rest: [UInt8]) {
    let divisor = [0] + rhs.drop { $0 == 0 }
    var rest = [UInt8](repeating: 0, count: divisor.count)
    var quotient: [UInt8] = []
    for digit in lhs {
      rest = rest.dropFirst() + [digit]
      var count: UInt8 = 0
      while ByteOrder.compare(rest, divisor) >= 0 {
        rest = difference(rest, divisor)
        count += 1
      }
      quotient.append(count)
    }
    return (quotient, rest)
  }

  /// The whole quotient, rounded half up.
  static func roundedQuotient(_ lhs: [UInt8], _ rhs: [UInt8]) -> [UInt8] {
    let (whole, rest) = quotient(lhs, rhs)
    let isUp = ByteOrder.compare(Array(sum(rest, rest).dropFirst()), [0] + rhs.drop { $0 == 0 }) >= 0
    return isUp ? sum(whole, [1]) : whole
  }

  static func product(_ lhs: [UInt8], _ rhs: [UInt8]) -> [UInt8] {
    var sums = [Int](repeating: 0, count: lhs.count + rhs.count)
    for (left, digit) in lhs.enumerated() where digit != 0 {
      for (right, other) in rhs.enumerated() { sums[left + right + 1] += Int(digit) * Int(other) }
    }
    var carry = 0
    for index in sums.indices.reversed() {
      let value = sums[index] + carry
      sums[index] = value % 10
      carry = value / 10
    }
    return sums.map { UInt8(truncatingIfNeeded: $0) }
  }
}
