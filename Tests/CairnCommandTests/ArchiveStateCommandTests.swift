import CairnTestSupport
import Glibc
import Testing

/// Archives that have lost their state, cannot be read, or have more segments than the system lets files be open.
@Suite struct ArchiveStateCommandTests {
  private static func record(_ number: Int) -> String {
    #"{"eventTime":"2023-07-10T11:54:\#(10 + number % 50)Z","eventName":"n\#(number)","eventID":"\#(number)"}"#
  }

  private static func archive(_ count: Int) throws -> (directory: TemporaryDirectory, path: String) {
    let directory = try TemporaryDirectory()
    for number in 0..<count {
      try directory.write("in/\(number).json", Array("{\"Records\":[\(record(number))]}".utf8))
    }
    let result = try Binary.run(
      "compact", directory.sub("in"), "--into", directory.sub("archive"), "--segment-bytes", "1", "--quiet")
    #expect(result.code == 0, "\(result.error)")
    return (directory, directory.sub("archive"))
  }

  private static let readers = [
    ["verify"], ["inspect"], ["inspect", "--schema"], ["scan", "--count"],
    ["restore", "--to", "/nonexistent/x"],
    ["query", "SELECT count(*) FROM events"],
  ]

  private static func run(_ words: [String], on archive: String) throws -> ChildProcess.Result {
    try runProcess(try Binary.command([words[0], archive] + words.dropFirst()))
  }

