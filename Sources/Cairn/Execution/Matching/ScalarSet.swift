/// A set of Unicode scalars, as a pattern writes it.
indirect enum ScalarSet: Sendable {
  case ranges([ClosedRange<UInt32>])
  /// The same whatever the case of letters.
  case ignoringCase([ClosedRange<UInt32>])
  case property(Property)
  case union([ScalarSet])
  case intersection([ScalarSet])
  case complement(ScalarSet)

  /// Classes that need Unicode's tables.
  enum Property: Sendable {
    case letter, uppercase, lowercase, number, punctuation, symbol, separator, mark, control
  }

  func contains(_ scalar: UInt32) -> Bool {
    switch self {
    case .ranges(let ranges): ranges.contains { $0.contains(scalar) }
    case .ignoringCase(let ranges):
      ScalarSet.variants(scalar).contains { variant in ranges.contains { $0.contains(variant) } }
    case .property(let property): Unicode.Scalar(scalar).map { property.holds($0) } ?? false
    case .union(let sets): sets.contains { $0.contains(scalar) }
    case .intersection(let sets): sets.allSatisfy { $0.contains(scalar) }
    case .complement(let set): !set.contains(scalar)
    }
  }

  /// A scalar and what it becomes in the other case.
  private static func variants(_ scalar: UInt32) -> [UInt32] {
    guard let known = Unicode.Scalar(scalar) else { return [scalar] }
    var variants = [scalar]
    for mapping in [known.properties.lowercaseMapping, known.properties.uppercaseMapping] {
      let scalars = mapping.unicodeScalars
      guard scalars.count == 1, let mapped = scalars.first else { continue }
      variants.append(mapped.value)
      // The Kelvin sign, the long s: their lower case has an upper case of its own.
      for again in [mapped.properties.lowercaseMapping, mapped.properties.uppercaseMapping] {
        if again.unicodeScalars.count == 1, let other = again.unicodeScalars.first {
          variants.append(other.value)
        }
      }
    }
    return variants
  }

  static func scalar(_ scalar: UInt32, ignoresCase: Bool) -> ScalarSet {
    ignoresCase ? .ignoringCase([scalar...scalar]) : .ranges([scalar...scalar])
  }

  static let digits = ScalarSet.ranges([0x30...0x39])
  static let word = ScalarSet.ranges([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let space = ScalarSet.ranges([0x09...0x0D, 0x20...0x20])
  static let lineEnds = ScalarSet.ranges([0x0A...0x0A, 0x0D...0x0D, 0x85...0x85, 0x2028...0x2029])
  static let verticalSpace = ScalarSet.ranges([0x0A...0x0D, 0x85...0x85, 0x2028...0x2029])
  static let horizontalSpace = ScalarSet.ranges([
    0x09...0x09, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x180E...0x180E, 0x2000...0x200A, 0x202F...0x202F,
    0x205F...0x205F, 0x3000...0x3000,
  ])
  static let all = ScalarSet.ranges([0...UInt32.max])

  /// The class of `\p{name}`: POSIX names are ASCII, as in Java.
  init?(property name: String) {
    switch name.hasPrefix("Is") ? String(name.dropFirst(2)) : name {
    case "Lower": self = .ranges([0x61...0x7A])
    case "Upper": self = .ranges([0x41...0x5A])
    case "ASCII": self = .ranges([0...0x7F])
    case "Alpha": self = .ranges([0x41...0x5A, 0x61...0x7A])
    case "Digit": self = .digits
    case "Alnum": self = .ranges([0x30...0x39, 0x41...0x5A, 0x61...0x7A])
    case "Punct": self = .ranges([0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E])
    case "Graph": self = .ranges([0x21...0x7E])
    case "Print": self = .ranges([0x20...0x7E])
    case "Blank": self = .ranges([0x09...0x09, 0x20...0x20])
    case "Cntrl": self = .ranges([0...0x1F, 0x7F...0x7F])
    case "XDigit": self = .ranges([0x30...0x39, 0x41...0x46, 0x61...0x66])
    case "Space": self = .space
    case "L", "Alphabetic": self = .property(.letter)
    case "Lu", "Uppercase": self = .property(.uppercase)
    case "Ll", "Lowercase": self = .property(.lowercase)
    case "N": self = .property(.number)
    case "P", "Punctuation": self = .property(.punctuation)
    case "S": self = .property(.symbol)
    case "Z": self = .property(.separator)
    case "M": self = .property(.mark)
    case "Cc", "Control": self = .property(.control)
    default: return nil
    }
  }
}

extension ScalarSet.Property {
  func holds(_ scalar: Unicode.Scalar) -> Bool {
    switch (self, scalar.properties.generalCategory) {
    case (.letter, .uppercaseLetter), (.letter, .lowercaseLetter), (.letter, .titlecaseLetter),
      (.letter, .modifierLetter), (.letter, .otherLetter):
      true
    case (.uppercase, .uppercaseLetter), (.lowercase, .lowercaseLetter), (.control, .control): true
    case (.number, .decimalNumber), (.number, .letterNumber), (.number, .otherNumber): true
    case (.punctuation, .connectorPunctuation), (.punctuation, .dashPunctuation),
      (.punctuation, .openPunctuation), (.punctuation, .closePunctuation),
      (.punctuation, .initialPunctuation),
      (.punctuation, .finalPunctuation), (.punctuation, .otherPunctuation):
      true
    case (.symbol, .mathSymbol), (.symbol, .currencySymbol), (.symbol, .modifierSymbol),
      (.symbol, .otherSymbol):
      true
    case (.separator, .spaceSeparator), (.separator, .lineSeparator), (.separator, .paragraphSeparator): true
    case (.mark, .nonspacingMark), (.mark, .spacingMark), (.mark, .enclosingMark): true
    default: false
    }
  }
}

/// A set with its ASCII part looked up at once.
struct ScalarClass: Sendable {
  /// Those below 64, and those from 64 to 127, a bit each.
  let low: UInt64
  let high: UInt64
  private let set: ScalarSet

  init(_ set: ScalarSet) {
    func bits(_ start: UInt32) -> UInt64 {
      (0..<64).reduce(UInt64(0)) { set.contains(start + $1) ? $0 | 1 << UInt64($1) : $0 }
    }
    self.set = set
    low = bits(0)
    high = bits(64)
  }

  @inline(__always)
  func contains(_ scalar: UInt32) -> Bool {
    if scalar < 64 { return low >> UInt64(scalar) & 1 != 0 }
    if scalar < 128 { return high >> UInt64(scalar - 64) & 1 != 0 }
    return set.contains(scalar)
  }
}
