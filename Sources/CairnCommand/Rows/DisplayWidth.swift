/// Columns that a text takes on a terminal: two for wide characters of East Asia and emoji, none for marks that
/// stand on the character before them.
func displayWidth(_ text: String) -> Int {
  text.utf8.allSatisfy { $0 < 0x80 }
    ? text.utf8.count : text.unicodeScalars.reduce(0) { $0 + displayWidth($1) }
}

func displayWidth(_ scalar: Unicode.Scalar) -> Int {
  if scalar.value < 0x300 { return 1 }
  if isMark(scalar) { return 0 }
  // A flag is two of these, and as wide as they are together.
  if (0x1F1E6...0x1F1FF).contains(scalar.value) { return 1 }
  return isWide(scalar) ? 2 : 1
}

/// Whether a character stands on the one before it.
func isMark(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark: true
  // The second and third letters of a Korean syllable.
  default: (0x1160...0x11FF).contains(scalar.value) || (0xD7B0...0xD7FF).contains(scalar.value)
  }
}

/// Wide and fullwidth blocks of UAX #11; emoji have a property of their own.
private func isWide(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
    0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
    0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F2FF, 0x20000...0x3FFFD:
    true
  default: scalar.properties.isEmojiPresentation
  }
}

extension String {
  /// Filled with blanks to a width on a terminal.
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - displayWidth(self)))
  }

  /// As much of its beginning as fits into a width.
  func prefix(ofWidth width: Int) -> Substring {
    var left = width
    return prefix { character in
      left -= displayWidth(String(character))
      return left >= 0
    }
  }

  /// As much of its end as fits into a width.
  func suffix(ofWidth width: Int) -> Substring {
    var left = width
    var start = endIndex
    while start > startIndex {
      let before = index(before: start)
      left -= displayWidth(String(self[before]))
      if left < 0 { break }
      start = before
    }
    return self[start...]
  }
}
