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
  /// As people see it.
  package var description: String { shownName(bytes) }
}
