/// Characters that the tokens of a class have at a place: a closed set, each of 2ⁿ characters so that one takes n
/// bits. Numbers are on disk (`Formats/encodings.md`) and never reused.
package enum TokenAlphabet: UInt8, Sendable, CaseIterable {
  /// Always the same text: no bits.
  case literal = 0
  case uuidVariant = 1
  case hex = 2
  case hexUpper = 3
  case base32 = 4
  case base32hex = 5
  case crockford = 6
  case base64 = 7
  case base64url = 8

  /// By number of a character; empty for `literal`.
  package var characters: StaticString {
    switch self {
    case .literal: ""
    case .uuidVariant: "89ab"
    case .hex: "0123456789abcdef"
    case .hexUpper: "0123456789ABCDEF"
    case .base32: "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    case .base32hex: "0123456789ABCDEFGHIJKLMNOPQRSTUV"
    case .crockford: "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    case .base64: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    case .base64url: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    }
  }

  package var bitCount: Int { characters.utf8CodeUnitCount.trailingZeroBitCount & 7 }

  /// Those with characters, the narrowest first.
  static let coded = allCases.dropFirst()

  /// By byte: a bit for each alphabet that has it.
  static let membership: [UInt16] = {
    var sets = [UInt16](repeating: 0, count: 256)
    for alphabet in coded {
      alphabet.characters.withUTF8Buffer {
        for byte in $0 { sets[Int(byte)] |= 1 << UInt16(alphabet.rawValue) }
      }
    }
    return sets
  }()

  /// By alphabet, then byte: the character's number, 255 where there is none.
  static let numbers: [UInt8] = {
    var numbers = [UInt8](repeating: 255, count: allCases.count * 256)
    for alphabet in coded {
      alphabet.characters.withUTF8Buffer { text in
        for (number, byte) in text.enumerated() {
          numbers[Int(alphabet.rawValue) * 256 + Int(byte)] = UInt8(number)
        }
      }
    }
    return numbers
  }()
}
