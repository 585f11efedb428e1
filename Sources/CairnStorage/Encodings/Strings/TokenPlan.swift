/// Which classes the tokens of a chunk have, found on a sample of each length; and whether storing them as bits pays.
package struct TokenPlan {
  /// Fewer values, and a description of their form does not pay.
  package static let minimumCount = 16
  /// Classes of a chunk, most.
  package static let classLimit = 8
  /// The level of zstd that it is compared with.
  private static let sampleLevel: Int32 = 3
  /// Values of each length that its form is taken from.
  private static let sampleCount = 256
  /// Share of what zstd makes of a sample that bits may be, to be stored; and to be taken for random.
  package static let gain = 1.0
  package static let randomShare = 1.03

  package private(set) var classes: [TokenClass] = []

  /// Nil where few values have a form, or zstd does as well.
  package init?<Source: StringSource>(
    _ source: Source, _ compressor: ZstdCompressor, gain: Double = TokenPlan.gain
  ) {
    guard source.count >= Self.minimumCount else { return nil }
    let lengths = Self.lengths(source)
    let least = max(Self.minimumCount, source.count / 64)
    let common = lengths.filter { $0.value.count >= least }.sorted {
      ($1.value.count, $0.key) < ($0.value.count, $1.key)
    }
    var covered = 0
    var bits = 0
    for (_, group) in common.prefix(Self.classLimit) {
      guard let form = Self.form(source, group.sample) else { continue }
      classes.append(form)
      covered += group.count
      bits += group.count * form.bitCount
    }
    guard covered * 4 >= source.count * 3 else { return nil }
    let codes = classes.count == 1 && covered == source.count ? 0 : 2
    var description = ByteWriter()
    for form in classes { form.encode(into: &description) }
    let expected =
      Double(bits) / 8 / Double(covered) + Double(codes) / 8 + Double(description.count)
      / Double(source.count)
    guard expected < gain * Self.zstdByteCount(source, compressor) else { return nil }
  }

  /// By length of plain values: how many there are, and some of them, evenly spread.
  private static func lengths<Source: StringSource>(
    _ source: Source
  ) -> [Int: (count: Int, sample: [Int])] {
    var counts = [Int](repeating: 0, count: TokenClass.textByteLimit + 1)
    func length(_ index: Int) -> Int {
      let count = source.value(index).count
      return source.style(index) == .plain && count < counts.count ? count : 0
    }
    for index in 0..<source.count { counts[length(index)] += 1 }
    var result: [Int: (count: Int, sample: [Int])] = [:]
    for (length, count) in counts.enumerated().dropFirst() where count >= minimumCount {
      result[length] = (count, [])
    }
    if result.isEmpty { return result }
    var seen = [Int](repeating: 0, count: counts.count)
    for index in 0..<source.count {
      let length = length(index)
      if length == 0 || counts[length] < minimumCount { continue }
      if seen[length] % (1 + counts[length] / sampleCount) == 0 { result[length]?.sample.append(index) }
      seen[length] += 1
    }
    return result
  }

  /// The form of values of one length: at each place the narrowest alphabet that nearly all of them have.
  private static func form<Source: StringSource>(_ source: Source, _ sample: [Int]) -> TokenClass? {
    guard let length = sample.first.map({ source.value($0).count }) else { return nil }
    let (same, most) = (sample.count - sample.count / 64, sample.count - sample.count / 16)
    var places: [Place] = []
    var counts = [Int](repeating: 0, count: 256)
    for at in 0..<length {
      for index in sample { counts[Int(source.value(index)[at])] += 1 }
      var place = Place()
      var inAlphabet = [Int](repeating: 0, count: TokenAlphabet.allCases.count)
      for byte in 0..<256 where counts[byte] > 0 {
        if counts[byte] >= same { (place.alphabet, place.text) = (.literal, [UInt8(byte)]) }
        let sets = TokenAlphabet.membership[byte]
        for number in inAlphabet.indices where sets >> UInt16(number) & 1 == 1 {
          inAlphabet[number] += counts[byte]
        }
        counts[byte] = 0
      }
      place.counts = inAlphabet
      place.alphabets = TokenAlphabet.coded.filter { inAlphabet[Int($0.rawValue)] >= most }
      guard let alphabet = place.alphabet ?? place.alphabets.first else { return nil }
      place.alphabet = alphabet
      places.append(place)
    }
    let parts = Self.parts(places)
    guard parts.count <= TokenClass.partLimit else { return nil }
    let form = TokenClass(parts)
    // Places that are narrow for nearly all may together be so for few.
    var bytes = [UInt8](repeating: 0, count: form.byteCount + 1)
    let packer = TokenPacker(form)
    defer { packer.free() }
    let fitting = bytes.withUnsafeMutableBufferPointer { bytes in
      bytes.baseAddress.map { base in
        sample.reduce(0) { $0 + (packer.pack(source.value($1), into: base) != nil ? 1 : 0) }
      } ?? 0
    }
    return fitting * 4 >= sample.count * 3 ? form : nil
  }

  /// What stands at one place of the values of a sample.
  private struct Place {
    /// Nil until it is chosen.
    var alphabet: TokenAlphabet?
    var text: [UInt8] = []
    /// All that would do.
    var alphabets: [TokenAlphabet] = []
    /// Values that have a character of each alphabet there.
    var counts: [Int] = []
  }

  /// Neighbours of one width have one alphabet where one does for all: a few values do not tell two alphabets apart.
  private static func parts(_ places: [Place]) -> [TokenClass.Part] {
    var parts: [TokenClass.Part] = []
    var start = 0
    while start < places.count {
      let first = places[start]
      guard let alphabet = first.alphabet else { return [] }
      var end = start + 1
      if alphabet == .literal {
        var text = first.text
        while end < places.count, places[end].alphabet == .literal {
          (text, end) = (text + places[end].text, end + 1)
        }
        parts.append(TokenClass.Part(alphabet: .literal, text: text, count: text.count))
      } else {
        var common = first.alphabets.filter { $0.bitCount == alphabet.bitCount }
        var totals = first.counts
        while end < places.count, places[end].alphabet != .literal {
          let both = common.filter { places[end].alphabets.contains($0) }
          if both.isEmpty || places[end].alphabet?.bitCount != alphabet.bitCount { break }
          for number in totals.indices { totals[number] += places[end].counts[number] }
          (common, end) = (both, end + 1)
        }
        let fullest = common.map { totals[Int($0.rawValue)] }.max()
        let chosen = common.first { totals[Int($0.rawValue)] == fullest } ?? alphabet
        parts.append(TokenClass.Part(alphabet: chosen, text: [], count: end - start))
      }
      start = end
    }
    return parts
  }

  /// Bytes that zstd makes of a value on average, its length included.
  private static func zstdByteCount<Source: StringSource>(
    _ source: Source, _ compressor: ZstdCompressor
  ) -> Double {
    var text: [UInt8] = []
    var count = 0
    while count < source.count, text.count < 1 << 16 {
      text += source.value(count)
      count += 1
    }
    let frame = text.withUnsafeBufferPointer {
      compressor.compress($0, .level(sampleLevel - compressor.level), minimumGain: 0)
    }
    return Double(frame?.count ?? text.count) / Double(max(1, count))
  }
}
