/// Functions whose value is another one each time (S107).
enum RandomFunction: Sendable {
  case number, uuid, shuffle

  static let table: [FunctionTable.Entry] = [
    .special("rand", 0...2, .random(.number)),
    .special("random", 0...2, .random(.number)),
    .special("uuid", 0...0, .random(.uuid)),
    .special("shuffle", 1...1, .random(.shuffle)),
  ]

  @Sendable func value(_ arguments: [EngineValue]) -> EngineValue {
    switch self {
    case .number: RandomFunction.number(arguments)
    case .uuid: RandomFunction.uuid()
    case .shuffle: arguments[0].elements.map { .array($0.shuffled()) } ?? .null
    }
  }

  /// A double from 0 up to 1, a whole number below `n`, or one from `m` up to below `n`.
  private static func number(_ arguments: [EngineValue]) -> EngineValue {
    guard let last = arguments.last else { return EngineValue(double: Double.random(in: 0..<1)) }
    let first = arguments.count > 1 ? arguments[0].number?.whole : 0
    guard let first, let end = last.number?.whole, first < end else { return .null }
    return .number(.integer(Int64.random(in: first..<end)))
  }

  /// Version 4 of RFC 9562.
  private static func uuid() -> EngineValue {
    let random = UInt128.random(in: 0 ... .max)
    let version = random & ~(0xF << 76) | 4 << 76
    let variant = version & ~(3 << 62) | 2 << 62
    let digits = Array(String(variant, radix: 16).utf8)
    let padded = [UInt8](repeating: UInt8(ascii: "0"), count: 32 - digits.count) + digits
    var output: [UInt8] = []
    for (index, digit) in padded.enumerated() {
      if [8, 12, 16, 20].contains(index) { output.append(UInt8(ascii: "-")) }
      output.append(digit)
    }
    return .text(output)
  }
}
