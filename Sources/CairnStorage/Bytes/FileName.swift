/// A name in a directory, or a path that is relative to one: the system's bytes, whatever their encoding.
package struct FileName: Hashable, Sendable {
  package let bytes: [UInt8]

  package init(bytes: [UInt8]) { self.bytes = bytes }

  package init(_ text: String) { bytes = Array(text.utf8) }

  /// The name as text; nil where it is no UTF-8.
  package var text: String? { String(validating: bytes, as: UTF8.self) }

  func withPointer<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    try (bytes + [0]).withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress else { preconditionFailure("a zero byte was just appended") }
      return try body(start.assumingMemoryBound(to: CChar.self))
    }
  }
}

extension FileName: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) { self.init(text) }
}

extension FileName: Comparable {
  package static func < (a: FileName, b: FileName) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}

extension FileName: CustomStringConvertible {
  /// For messages: what is no UTF-8 or not to be printed as `\xNN`.
  package var description: String {
    if let text, text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) { return text }
    return bytes.reduce(into: "") { text, byte in
      if byte >= 0x20, byte < 0x7F {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
  }
}
