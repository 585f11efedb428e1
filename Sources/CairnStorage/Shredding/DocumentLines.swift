import Glibc

/// Lines that begin like documents, for objects of a document a line: a document that is cut must not swallow those
/// behind it.
struct DocumentLines {
  let bytes: UnsafeBufferPointer<UInt8>
  /// From where the next line was looked for to where it is, or the end.
  private var known = 0..<0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Where the first line behind `position` that begins with a brace does so, or the end. Positions in order together
  /// cost one reading of the bytes.
  mutating func next(behind position: Int) -> Int {
    if known.lowerBound <= position, position < known.upperBound { return known.upperBound }
    known = position..<Self.next(behind: position, in: bytes)
    return known.upperBound
  }

  private static func next(behind start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    var position = start
    while position < bytes.count, let feed = memchr(base + position, 0x0A, bytes.count - position) {
      position = UnsafePointer(feed.assumingMemoryBound(to: UInt8.self)) - base + 1
      if position < bytes.count, bytes[position] == UInt8(ascii: "{") { return position }
    }
    return bytes.count
  }

  /// Where the next line begins, if it is a document that the one at `start` would swallow because it does not end.
  mutating func lineBehindCut(at start: Int) -> Int? {
    let line = next(behind: start)
    guard line < bytes.count, !ends(start, before: line) else { return nil }
    var behind = DocumentLines(bytes)
    return ends(line, before: behind.next(behind: line), asLine: true) ? line : nil
  }

  /// Whether the value at `start` ends before `limit`, and nothing stands between it and there where that is asked: an
  /// element of an array has a comma or a bracket behind it.
  private func ends(_ start: Int, before limit: Int, asLine: Bool = false) -> Bool {
    var skimmer = JSONSkimmer(UnsafeBufferPointer(rebasing: bytes[..<limit]), at: start)
    guard skimmer.skipValue() else { return false }
    if asLine { skimmer.skipWhitespace() }
    return !asLine || skimmer.byte == nil
  }
}
