/// The form that tokens of one length share: which text or alphabet stands where. A token of the form is a string of
/// bits: the numbers of its characters, the most significant bit first. Its whole bytes and the bits left over are
/// stored apart, so that bytes are found at a fixed stride.
///
/// ```
/// class := parts:varint { part }
/// part  := 0:u8 text:counted | alphabet:u8 characters:varint
/// ```
package struct TokenClass: Sendable {
  /// Most parts of a class, and most bytes of a token's text.
  package static let partLimit = 256
  package static let textByteLimit = 4096

  package struct Part: Sendable, Equatable {
    package var alphabet: TokenAlphabet
    /// Of `literal`: its text.
    package var text: [UInt8]
    package var count: Int

    package init(alphabet: TokenAlphabet, text: [UInt8], count: Int) {
      self.alphabet = alphabet
      self.text = text
      self.count = count
    }
  }

  package private(set) var parts: [Part] = []
  private(set) var textByteCount = 0
  private(set) var bitCount = 0
  /// By place: the character's bits, where its alphabet begins in `characters` and in `TokenAlphabet.numbers`.
  private var widths: [UInt8] = []
  private var offsets: [UInt16] = []
  private var alphabets: [UInt8] = []
  /// Alphabets and literal texts end to end.
  private var characters: [UInt8] = TokenClass.alphabetCharacters
  /// Where each place's bits begin.
  private(set) var bitStarts: [Int] = []

  private static let alphabetCharacters = TokenAlphabet.allCases.flatMap { alphabet in
    alphabet.characters.withUTF8Buffer { Array($0) }
  }
  private static let alphabetStarts: [Int] = {
    var start = 0
    return TokenAlphabet.allCases.map { alphabet in
      defer { start += alphabet.characters.utf8CodeUnitCount }
      return start
    }
  }()

  /// Bytes of a token's bits that are stored whole, and bits behind them.
  var byteCount: Int { bitCount / 8 }
  var restBitCount: Int { bitCount % 8 }

  package init(_ parts: [Part]) {
    for part in parts { add(part) }
  }

  private mutating func add(_ part: Part) {
    parts.append(part)
    let width = part.alphabet.bitCount
    for index in 0..<part.count {
      widths.append(UInt8(width))
      alphabets.append(part.alphabet.rawValue)
      bitStarts.append(bitCount)
      if part.alphabet == .literal {
        offsets.append(UInt16(characters.count))
        characters.append(part.text[index])
      } else {
        offsets.append(UInt16(Self.alphabetStarts[Int(part.alphabet.rawValue)]))
      }
      bitCount += width
    }
    textByteCount += part.count
  }

  func encode(into writer: inout ByteWriter) {
    writer.writeVarint(parts.count)
    for part in parts {
      writer.writeByte(part.alphabet.rawValue)
      if part.alphabet == .literal { writer.writeCounted(part.text) } else { writer.writeVarint(part.count) }
    }
  }

  static func decode(_ reader: inout ByteReader) throws -> TokenClass {
    var form = TokenClass([])
    for _ in 0..<(try reader.readCount(limit: partLimit, of: "part count")) {
      let number = try reader.readByte()
      guard let alphabet = TokenAlphabet(rawValue: number) else { throw reader.damaged("alphabet \(number)") }
      let count = try reader.readCount(limit: textByteLimit - form.textByteCount, of: "length of a token")
      let text = alphabet == .literal ? try reader.readBytes(count) : []
      form.add(Part(alphabet: alphabet, text: text, count: count))
    }
    return form
  }

  // MARK: Tokens

  /// Writes the bytes of a text and gives the bits behind them; nil where it has not this form. `bytes` has room for
  /// `byteCount`.
  func pack(_ text: UnsafeBufferPointer<UInt8>, into bytes: UnsafeMutablePointer<UInt8>) -> UInt64? {
    let packer = TokenPacker(self)
    defer { packer.free() }
    return packer.pack(text, into: bytes)
  }

  /// Calls `body` with what stands at each place: the character's bits, the number of its alphabet, and the character
  /// where it is always the same.
  fileprivate func visitPlaces(_ body: (_ width: UInt8, _ alphabet: UInt8, _ literal: UInt8) -> Void) {
    for place in 0..<textByteCount {
      body(widths[place], alphabets[place], characters[Int(offsets[place])])
    }
  }

  /// Writes the text of a token to `text`, which has room for `textByteCount`.
  @inline(__always)
  func unpack(_ bytes: UnsafePointer<UInt8>, rest: UInt64, into text: UnsafeMutablePointer<UInt8>) {
    widths.withUnsafeBufferPointer { widths in
      offsets.withUnsafeBufferPointer { offsets in
        characters.withUnsafeBufferPointer { characters in
          let byteCount = byteCount
          var bits: UInt64 = 0
          var filled = 0
          var at = 0
          for place in 0..<widths.count {
            let width = Int(widths[place])
            if filled < width {
              if at < byteCount {
                bits = bits &<< 8 | UInt64(bytes[at])
                filled &+= 8
                at &+= 1
              } else {
                bits = bits &<< UInt64(restBitCount) | rest
                filled &+= restBitCount
              }
            }
            filled &-= width
            let number = Int(truncatingIfNeeded: bits &>> UInt64(filled)) & (1 &<< width &- 1)
            text[place] = characters[Int(offsets[place]) &+ number]
          }
        }
      }
    }
  }

  /// Where the alphabet of a place begins among the characters.
  func alphabetStart(at place: Int) -> Int { Int(offsets[place]) }

  /// Calls `body` with the characters of all alphabets.
  func withCharacters(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    characters.withUnsafeBufferPointer(body)
  }

  /// The number that a byte has at a place, and its bits; nil where it cannot stand there.
  func number(of byte: UInt8, at place: Int) -> (number: UInt8, width: Int)? {
    if widths[place] == 0 { return byte == characters[Int(offsets[place])] ? (0, 0) : nil }
    let number = TokenAlphabet.numbers[Int(alphabets[place]) * 256 + Int(byte)]
    return number == 255 ? nil : (number, Int(widths[place]))
  }

  // MARK: UUIDs

  /// Any lower-case UUID.
  static let uuid = TokenClass(
    [8, 4, 4, 4, 12].flatMap { count -> [Part] in
      let digits = Part(alphabet: .hex, text: [], count: count)
      return count == 12 ? [digits] : [digits, Part(alphabet: .literal, text: [UInt8(ascii: "-")], count: 1)]
    })

  /// UUIDs whose version and variant are not among the bits, or any.
  enum UUIDForm { case random, any }

  /// Nil for tokens that are no UUIDs, or have less than these in their bits.
  var uuidForm: UUIDForm? {
    guard textByteCount == Self.uuid.textByteCount else { return nil }
    func isForm(_ version: TokenAlphabet, _ variant: TokenAlphabet) -> Bool {
      (0..<textByteCount).allSatisfy { place in
        let isDash = Self.uuid.widths[place] == 0
        let text = characters[Int(offsets[place])]
        let wanted = isDash ? .literal : place == 14 ? version : place == 19 ? variant : TokenAlphabet.hex
        return alphabets[place] == wanted.rawValue
          && (wanted != .literal || text == UInt8(ascii: isDash ? "-" : "4"))
      }
    }
    return isForm(.hex, .hex) ? .any : isForm(.literal, .uuidVariant) ? .random : nil
  }

  /// Whether all tokens of the form are UUIDs.
  var isUUID: Bool {
    textByteCount == Self.uuid.textByteCount
      && (0..<textByteCount).allSatisfy { place in
        let isDash = Self.uuid.widths[place] == 0
        let text = characters[Int(offsets[place])]
        return switch TokenAlphabet(rawValue: alphabets[place]) {
        case .literal: isDash ? text == UInt8(ascii: "-") : Self.uuid.number(of: text, at: place) != nil
        case .hex, .uuidVariant: !isDash
        default: false
        }
      }
  }
}

