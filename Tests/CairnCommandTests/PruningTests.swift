import Cairn
import CairnStorage
import CairnTestSupport
import Foundation
import Testing

/// What a scan must not touch: counted blocks, bytes and chunks on two row groups of small records.
@Suite struct PruningTests {
  private static let firstRows = TwoRowGroups.firstRows
  private static let rowCount = TwoRowGroups.rowCount

  private func archive() throws -> Archive { try Archive(path: try TwoRowGroups.archive().path) }

  private func count(_ condition: String, _ archive: Archive) throws -> (rows: Int, read: ScanStatistics) {
    var request = ScanRequest()
    request.condition = try Condition(condition, now: 0)
    // Two threads that miss the same block at once both read it, and both reads count.
    request.threads = 1
    let scan = Scan(archive, request)
    return (try scan.count(), scan.statistics)
  }

  /// Stored bytes of the column's chunks, and of all its blocks.
  private func sizes(_ name: String) throws -> (chunks: [Int], all: Int) {
    let reader = try #require(try TwoRowGroups.archive().readers().first)
    #expect(reader.footer.rowGroups.map(\.rowCount) == [Self.firstRows, Self.rowCount - Self.firstRows])
    let catalogue = try reader.catalogue()
    let slot = try #require(catalogue.slots.firstIndex { $0.name == Array(name.utf8) })
    let column = try reader.column(try #require(catalogue.column(slot, .string)))
    let chunks = column.directory.chunks.map { chunk in
      if case .block(let ref) = chunk.part { return ref.byteCount }
      return 0
    }
    return (chunks, column.blockByteCount)
  }

  /// Footer, catalogue, shapes, the directories of shapes and of the column, a page of its index, one chunk.
  @Test(arguments: [3, firstRows - 1, firstRows, rowCount - 1], ["eventID", "note"])
  func needleOfAColumnWithoutADictionary(row: Int, column: String) throws {
    let value = column == "eventID" ? TwoRowGroups.id(row) : TwoRowGroups.note(row)
    let (rows, read) = try count("\(column) = '\(value)'", try archive())
    #expect(rows == 1)
    #expect(read.chunksDecoded == 1)
    #expect(read.blocksRead <= 7)
    let chunk = try sizes(column).chunks[row < Self.firstRows ? 0 : 1]
    #expect(read.bytesRead >= chunk && read.bytesRead < chunk + 12_000)
  }

  @Test(arguments: ["eventID", "note"])
  func absentNeedleReadsNoChunk(column: String) throws {
    var chunks = 0
    for number in 0..<20 {
      let (rows, read) = try count("\(column) = '\(TwoRowGroups.id(-1 - number))'", try archive())
      #expect(rows == 0)
      #expect(read.bytesRead < 12_000 || read.chunksDecoded > 0)
      chunks += read.chunksDecoded
    }
    // A fingerprint may be another value's now and then.
    #expect(chunks <= 6)
  }

  @Test func needleOfADictionary() throws {
    let first = try count("userIdentity.accessKeyId = 'AKIAA17'", try archive())
    #expect(first.rows == (0..<Self.firstRows).count { $0 % 200 == 17 })
    let second = try count("userIdentity.accessKeyId = 'AKIAB17'", try archive())
    #expect(second.rows == (Self.firstRows..<Self.rowCount).count { $0 % 200 == 17 })
    let absent = try count("userIdentity.accessKeyId = 'AKIAC17'", try archive())
    #expect(absent.rows == 0)
    // Codes of one row group, and not even those where the dictionary has no such value.
    #expect([first, second, absent].map(\.read.chunksDecoded) == [1, 1, 0])
    #expect(absent.read.bytesRead < min(first.read.bytesRead, second.read.bytesRead))
  }

  /// One row in 10,000: the shapes of the row group that has such rows, and the column's own codes there.
  @Test func rareColumn() throws {
    let some = try count("rare = 'r3'", try archive())
    #expect(some.rows == 1)
    #expect(some.read.chunksDecoded == 2)
    let all = try count("rare IS NOT NULL", try archive())
    #expect(all.rows == 7)
    // Every value passes: their codes are not asked.
    #expect(all.read.chunksDecoded == 1)
    let none = try count("rare = 'x'", try archive())
    #expect(none.rows == 0 && none.read.chunksDecoded == 0)
    let eventID = try sizes("eventID").all
    #expect(max(some.read.bytesRead, all.read.bytesRead, none.read.bytesRead) < eventID / 8)
  }

  @Test func wordListsDecide() throws {
    // All values of the second row group pass, some of the first: codes of the first only.
    let some = try count("eventName = 'Get' OR eventName = 'Put'", try archive())
    #expect(some.rows == (Self.firstRows + 2) / 3 + 6000)
    #expect(some.read.chunksDecoded == 1)
    let like = try count("eventName LIKE 'P%'", try archive())
    #expect(like.rows == 6000 && like.read.chunksDecoded == 0)
    let absent = try count("nowhere = 'x' OR eventName LIKE '%z%'", try archive())
    #expect(absent.rows == 0)
  }

  /// The archive keeps what it has decoded; another scan reads nothing from the file, and counts nothing.
  @Test(arguments: ["note LIKE '%77%'", "eventName = 'Get'", "eventID LIKE 'a%'", "rare IS NOT NULL"])
  func secondScanReadsNothing(condition: String) throws {
    let archive = try archive()
    let first = try count(condition, archive)
    let second = try count(condition, archive)
    #expect(first.rows == second.rows && first.rows > 0)
    #expect(first.read.blocksRead > 0)
    #expect(second.read.blocksRead == 0 && second.read.bytesRead == 0)
    let small = try Archive(path: try TwoRowGroups.archive().path, cacheByteLimit: 100 << 10)
    for _ in 0..<2 { #expect(try count(condition, small).rows == first.rows) }
  }

  /// The archive's only segment with a byte of its shapes changed: whoever reads them finds damage.
  private func archiveWithBrokenShapes() throws -> (archive: Archive, directory: TemporaryDirectory) {
    let directory = try TemporaryDirectory()
    let original = try TwoRowGroups.archive()
    let path = directory.path + "/archive"
    try FileManager.default.copyItem(atPath: original.path, toPath: path)
    let reader = try #require(try original.readers().first)
    let segment = path + "/segments/" + (reader.name.split(separator: "/").last ?? "")
    var bytes = try readFile(segment)
    bytes[Int(reader.footer.shapes.offset) + reader.footer.shapes.byteCount / 2] ^= 1
    try writeFile(segment, bytes)
    return (try Archive(path: path), directory)
  }

  /// Needles that names, dictionaries and indexes rule out, and time ranges, do without shapes.
  @Test func shapesAreReadWhereTheyDecide() throws {
    let (archive, directory) = try archiveWithBrokenShapes()
    defer { withExtendedLifetime(directory) {} }
    #expect(try count("userIdentity.accessKeyId = 'AKIAC17'", archive).rows == 0)
    #expect(try count("nowhere = 'x'", archive).rows == 0)
    func rows(_ sql: String) throws -> String? {
      var text: String?
      try Query(sql, on: archive).run { text = $0[0, 0].text }
      return text
    }
    let range = "eventTime >= '\(TwoRowGroups.time(100))' AND eventTime < '\(TwoRowGroups.time(70_000))'"
    #expect(try rows("SELECT count(*) FROM events WHERE \(range)") == "69900")
    #expect(throws: CairnError.self) { try count("userIdentity.accessKeyId = 'AKIAA17'", archive) }
    #expect(throws: CairnError.self) { try count("eventName = 'Get'", archive) }
  }
}
