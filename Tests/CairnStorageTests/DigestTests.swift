import CairnStorage
import CairnTestSupport
import Testing

/// SHA-256 of several strings at a time, as of each alone.
@Suite struct DigestTests {
  private func digests(_ strings: [[UInt8]]) -> (together: [[UInt8]], alone: [[UInt8]]) {
    var buffers: [UnsafeBufferPointer<UInt8>] = []
    for string in strings {
      let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: string.count)
      _ = copy.initialize(from: string)
      buffers.append(UnsafeBufferPointer(copy))
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    return (SHA256.digests(buffers), SHA256.digestsAlone(buffers))
  }

  @Test func knownAnswers() {
    // FIPS 180-4's examples and the empty string.
    let answers = [
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ]
    let (together, alone) = digests(answers.map { Array($0.0.utf8) })
    #expect(together.map(hexadecimal) == answers.map(\.1))
    #expect(alone == together)
  }

  /// All ends of a block, and strings that end before and after others that are read beside them.
  @Test func allLengths() {
    var random = SeededGenerator(seed: 7)
    let strings = (0..<200).map { length in (0..<length).map { _ in UInt8(random.below(256)) } }
    let (together, alone) = digests(strings)
    #expect(together == alone)
    #expect(Set(together).count == strings.count)
  }

  @Test func anyCountsAndLengths() {
    var random = SeededGenerator(seed: 8)
    for round in 0..<200 {
      let strings = (0..<random.below(9)).map { _ in
        [UInt8](repeating: UInt8(random.below(256)), count: random.below(round % 2 == 0 ? 300 : 20_000))
      }
      let (together, alone) = digests(strings)
      #expect(together == alone, "round \(round)")
    }
  }
}
