/// What an access key ID tells of itself.
public enum AccessKey {
  /// The account that a key belongs to; nil for keys of the old form and for what is none.
  ///
  /// Behind its prefix of four letters a key ID is base32 (RFC 4648), and bits 1 to 40 of it are the account's number:
  /// published by Tal Be'ery, "A short note on AWS KEY ID", 2023, and used by TruffleHog. AWS documents the call
  /// `sts:GetAccessKeyInfo` for it, and says that keys made before the end of March 2019 do not have it; these do not
  /// have a letter from Q to Z or a digit at their fifth place.
  public static func account(of key: String) -> String? {
    let letters = Array(key.utf8)
    guard isKey(key), letters.count >= 20, letters[4] >= UInt8(ascii: "Q") || letters[4] <= UInt8(ascii: "7")
    else { return nil }
    var bits: UInt64 = 0
    for letter in letters[4..<13] {
      guard let value = digit(letter) else { return nil }
      bits = bits << 5 | UInt64(value)
    }
    // 45 bits: the first is no part of it, and the four last ones are not either.
    let account = bits >> 4 & 0xFF_FFFF_FFFF
    let text = String(account)
    guard text.utf8.count <= 12 else { return nil }
    return String(repeating: "0", count: 12 - text.utf8.count) + text
  }

  /// Whether a text has the form of an access key ID: `AKIA` (of users and root) or `ASIA` (of sessions), and more.
  public static func isKey(_ text: String) -> Bool {
    guard text.utf8.count >= 16, text.utf8.count <= 128, text.hasPrefix("AKIA") || text.hasPrefix("ASIA")
    else { return false }
    return text.utf8.allSatisfy { digit($0) != nil || (0x30...0x39).contains($0) }
  }

  private static func digit(_ letter: UInt8) -> UInt8? {
    switch letter {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - UInt8(ascii: "A")
    case UInt8(ascii: "2")...UInt8(ascii: "7"): letter - UInt8(ascii: "2") + 26
    default: nil
    }
  }
}
