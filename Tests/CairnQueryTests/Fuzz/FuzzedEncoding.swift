import CairnTestSupport

@testable import CairnStorage

/// The encodings: what decodes has as many values as were asked for, and the same ones at chosen positions.
enum FuzzedEncoding {
  private typealias Problem = FuzzTarget.Problem

  /// The first two bytes are the number of values.
  static func run(_ target: FuzzTarget, _ input: [UInt8]) throws {
    guard input.count > 2 else { return }
    let count = Int(input[0]) | Int(input[1]) << 8
    let reader = ByteReader(Array(input[2...]), origin: ByteOrigin(file: "fuzz", offset: 0))
    switch target {
    case .integers: try integers(reader, count)
    case .times: try times(reader, count)
    case .words: try words(reader, count)
    case .strings: try strings(reader, count)
    case .tokens: try tokens(reader, count)
    case .derived: try derived(reader, count)
    default: try dictionary(reader, count)
    }
  }

  private static func integers(_ start: ByteReader, _ count: Int) throws {
    var reader = start
    guard let values = try FuzzTarget.refusing({ try IntegerEncoding.decode(&reader, count: count) }) else {
      return
    }
    guard values.count == count else { throw Problem(description: "\(values.count) integers of \(count)") }
    var writer = ByteWriter()
    IntegerEncoding.encode(values, into: &writer)
    var again = ByteReader(writer.bytes, origin: start.origin)
    guard try IntegerEncoding.decode(&again, count: count) == values else {
      throw Problem(description: "integers are written otherwise")
    }
    var narrow = start
    let fit = values.allSatisfy { $0 >= 0 && $0 <= Int64(UInt32.max) }
    let narrowed = try FuzzTarget.refusing { try IntegerEncoding.decode32(&narrow, count: count) }
    guard (narrowed != nil) == fit, narrowed == nil || narrowed == values.map({ UInt32($0) }) else {
      throw Problem(description: "narrow integers differ")
    }
  }

  private static func times(_ start: ByteReader, _ count: Int) throws {
    var reader = start
    guard let times = try FuzzTarget.refusing({ try RowTimes.decode(&reader, count: count) }) else { return }
    let all = times.milliseconds
    guard all.count == count, zip(all, all.dropFirst()).allSatisfy({ $0 <= $1 }) else {
      throw Problem(description: "\(all.count) times of \(count), ascending or not")
    }
    _ = times.seconds
  }

  /// `parent` is of as many values as its codes say: for codes that are given those of another column, or twice those.
  private static func words(_ start: ByteReader, _ count: Int) throws {
    var reader = start
    _ = try FuzzTarget.refusing {
      let parentCount = Int(try reader.readByte())
      let codes = (0..<(parentCount == 255 ? count : parentCount)).map { UInt8($0 % 3) }
      let parent = CodedWords(words: [5, 9, 300], count: codes.count, codes: .bytes(codes))
      let list = try WordEncoding.decodeList(&reader, limit: count)
      let words = try WordEncoding.decodeCodes(
        &reader, words: list, count: count, parent: { parent }, second: { parent })
      let all = words.allCodes()
      guard all.count == count else { throw Problem(description: "\(all.count) codes of \(count)") }
      guard list.isEmpty || all.allSatisfy({ $0 < list.count }) else {
        throw Problem(description: "a code of no word")
      }
      let positions = (0..<count).filter { $0 % 3 == 1 }.map { UInt32($0) }
      guard words.take(positions) == positions.map({ all[Int($0)] }) else {
        throw Problem(description: "codes at positions differ")
      }
    }
  }

  private static func spellings(_ table: StringTable) -> [[UInt8]] {
    (0..<table.count).map { index in
      var output = RawVector<UInt8>()
      defer { output.free() }
      table.appendSpelling(of: index, to: &output)
      return Array(output.buffer)
    }
  }

  /// All values, and every third one asked for by position.
  private static func compare(_ count: Int, _ decode: ([UInt32]?) throws -> StringTable) throws {
    guard let all = try FuzzTarget.refusing({ try decode(nil) }) else { return }
    guard all.count == count else { throw Problem(description: "\(all.count) strings of \(count)") }
    let positions = (0..<count).filter { $0 % 3 == 1 }.map { UInt32($0) }
    let texts = spellings(all)
    guard spellings(try decode(positions)) == positions.map({ texts[Int($0)] }) else {
      throw Problem(description: "strings at positions differ")
    }
  }

  private static func strings(_ reader: ByteReader, _ count: Int) throws {
    try compare(count) { positions in
      var reader = reader
      return try PlainStrings.decode(&reader, count: count, positions: positions)
    }
    try compare(count) { positions in
      var reader = reader
      return try PatternStrings(&reader, count: count).values(at: positions)
    }
  }

  private static func tokens(_ reader: ByteReader, _ count: Int) throws {
    try compare(count) { positions in
      var reader = reader
      return try TokenStrings(&reader, count: count).values(at: positions)
    }
  }

  private static func derived(_ reader: ByteReader, _ count: Int) throws {
    let parents = [["logs/a", "data", "x"], ["a/b", "c", "a/b/d", ""]].map { values in
      let table = StringTable()
      for value in values { table.append(Array(value.utf8)) }
      return table
    }
    try compare(count) { positions in
      var reader = reader
      let chunk = try DerivedStrings(&reader, count: count, parentCount: parents.count)
      return try chunk.values(at: positions) { number, wanted in
        guard zip(wanted, wanted.dropFirst()).allSatisfy({ $0 < $1 }) else {
          throw Problem(description: "a parent is asked for \(wanted)")
        }
        guard wanted.last.map({ Int($0) < parents[number].count }) ?? true else {
          throw reader.damaged("behind its chunk")
        }
        return (parents[number], wanted)
      }
    }
  }

  private static func dictionary(_ start: ByteReader, _ count: Int) throws {
    var reader = start
    guard let table = try FuzzTarget.refusing({ try DictionaryBlocks.decode(&reader, count: count) }) else {
      return
    }
    guard table.count == count else { throw Problem(description: "\(table.count) entries of \(count)") }
    _ = spellings(table)
  }
}
