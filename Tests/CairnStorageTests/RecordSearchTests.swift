import CairnStorage
import CairnTestSupport
import Testing

/// Rows found by searching keys, dictionaries and stored strings against the records' printed text.
@Suite struct RecordSearchTests {
  /// Pieces of the records' own text: no row that has one is lost, and none too many where it has no punctuation.
  private func check(_ archive: TestArchive, seed: UInt64, count: Int) throws {
    var random = SeededGenerator(seed: seed)
    var exact = 0
    for reader in try archive.readers() {
      for rowGroup in reader.footer.rowGroups.indices {
        let texts = try Self.texts(reader, rowGroup)
        for _ in 0..<count {
          let text = texts[random.below(texts.count)]
          let length = min(text.count, 1 + random.below(random.chance(3) ? 60 : 12))
          let start = random.below(text.count - length + 1)
          var needles = [Array(text[start..<(start + length)])]
          if random.chance(4) { needles.append(Array(text.suffix(1 + random.below(9)))) }
          let isPlain = needles.count == 1 && !needles[0].contains { "\":,{}[]\\".utf8.contains($0) }
          let expected = Self.rows(texts, needles)
          guard let search = RecordSearch(reader, path: [], TextNeedles(needles), rebuiltRowCount: 0) else {
            #expect(!isPlain)
            continue
          }
          let found = try search.rows(in: rowGroup, among: texts.indices.map { UInt32($0) })
          let needle = needles.map { String(decoding: $0, as: UTF8.self) }
          #expect(Set(found).isSuperset(of: expected), "\(needle): \(expected.count - found.count) rows lost")
          #expect(found == found.sorted())
          if isPlain {
            exact += 1
            #expect(found == expected, "\(needle): \(found.count) rows, not \(expected.count)")
          }
        }
      }
    }
    #expect(exact > count / 8)
  }

  private static func texts(_ reader: SegmentReader, _ rowGroup: Int) throws -> [[UInt8]] {
    let batch = try RecordBatch(reader, rowGroup: rowGroup, rows: nil)
    let printer = RecordPrinter(catalogue: try reader.catalogue(), layout: .compact, file: reader.name)
    return try (0..<batch.count).map { index in
      let output = ByteBuffer()
      try printer.append(batch, row: index, to: &output.bytes)
      return Array(output.buffer)
    }
  }

  private static func rows(_ texts: [[UInt8]], _ needles: [[UInt8]]) -> [UInt32] {
    let finders = needles.map { ByteFinder($0) }
    return texts.indices.filter { row in
      texts[row].withUnsafeBufferPointer { text in finders.allSatisfy { $0.find(in: text) != nil } }
    }.map { UInt32($0) }
  }

  @Test(arguments: [1, 2, 3])
  func oddRecords(seed: UInt64) throws {
    var random = RandomJSON(seed: seed)
    var options = CompactionOptions()
    options.pieceByteTarget = 30_000
    options.segmentJSONByteLimit = 100_000
    let objects = (0..<300).map { (key: "\($0).json", bytes: random.object().bytes) }
    try check(try TestArchive(objects, options: options), seed: seed, count: 60)
  }

  /// Every encoding of strings, arrays in arrays, objects that vary so much that they keep a shape column.
  @Test func everyEncoding() throws {
    var random = SeededGenerator(seed: 9)
    let lines = (0..<(MembershipDirectory.plainMinimumCount + 300)).map { Self.record($0, &random) }.joined(
      separator: "\n")
    let archive = try TestArchive([(key: "events.json", bytes: Array(lines.utf8))])
    let reader = try #require(try archive.readers().first)
    let catalogue = try reader.catalogue()
    var encodings: Set<String> = []
    for index in catalogue.columns.indices {
      let column = try reader.column(index)
      for chunk in column.directory.chunks { encodings.insert(try column.encodingName(of: chunk)) }
    }
    #expect(encodings.isSuperset(of: ["dictionary", "plain", "tokens", "timestamp", "rowTime", "derived"]))
    let slot = try #require(catalogue.slots.firstIndex { $0.name == Array("varied".utf8) })
    #expect(catalogue.column(slot, .shape) != nil)
    try check(archive, seed: 10, count: 120)
  }

