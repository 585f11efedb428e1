import CairnShims

/// Writes the texts of a class's tokens: UUIDs in one go; of others runs of hexadecimal digits eight, four or three at a time, other characters one by
/// one, over what is the same in all.
struct TokenUnpacker {
  /// How many characters a step writes.
  private enum Width: UInt8, BitwiseCopyable {
    case one, three, four, eight
  }

  /// Some bits of a token, from its whole bytes and from those behind them, and where their characters go.
  private struct Step: BitwiseCopyable {
    var width: Width
    var text: Int
    /// The eight bytes that have the bits, how far these are from their end, and which they are.
    var byte: Int
    var shift: UInt64
    var mask: UInt64
    /// Of the bits behind the bytes: how many, and how far they are from the end.
    var restCount: UInt64
    var restShift: UInt64
    var restMask: UInt64
    /// By ones: where the alphabet begins. By more: what a digit above nine is beyond its place after 9.
    var alphabet: Int
  }

  private let form: TokenClass
  private let uuid: TokenClass.UUIDForm?
  private let template: [UInt8]
  private let steps: [Step]

  init(_ form: TokenClass) {
    self.form = form
    uuid = form.uuidForm
    var template: [UInt8] = []
    var steps: [Step] = []
    for part in form.parts {
      let start = template.count
      template += part.alphabet == .literal ? part.text : [UInt8](repeating: 0, count: part.count)
      if part.alphabet == .literal { continue }
      let isHex = part.alphabet == .hex || part.alphabet == .hexUpper
      let count = !isHex ? 1 : part.count >= 8 ? 8 : part.count >= 4 ? 4 : part.count == 3 ? 3 : 1
      for place in stride(from: 0, to: part.count, by: count) {
        // The last digits once more where there are not as many left.
        steps.append(
          Self.step(form, part.alphabet, at: start + min(place, part.count - count), count: count))
      }
    }
    self.template = template
    self.steps = steps
  }

  private static func step(_ form: TokenClass, _ alphabet: TokenAlphabet, at place: Int, count: Int) -> Step {
    let bit = form.bitStarts[place]
    let bitCount = count * alphabet.bitCount
    let behind = max(0, bit + bitCount - form.byteCount * 8)
    let restCount = min(bitCount, behind)
    let byteBitCount = bitCount - restCount
    return Step(
      width: count == 8 ? .eight : count == 4 ? .four : count == 3 ? .three : .one, text: place,
      // Bits that are all behind the bytes take none of them.
      byte: byteBitCount == 0 ? 0 : bit / 8,
      shift: byteBitCount == 0 ? 0 : UInt64(64 - bit % 8 - byteBitCount),
      mask: 1 << UInt64(byteBitCount) - 1,
      restCount: UInt64(restCount), restShift: UInt64(max(0, form.restBitCount - behind)),
      restMask: 1 << UInt64(restCount) - 1,
      alphabet: count == 1 ? form.alphabetStart(at: place) : alphabet == .hex ? 0x27 : 0x07)
  }

  /// Calls `body` with what writes the token of a rank.
  @inline(__always)
  func withWriter(
    _ payload: TokenStrings.Payload, _ chunk: UnsafeBufferPointer<UInt8>,
    _ body: ((_ rank: Int, _ text: UnsafeMutablePointer<UInt8>) -> Void) -> Void
  ) {
    guard let base = chunk.baseAddress else { return }
    let byteCount = form.byteCount
    // Eight bytes are read from the first of a token's to behind its last one.
    let end = chunk.count - byteCount - 8
    steps.withUnsafeBufferPointer { steps in
      template.withUnsafeBufferPointer { template in
        form.withCharacters { characters in
          body { rank, text in
            let start = payload.bytes.lowerBound &+ rank &* byteCount
            guard start <= end, let source = template.baseAddress else {
              return payload.unpack(rank, chunk, into: text)
            }
            if let uuid {
              return Self.write(uuid, base + start, rest: payload.rest(rank, chunk), text)
            }
            text.update(from: source, count: template.count)
            let rest = payload.rest(rank, chunk)
            for step in steps { Self.write(step, base + start, rest, characters, text) }
          }
        }
      }
    }
  }

  @inline(__always)
  private static func write(
    _ form: TokenClass.UUIDForm, _ bytes: UnsafePointer<UInt8>, rest: UInt64,
    _ text: UnsafeMutablePointer<UInt8>
  ) {
    func word(_ place: Int) -> UInt64 {
      UInt64(bigEndian: UnsafeRawPointer(bytes + place).loadUnaligned(as: UInt64.self))
    }
    let (high, low) = (word(0), word(form == .any ? 8 : 7))
    if form == .any { return cairn_write_uuid(text, high, low) }
    // 48 bits, the version, 12 more; then the variant's two bits and 60 more, the last two of them behind the bytes.
    cairn_write_uuid(
      text, high & ~0xFFFF | 0x4000 | high &>> 4 & 0x0FFF, 1 &<< 63 | (low &<< 4) &>> 2 | rest)
  }

  @inline(__always)
  private static func write(
    _ step: Step, _ bytes: UnsafePointer<UInt8>, _ rest: UInt64, _ characters: UnsafeBufferPointer<UInt8>,
    _ text: UnsafeMutablePointer<UInt8>
  ) {
    let window = UInt64(
      bigEndian: UnsafeRawPointer(bytes + step.byte).loadUnaligned(as: UInt64.self))
    let bits =
      (window &>> step.shift & step.mask) &<< step.restCount | rest &>> step.restShift & step.restMask
    switch step.width {
    case .one: text[step.text] = characters[step.alphabet &+ Int(truncatingIfNeeded: bits)]
    case .three:
      let digits = UInt32(truncatingIfNeeded: digits(bits, UInt64(step.alphabet))).byteSwapped
      UnsafeMutableRawPointer(text + step.text).storeBytes(
        of: UInt16(truncatingIfNeeded: digits &>> 8).littleEndian, as: UInt16.self)
      text[step.text &+ 2] = UInt8(truncatingIfNeeded: digits &>> 24)
    case .four:
      let digits = UInt32(truncatingIfNeeded: digits(bits, UInt64(step.alphabet)))
      UnsafeMutableRawPointer(text + step.text).storeBytes(of: digits.bigEndian, as: UInt32.self)
    case .eight:
      UnsafeMutableRawPointer(text + step.text).storeBytes(
        of: digits(bits, UInt64(step.alphabet)).bigEndian, as: UInt64.self)
    }
  }

  /// The digits of 32 bits, a byte each, the first one highest.
  @inline(__always)
  private static func digits(_ bits: UInt64, _ letterOffset: UInt64) -> UInt64 {
    var nibbles = (bits | bits &<< 16) & 0x0000_FFFF_0000_FFFF
    nibbles = (nibbles | nibbles &<< 8) & 0x00FF_00FF_00FF_00FF
    nibbles = (nibbles | nibbles &<< 4) & 0x0F0F_0F0F_0F0F_0F0F
    let areLetters = (nibbles &+ 0x0606_0606_0606_0606) &>> 4 & 0x0101_0101_0101_0101
    return nibbles &+ 0x3030_3030_3030_3030 &+ areLetters &* letterOffset
  }
}
