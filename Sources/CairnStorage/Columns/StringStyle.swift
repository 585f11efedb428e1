import Glibc

/// How a string is spelled between its quotes in JSON. Numbers are on disk and never reused.
///
/// A stored string is its value (unescaped bytes) and a style; printing the value in the style gives the
/// original spelling. So values compare and search as text whatever their escapes were, and AWS's `\u003d`
/// costs nothing. What no style reproduces keeps its spelling beside the value (`verbatim`).
package enum StringStyle: UInt8, Sendable, CaseIterable {
  /// No escapes at all: the bytes themselves.
  case plain = 0
  /// `\" \\ \b \f \n \r \t`, other control characters as `\u00xx`; all else as it is.
  case minimal = 1
  /// As minimal, and `= & < > '` as `\u00xx`, U+2028 and U+2029 as `\u2028` and `\u2029`: Gson's HTML-safe
  /// default, which many AWS services print with (gson/Gson, `JsonWriter.HTML_SAFE_REPLACEMENT_CHARS`).
  case html = 2
  /// As minimal, and everything outside ASCII as `\uxxxx`: Python's `ensure_ascii`.
  case ascii = 3
  /// As minimal, and `/` as `\/`.
  case slash = 4
  /// As ascii, with upper-case hexadecimal digits.
  case asciiUpper = 5
  /// The spelling is stored beside the value.
  case verbatim = 15

  /// Styles that are tried, in this order, for a spelling with escapes.
  package static let tried: [StringStyle] = [.minimal, .html, .ascii, .slash, .asciiUpper]
}

