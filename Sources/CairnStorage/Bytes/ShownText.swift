/// Names and other foreign bytes as people see them: on one line, with nothing hidden, and never the same for two
/// different names.

/// Whether a terminal, or an eye, might take a character for something else than it is: control characters, what
/// turns the direction of text, and what leaves no trace (zero-width characters, soft hyphens, fillers, variation
/// selectors, tags).
package func mayDeceive(_ scalar: Unicode.Scalar) -> Bool {
  if scalar.value < 0x7F { return scalar.value < 0x20 }
  if scalar.value < 0xA0 { return true }
  switch scalar.properties.generalCategory {
  case .control, .format, .lineSeparator, .paragraphSeparator: return true
  default: return scalar.properties.isDefaultIgnorableCodePoint
  }
}

/// A character that may deceive, spelled out.
package func visibleEscape(_ scalar: Unicode.Scalar) -> String { "\\u{\(String(scalar.value, radix: 16))}" }

/// A path in a message: on one line, with nothing hidden.
package func shownPath(_ path: String) -> String {
  if path.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return path }
  var output = ""
  for scalar in path.unicodeScalars {
    if mayDeceive(scalar) { output += visibleEscape(scalar) } else { output.unicodeScalars.append(scalar) }
  }
  return output
}

/// A name that may be any bytes: characters that may deceive are `\u{…}`, bytes that are no UTF-8 `\xFF`, and a
/// backslash that could be taken for the beginning of either is `\\`.
package func shownName(_ bytes: [UInt8]) -> String {
  if bytes.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) {
    return String(decoding: bytes, as: UTF8.self)
  }
  var output = ""
  forEachScalar(bytes) { scalar, byte in
    if let byte {
      output += "\\x" + hexadecimal([byte]).uppercased()
    } else if let scalar {
      if mayDeceive(scalar) {
        output += visibleEscape(scalar)
      } else {
        // Doubled: no name looks like another's escape.
        if scalar == "\\" { output += "\\" }
        output.unicodeScalars.append(scalar)
      }
    }
  }
  return output
}

/// Calls `visit` with each character, or with a byte that belongs to none.
package func forEachScalar(_ bytes: [UInt8], _ visit: (Unicode.Scalar?, UInt8?) -> Void) {
  var at = 0
  while at < bytes.count {
    if let (scalar, length) = decodedScalar(bytes, at: at) {
      visit(scalar, nil)
      at += length
    } else {
      visit(nil, bytes[at])
      at += 1
    }
  }
}

/// The character whose UTF-8 begins at an index, and its length; nil where none does.
private func decodedScalar(_ bytes: [UInt8], at index: Int) -> (Unicode.Scalar, Int)? {
  let first = bytes[index]
  if first < 0x80 { return (Unicode.Scalar(first), 1) }
  let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
  guard first >= 0xC2, first <= 0xF4, index + length <= bytes.count else { return nil }
  var value = UInt32(first) & (0xFF >> (UInt32(length) + 1))
  for byte in bytes[(index + 1)..<(index + length)] {
    guard byte & 0xC0 == 0x80 else { return nil }
    value = value << 6 | UInt32(byte & 0x3F)
  }
  let least: UInt32 = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80
  guard value >= least, let scalar = Unicode.Scalar(value) else { return nil }
  return (scalar, length)
}
