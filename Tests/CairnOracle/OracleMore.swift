import CairnSQL
import Foundation

/// Functions of S100 to S106 that are simple to compute another way.
enum OracleMore {
  static let argumentCounts: [String: ClosedRange<Int>] = [
    "array_first": 1...1, "array_histogram": 1...1, "array_last": 1...1, "bit_count": 2...2,
    "bitwise_and": 2...2, "bitwise_left_shift": 2...2, "bitwise_not": 1...1, "bitwise_or": 2...2,
    "bitwise_right_shift": 2...2, "bitwise_right_shift_arithmetic": 2...2, "bitwise_xor": 2...2,
    "char2hexint": 1...1, "combinations": 2...2, "contains_sequence": 2...2, "cosine_distance": 2...2,
    "cosine_similarity": 2...2, "crc32": 1...1, "current_timezone": 0...0, "dot_product": 2...2,
    "euclidean_distance": 2...2, "from_base32": 1...1, "from_big_endian_32": 1...1,
    "from_big_endian_64": 1...1, "from_iso8601_timestamp_nanos": 1...1, "human_readable_seconds": 1...1,
    "index": 2...2, "ip_prefix": 2...2, "ip_subnet_max": 1...1, "ip_subnet_min": 1...1,
    "ip_subnet_range": 1...1, "is_subnet_of": 2...2, "is_finite": 1...1, "is_infinite": 1...1,
    "is_nan": 1...1, "luhn_check": 1...1,
    "multimap_from_entries": 1...1, "ngrams": 2...2, "parse_duration": 1...1, "split_to_map": 3...3,
    "split_to_multimap": 3...3, "timezone": 1...1, "to_base32": 1...1, "to_milliseconds": 1...1,
    "trim_array": 2...2, "width_bucket": 2...4,
  ]

  static func call(_ name: String, _ values: [OracleValue]) -> OracleValue {
    if values.contains(.null) { return .null }
    return bits(name, values) ?? bytes(name, values) ?? arrays(name, values) ?? numbers(name, values)
      ?? times(name, values) ?? OracleAddress.call(name, values) ?? .null
  }

  // MARK: Bits, written out as digits

  private static func whole(_ value: OracleValue) -> Int64? { value.integer }

  /// Lowest first.
  private static func digits(_ value: Int64, _ count: Int = 64) -> [Int] {
    var rest = Int128(value)
    if rest < 0 { rest += Int128(1) << 64 }
    return (0..<count).map { _ in
      defer { rest /= 2 }
      return Int(rest % 2)
    }
  }

  private static func number(_ digits: [Int]) -> Int64 {
    var value: Int128 = 0
    for (place, digit) in digits.enumerated() where digit == 1 {
      value += place == digits.count - 1 ? -(Int128(1) << Int128(place)) : Int128(1) << Int128(place)
    }
    return Int64(value)
  }

  private static func bits(_ name: String, _ values: [OracleValue]) -> OracleValue? {
    guard name.hasPrefix("bit") else { return nil }
    guard let first = whole(values[0]) else { return .null }
    if name == "bitwise_not" { return OracleValue(number(digits(first).map { 1 - $0 })) }
    guard let second = whole(values[1]) else { return .null }
    if name == "bit_count" {
      guard (2...64).contains(second) else { return .null }
      let kept = digits(first, Int(second))
      return number(kept) == first ? OracleValue(Int64(kept.reduce(0, +))) : .null
    }
    return OracleValue(
      number(
        zip(digits(first), digits(second)).map { a, b in
          switch name {
          case "bitwise_and": a * b
          case "bitwise_or": max(a, b)
          default: (a + b) % 2
          }
        }))
  }

  static func shifted(_ name: String, _ values: [OracleValue], bits: Int) -> OracleValue {
    guard let value = whole(values[0]), let distance = whole(values[1]), distance >= 0 else { return .null }
    let all = digits(value, bits)
    let count = Int(min(distance, Int64(bits)))
    let fill = Array(repeating: name.hasSuffix("arithmetic") ? all[bits - 1] : 0, count: count)
    if name == "bitwise_left_shift" { return OracleValue(number(Array((fill + all).prefix(bits)))) }
    return OracleValue(number(Array(all.dropFirst(count)) + fill))
  }

  // MARK: Bytes

