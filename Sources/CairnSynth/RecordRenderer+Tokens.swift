extension RecordRenderer {
  /// Slots that write a time; the argument is an offset in seconds from the event.
  func fillTime(
    _ step: TemplateStep, _ round: Int, _ context: RecordContext, _ out: inout ByteBuffer
  ) {
    let time = context.time + Int(step.argument)
    switch step.slot {
    case .javaTime: out.appendJavaTime(time, newer: false)
    case .javaTimeNew: out.appendJavaTime(time, newer: true)
    case .isoTime: out.appendISOTime(time)
    case .epoch: out.appendDecimal(time)
    case .epochMillis:
      out.appendDecimal(time)
      out.appendPadded(scaled(context.word(step.register, round), below: 1_000), width: 3)
    case .epochDecimal:
      out.appendDecimal(time)
      out.append(".0")
    case .epochExponent:
      out.appendExponentTime(time, milliseconds: scaled(context.word(step.register, round), below: 1_000))
    case .datePath: out.appendDate(CivilTime(epochSeconds: time), separator: 0x2F)
    default: out.appendDate(CivilTime(epochSeconds: time), separator: 0x2D)
    }
  }

  /// Slots that write a random token; the argument is its length or its bound.
  func fillToken(_ step: TemplateStep, _ word: UInt64, _ out: inout ByteBuffer) {
    let length = Int(step.argument)
    switch step.slot {
    case .uuid: out.appendUUID(word, mix(word))
    case .uuidUpper: out.appendUUID(word, mix(word), uppercase: true)
    case .hex:
      var left = length
      var bits = word
      while left > 0 {
        out.appendHex(bits, digits: min(left, 16))
        bits = mix(bits)
        left -= 16
      }
    case .b64: out.appendRandom(length, alphabet: Alphabet.base64, bits: 6, seed: word)
    case .b32: out.appendRandom(length, alphabet: Alphabet.base32, bits: 5, seed: word)
    case .s3id: out.appendRandom(length, alphabet: Alphabet.crockford, bits: 5, seed: word)
    case .mixed: out.appendRandom(length, alphabet: Alphabet.mixed, bits: 6, seed: word)
    case .lower: out.appendRandom(length, alphabet: Alphabet.lower, bits: 5, seed: word)
    case .number: out.appendDecimal(scaled(word, below: max(length, 1)))
    case .decimal:
      out.appendDecimal(scaled(word, below: max(length, 1)))
      out.append(".0")
    default: break
    }
  }
}
