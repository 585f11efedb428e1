import CairnStorage
import CairnTestSupport
import Testing

/// Keys without what their directories say, and with what is random apart, are the keys again.
@Suite struct StoredKeyTests {
  private static let token = "a1B2c3D4e5F6zZ09"
  private static let directory = "p/AWSLogs/111122223333/CloudTrail/us-east-1/2024/02/29/"
  private static let name = "111122223333_CloudTrail_us-east-1_20240229T1205Z_"

  private static let short = String(token.dropLast())
  private static let long = String(repeating: "s", count: 300)

  private static let keys: [String] = [
    "", "/", "a.json", "a/b/_", "x_\(token)", "x_\(token).json", "_\(token)/x", "x_\(short)", "x_\(short)-",
    "\(directory)\(name)\(token).json.gz", "\(directory)\(name)\(token)",
    "\(directory)\(name)\(short).json.gz",
    "\(directory)2\(name)\(token).json.gz", "\(directory)X\(name)X_\(token).json.gz",
    "\(name)\(token).json.gz",
    "AWSLogs/111122223333/CloudTrail/us-east-1/2024/02/28/\(name)\(token).json.gz",
    "//////___T1205Z_\(token)", "a/b/c/d/e/f/a_b_c_defT1205Z_\(token)~", "a/b/c/d/e/a_b_c_deT1205Z_\(token)",
    "\(directory)\(name)\(token)\(long)", "\(directory)\(name)zzzzzzzzzzzzzzzz.json.gz",
    "\(directory)\(name)0000000000000000.json.gz",
  ]

  @Test(arguments: keys) func comesBack(key: String) {
    let key = Array(key.utf8)
    let (stored, number, token) = StoredKeys.split(key)
    guard let form = StoredKeys.Form(number: number) else {
      #expect(stored == key && token.isEmpty)
      return
    }
    #expect(number <= StoredKeys.Form.limit && token.count == StoredKeys.packedTokenByteCount)
    #expect(StoredKeys.join(stored, form, token: token[...]) == key)
  }

  @Test func whatFollowsIsLeftOut() {
    let key = "\(Self.directory)\(Self.name)\(Self.token).json.gz"
    let (stored, number, _) = StoredKeys.split(Array(key.utf8))
    #expect(String(decoding: stored, as: UTF8.self) == "\(Self.directory)1205.json.gz")
    #expect(number == 1 + 8 * 2 + 1)
  }

  /// Forms and tokens that no key has: no key, and no trap.
  @Test func refusesWhatDoesNotFit() {
    var random = SeededGenerator(seed: 4)
    let stored = Self.keys.map { StoredKeys.split(Array($0.utf8)).stored }
    let tokens = [[UInt8](repeating: 255, count: 12), [UInt8](repeating: 0, count: 12), [], [1, 2, 3]]
    for key in stored {
      for token in tokens {
        for _ in 0..<40 {
          guard let form = StoredKeys.Form(number: random.below(StoredKeys.Form.limit + 1)) else { continue }
          let joined = StoredKeys.join(key, form, token: token[...])
          if token.first == 255 { #expect(joined == nil) }
        }
      }
    }
  }

  @Test func planes() throws {
    let edges: [Int64] = [.min, .max, 0, -1, 255, 256, 1 << 40]
    var random = SeededGenerator(seed: 6)
    for count in [0, 1, 2, 7, 100] {
      for limit in [1, 3, 300, 1 << 30] {
        for values in [
          (0..<count).map { _ in Int64(random.below(limit)) - 5 }, (0..<count).map { edges[$0 % 7] },
        ] {
          var writer = ByteWriter()
          BytePlanes.encode(values, into: &writer)
          var reader = ByteReader(writer.bytes, origin: ByteOrigin(file: "test", offset: 0))
          #expect(try BytePlanes.decode(&reader, count: count) == values)
          try reader.expectEnd(of: "planes")
        }
      }
    }
  }
}
