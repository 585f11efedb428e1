/// `CURRENT`: the name of the manifest in force and the checksum of its bytes, so that a damaged name cannot
/// lead to an older state.
package struct CurrentPointer: Equatable, Sendable {
  package var sequence: Int
  package var manifestChecksum: UInt64

  /// A longer file is none.
  static let byteLimit = 256

  package init(sequence: Int, manifestChecksum: UInt64) {
    self.sequence = sequence
    self.manifestChecksum = manifestChecksum
  }

  package func encode() -> [UInt8] {
    Array("\(Manifest.fileName(sequence)) \(hexadecimal(manifestChecksum))\n".utf8)
  }

  package static func decode(_ bytes: [UInt8], file: String) throws -> CurrentPointer {
    let text = String(decoding: bytes, as: UTF8.self)
    let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
    if words.count == 2, let sequence = Manifest.sequence(ofFileName: words[0]),
      let sum = UInt64(words[1], radix: 16)
    {
      let pointer = CurrentPointer(sequence: sequence, manifestChecksum: sum)
      if pointer.encode() == bytes { return pointer }
    }
    throw CairnError.damaged(
      file: file, offset: 0, cause: bytes.isEmpty ? "CURRENT is empty" : "CURRENT does not name a manifest")
  }
}

/// Sixteen lower-case hexadecimal digits.
package func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