  private static func record(_ row: Int, _ random: inout SeededGenerator) -> String {
    func hexadecimal(_ count: Int) -> String {
      String((0..<count).map { _ in random.pick(Array("0123456789abcdef")) })
    }
    func uuid() -> String { [8, 4, 4, 4, 12].map(hexadecimal).joined(separator: "-") }
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    func time() -> String {
      "2024-0\(1 + random.below(9))-1\(random.below(9))T1\(random.below(9)):\(two(random.below(60))):01Z"
    }
    let varied = (0..<11).filter { _ in random.chance(2) }.map { key -> String in
      switch random.below(4) {
      case 0: return #""key\#(key)":"v\#(random.below(500))""#
      case 1: return #""key\#(key)":\#(random.below(90_000))"#
      case 2: return #""key\#(key)":\#(random.pick(["true", "false", "null"]))"#
      default:
        return #""key\#(key)":[[\#(random.below(9)),"e\#(random.below(99))"],[{"in":"\#(hexadecimal(3))"}]]"#
      }
    }.joined(separator: ",")
    let items = (0..<random.below(4)).map { _ in
      #"{"name":"item-\#(random.below(40))","size":\#(random.below(5000)).50}"#
    }.joined(separator: ",")
    let id = random.chance(30) ? "no-uuid-\(row)" : uuid()
    let (bucket, key) = ("logs-\(random.below(5))", hexadecimal(8) + "/" + hexadecimal(12))
    let escaped = random.chance(30) ? #"a\u003d\"b"# : ""
    let arn =
      random.chance(20) ? "arn:aws:s3:::other/" + hexadecimal(9) : "arn:aws:s3:::\(bucket)/\(key)\(escaped)"
    let letters = Array("etaoinshrdlu ETAOIN")
    let phrase = String((0..<(12 + random.below(20))).map { _ in random.pick(letters) })
    let seconds = row / 25
    return #"{"eventTime":"2024-02-03T04:\#(two(seconds / 60)):\#(two(seconds % 60))Z","eventID":"\#(id)","#
      + #""eventName":"\#(random.pick(["Get", "Put", "List"]))Object","token":"\#(hexadecimal(40))","#
      + #""other":"\#(time())","spelled":"a\u003db\n\#(random.below(50))c\u0026\#(hexadecimal(2))","#
      + #""phrase":"\#(phrase)","file":"\#(random.pick(["a", "b"]))/2024/\#(row * 7919).gz","#
      + #""once":"x\u003d\#(hexadecimal(12))\/\t\#(row)","account":\#(100_000_000_000 + random.below(30)),"#
      + #""requestParameters":{"bucketName":"\#(bucket)","key":"\#(key)\#(escaped)"},"#
      + #""resources":[{"ARN":"\#(arn)"},{"ARN":"arn:aws:s3:::\#(bucket)"}],"#
      + #""items":[\#(items)],"varied":{\#(varied)}}"#
  }

  /// What a finder finds: keys and values without escapes, in every encoding, and their paths, against each record's own
  /// tokens.
  @Test(arguments: [1, 2])
  func foundValues(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var json = RandomJSON(seed: seed + 20)
    var options = CompactionOptions()
    options.pieceByteTarget = 30_000
    let lines = (0..<(MembershipDirectory.plainMinimumCount + 300)).map { Self.record($0, &random) }
    let objects = (0..<80).map { (key: "\($0).json", bytes: json.object().bytes) }
    let archives = [
      try TestArchive([(key: "events.json", bytes: Array(lines.joined(separator: "\n").utf8))]),
      try TestArchive(objects, options: options),
    ]
    for reader in try archives.flatMap({ try $0.readers() }) {
      for rowGroup in reader.footer.rowGroups.indices {
        let tokens = try Self.texts(reader, rowGroup).map(Self.tokens)
        for round in 0..<40 {
          let finders = (0..<(1 + round % 3)).compactMap { _ -> ByteFinder? in
            let row = tokens[random.below(tokens.count)]
            guard let token = row.isEmpty ? nil : row[random.below(row.count)].text else { return nil }
            let start = random.below(token.count + 1)
            var needle = Array(token[start..<min(token.count, start + 1 + random.below(8))])
            let foldsCase = round % 4 == 3
            if foldsCase { for index in needle.indices { Self.flipCase(of: &needle[index], &random) } }
            return needle.isEmpty ? nil : ByteFinder(needle, foldsCase: foldsCase)
          }
          try check(reader, rowGroup, tokens, finders)
        }
      }
    }
  }