/// A class as the loop takes it that packs many texts: this touches no reference count. Its owner frees it.
struct TokenPacker: BitwiseCopyable {
  private struct Place: BitwiseCopyable {
    var width: UInt8
    var literal: UInt8
    /// Where the numbers of its alphabet's characters begin.
    var numbers: UInt16
  }

  private var places: RawVector<Place>
  private let numbers: RawVector<UInt8>
  let byteCount: Int
  let restBitCount: Int
  var textByteCount: Int { places.count }

  /// The numbers of all alphabets, once a process.
  private static let allNumbers: RawVector<UInt8> = {
    var all = RawVector<UInt8>(capacity: TokenAlphabet.numbers.count)
    all.append(contentsOf: TokenAlphabet.numbers)
    return all
  }()

  init(_ form: TokenClass) {
    (byteCount, restBitCount, numbers) = (form.byteCount, form.restBitCount, Self.allNumbers)
    var places = RawVector<Place>(capacity: form.textByteCount)
    form.visitPlaces { width, alphabet, literal in
      places.append(Place(width: width, literal: literal, numbers: UInt16(alphabet) * 256))
    }
    self.places = places
  }

  func free() { places.free() }

  /// Writes the bytes of a text and gives the bits behind them; nil where it has not this form. `bytes` has room for
  /// `byteCount`.
  @inline(__always)
  func pack(_ text: UnsafeBufferPointer<UInt8>, into bytes: UnsafeMutablePointer<UInt8>) -> UInt64? {
    guard text.count == places.count, let text = text.baseAddress else {
      return text.count == places.count ? 0 : nil
    }
    var bits: UInt64 = 0
    var filled = 0
    var at = 0
    for index in 0..<places.count {
      let place = places[index]
      let width = Int(place.width)
      if width == 0 {
        if text[index] != place.literal { return nil }
        continue
      }
      let number = numbers[Int(place.numbers) &+ Int(text[index])]
      if number == 255 { return nil }
      bits = bits &<< UInt64(width) | UInt64(number)
      filled &+= width
      if filled >= 8 {
        filled &-= 8
        bytes[at] = UInt8(truncatingIfNeeded: bits &>> UInt64(filled))
        at &+= 1
      }
    }
    return bits & (1 &<< UInt64(filled) &- 1)
  }
}
