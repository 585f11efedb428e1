import Cairn
import CairnSynth
import CairnTestSupport
import Glibc
import Testing

/// What the system does to a run: full disks, locks, missing rights, streams.
@Suite struct AdversityTests {
  private static let record = #"{"eventTime":"2023-07-10T11:54:39Z","eventName":"n","eventID":"1"}"#

  // MARK: Full disk

  private static let canMount: Bool = {
    guard let directory = try? TemporaryDirectory() else { return false }
    guard mountMemory(directory.path, "64k") else { return false }
    return (try? runProcess(["umount", directory.path]))?.code == 0
  }()

  private static func mountMemory(_ path: String, _ size: String) -> Bool {
    (try? runProcess(["mount", "-t", "tmpfs", "-o", "size=\(size)", "tmpfs", path]))?.code == 0
  }

  /// The space ends at different places: first segment, later ones, manifest, rejects.
  @Test(.enabled(if: canMount, "may not mount"), arguments: [20, 60, 100, 140, 180, 240, 300, 360])
  func fullDisk(kilobytes: Int) throws {
    let directory = try TemporaryDirectory()
    var synth = SynthOptions(outputPath: directory.sub("in"))
    (synth.eventCount, synth.dayCount, synth.accountCount) = (4000, 3, 2)
    _ = try generate(synth)
    try directory.write("in/cut.json", Array("{\"Records\":[\(Self.record),{\"eventN".utf8))
    let broken =
      Array("{\"Records\":[{\"eventName\":".utf8) + (0..<40_000).map { UInt8(truncatingIfNeeded: $0) }
    try directory.write("in/none.bin", broken)
    let disk = directory.sub("disk")
    try Directory.create(disk)
    #expect(Self.mountMemory(disk, "\(kilobytes)k"))
    defer { _ = try? runProcess(["umount", disk]) }
    let archive = disk + "/archive"
    func compact() throws -> ChildProcess.Result {
      try Binary.run("compact", directory.sub("in"), "--into", archive, "--segment-bytes", "400000")
    }
    for _ in 0..<2 {
      let full = try compact()
      #expect(full.code == 5, "\(full.error)")
      #expect(full.error.contains(archive) && full.error.contains("No space left on device"), "\(full.error)")
      if access(archive + "/CURRENT", F_OK) == 0 {
        let verified = try Binary.run("verify", archive)
        #expect(verified.code == 0, "\(verified.error)")
      }
    }
    #expect(try runProcess(["mount", "-o", "remount,size=50m", disk]).code == 0)
    let finished = try compact()
    #expect(finished.code == 3, "\(finished.error)")
    #expect(try Binary.run("verify", archive).code == 0)
    let rejects = try RejectLine.read(archive: archive)
    #expect(rejects.first { $0.source.hasSuffix("none.bin") }?.raw == broken)
    #expect(try Binary.run("restore", archive, "--to", directory.sub("out")).code == 0)
    let tree = try readTree(directory.sub("out/" + directory.path.dropFirst() + "/in"))
    let sources = try treePaths(directory.sub("in"))
    #expect(tree.count == sources.count - 1)
    for path in sources.filter({ $0.hasSuffix(".gz") }).prefix(40) {
      let inflated = try gunzip(try readFile(directory.sub("in/" + path)))
      #expect(difference(tree[String(path.dropLast(3))], inflated) == nil, "\(path)")
    }
  }