  private static func bytes(_ name: String, _ values: [OracleValue]) -> OracleValue? {
    guard let text = values.first?.text else { return nil }
    switch name {
    case "crc32":
      var rest: UInt32 = .max
      for byte in text {
        rest ^= UInt32(byte)
        for _ in 0..<8 { rest = rest % 2 == 1 ? rest / 2 ^ 0xEDB8_8320 : rest / 2 }
      }
      return OracleValue(Int64(~rest))
    case "to_base32":
      let digits = text.map { byte in
        String(repeating: "0", count: byte.leadingZeroBitCount) + (byte == 0 ? "" : String(byte, radix: 2))
      }
      .joined()
      let padded = digits + String(repeating: "0", count: (5 - digits.count % 5) % 5)
      var output = ""
      for start in stride(from: 0, to: padded.count, by: 5) {
        let five = padded.dropFirst(start).prefix(5)
        output.append(Array(alphabet)[Int(five, radix: 2) ?? 0])
      }
      return OracleValue(output + String(repeating: "=", count: (8 - output.count % 8) % 8))
    case "from_base32":
      let letters = String(decoding: text, as: UTF8.self).trimmingCharacters(
        in: CharacterSet(charactersIn: "="))
      let places = letters.map { Array(alphabet).firstIndex(of: $0) }
      guard !places.contains(nil), ![1, 3, 6].contains(letters.count % 8) else { return .null }
      let digits = places.compactMap { $0 }.map { place in
        let spelled = String(place, radix: 2)
        return String(repeating: "0", count: 5 - spelled.count) + spelled
      }.joined()
      return .text(
        stride(from: 0, to: digits.count / 8 * 8, by: 8).compactMap {
          UInt8(digits.dropFirst($0).prefix(8), radix: 2)
        })
    case "from_big_endian_32", "from_big_endian_64":
      let size = name.hasSuffix("32") ? 4 : 8
      guard text.count == size else { return .null }
      let unsigned = text.reduce(Int128(0)) { $0 * 256 + Int128($1) }
      return OracleValue(Int64(text[0] < 128 ? unsigned : unsigned - Int128(1) << Int128(size * 8)))
    case "char2hexint":
      return OracleValue(
        (String(decoding: text, as: UTF8.self) as NSString).data(
          using: String.Encoding.utf16BigEndian.rawValue)?
          .map { String(format: "%02X", $0) }.joined() ?? "")
    case "index": return OracleValue(OracleText.position(of: values[1].text ?? [], in: text))
    case "luhn_check":
      let digits = String(decoding: text, as: UTF8.self).map(\.wholeNumberValue)
      guard !digits.contains(nil) else { return .null }
      if digits.isEmpty { return .boolean(false) }
      var sum = 0
      for (place, digit) in digits.compactMap({ $0 }).reversed().enumerated() {
        sum += place % 2 == 0 ? digit : [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][digit]
      }
      return .boolean(sum % 10 == 0)
    case "split_to_map", "split_to_multimap":
      guard let pairs = pairs(values) else { return .null }
      let keys = OracleMaps.distinct(pairs)
      if name == "split_to_map" { return keys.count == pairs.count ? .map(pairs) : .null }
      return .map(gathered(pairs))
    default: return nil
    }
  }

  private static let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"

  /// The pairs of a text such as `a=1,b=2`.
  static func pairs(_ values: [OracleValue]) -> [OracleEntry]? {
    let texts = values.prefix(3).compactMap { $0.text.map { String(decoding: $0, as: UTF8.self) } }
    guard texts.count == 3, !texts[1].isEmpty, !texts[2].isEmpty, texts[1] != texts[2] else { return nil }
    var entries = texts[0].components(separatedBy: texts[1])
    if entries.last == "" { entries.removeLast() }
    var pairs: [OracleEntry] = []
    for entry in entries {
      let parts = entry.components(separatedBy: texts[2])
      guard parts.count == 2 else { return nil }
      pairs.append(OracleEntry(key: OracleValue(parts[0]), value: OracleValue(parts[1])))
    }
    return pairs
  }

  /// The values of each key, in order.
  static func gathered(_ pairs: [OracleEntry]) -> [OracleEntry] {
    OracleMaps.distinct(pairs).map { first in
      let values = pairs.filter { OracleOrdering.compare($0.key, first.key) == 0 }.map(\.value)
      return OracleEntry(key: first.key, value: .array(values))
    }
  }

  /// `strpos(text, part, n)`.
  static func occurrence(_ values: [OracleValue]) -> OracleValue {
    guard let text = values[0].text.map(OracleText.characters),
      let part = values[1].text.map(OracleText.characters),
      let wanted = values[2].decimal?.wholeNumber, wanted != 0
    else { return .null }
    if part.isEmpty { return OracleValue(1) }
    let places = text.indices.filter { Array(text[$0...].prefix(part.count)) == part }
    let ordered = wanted > 0 ? places : places.reversed()
    return OracleValue(wanted.magnitude > ordered.count ? 0 : Int64(ordered[Int(wanted.magnitude) - 1] + 1))
  }
}
