import CairnStorage
import CairnTestSupport
import Glibc
import Testing

/// An object may be cut at any byte: nothing behind its padding is read, as memory that nobody may read shows.
@Suite struct ObjectEndTests {
  private final class Sink: PieceSink {
    private(set) var piece = Piece()
    func rollOver(consumed: Int) { piece = Piece() }
  }

  /// Memory for up to `capacity` bytes whose padding ends where nothing is mapped.
  private final class GuardedBytes {
    private let region: UnsafeMutableRawPointer
    private let capacity: Int
    private let page = 4096

    init(capacity: Int) throws {
      self.capacity = (capacity + PaddedBuffer.paddingByteCount + page - 1) / page * page
      let mapped = mmap(
        nil, self.capacity + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      region = try #require(mapped != MAP_FAILED ? mapped : nil)
      #expect(mprotect(region + self.capacity, page, PROT_NONE) == 0)
    }

    deinit { munmap(region, capacity + page) }

    func lay(_ bytes: ArraySlice<UInt8>) -> UnsafeBufferPointer<UInt8> {
      let start = (region + capacity - PaddedBuffer.paddingByteCount - bytes.count)
        .assumingMemoryBound(to: UInt8.self)
      for (index, byte) in bytes.enumerated() { start[index] = byte }
      PaddedBuffer.pad(start + bytes.count)
      return UnsafeBufferPointer(start: start, count: bytes.count)
    }
  }

  private static let record =
    #"{"eventTime":"2023-07-10T11:54:39Z","eventName":"x","a":{"b":[1,-2.5e+3,"\u00e9\"",{},[],null]},"c":true}"#

  private static func quoted(_ text: String) -> String {
    "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  private static let objects: [String] = [
    "{\"Records\":[\(record),\(record)]}", record + "\n" + record + "\n", "[\(record), \(record)]",
    "{\n  \"eventTime\" : \"2023-07-10T11:54:39Z\",\n  \"a\" : [\n    1,\n    {\n      \"b\" : \"x\"\n    }\n  ]\n}\n",
    "{\"detail-type\":\"AWS API Call via CloudTrail\",\"detail\":\(record)}",
    "{\"Events\":[{\"CloudTrailEvent\":\(quoted(record))}]}", "{\"message\":\(quoted(record))}\n{\"a\":1}",
    "{\"hits\":{\"hits\":[{\"_source\":\(record)}]}}", "2023-07-10T11:54:39.000Z \(record)\n",
    "{\"messageType\":\"DATA_MESSAGE\",\"logEvents\":[{\"id\":\"1\",\"message\":\(quoted(record))}]}",
    "eventTime,eventName\n2023-07-10T11:54:39Z,x\n",
  ]

  @Test(arguments: objects, ["", record + "\n"])
  func everyCut(_ object: String, before: String) throws {
    let all = Array((before + object).utf8)
    let memory = try GuardedBytes(capacity: all.count)
    for count in before.utf8.count...all.count {
      let sink = Sink()
      var shredder = ObjectShredder(
        memory.lay(all.prefix(count)), entry: ObjectEntry(key: [0x78]), sink: sink, hashSeed: 1)
      try shredder.shred(fault: nil)
      #expect(shredder.isKept || !sink.piece.rejects.isEmpty, "\(count) of \(all.count) bytes")
    }
  }
}
