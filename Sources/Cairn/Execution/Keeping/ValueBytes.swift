import CairnStorage

/// Values as bytes in a temporary file, the same in kind and spelling when they are read back.
///
/// A value is a tag and what the tag needs; counts and numbers have eight bytes. Only the process that wrote them
/// reads them, so they are believed.
struct ValueBytes {
  private(set) var bytes: [UInt8] = []

  private enum Tag: UInt8 {
    case null, no, yes, whole, decimal, double, real, text, timestamp, zoned, date, address, months
    case nanoseconds
    case array, map, row
    case recordNo, recordYes, recordWhole, recordNumber, recordString, recordJSON
  }

  mutating func append(_ value: EngineValue) {
    switch value {
    case .null, .record(.missing), .record(.null): append(Tag.null)
    case .boolean(let truth): append(truth ? .yes : .no)
    case .number(let number): append(number)
    case .text(let text): append(.text, text)
    case .timestamp(let point):
      append(.timestamp, point.seconds)
      append(point.fraction)
    case .zoned(let time):
      append(.zoned, time.point.seconds)
      append(time.point.fraction)
      append(time.zone.name)
    case .date(let days): append(.date, Int64(days))
    case .address(let address):
      append(.address, Int64(bitPattern: address.high))
      append(Int64(bitPattern: address.low))
    case .interval(.months(let count)): append(.months, count)
    case .interval(.nanoseconds(let count)):
      append(.nanoseconds, Int64(truncatingIfNeeded: count >> 64))
      append(Int64(truncatingIfNeeded: count))
    case .array(let items): append(.array, items)
    case .map(let map):
      append(.map, map.keys)
      append(map.values)
    case .row(let row):
      append(.row, Int64(row.names.count))
      for name in row.names { append(name) }
      append(row.values)
    case .record(.boolean(let truth)): append(truth ? .recordYes : .recordNo)
    case .record(.integer(let whole)): append(.recordWhole, whole)
    case .record(.number(let spelling)): append(.recordNumber, spelling)
    case .record(.string(let text)): append(.recordString, text)
    case .record(.json(let text)): append(.recordJSON, text)
    }
  }

  /// A value behind the count of its bytes; gives where it begins.
  mutating func append(counted value: EngineValue) -> Int {
    let start = bytes.count
    append(Int64(0))
    append(value)
    let count = Int64(bytes.count - start - MemoryLayout<Int64>.size)
    bytes.withUnsafeMutableBytes { $0.storeBytes(of: count, toByteOffset: start, as: Int64.self) }
    return start
  }

  private mutating func append(_ number: ExactNumber) {
    switch number {
    case .integer(let whole): append(.whole, whole)
    case .double(let value): append(.double, Int64(bitPattern: value.bitPattern))
    case .real(let value): append(.real, Int64(value.bitPattern))
    case .decimal(let decimal):
      append(.decimal, decimal.spelling)
      append(decimal.digits)
      append(Int64(decimal.magnitude))
      append(Int64(decimal.places))
      bytes.append(decimal.isNegative ? 1 : 0)
      bytes.append(decimal.isDecimal ? 1 : 0)
      bytes.append(decimal.typeDigits)
    }
  }

  private mutating func append(_ tag: Tag) { bytes.append(tag.rawValue) }

  private mutating func append(_ tag: Tag, _ whole: Int64) {
    append(tag)
    append(whole)
  }

  private mutating func append(_ tag: Tag, _ text: [UInt8]) {
    append(tag)
    append(text)
  }

  private mutating func append(_ tag: Tag, _ values: [EngineValue]) {
    append(tag)
    append(values)
  }

  private mutating func append(_ whole: Int64) {
    withUnsafeBytes(of: whole) { bytes.append(contentsOf: $0) }
  }

  private mutating func append(_ text: [UInt8]) {
    append(Int64(text.count))
    bytes.append(contentsOf: text)
  }

  private mutating func append(_ values: [EngineValue]) {
    append(Int64(values.count))
    for value in values { append(value) }
  }

  // MARK: Reading

  /// Reads values one after the other.
  struct Reader {
    private let bytes: UnsafeRawBufferPointer
    private var offset: Int

    init(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
      self.bytes = bytes
      self.offset = offset
    }

    mutating func value() -> EngineValue {
      switch Tag(rawValue: byte()) ?? .null {
      case .null: return .null
      case .no: return .boolean(false)
      case .yes: return .boolean(true)
      case .whole: return .number(.integer(whole()))
      case .decimal: return .number(.decimal(decimal()))
      case .double: return .number(.double(Double(bitPattern: UInt64(bitPattern: whole()))))
      case .real: return .number(.real(Float(bitPattern: UInt32(truncatingIfNeeded: whole()))))
      case .text: return .text(text())
      case .timestamp:
        let (seconds, fraction) = (whole(), whole())
        return TimePoint(seconds: seconds, fraction: fraction)
          .map(EngineValue.timestamp) ?? .null
      case .zoned:
        let (seconds, fraction, name) = (whole(), whole(), text())
        guard let point = TimePoint(seconds: seconds, fraction: fraction) else {
          return .null
        }
        return EngineValue(point, shownIn: NamedZone.known(name))
      case .date: return .date(Int(whole()))
      case .address:
        let (high, low) = (whole(), whole())
        return .address(NetworkAddress(high: UInt64(bitPattern: high), low: UInt64(bitPattern: low)))
      case .months: return .interval(.months(whole()))
      case .nanoseconds:
        let (high, low) = (whole(), whole())
        return .interval(.nanoseconds(Int128(high) << 64 | Int128(UInt64(bitPattern: low))))
      case .array: return .array(values())
      case .map:
        let (keys, values) = (values(), values())
        return .map(MapValue(distinctKeys: keys, values: values))
      case .row:
        let names = (0..<whole()).map { _ in text() }
        return .row(RowValue(names: names, values: values()))
      case .recordNo: return .record(.boolean(false))
      case .recordYes: return .record(.boolean(true))
      case .recordWhole: return .record(.integer(whole()))
      case .recordNumber: return .record(.number(text()))
      case .recordString: return .record(.string(text()))
      case .recordJSON: return .record(.json(text()))
      }
    }

    private mutating func byte() -> UInt8 {
      offset += 1
      return bytes[offset - 1]
    }

    private mutating func whole() -> Int64 {
      offset += 8
      return bytes.loadUnaligned(fromByteOffset: offset - 8, as: Int64.self)
    }

    private mutating func text() -> [UInt8] {
      let count = Int(whole())
      offset += count
      return Array(bytes[(offset - count)..<offset])
    }

    private mutating func values() -> [EngineValue] { (0..<whole()).map { _ in value() } }

    private mutating func decimal() -> ExactDecimal {
      let (spelling, digits) = (text(), text())
      let (magnitude, places) = (Int(whole()), Int(whole()))
      return ExactDecimal(
        spelling: spelling, isNegative: byte() == 1, digits: digits, magnitude: magnitude, places: places,
        isDecimal: byte() == 1, typeDigits: byte())
    }
  }
}