  @Test func lostAndRecovered() throws {
    let (directory, path) = try Self.archive(3)
    #expect(unlink(path + "/CURRENT") == 0)
    let before = try directoryImage(path)
    for words in Self.readers {
      let result = try Self.run(words, on: path)
      #expect(result.code == 4, "\(words): \(result.error)")
      #expect(
        result.error.contains("CURRENT is missing") && result.error.contains("cairn recover"),
        "\(result.error)")
    }
    let compacted = try Binary.run("compact", directory.sub("in"), "--into", path)
    #expect(compacted.code == 4 && compacted.error.contains("cairn recover"), "\(compacted.error)")
    let shown = try Binary.run("recover", path)
    let text = String(decoding: shown.output, as: UTF8.self)
    #expect(shown.code == 4 && text.contains("problem") && text.contains("3 events in 3 segments"), "\(text)")
    #expect(text.contains("nothing was changed"))
    #expect(try directoryImage(path) == before)
    let done = try Binary.run("recover", path, "--yes")
    #expect(done.code == 0, "\(done.error)")
    #expect(try Binary.run("verify", path).code == 0)
    let again = try Binary.run("recover", path)
    #expect(again.code == 0 && String(decoding: again.output, as: UTF8.self).contains("nothing to recover"))
    #expect(try Binary.run("recover", directory.sub("in")).code == 2)
    #expect(try Binary.run("recover", directory.sub("none")).code == 5)
  }

  /// What the system refuses is an I/O error with its reason, and never "no archive" or "missing".
  @Test(arguments: ["CURRENT", "manifest", "segments", "segment"]) func unreadable(what: String) throws {
    let (directory, path) = try Self.archive(2)
    let manifest = try #require(try treePaths(path).filter { $0.hasPrefix("MANIFEST-") }.last)
    let names = [
      "CURRENT": "CURRENT", "manifest": manifest, "segments": "segments", "segment": "segments/000001.cairn",
    ]
    let name = try #require(names[what])
    #expect(rename(path + "/" + name, directory.sub("kept")) == 0)
    #expect(symlink(path + "/" + name, path + "/" + name) == 0)
    for words in Self.readers {
      let result = try Self.run(words, on: path)
      #expect(result.code == 5, "\(words): \(result.error)")
      #expect(result.error.contains("Too many levels of symbolic links"), "\(result.error)")
      #expect(
        !result.error.contains("not a Cairn archive") && !result.error.contains("missing"), "\(result.error)")
    }
    let compacted = try Binary.run("compact", directory.sub("in"), "--into", path)
    #expect(compacted.code == 5, "\(compacted.error)")
    unlink(path + "/" + name)
    #expect(rename(directory.sub("kept"), path + "/" + name) == 0)
    #expect(try Binary.run("verify", path).code == 0)
  }

  /// A segment that cannot be read does not keep the others from being verified.
  @Test func verificationGoesOn() throws {
    let (directory, path) = try Self.archive(3)
    let first = path + "/segments/000001.cairn"
    #expect(rename(first, directory.sub("kept")) == 0)
    #expect(symlink(first, first) == 0)
    let unreadable = try Binary.run("verify", path)
    #expect(unreadable.code == 5, "\(unreadable.error)")
    #expect(unreadable.error.contains("not all could be read: 2 objects"), "\(unreadable.error)")
    #expect(unreadable.error.contains("2 of 3 segments"), "\(unreadable.error)")
    #expect(unlink(path + "/segments/000002.cairn") == 0)
    let damaged = try Binary.run("verify", path)
    #expect(damaged.code == 4 && damaged.error.contains("1 of 3 segments"), "\(damaged.error)")
  }

  /// A run that waits for its source while its archive is taken away: it says so, and loses neither's events.
  @Test(arguments: ["LOCK", "directory"]) func supersededRun(taken: String) throws {
    let (directory, path) = try Self.archive(2)
    let fifo = directory.sub("fifo")
    #expect(mkfifo(fifo, 0o600) == 0)
    let waiting = try ChildProcess(try Binary.command(["compact", fifo, "--into", path]))
    try directory.write("other.json", Array(Self.record(77).utf8))
    func compactOther() throws -> ChildProcess.Result {
      try Binary.run("compact", directory.sub("other.json"), "--into", path, "--quiet")
    }
    // It has the lock when its number is in the file; a second run might take the lock before it does.
    let owner = Array("pid \(waiting.identifier)\n".utf8)
    for _ in 0..<3000 where (try? readFile(path + "/LOCK")) != owner { usleep(10_000) }
    #expect(try readFile(path + "/LOCK") == owner)
    if taken == "LOCK" {
      #expect(unlink(path + "/LOCK") == 0)
    } else {
      #expect(rename(path, directory.sub("old")) == 0)
    }
    #expect(try compactOther().code == 0)
    let events = taken == "LOCK" ? 3 : 1
    let file = open(fifo, O_WRONLY)
    let bytes = Array(Self.record(88).utf8)
    #expect(bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == bytes.count)
    close(file)
    let stopped = try waiting.wait()
    #expect(stopped.code == 5, "\(stopped.error)")
    #expect(stopped.error.contains("stopped before a commit"), "\(stopped.error)")
    #expect(stopped.error.contains("what it has read is kept in lost+found/"), "\(stopped.error)")
    let counted = try Binary.run("query", path, "SELECT count(*) FROM events", "--output", "csv")
    #expect(String(decoding: counted.output, as: UTF8.self).contains("\n\(events)"))
    #expect(try Binary.run("verify", path).code == 0)
    let own = taken == "LOCK" ? path : directory.sub("old")
    #expect(try treePaths(own + "/lost+found").count == 2)
    #expect(try Binary.run("verify", own).code == 0)
  }

  private static let asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
  private static let canBeNobody: Bool = {
    guard geteuid() == 0, let path = Binary.path else { return false }
    return (try? runProcess(asNobody + [path, "--version"]))?.code == 0
  }()

  /// Rights: what may not be read is said to be so; what may only be read can be.
  @Test(.enabled(if: canBeNobody, "cannot run as another user")) func rights() throws {
    let (directory, path) = try Self.archive(2)
    chmod(directory.path, 0o755)
    _ = try runProcess(["chown", "-R", "65534:65534", directory.path])
    func run(_ words: [String]) throws -> ChildProcess.Result {
      try runProcess(try Self.asNobody + Binary.command([words[0], path] + words.dropFirst()))
    }
    for name in ["", "/segments"] { chmod(path + name, 0o500) }
    for words in [["verify"], ["query", "SELECT count(*) FROM events"], ["scan", "--count"], ["inspect"]] {
      #expect(try run(words).code == 0, "\(words)")
    }
    chmod(path, 0o100)
    #expect(try run(["verify"]).code == 0, "names are known: the directory need not be listed")
    for closed in ["/segments", "/CURRENT"] {
      let mode: mode_t = closed == "/segments" ? 0o700 : 0o600
      chmod(path + closed, 0)
      for words in Self.readers {
        let result = try run(words)
        #expect(result.code == 5 && result.error.contains("Permission denied"), "\(words): \(result.error)")
      }
      chmod(path + closed, mode)
    }
    chmod(path, 0o700)
    chmod(path + "/CURRENT", 0)
    let before = try directoryImage(path)
    let compacted = try runProcess(
      try Self.asNobody + Binary.command(["compact", directory.sub("in"), "--into", path]))
    #expect(compacted.code == 5 && compacted.error.contains("Permission denied"), "\(compacted.error)")
    #expect(try directoryImage(path) == before)
  }

  /// A directory that may be written to and not read can have a new archive in it.
  @Test(.enabled(if: canBeNobody, "cannot run as another user")) func unreadableParent() throws {
    let directory = try TemporaryDirectory()
    try directory.write("in.json", Array(Self.record(1).utf8))
    try directory.write("box/keep", [])
    chmod(directory.path, 0o755)
    chmod(directory.sub("in.json"), 0o644)
    chmod(directory.sub("box"), 0o733)
    let result = try runProcess(
      try Self.asNobody
        + Binary.command(["compact", directory.sub("in.json"), "--into", directory.sub("box/a/b/archive")]))
    #expect(result.code == 0, "\(result.error)")
    #expect(try Binary.run("verify", directory.sub("box/a/b/archive")).code == 0)
  }

  /// More segments than files may be open.
  @Test func manySegments() throws {
    let count = ProcessEnvironment.isSet("CAIRN_LONG") ? 5000 : 300
    let (directory, path) = try Self.archive(count)
    #expect(try treePaths(path + "/segments").count == count)
    // Either is a fraction of the segments.
    let limit = count == 300 ? 32 : 256
    func limited(_ words: [String]) throws -> ChildProcess.Result {
      try runProcess(
        ["sh", "-c", "ulimit -n \(limit) && exec \"$0\" \"$@\""]
          + (try Binary.command([words[0], path] + words.dropFirst())))
    }
    let counted = try limited([
      "query", "SELECT count(*), count(DISTINCT eventName) FROM events", "--output", "csv",
    ])
    #expect(counted.code == 0, "\(counted.error)")
    #expect(String(decoding: counted.output, as: UTF8.self).contains("\n\(count),\(count)"))
    let whole = try limited([
      "query", "SELECT eventJson FROM events ORDER BY eventID DESC", "--output", "csv",
    ])
    #expect(
      whole.code == 0 && whole.output.filter { $0 == UInt8(ascii: "\n") }.count == count + 1, "\(whole.error)"
    )
    for words in [["verify"], ["inspect"], ["inspect", "--schema"], ["scan", "--count"]] {
      let result = try limited(words)
      #expect(result.code == 0, "\(words): \(result.error)")
    }
    // Restored files are synced together, so that they are open together.
    let restored = try limited(["restore", "--to", directory.sub("out")])
    #expect(restored.code == 0, "\(restored.error)")
    #expect(try treePaths(directory.sub("out")).count == count)
    let again = try runProcess(
      ["sh", "-c", "ulimit -n \(limit) && exec \"$0\" \"$@\""]
        + (try Binary.command(["compact", directory.sub("in"), "--into", path])))
    #expect(again.code == 0 && again.error.contains("already in"), "\(again.error)")
  }
}