  private func check(
    _ reader: SegmentReader, _ rowGroup: Int, _ tokens: [[Token]], _ finders: [ByteFinder]
  ) throws {
    func numbers(_ text: UnsafeBufferPointer<UInt8>) -> [Int] {
      finders.indices.filter { finders[$0].find(in: text) != nil }
    }
    let forms = finders.reduce(into: ValueFinder.Forms()) { forms, finder in
      forms.formUnion(ValueFinder.forms(of: finder.text))
      if finder.foldsCase {
        forms.formUnion(ValueFinder.forms(of: finder.text.map { $0 &- 0x61 <= 25 ? $0 & 0xDF : $0 }))
      }
    }
    // One text is looked for in a way of its own.
    let finder = ValueFinder(forms, common: finders.count == 1 ? finders[0] : nil) {
      { text in finders.indices.filter { finders[$0].find(in: text) != nil } }
    }
    // Not all rows are asked for, and not all of these are kept.
    let rows = tokens.indices.filter { $0 % 7 != 3 }.map { UInt32($0) }
    let search = try ValueSearch(reader, finder)
    let some = try search.found(Positions(rows), in: rowGroup)
    let all = try search.found(.run(0..<tokens.count), in: rowGroup)
    let kept = (0..<some.rows.count).filter { $0 % 5 != 1 }.map { UInt32($0) }
    let text = finders.map { String(decoding: $0.text, as: UTF8.self) }
    for (found, among) in [
      (some, Set(rows)), (all, Set(tokens.indices.map { UInt32($0) })),
      (some.select(Positions(kept)), Set(kept.map { some.rows[Int($0)] })),
    ] {
      var wanted: [UInt32: Set<FoundRows.Place>] = [:]
      for row in among {
        for token in tokens[Int(row)] {
          for number in token.text.withUnsafeBufferPointer(numbers) {
            wanted[row, default: []].insert(FoundRows.Place(number: number, path: token.path))
          }
        }
      }
      #expect(found.rows.list == wanted.keys.sorted(), "\(text)")
      let indices = (0..<found.rows.count).filter { $0 % 3 != 2 }.map { UInt32($0) }
      for (index, places) in zip(indices, found.places(at: indices)) {
        #expect(Set(places) == wanted[found.rows[Int(index)]], "\(text) in row \(found.rows[Int(index)])")
        #expect(places.count == Set(places).count && places.map(\.number) == places.map(\.number).sorted())
      }
      check(found.sums(), of: found, wanted, text)
    }
  }