package enum StringSpelling {
  /// The value of a spelling that the tokenizer has accepted. Lone surrogates become three bytes of WTF-8.
  package static func unescape(_ spelling: UnsafeBufferPointer<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(spelling.count)
    var at = 0
    while at < spelling.count {
      let escape = firstEscape(spelling, from: at)
      if escape > at { output.append(contentsOf: UnsafeBufferPointer(rebasing: spelling[at..<escape])) }
      at = escape
      guard at < spelling.count else { break }
      if at + 1 >= spelling.count {
        output.append(spelling[at])
        break
      }
      let code = spelling[at + 1]
      at += 2
      switch code {
      case UInt8(ascii: "b"): output.append(0x08)
      case UInt8(ascii: "f"): output.append(0x0C)
      case UInt8(ascii: "n"): output.append(0x0A)
      case UInt8(ascii: "r"): output.append(0x0D)
      case UInt8(ascii: "t"): output.append(0x09)
      case UInt8(ascii: "u"):
        var scalar = hexadecimal(spelling, at)
        at += 4
        if (0xD800...0xDBFF).contains(scalar), at + 6 <= spelling.count, spelling[at] == 0x5C,
          spelling[at + 1] == UInt8(ascii: "u")
        {
          let low = hexadecimal(spelling, at + 2)
          if (0xDC00...0xDFFF).contains(low) {
            scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
            at += 6
          }
        }
        appendScalar(scalar, to: &output)
      default: output.append(code)
      }
    }
    return output
  }

  /// Where the first backslash at or after `start` is, or the end.
  @inline(__always)
  package static func firstEscape(_ text: UnsafeBufferPointer<UInt8>, from start: Int = 0) -> Int {
    guard start < text.count, let base = text.baseAddress,
      let found = memchr(base + start, 0x5C, text.count - start)
    else { return text.count }
    return UnsafeRawPointer(base).distance(to: found)
  }

  private static func hexadecimal(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt32 {
    var value: UInt32 = 0
    for at in start..<min(start + 4, text.count) {
      let byte = text[at]
      let digit = byte <= 0x39 ? byte &- 0x30 : (byte | 0x20) &- 0x61 &+ 10
      value = value << 4 | UInt32(digit & 15)
    }
    return value
  }

  package static func appendScalar(_ scalar: UInt32, to output: inout [UInt8]) {
    func tail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: (scalar >> shift) & 0x3F) }
    switch scalar {
    case 0..<0x80: output.append(UInt8(truncatingIfNeeded: scalar))
    case 0x80..<0x800: output += [0xC0 | UInt8(truncatingIfNeeded: scalar >> 6), tail(0)]
    case 0x800..<0x10000: output += [0xE0 | UInt8(truncatingIfNeeded: scalar >> 12), tail(6), tail(0)]
    default: output += [0xF0 | UInt8(truncatingIfNeeded: scalar >> 18), tail(12), tail(6), tail(0)]
    }
  }

  /// The style that prints `value` as `spelling`, or verbatim.
  package static func style(of spelling: UnsafeBufferPointer<UInt8>, value: [UInt8]) -> StringStyle {
    var printed = RawVector<UInt8>(capacity: spelling.count + 16)
    defer { printed.free() }
    for style in StringStyle.tried {
      printed.truncate(to: 0)
      value.withUnsafeBufferPointer { append($0, style: style, to: &printed) }
      if printed.count == spelling.count, printed.buffer.elementsEqual(spelling) { return style }
    }
    return .verbatim
  }

  /// Appends `value` as spelled in `style`. For `verbatim` the caller has the spelling; the value is copied.
  package static func append(
    _ value: UnsafeBufferPointer<UInt8>, style: StringStyle, to output: inout RawVector<UInt8>
  ) {
    if style == .plain || style == .verbatim {
      output.append(contentsOf: value)
      return
    }
    guard let base = value.baseAddress else { return }
    let plain = plainBytes[Int(style.rawValue)]
    var at = 0
    while at < value.count {
      let start = at
      while at < value.count, plain[Int(base[at])] { at &+= 1 }
      output.append(from: base + start, count: at &- start)
      guard at < value.count else { return }
      let byte = base[at]
      if byte >= 0x80 {
        at += appendNonASCII(value, at: at, style: style, to: &output)
        continue
      }
      appendASCII(byte, style: style, to: &output)
      at += 1
    }
  }

  /// By style: whether a byte is spelled as it is, wherever it stands. Never freed.
  private static let plainBytes = StringStyleTable { style, byte in
    switch byte {
    case ..<0x20, 0x22, 0x5C: false
    case 0x2F: style != .slash
    case 0x3D, 0x26, 0x3C, 0x3E, 0x27: style != .html
    case 0x80...: style == .minimal || style == .slash
    default: true
    }
  }

  private static func appendASCII(_ byte: UInt8, style: StringStyle, to output: inout RawVector<UInt8>) {
    func short(_ letter: Character) {
      output.append(0x5C)
      output.append(letter.asciiValue ?? 0x5C)
    }
    switch byte {
    case 0x22: short("\"")
    case 0x5C: short("\\")
    case 0x08: short("b")
    case 0x0C: short("f")
    case 0x0A: short("n")
    case 0x0D: short("r")
    case 0x09: short("t")
    case 0x2F where style == .slash: short("/")
    case 0x3D, 0x26, 0x3C, 0x3E, 0x27:
      if style == .html {
        appendUnicode(UInt32(byte), upper: false, to: &output)
      } else {
        output.append(byte)
      }
    case 0..<0x20: appendUnicode(UInt32(byte), upper: style == .asciiUpper, to: &output)
    default: output.append(byte)
    }
  }

  private static func appendUnicode(_ unit: UInt32, upper: Bool, to output: inout RawVector<UInt8>) {
    output.append(0x5C)
    output.append(UInt8(ascii: "u"))
    let letterBase: UInt8 = upper ? 0x41 - 10 : 0x61 - 10
    for shift: UInt32 in [12, 8, 4, 0] {
      let digit = UInt8(truncatingIfNeeded: unit >> shift) & 15
      output.append(digit < 10 ? 0x30 + digit : letterBase + digit)
    }
  }

  /// One character outside ASCII; gives the bytes it took. Malformed bytes are copied one at a time, so a
  /// style never claims to reproduce what it would change.
  private static func appendNonASCII(
    _ value: UnsafeBufferPointer<UInt8>, at: Int, style: StringStyle, to output: inout RawVector<UInt8>
  ) -> Int {
    let (scalar, byteCount) = decodeScalar(value, at: at)
    guard let scalar else {
      output.append(value[at])
      return 1
    }
    if style == .html {
      if scalar == 0x2028 || scalar == 0x2029 {
        appendUnicode(scalar, upper: false, to: &output)
      } else {
        for index in at..<(at + byteCount) { output.append(value[index]) }
      }
      return byteCount
    }
    let upper = style == .asciiUpper
    if scalar >= 0x10000 {
      appendUnicode(0xD800 + (scalar - 0x10000) >> 10, upper: upper, to: &output)
      appendUnicode(0xDC00 + (scalar - 0x10000) & 0x3FF, upper: upper, to: &output)
    } else {
      appendUnicode(scalar, upper: upper, to: &output)
    }
    return byteCount
  }

  /// The scalar at `at` (surrogates in WTF-8 included) and its length; nil and 1 where bytes are malformed.
  package static func decodeScalar(
    _ text: UnsafeBufferPointer<UInt8>, at: Int
  ) -> (scalar: UInt32?, byteCount: Int) {
    let first = UInt32(text[at])
    let length =
      first < 0x80 ? 1 : first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
    guard length > 0, at + length <= text.count else { return (nil, 1) }
    if length == 1 { return (first, 1) }
    var scalar = first & (0x7F >> UInt32(length))
    for index in 1..<length {
      let byte = UInt32(text[at + index])
      if byte & 0xC0 != 0x80 { return (nil, 1) }
      scalar = scalar << 6 | (byte & 0x3F)
    }
    let minimum: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
    return scalar >= minimum && scalar <= 0x10FFFF ? (scalar, length) : (nil, 1)
  }
}

/// A flag for each byte in each style.
private struct StringStyleTable: @unchecked Sendable {
  private let flags: UnsafeMutablePointer<Bool>

  init(_ flag: (StringStyle, UInt8) -> Bool) {
    flags = UnsafeMutablePointer<Bool>.allocate(capacity: 16 * 256)
    flags.initialize(repeating: false, count: 16 * 256)
    for style in StringStyle.allCases {
      for byte in UInt8.min...UInt8.max { flags[Int(style.rawValue) * 256 + Int(byte)] = flag(style, byte) }
    }
  }

  subscript(style: Int) -> UnsafePointer<Bool> { UnsafePointer(flags + style * 256) }
}
