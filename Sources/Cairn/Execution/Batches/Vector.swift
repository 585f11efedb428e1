import CairnStorage

/// Values of one column for the rows of a batch: a closed set of forms, so that loops switch once a batch.
enum Vector: Sendable {
  /// The same value for every row.
  case constant(EngineValue)
  /// Entries, and a code per row.
  case coded(Coded)
  /// Canonical `eventTime` texts as seconds since 1970, one per row.
  case times(Times)
  /// Timestamps of whole seconds, one per row.
  case timestamps(Times)
  /// Whole numbers, one per row.
  case wholes(Numbers<Int64>)
  /// Doubles, one per row, all finite.
  case doubles(Numbers<Double>)
  /// Texts where they lie, and an entry per row.
  case texts(Texts)
  /// A value per row.
  case plain([EngineValue])

  struct Coded: Sendable {
    /// May repeat values, and have some that no row uses.
    var entries: [EngineValue]
    var codes: [UInt32]
    /// Number of each entry in its segment (`FieldVector.keys`), and the segment's own; empty for none.
    var keys: [UInt64] = []
    var segment = 0

    var values: [EngineValue] { codes.map { entries[Int($0)] } }
  }

  struct Times: Sendable {
    var seconds: [Int64]

    init(_ seconds: [Int64]) { self.seconds = seconds }

    /// Rows by the step of `granularity` seconds that they lie in: one second of each step, and for each row its
    /// step; what is no time (NULL, after outer joins and in windows) lies in one of its own. Rows mostly come in the
    /// order of time, so the end of a step is looked for in strides.
    func steps(of granularity: Int64) -> (seconds: [Int64], codes: [UInt32]) {
      var steps: [Int64: UInt32] = [:]
      var output: [Int64] = []
      let codes = [UInt32](unsafeUninitializedCapacity: seconds.count) { codes, count in
        seconds.withUnsafeBufferPointer { seconds in
          while count < seconds.count {
            let second = seconds[count]
            let isTime = EventTime.canonicalRange.contains(second)
            let step = !isTime ? .min : second >= 0 ? second / granularity : (second + 1) / granularity - 1
            let code = steps[step] ?? UInt32(truncatingIfNeeded: output.count)
            if Int(code) == output.count {
              steps[step] = code
              output.append(second)
            }
            let range = isTime ? step * granularity..<(step + 1) * granularity : .min..<(.min + 1)
            var end = count + 1
            while end < seconds.count, range.contains(seconds[end]) { end += 1 }
            for row in count..<end { codes[row] = code }
            count = end
          }
        }
      }
      return (output, codes)
    }
  }

  subscript(row: Int) -> EngineValue {
    switch self {
    case .constant(let value): value
    case .coded(let coded): coded.entries[Int(coded.codes[row])]
    case .times(let times): Vector.time(times.seconds[row])
    case .timestamps(let times): Vector.timestamp(times.seconds[row])
    case .wholes(let numbers): numbers.value(row) { .number(.integer($0)) }
    case .doubles(let numbers): numbers.value(row) { .number(.double($0)) }
    case .texts(let texts): texts[row]
    case .plain(let values): values[row]
    }
  }

  /// The rows at `indices`, in that order.
  func gathered(_ indices: [UInt32]) -> Vector {
    switch self {
    case .constant: return self
    case .coded(var coded):
      let codes = coded.codes
      coded.codes = indices.map { codes[Int($0)] }
      return .coded(coded)
    case .times(let times):
      return .times(Times(indices.map { times.seconds[Int($0)] }))
    case .timestamps(let times):
      return .timestamps(Times(indices.map { times.seconds[Int($0)] }))
    case .wholes(let numbers): return .wholes(numbers.gathered(indices))
    case .doubles(let numbers): return .doubles(numbers.gathered(indices))
    case .texts(let texts): return .texts(texts.gathered(indices))
    case .plain(let values): return .plain(indices.map { values[Int($0)] })
    }
  }

  /// All values of `count` rows.
  func values(count: Int) -> [EngineValue] {
    switch self {
    case .constant(let value): Array(repeating: value, count: count)
    case .coded(let coded): coded.values
    case .times(let times): times.seconds.map { Vector.time($0) }
    case .timestamps(let times): times.seconds.map { Vector.timestamp($0) }
    case .wholes, .doubles: (0..<count).map { self[$0] }
    case .texts(let texts): texts.codes.map { texts.value($0) }
    case .plain(let values): values
    }
  }

