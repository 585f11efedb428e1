/// Numbers as bytes, most significant first (S100).
enum BinaryNumbers {
  static let table: [FunctionTable.Entry] = [
    .plain("to_big_endian_32", 1...1) { arguments in
      whole(arguments).flatMap { Int32(exactly: $0) }.map { .text(bigEndian($0)) } ?? .null
    },
    .plain("to_big_endian_64", 1...1) { whole($0).map { .text(bigEndian($0)) } ?? .null },
    .plain("from_big_endian_32", 1...1) {
      word($0, UInt32.self).map { EngineValue(Int(Int32(bitPattern: $0))) } ?? .null
    },
    .plain("from_big_endian_64", 1...1) {
      word($0, UInt64.self).map { EngineValue(Int(Int64(bitPattern: $0))) } ?? .null
    },
    .plain("to_ieee754_32", 1...1) { $0[0].number?.real.map { .text(bigEndian($0.bitPattern)) } ?? .null },
    .plain("to_ieee754_64", 1...1) { $0[0].number?.double.map { .text(bigEndian($0.bitPattern)) } ?? .null },
    .plain("from_ieee754_32", 1...1) { arguments in
      word(arguments, UInt32.self).flatMap { ExactNumber(Float(bitPattern: $0)) }.map(EngineValue.number)
        ?? .null
    },
    .plain("from_ieee754_64", 1...1) { arguments in
      word(arguments, UInt64.self).flatMap { ExactNumber(Double(bitPattern: $0)) }.map(EngineValue.number)
        ?? .null
    },
  ]

  private static func whole(_ arguments: [EngineValue]) -> Int64? { arguments[0].number?.whole }

  static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<value.bitWidth / 8).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  /// The number of exactly as many bytes as it has.
  private static func word<Word: FixedWidthInteger>(_ arguments: [EngineValue], _ type: Word.Type) -> Word? {
    guard let bytes = arguments[0].text, bytes.count == Word.bitWidth / 8 else { return nil }
    return bytes.reduce(0) { $0 << 8 | Word($1) }
  }
}
