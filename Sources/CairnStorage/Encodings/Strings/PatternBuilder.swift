/// The patterns of a chunk that is being written.
struct PatternBuilder {
  private(set) var patterns: [[UInt8]: UInt32] = [:]
  /// Of runs of digits, and of all.
  private(set) var digitByteCount = 0
  private(set) var byteCount = 0
  var hasHoles: Bool { holeCount > 0 }
  private var numbers: [UInt32] = []
  private var lanes: [(lane: PatternStrings.Lane, numbers: [Int64], digits: [UInt64])] = []
  /// By index and form: the place among the lanes, -1 where there is none.
  private var places = [Int32](repeating: -1, count: PatternStrings.Lane.keyCount)
  private var holeCount = 0
  private var pattern: [UInt8] = []

  /// False where there is too much of it.
  mutating func add(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
    byteCount += value.count
    guard value.count <= PatternStrings.patternByteLimit / 2, byteCount <= PatternStrings.textByteLimit else {
      return false
    }
    pattern.removeAll(keepingCapacity: true)
    var holes = 0
    var at = 0
    while at < value.count {
      let run = holes < PatternStrings.holeLimit ? Self.run(value, at) : (count: 0, form: nil)
      guard let form = run.form else {
        let end = max(at + 1, at + run.count)
        for byte in value[at..<end] {
          pattern.append(byte)
          if byte == PatternStrings.mark { pattern.append(0) }
        }
        at = end
        continue
      }
      let lane = PatternStrings.Lane(index: holes, form: form)
      note(UnsafeBufferPointer(rebasing: value[at..<(at + run.count)]), lane)
      pattern.append(PatternStrings.mark)
      pattern.append(form)
      holes += 1
      digitByteCount += run.count
      at += run.count
    }
    holeCount += holes
    if holeCount > PatternStrings.digitsLimit { return false }
    let number = patterns[pattern] ?? UInt32(patterns.count)
    if number == patterns.count { patterns[pattern] = number }
    numbers.append(number)
    return true
  }

  private mutating func note(_ run: UnsafeBufferPointer<UInt8>, _ lane: PatternStrings.Lane) {
    let key = lane.key
    if places[key] < 0 {
      places[key] = Int32(lanes.count)
      lanes.append((lane, [], []))
    }
    let place = Int(places[key])
    if lane.isHex {
      for byte in run {
        lanes[place].digits.append(UInt64(byte < 0x3A ? byte & 15 : byte - UInt8(ascii: "a") + 10))
      }
    } else {
      var number: Int64 = 0
      for byte in run { number = number * 10 + Int64(byte & 15) }
      lanes[place].numbers.append(number)
    }
  }

  /// How many bytes from a place on go together, and the form of a run of digits that they are; nil where they are none.
  private static func run(_ value: UnsafeBufferPointer<UInt8>, _ start: Int) -> (count: Int, form: UInt8?) {
    func isDecimal(_ byte: UInt8) -> Bool { 0x30...0x39 ~= byte }
    func isHex(_ byte: UInt8) -> Bool { isDecimal(byte) || 0x61...0x66 ~= byte }
    guard isHex(value[start]) else { return (1, nil) }
    var end = start
    var decimals = 0
    while end < value.count, isHex(value[end]) {
      if isDecimal(value[end]) { decimals += 1 }
      end += 1
    }
    let count = end - start
    if count >= PatternStrings.minimumHexCount, decimals > 0, decimals < count {
      return count <= PatternStrings.hexLimit ? (count, PatternStrings.hexMark | UInt8(count)) : (count, nil)
    }
    // Letters of words, and numbers among them.
    guard isDecimal(value[start]) else {
      var end = start
      while end < value.count, isHex(value[end]), !isDecimal(value[end]) { end += 1 }
      return (end - start, nil)
    }
    var last = start
    while last < end, isDecimal(value[last]) { last += 1 }
    let digits = last - start
    return digits <= PatternStrings.decimalLimit ? (digits, UInt8(digits)) : (digits, nil)
  }

  func encode(into writer: inout ByteWriter, styles: (inout ByteWriter) -> Void) {
    let sorted = patterns.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    var ranks = [Int64](repeating: 0, count: sorted.count)
    writer.writeVarint(sorted.count)
    var before: [UInt8] = []
    for (place, item) in sorted.enumerated() {
      ranks[Int(item.value)] = Int64(place)
      let shared = zip(before, item.key).prefix { $0 == $1 }.count
      writer.writeVarint(shared)
      writer.writeCounted(Array(item.key[shared...]))
      before = item.key
    }
    IntegerEncoding.encode(numbers.map { ranks[Int($0)] }, into: &writer)
    styles(&writer)
    for (lane, numbers, digits) in lanes.sorted(by: { $0.lane.key < $1.lane.key }) {
      if lane.isHex {
        BitPacking.pack(digits, width: 4, into: &writer)
      } else {
        IntegerEncoding.encode(numbers, into: &writer)
      }
    }
  }
}