  /// The same as entries and codes; equal values may have several entries.
  func coded(count: Int) -> Coded {
    switch self {
    case .constant(let value):
      return Coded(entries: [value], codes: Array(repeating: 0, count: count))
    case .coded(let coded): return coded
    case .times(let times):
      let (seconds, codes) = times.steps(of: 1)
      return Coded(entries: seconds.map { Vector.time($0) }, codes: codes)
    case .timestamps(let times):
      let (seconds, codes) = times.steps(of: 1)
      return Coded(entries: seconds.map { Vector.timestamp($0) }, codes: codes)
    case .wholes(let numbers):
      return numbers.coded({ UInt64(bitPattern: $0) }) { .number(.integer($0)) }
    case .doubles(let numbers): return numbers.coded(\.bitPattern) { .number(.double($0)) }
    case .texts(let texts): return texts.coded()
    case .plain(let values):
      var entries: [EngineValue] = []
      var codes: [UInt32] = []
      codes.reserveCapacity(count)
      var known: [ValueIdentity: UInt32] = [:]
      for value in values {
        let key = ValueIdentity(value)
        if let code = known[key] {
          codes.append(code)
        } else {
          let code = UInt32(entries.count)
          known[key] = code
          entries.append(value)
          codes.append(code)
        }
      }
      return Coded(entries: entries, codes: codes)
    }
  }

  /// The values at some names inside the values.
  func member(_ names: [PathName]) -> Vector {
    if names.isEmpty { return self }
    let steps = names.map { ValueStep.name($0) }
    switch self {
    case .constant(let value): return .constant(StepsNode.follow(value, steps[...]))
    case .coded(var coded):
      coded.entries = coded.entries.map { StepsNode.follow($0, steps[...]) }
      coded.keys = []
      return .coded(coded)
    case .plain(let values): return .plain(values.map { StepsNode.follow($0, steps[...]) })
    case .times, .timestamps, .wholes, .doubles, .texts: return .constant(.null)
    }
  }

  /// NULL for a second that has no text.
  static func timestamp(_ seconds: Int64) -> EngineValue {
    TimePoint(seconds: seconds).map(EngineValue.timestamp) ?? .null
  }

  /// The text of a second; NULL for one that has none.
  static func time(_ seconds: Int64) -> EngineValue {
    guard EventTime.canonicalRange.contains(seconds) else { return .null }
    let text = [UInt8](unsafeUninitializedCapacity: EventTime.canonicalByteCount) { buffer, count in
      guard let base = buffer.baseAddress else { return }
      EventTime.writeCanonical(seconds, to: base)
      count = EventTime.canonicalByteCount
    }
    return .record(.string(text))
  }
}

/// Tells apart all values that any operator tells apart: those of one entry of a vector are the same in kind and
/// spelling, whatever is asked of them.
struct ValueIdentity: Hashable, Sendable {
  private let kind: UInt8
  private let bytes: [UInt8]
  private let hash: UInt64

  init(_ value: EngineValue) {
    kind =
      switch value {
      case .null: 0
      case .boolean: 1
      case .number(.double): 2
      // The digits of its type are asked for by operations (S56).
      case .number(.decimal(let decimal)) where decimal.isDecimal: 128 + min(decimal.typeDigits, 127)
      case .number(.real): 19
      case .number: 3
      case .text: 5
      case .timestamp: 6
      case .zoned: 20
      case .date: 7
      case .address: 8
      case .interval: 9
      case .array: 10
      case .map: 11
      case .row: 12
      case .record(.missing), .record(.null): 13
      case .record(.boolean): 14
      case .record(.integer): 15
      case .record(.number): 16
      case .record(.string): 17
      case .record(.json): 18
      }
    bytes = value.text ?? []
    hash = checksum(bytes, seed: UInt64(kind))
  }

  /// Bytes of its text.
  var byteCount: Int { bytes.count }

  static func == (lhs: ValueIdentity, rhs: ValueIdentity) -> Bool {
    lhs.hash == rhs.hash && lhs.kind == rhs.kind && lhs.bytes == rhs.bytes
  }

  func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