  private func check(
    _ sums: [FoundRows.Sum], of found: FoundRows, _ wanted: [UInt32: Set<FoundRows.Place>], _ text: [String]
  ) {
    var counts: [FoundRows.Place: Int] = [:]
    var rows: [Int: Set<UInt32>] = [:]
    for (row, places) in wanted {
      for place in places {
        counts[place, default: 0] += 1
        rows[place.number, default: []].insert(row)
      }
    }
    #expect(sums.map(\.number) == rows.keys.sorted(), "\(text)")
    for sum in sums {
      for (path, count) in sum.paths {
        #expect(
          counts.removeValue(forKey: FoundRows.Place(number: sum.number, path: path)) == count, "\(text)")
      }
      #expect(sum.indices.list.map { found.rows[Int($0)] } == rows[sum.number]?.sorted(), "\(text)")
    }
    #expect(counts.isEmpty, "\(text)")
  }

  private static func flipCase(of byte: inout UInt8, _ random: inout SeededGenerator) {
    if (byte | 0x20) &- 0x61 <= 25, random.below(2) == 0 { byte ^= 0x20 }
  }

  private struct Token {
    var text: [UInt8]
    var path: String
  }

  /// The keys and values of a compact record, with their paths.
  private static func tokens(_ json: [UInt8]) -> [Token] {
    var tokens: [Token] = []
    var position = 0
    func string() -> [UInt8] {
      let start = position + 1
      position = start
      while json[position] != UInt8(ascii: "\"") { position += json[position] == 0x5C ? 2 : 1 }
      position += 1
      return json[start..<(position - 1)].withUnsafeBufferPointer { StringSpelling.unescape($0) }
    }
    func value(_ path: String) {
      switch json[position] {
      case UInt8(ascii: "\""): tokens.append(Token(text: string(), path: path))
      case UInt8(ascii: "{"):
        position += 1
        while json[position] != UInt8(ascii: "}") {
          if json[position] == UInt8(ascii: ",") { position += 1 }
          let key = string()
          let member = (path.isEmpty ? "" : path + ".") + String(decoding: key, as: UTF8.self)
          tokens.append(Token(text: key, path: member))
          position += 1
          value(member)
        }
        position += 1
      case UInt8(ascii: "["):
        position += 1
        while json[position] != UInt8(ascii: "]") {
          if json[position] == UInt8(ascii: ",") { position += 1 }
          value(path.hasSuffix("[]") ? path : path + "[]")
        }
        position += 1
      default:
        let start = position
        while !",}]".utf8.contains(json[position]) { position += 1 }
        if json[start] != UInt8(ascii: "n") {
          tokens.append(Token(text: Array(json[start..<position]), path: path))
        }
      }
    }
    value("")
    return tokens
  }

  @Test(.enabled(if: Corpus.current != nil), arguments: ["odd", "sans504"])
  func corpus(folder: String) throws {
    let corpus = try #require(Corpus.current)
    let files = try corpus.files(folder).filter { $0.records > 0 }.prefix(60)
    let archive = try TestArchive(files.map { (key: $0.path, bytes: $0.bytes) })
    try check(archive, seed: 5, count: 100)
  }

  // MARK: Below a path

  /// Only what stands below the path counts, and a needle in one value gives one row.
  @Test func onlyBelowThePath() throws {
    let lines = (0..<500).map { row in
      #"{"eventTime":"2024-01-01T00:00:00Z","eventName":"Get","note":"n\#(row)","p":{"deep":[{"id":"i-\#(row)x"}]},"q":{"id":"i-\#(row + 1)x"}}"#
    }
    let archive = try TestArchive([(key: "a.json", bytes: Array(lines.joined(separator: "\n").utf8))])
    let reader = try #require(try archive.readers().first)
    let all = (0..<500).map { UInt32($0) }
    func rows(_ path: String?, _ text: String) throws -> [UInt32] {
      let names = path.map { [PathName(bytes: Array($0.utf8), isExact: false)] } ?? []
      let search = try #require(
        RecordSearch(reader, path: names, TextNeedles([Array(text.utf8)]), rebuiltRowCount: 0))
      return try search.rows(in: 0, among: all)
    }
    #expect(try rows("P", "i-77x") == [77])
    #expect(try rows("q", "i-77x") == [76])
    #expect(try rows(nil, "i-77x") == [76, 77])
    #expect(try rows("p", #""id":"i-77x""#) == [77])
    #expect(try rows("p", "n77") == [])
    #expect(try rows("p", "deep") == all)
    #expect(try rows("q", "deep") == [])
    #expect(try rows("absent", "i-77x") == [])
    #expect(try rows(nil, "eventTime") == all)
    #expect(try rows(nil, "01-01T00:00") == all)
    #expect(try rows(nil, "01-01T00:01") == [])
  }

  // MARK: Parts

  @Test func findsEveryPlace() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<3000 {
      let text = (0..<random.below(120)).map { _ in UInt8(ascii: random.pick(["a", "b", "c"])) }
      let needle = (0..<(1 + random.below(5))).map { _ in UInt8(ascii: random.pick(["a", "b", "c"])) }
      let expected = (0...max(0, text.count)).filter {
        $0 + needle.count <= text.count && text[$0..<($0 + needle.count)].elementsEqual(needle)
      }
      var found: [Int] = []
      text.withUnsafeBufferPointer { text in
        let finder = ByteFinder(needle)
        while let place = finder.find(in: text, from: found.last.map { $0 + 1 } ?? 0) { found.append(place) }
      }
      #expect(found == expected)
    }
  }

  @Test(arguments: [
    ("abc", ["abc"]), (#""a":"b""#, ["a", "b"]), (#""a1":"b:c,d""#, ["b:c,d", "a1"]), ("1,2", ["1", "2"]),
    ("arn:aws:s3:::x", ["arn:aws:s3:::x"]), ("tru", ["tru"]), ("{}", []), (#"x\"y"#, [#"x\"#, "y"]),
    (#"","key":"#, ["key"]), ("true},{", ["true"]),
  ])
  func piecesOfAText(text: String, pieces: [String]) {
    #expect(
      TextPiece.pieces(of: [Array(text.utf8)]).map { String(decoding: $0.text, as: UTF8.self) } == pieces)
  }

  @Test func workIsDoneOnceAndItsErrorIsEverybodys() throws {
    final class Counter: @unchecked Sendable {
      private let lock = Lock()
      private var counts = [Int](repeating: 0, count: 50)
      func add(_ index: Int) { lock.withLock { counts[index] += 1 } }
      var all: [Int] { lock.withLock { counts } }
    }
    let counter = Counter()
    let work = SharedWork(count: 50)
    _ = try parallelMap(count: 4, threads: 4) { _ in try work.run { counter.add($0) } }
    try work.run { _ in Issue.record("done already") }
    #expect(counter.all == [Int](repeating: 1, count: 50))
    let failing = SharedWork(count: 3)
    for _ in 0..<2 {
      #expect(throws: TestFailure.self) {
        try failing.run { if $0 == 1 { throw TestFailure("part 1") } }
      }
    }
    try SharedWork(count: 0).run { _ in Issue.record("nothing to do") }
  }
}