  /// The space ends while objects are restored: each that has its name is whole, and nothing else is left.
  @Test(.enabled(if: canMount, "may not mount"), arguments: [100, 400])
  func fullDiskOfTheTarget(kilobytes: Int) throws {
    let directory = try TemporaryDirectory()
    for index in 0..<40 {
      let text = "{\"Records\":[\(Self.record)" + String(repeating: " ", count: 20_000 + index) + "]}"
      try directory.write("in/\(index).json", Array(text.utf8))
    }
    let (archive, disk) = (directory.sub("archive"), directory.sub("disk"))
    #expect(try Binary.run("compact", "in", "--into", archive, directory: directory.path).code == 0)
    try Directory.create(disk)
    #expect(Self.mountMemory(disk, "\(kilobytes)k"))
    defer { _ = try? runProcess(["umount", disk]) }
    let full = try Binary.run("restore", archive, "--to", disk)
    #expect(full.code == 5 && full.error.contains("No space left on device"), "\(full.error)")
    let tree = try readTree(disk)
    #expect(tree.count < 40)
    for (path, bytes) in tree { #expect(try readFile(directory.sub(path)) == bytes, "\(path)") }
    #expect(try runProcess(["mount", "-o", "remount,size=50m", disk]).code == 0)
    #expect(try Binary.run("restore", archive, "--to", disk).code == 0)
    #expect(try readTree(disk).count == 40)
  }

  // MARK: Locks and streams

  /// A run that waits for its source holds the archive: another is told who it is; readers do not mind.
  @Test func lockedArchive() throws {
    let directory = try TemporaryDirectory()
    let (archive, fifo) = (directory.sub("archive"), directory.sub("fifo"))
    try directory.write("other.json", Array(Self.record.utf8))
    #expect(mkfifo(fifo, 0o600) == 0)
    let holder = try ChildProcess(try Binary.command(["compact", fifo, "--into", archive]))
    for _ in 0..<500 where access(archive + "/CURRENT", F_OK) != 0 { usleep(10_000) }
    let second = try Binary.run("compact", directory.sub("other.json"), "--into", archive)
    #expect(second.code == 5)
    #expect(second.error.contains("locked by another writer (pid \(holder.identifier))"), "\(second.error)")
    #expect(try Binary.run("verify", archive).code == 0)
    try writeFile(fifo, Array("\(Self.record)\n\(Self.record)".utf8), isPipe: true)
    let first = try holder.wait()
    #expect(first.code == 0, "\(first.error)")
    #expect(first.error.contains("2 in = 1 kept + 1 duplicates + 0 rejected"), "\(first.error)")
    let third = try Binary.run("compact", directory.sub("other.json"), "--into", archive)
    #expect(third.code == 0, "\(third.error)")
  }

  private func writeFile(_ path: String, _ bytes: [UInt8], isPipe: Bool) throws {
    let file = open(path, O_WRONLY)
    guard file >= 0 else { throw TestFailure("cannot open \(path)") }
    defer { close(file) }
    _ = bytes.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
  }

  @Test func standardInput() throws {
    let directory = try TemporaryDirectory()
    let bytes = Array("{\"Records\":[\(Self.record)]}\n".utf8)
    for delivered in [bytes, try gzip(bytes), try zstd(bytes)] {
      let archive = directory.sub("a\(delivered.count)")
      let input = try directory.write("input", delivered)
      let result = try runProcess(try Binary.command(["compact", "-", "--into", archive]), input: input)
      #expect(result.code == 0, "\(result.error)")
      #expect(try Binary.run("restore", archive, "--to", directory.sub("out\(delivered.count)")).code == 0)
      #expect(try readTree(directory.sub("out\(delivered.count)")) == ["stdin": bytes])
    }
  }

  @Test func globsAndPatterns() throws {
    let directory = try TemporaryDirectory()
    for name in ["a1.json", "a2.json", "b1.json"] { try directory.write(name, Array(Self.record.utf8)) }
    #expect(try Binary.run("compact", "a*.json", "--into", "archive", directory: directory.path).code == 0)
    #expect(try Binary.run("restore", "archive", "--to", "out", directory: directory.path).code == 0)
    #expect(try treePaths(directory.sub("out")) == ["a1.json", "a2.json"])
  }

  // MARK: Rejects through the command

  @Test func exitCodeAndMessage() throws {
    let directory = try TemporaryDirectory()
    try directory.write("in/good.json", Array(Self.record.utf8))
    try directory.write("in/bad.json", Array("{\"Records\":[\(Self.record),{\"eventName\":nope}]}".utf8))
    try directory.write("in/\u{1B}[31mred\u{200B}.json", Array("{\"Records\":[{\"eve".utf8))
    try directory.write("in/\u{1B}[31mred.png", [0x89] + Array("PNG\r\n".utf8))
    try directory.write("in/other.json", Array("{\"no\":\"log\"}".utf8))
    let archive = directory.sub("archive")
    let result = try Binary.run("compact", "in", "--into", archive, directory: directory.path)
    #expect(result.code == 3)
    #expect(
      result.error.contains("2 added, 1 kept as other JSON, 1 incomplete, 1 rejected, 1 not kept"),
      "\(result.error)")
    #expect(result.error.contains("3 in = 1 kept + 1 duplicates + 1 rejected"), "\(result.error)")
    #expect(
      result.error.contains(
        "rejected: in/bad.json: byte \(12 + Self.record.utf8.count + 1 + 13): expected a value"))
    // A hostile name cannot colour the terminal.
    #expect(!result.error.contains("\u{1B}") && result.error.contains("\\u{1b}[31mred\\u{200b}.json"))
    #expect(result.error.contains("not kept: in/\\u{1b}[31mred.png: an image (PNG)"))
    #expect(result.output.isEmpty)
    // Foreign files alone are no rejects.
    let other = try Binary.run(
      "compact", "in/other.json", "--into", directory.sub("b"), directory: directory.path)
    #expect(other.code == 0)
    let quiet = try Binary.run(
      "compact", "in/other.json", "--into", directory.sub("c"), "--quiet", directory: directory.path)
    #expect(quiet.code == 0 && quiet.error.isEmpty)
    let limited = try Binary.run(
      "compact", "in/good.json", "--into", directory.sub("d"), "--max-object", "10", directory: directory.path
    )
    #expect(
      limited.code == 3 && limited.error.contains("larger than the limit of 10 bytes"), "\(limited.error)")
  }

  /// As a user who may not read everything: root may.
  private static let asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
  private static let canBeNobody: Bool = {
    guard geteuid() == 0, let path = Binary.path else { return false }
    return (try? runProcess(asNobody + [path, "--version"]))?.code == 0
  }()

  @Test(.enabled(if: canBeNobody, "cannot run as another user"))
  func unreadableFilesAndDirectories() throws {
    let directory = try TemporaryDirectory()
    chmod(directory.path, 0o777)
    try directory.write("in/good.json", Array(Self.record.utf8))
    try directory.write("in/closed.json", Array(Self.record.utf8))
    try directory.write("in/closed/x.json", Array(Self.record.utf8))
    chmod(directory.sub("in/closed.json"), 0)
    chmod(directory.sub("in/closed"), 0)
    chmod(directory.sub("in/good.json"), 0o644)
    let command = try Self.asNobody + Binary.command(["compact", "in", "--into", "archive"])
    let result = try runProcess(command, directory: directory.path)
    #expect(result.code == 3, "\(result.error)")
    #expect(result.error.contains("1 added, 2 rejected"), "\(result.error)")
    #expect(
      result.error.contains("rejected: in/closed: byte 0: cannot read directory: Permission denied"),
      "\(result.error)")
    #expect(
      result.error.contains("rejected: in/closed.json: byte 0: cannot open: Permission denied"),
      "\(result.error)")
    #expect(try RejectLine.read(archive: directory.sub("archive")).count == 2)
  }
}
