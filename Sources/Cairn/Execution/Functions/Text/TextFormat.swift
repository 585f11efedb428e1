/// `format(pattern, …)`: Java's format strings, as far as S71 says.
enum TextFormat {
  /// Larger widths and precisions make the result NULL.
  static let largestWidth = 1000

  private struct Directive {
    var flags: Set<UInt8> = []
    var width = 0
    var precision: Int?
    var conversion = UInt8(ascii: "s")
    /// What of a time is asked for, behind `t` or `T`.
    var timePart: UInt8?
    /// The argument's place from 1, where it is written.
    var index: Int?
    /// Whether the argument is that of the directive before, `%<s`.
    var repeats = false

    func has(_ flag: Character) -> Bool { flag.asciiValue.map(flags.contains) ?? false }
  }

  @Sendable static func format(_ arguments: [EngineValue]) -> EngineValue {
    guard let pattern = arguments[0].text else { return .null }
    var output: [UInt8] = []
    var rest = pattern[...]
    var next = 1
    var last = 0
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        output.append(byte)
        continue
      }
      guard let directive = directive(&rest) else { return .null }
      switch directive.conversion {
      case UInt8(ascii: "%"): output += padded([UInt8(ascii: "%")], directive)
      case UInt8(ascii: "n"): output.append(0x0A)
      default:
        let index = directive.repeats ? last : directive.index ?? next
        if directive.index == nil, !directive.repeats { next += 1 }
        last = index
        guard index > 0, index < arguments.count, let text = text(arguments[index], directive) else {
          return .null
        }
        output += padded(text, directive)
      }
      if output.count > ResultLimits.textByteCount { return .null }
    }
    return .text(output)
  }

  /// What stands behind a `%`.
  private static func directive(_ rest: inout ArraySlice<UInt8>) -> Directive? {
    var directive = Directive()
    if let end = rest.firstIndex(where: { $0 &- UInt8(ascii: "0") > 9 }), end > rest.startIndex,
      rest[end] == UInt8(ascii: "$")
    {
      guard let index = number(&rest), index > 0 else { return nil }
      directive.index = index
      rest.removeFirst()
    }
    if rest.first == UInt8(ascii: "<") {
      directive.repeats = true
      rest.removeFirst()
    }
    while let flag = rest.first, "-+ 0,(".utf8.contains(flag) {
      directive.flags.insert(flag)
      rest.removeFirst()
    }
    guard let width = number(&rest) else { return nil }
    directive.width = width
    if rest.first == UInt8(ascii: ".") {
      rest.removeFirst()
      guard let precision = number(&rest) else { return nil }
      directive.precision = precision
    }
    guard let conversion = rest.popFirst() else { return nil }
    directive.conversion = conversion
    if conversion | 0x20 == UInt8(ascii: "t") {
      guard let part = rest.popFirst() else { return nil }
      directive.timePart = part
    }
    return directive
  }

  /// The digits at the front; nil beyond the limit.
  private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
    var value = 0
    while let byte = rest.first, byte &- UInt8(ascii: "0") <= 9 {
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
      guard value <= largestWidth else { return nil }
      rest.removeFirst()
    }
    return value
  }

  /// An argument converted; nil where it cannot be.
  private static func text(_ value: EngineValue, _ directive: Directive) -> [UInt8]? {
    switch directive.conversion {
    case UInt8(ascii: "t"), UInt8(ascii: "T"):
      if value.isNull { return Array("null".utf8) }
      guard let text = directive.timePart.flatMap({ FormatTime.text(value, $0) }) else { return nil }
      return directive.conversion == UInt8(ascii: "T") ? Characters.upper(text) : text
    case UInt8(ascii: "b"), UInt8(ascii: "B"):
      // As Java has it: what is there and no boolean is true.
      let text = value.isNull || value.boolean == false ? EngineValue.falseText : EngineValue.trueText
      let cut = Array(text.prefix(directive.precision ?? text.count))
      return directive.conversion == UInt8(ascii: "B") ? Characters.upper(cut) : cut
    case UInt8(ascii: "s"), UInt8(ascii: "S"):
      var text = value.text ?? Array("null".utf8)
      switch value {
      case .number(let number): text = number.json
      case .timestamp, .zoned: text = FormatTime.javaText(value)
      default: break
      }
      let cut = directive.precision.map { Array(text[..<Characters.offset(text, behind: $0)]) } ?? text
      return directive.conversion == UInt8(ascii: "S") ? Characters.upper(cut) : cut
    case UInt8(ascii: "d"):
      if value.isNull { return Array("null".utf8) }
      guard let whole = value.number?.integral, directive.precision == nil else { return nil }
      return signed(isNegative: whole < 0, Array(String(whole.magnitude).utf8), directive)
    case UInt8(ascii: "o"):
      guard let whole = value.number?.integral, directive.precision == nil else { return nil }
      return zeroFilled([], Array(String(UInt64(bitPattern: whole), radix: 8).utf8), directive)
    case UInt8(ascii: "x"), UInt8(ascii: "X"):
      guard let whole = value.number?.integral, directive.precision == nil else { return nil }
      let digits = String(
        UInt64(bitPattern: whole), radix: 16, uppercase: directive.conversion == UInt8(ascii: "X"))
      return zeroFilled([], Array(digits.utf8), directive)
    case UInt8(ascii: "f"):
      if value.isNull { return Array("null".utf8) }
      guard let number = value.number?.decimal.rounded(toPlaces: directive.precision ?? 6) else { return nil }
      let digits = number.isNegative ? Array(number.spelling.dropFirst()) : number.spelling
      return signed(isNegative: number.isNegative, digits, directive)
    default: return nil
    }
  }

  private static func signed(isNegative: Bool, _ digits: [UInt8], _ directive: Directive) -> [UInt8] {
    var digits = digits
    if directive.has(",") {
      let whole = digits.firstIndex(of: UInt8(ascii: ".")) ?? digits.count
      for place in stride(from: whole - 3, to: 0, by: -3) { digits.insert(UInt8(ascii: ","), at: place) }
    }
    if isNegative, directive.has("(") { return [UInt8(ascii: "(")] + digits + [UInt8(ascii: ")")] }
    let sign = isNegative ? "-" : directive.has("+") ? "+" : directive.has(" ") ? " " : ""
    return zeroFilled(Array(sign.utf8), digits, directive)
  }

  private static func zeroFilled(_ sign: [UInt8], _ digits: [UInt8], _ directive: Directive) -> [UInt8] {
    let missing = directive.has("0") ? directive.width - sign.count - digits.count : 0
    return sign + [UInt8](repeating: UInt8(ascii: "0"), count: max(0, missing)) + digits
  }

  private static func padded(_ text: [UInt8], _ directive: Directive) -> [UInt8] {
    let blanks = [UInt8](repeating: 0x20, count: max(0, directive.width - Characters.count(text)))
    return directive.has("-") ? text + blanks : blanks + text
  }
}
