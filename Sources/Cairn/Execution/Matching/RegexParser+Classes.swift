// Escapes and sets of characters.
extension RegexParser {
  /// What stands behind `\` outside of sets.
  mutating func escape() throws(RegexFailure) -> RegexTree {
    switch next {
    case "b": return assertion(.wordBoundary)
    case "B": return assertion(.noWordBoundary)
    case "A", "G": return assertion(.start)
    case "z": return assertion(.end)
    case "Z": return assertion(.lastLineEnd)
    case "R":
      _ = take()
      let pair: [RegexTree] = [.set(.ranges([0x0D...0x0D])), .set(.ranges([0x0A...0x0A]))]
      return .choice([.sequence(pair), .set(.verticalSpace)])
    case .some(let scalar) where (0x31...0x39).contains(scalar.value) || scalar == "k":
      throw RegexFailure(message: "refers back to a group, which is not supported")
    default: return .set(try escapedSet())
    }
  }

  private mutating func assertion(_ assertion: RegexAssertion) -> RegexTree {
    _ = take()
    return .assertion(assertion)
  }

  /// A class or a character behind `\`.
  private mutating func escapedSet() throws(RegexFailure) -> ScalarSet {
    guard let scalar = take() else { throw RegexFailure(message: "ends in a '\\'") }
    switch scalar {
    case "d": return .digits
    case "D": return .complement(.digits)
    case "w": return .word
    case "W": return .complement(.word)
    case "s": return .space
    case "S": return .complement(.space)
    case "h": return .horizontalSpace
    case "H": return .complement(.horizontalSpace)
    case "v": return .verticalSpace
    case "V": return .complement(.verticalSpace)
    case "p": return try property()
    case "P": return .complement(try property())
    default: return .scalar(try escapedScalar(scalar), ignoresCase: flags.ignoresCase)
    }
  }

  private mutating func property() throws(RegexFailure) -> ScalarSet {
    var name = ""
    if accept("{") {
      while let scalar = take(), scalar != "}" { name.unicodeScalars.append(scalar) }
    } else if let scalar = take() {
      name.unicodeScalars.append(scalar)
    }
    guard let set = ScalarSet(property: name) else {
      throw RegexFailure(message: "has the unknown property '\(name)'")
    }
    return set
  }

  /// The one character that an escape stands for.
  private mutating func escapedScalar(_ scalar: Unicode.Scalar) throws(RegexFailure) -> UInt32 {
    switch scalar {
    case "t": return 0x09
    case "n": return 0x0A
    case "r": return 0x0D
    case "f": return 0x0C
    case "a": return 0x07
    case "e": return 0x1B
    case "0": return try digits(1...3, radix: 8)
    case "u": return try digits(4...4, radix: 16)
    case "x":
      guard accept("{") else { return try digits(2...2, radix: 16) }
      let value = try digits(1...6, radix: 16)
      try expect("}", "has a wrong escape")
      return value
    case "c":
      guard let letter = take(), letter.isASCII else { throw RegexFailure(message: "has a wrong escape") }
      return letter.value ^ 64
    default:
      guard !(scalar.isASCII && scalar.properties.isAlphabetic) else {
        throw RegexFailure(message: "has the unknown escape '\\\(scalar)'")
      }
      return scalar.value
    }
  }

  private mutating func digits(_ counts: ClosedRange<Int>, radix: UInt32) throws(RegexFailure) -> UInt32 {
    var value: UInt32 = 0
    var count = 0
    while count < counts.upperBound, let scalar = next, scalar.isASCII,
      let digit = Hexadecimal.value(UInt8(truncatingIfNeeded: scalar.value)), digit < radix
    {
      _ = take()
      value = value * radix + UInt32(digit)
      count += 1
    }
    guard counts.contains(count), value <= 0x10FFFF else { throw RegexFailure(message: "has a wrong escape") }
    return value
  }

  // MARK: Sets

  /// What stands behind `[`: characters, ranges, sets inside, and `&&` between them.
  mutating func characterClass() throws(RegexFailure) -> ScalarSet {
    try enter()
    defer { leave() }
    let isNegated = accept("^")
    var parts: [ScalarSet] = []
    var intersected: [ScalarSet] = []
    var isFirst = true
    while isFirst || next != "]" {
      guard let scalar = take() else { throw RegexFailure(message: "has a '[' without ']'") }
      isFirst = false
      if scalar == "[" {
        parts.append(try characterClass())
      } else if scalar == "&", accept("&") {
        intersected.append(.union(parts))
        parts = []
        if next == "]" { throw RegexFailure(message: "has an '&&' with nothing behind it") }
      } else {
        parts.append(try item(scalar))
      }
    }
    _ = take()
    let set: ScalarSet = intersected.isEmpty ? .union(parts) : .intersection(intersected + [.union(parts)])
    return isNegated ? .complement(set) : set
  }

  /// One character, a class or a range.
  private mutating func item(_ scalar: Unicode.Scalar) throws(RegexFailure) -> ScalarSet {
    if scalar == "\\", let letter = next, "dDwWsShHvVpP".unicodeScalars.contains(letter) {
      return try escapedSet()
    }
    let first = try single(scalar)
    guard next == "-", let after = next(1), after != "]", after != "[" else {
      return .scalar(first, ignoresCase: flags.ignoresCase)
    }
    _ = take()
    guard let upper = take() else { throw RegexFailure(message: "has a '[' without ']'") }
    let last = try single(upper)
    guard first <= last else {
      throw RegexFailure(message: "has a range from a larger to a smaller character")
    }
    return flags.ignoresCase ? .ignoringCase([first...last]) : .ranges([first...last])
  }

  private mutating func single(_ scalar: Unicode.Scalar) throws(RegexFailure) -> UInt32 {
    guard scalar == "\\" else { return scalar.value }
    guard let letter = take() else { throw RegexFailure(message: "ends in a '\\'") }
    return try escapedScalar(letter)
  }
}
