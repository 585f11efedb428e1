import Cairn
import CairnTestSupport
import Testing

/// Damage through the command: exit code 4, the file and the place named.
@Suite struct DamageCommandTests {
  private struct Damaged {
    var directory: TemporaryDirectory
    var archive: String
    var segment: String
  }

  private func build() throws -> Damaged {
    let directory = try TemporaryDirectory()
    let record = #"{"eventTime":"2023-07-10T11:54:39Z","eventName":"n","eventID":"1"}"#
    try directory.write("in/a.json", Array("{\"Records\":[\(record)]}".utf8))
    #expect(try Binary.run("compact", directory.sub("in"), "--into", directory.sub("archive")).code == 0)
    let name = try #require(try treePaths(directory.sub("archive/segments")).first)
    return Damaged(
      directory: directory, archive: directory.sub("archive"),
      segment: directory.sub("archive/segments/" + name))
  }

  private func expectDamage(_ damaged: Damaged, naming file: String, _ comment: Comment) throws {
    let verified = try Binary.run("verify", damaged.archive)
    #expect(verified.code == 4, comment)
    #expect(verified.error.contains(file) && verified.error.contains("damaged at byte"), "\(verified.error)")
    #expect(verified.output.isEmpty)
    let restored = try Binary.run("restore", damaged.archive, "--to", damaged.directory.sub("out"))
    #expect(restored.code == 4, comment)
    #expect(restored.error.contains("damaged at byte"), "\(restored.error)")
  }

  @Test func segments() throws {
    let damaged = try build()
    #expect(try Binary.run("verify", damaged.archive).code == 0)
    let bytes = try readFile(damaged.segment)
    for position in [20, bytes.count / 2, bytes.count - 40, bytes.count - 1] {
      var changed = bytes
      changed[position] ^= 0xFF
      try writeFile(damaged.segment, changed)
      let verified = try Binary.run("verify", damaged.archive)
      #expect(verified.code == 4, "byte \(position): \(verified.error)")
      #expect(verified.error.contains("000001.cairn: damaged at byte"), "\(verified.error)")
    }
    for length in [0, 10, 40, bytes.count / 2, bytes.count - 1] {
      try writeFile(damaged.segment, Array(bytes[..<length]))
      try expectDamage(damaged, naming: "000001.cairn", "cut to \(length)")
    }
    // Compacting on top would build on damage: it is refused and nothing changes.
    try damaged.directory.write("in/b.json", Array("{\"Records\":[]}".utf8))
    let compacted = try Binary.run("compact", damaged.directory.sub("in"), "--into", damaged.archive)
    #expect(compacted.code == 4, "\(compacted.error)")
    try writeFile(damaged.segment, bytes)
    #expect(try Binary.run("verify", damaged.archive).code == 0)
  }

  /// Undamaged segments are still verified and counted.
  @Test func otherSegmentsAreVerified() throws {
    let damaged = try build()
    try damaged.directory.write("in/b.json", Array("{\"Records\":[{\"eventName\":1,\"eventTime\":2}]}".utf8))
    #expect(try Binary.run("compact", damaged.directory.sub("in"), "--into", damaged.archive).code == 0)
    try writeFile(damaged.segment, [])
    let verified = try Binary.run("verify", damaged.archive)
    #expect(verified.code == 4)
    #expect(
      verified.error.contains("1 objects, 1 records") && verified.error.contains("1 of 2 segments"),
      "\(verified.error)")
  }

  @Test func manifestAndCurrent() throws {
    let damaged = try build()
    for name in ["CURRENT", "MANIFEST-000002"] {
      let file = damaged.archive + "/" + name
      let bytes = try readFile(file)
      for position in [0, bytes.count / 2, bytes.count - 2] {
        var changed = bytes
        changed[position] ^= 1
        try writeFile(file, changed)
        try expectDamage(damaged, naming: "archive", "\(name), byte \(position)")
      }
      try writeFile(file, [])
      try expectDamage(damaged, naming: name, "\(name) empty")
      try writeFile(file, bytes)
    }
    #expect(try runProcess(["rm", damaged.archive + "/MANIFEST-000002"]).code == 0)
    try expectDamage(damaged, naming: "MANIFEST-000002", "manifest missing")
  }

  @Test func noArchive() throws {
    let directory = try TemporaryDirectory()
    #expect(try Binary.run("verify", directory.path).code == 2)
    #expect(try Binary.run("verify", directory.sub("nothing")).code == 5)
    try directory.write("file", [1])
    let into = try Binary.run("compact", directory.sub("file"), "--into", directory.path)
    #expect(into.code == 2)
    #expect(into.error.contains("not a Cairn archive, and not empty (file is in it)"))
    #expect(try Binary.run("compact", directory.sub("missing"), "--into", directory.sub("new")).code == 5)
    #expect(try Binary.run("compact", "--nonsense").code == 2)
  }
}
