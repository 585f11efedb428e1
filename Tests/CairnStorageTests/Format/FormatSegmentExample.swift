import CairnStorage
import Testing

/// The whole segment at the end of `segment.md`.
enum FormatSegmentExample {
  @Sendable static func check(_ example: FormatDocument.Example) throws {
    let key = try example.value("key")
    let source = Array(try example.value("source").utf8)
    let bytes = try SegmentFixture.segment([
      SegmentFixture.Source(key: key, bytes: source, modified: try example.integers("modified")[0])
    ])
    try FormatExamples.expect(bytes, example)
    let stored = try example.bytes()
    #expect(try SegmentFixture.restore(stored) == [key: source])
    let reader = try SegmentFixture.open(stored)
    #expect(try SegmentVerifier(reader, threads: 1).verify().objectCount == 1)
  }
}
