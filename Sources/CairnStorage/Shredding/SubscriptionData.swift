/// What streams carry as base64 in strings of other JSON: CloudWatch Logs' subscriptions, JSON in gzip, and JSON as it is
/// (Kinesis, Lambda, Firehose).
struct SubscriptionData {
  private let bytes: UnsafeBufferPointer<UInt8>
  /// The first bytes of gzip and of `{"` in base64.
  private static let signs = ["\"H4sI", "\"eyJ"].map { ByteFinder(Array($0.utf8)) }

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  /// Whether it is what Lambda gets of a stream: such an event has names that records have too, and is none.
  var isStreamEvent: Bool {
    var skimmer = JSONSkimmer(bytes, at: 0)
    skimmer.skipWhitespace()
    var isFound = false
    _ = skimmer.visitMembers { key, value in
      guard bytes[key].elementsEqual(ObjectRecognizer.recordsKey), value.byte == UInt8(ascii: "[") else {
        return false
      }
      var element = value
      element.position += 1
      element.skipWhitespace()
      _ = element.visitMembers { key, value in
        isFound = bytes[key].elementsEqual("kinesis".utf8) && value.byte == UInt8(ascii: "{")
        return !isFound
      }
      return false
    }
    return isFound
  }

  /// Appends what the strings hold, a line each. What is not whole goes there as it is, so that it is told. False where
  /// there is none, or more than `limit`.
  func write(to output: PaddedBuffer, _ inflater: Inflater, limit: Int) throws -> Bool {
    guard let first = bytes.firstIndex(where: { !isWhitespace($0) }) else { return false }
    if bytes[first...].starts(with: Self.lineSign) {
      return try writeLines(to: output, inflater, limit: limit)
    }
    guard "{[".utf8.contains(bytes[first]) else { return false }
    let inflated = PaddedBuffer()
    var start = 0
    var places = Self.signs.map { _ in -1 }
    var hasSome = false
    while let (at, isPacked) = next(from: start, &places) {
      let end = bytes[(at + 1)...].firstIndex(of: UInt8(ascii: "\"")) ?? bytes.count
      start = end
      let text = bytes[(at + 1)..<end]
      if !isPacked {
        // Other services' tokens begin so too.
        guard let data = Base64.decode(text), data.withUnsafeBufferPointer({ LogSigns.areIn($0) }) else {
          continue
        }
        guard try output.append(data + [0x0A], limit: limit) else { return false }
        hasSome = true
        continue
      }
      if let data = Base64.decode(text), try inflate(data, inflater, into: inflated, limit: limit) {
        guard try output.append(inflated.bytes, limit: limit) else { return false }
        hasSome = true
      } else if try !output.append(UnsafeBufferPointer(rebasing: text), limit: limit) {
        return false
      }
      guard try output.append([0x0A], limit: limit) else { return false }
    }
    return hasSome
  }

  private static let lineSign = Array("H4sI".utf8)

  /// The same for base64 alone, as `--query 'Records[].Data'` prints it: words between white space.
  private func writeLines(to output: PaddedBuffer, _ inflater: Inflater, limit: Int) throws -> Bool {
    let inflated = PaddedBuffer()
    for word in bytes.split(whereSeparator: { isWhitespace($0) }) {
      var text = UnsafeBufferPointer(rebasing: word)
      if let data = Base64.decode(word), try inflate(data, inflater, into: inflated, limit: limit) {
        text = inflated.bytes
      }
      guard try output.append(text, limit: limit), try output.append([0x0A], limit: limit) else {
        return false
      }
    }
    return true
  }

  /// The next string that may hold something; `places` are the next ones of each sign, as far as they are known.
  private func next(from start: Int, _ places: inout [Int]) -> (at: Int, isPacked: Bool)? {
    for (index, sign) in Self.signs.enumerated() where places[index] < start {
      places[index] = sign.find(in: bytes, from: start) ?? bytes.count
    }
    guard let least = places.min(), least < bytes.count else { return nil }
    return (least, least == places[0])
  }

  private func inflate(_ data: [UInt8], _ inflater: Inflater, into output: PaddedBuffer, limit: Int) throws
    -> Bool
  {
    try data.withUnsafeBufferPointer { try inflater.inflate($0, into: output, limit: limit) } == nil
  }
}

/// RFC 4648, section 4.
enum Base64 {
  /// Nil where the text is none. `\/` stands for `/`, as in JSON.
  static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var output: [UInt8] = []
    var bits: UInt32 = 0
    var count = 0
    var isEnded = false
    for byte in text {
      let value: UInt8
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): value = byte - 0x41
      case UInt8(ascii: "a")...UInt8(ascii: "z"): value = byte - 0x61 + 26
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = byte - 0x30 + 52
      case UInt8(ascii: "+"): value = 62
      case UInt8(ascii: "/"): value = 63
      case UInt8(ascii: "\\"): continue
      case UInt8(ascii: "="):
        isEnded = true
        continue
      default: return nil
      }
      if isEnded { return nil }
      bits = bits << 6 | UInt32(value)
      count += 1
      if count % 4 == 0 {
        output += [UInt8(truncatingIfNeeded: bits >> 16), UInt8(truncatingIfNeeded: bits >> 8)]
        output.append(UInt8(truncatingIfNeeded: bits))
      }
    }
    switch count % 4 {
    case 0: break
    case 2: output.append(UInt8(truncatingIfNeeded: bits >> 4))
    case 3: output += [UInt8(truncatingIfNeeded: bits >> 10), UInt8(truncatingIfNeeded: bits >> 2)]
    default: return nil
    }
    return output
  }
}
