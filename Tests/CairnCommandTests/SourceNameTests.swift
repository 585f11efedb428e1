import CairnTestSupport
import Glibc
import Testing

/// Sources as the system has them: names of any bytes, and files that go or change while they are read.
@Suite struct SourceNameTests {
  private static func record(_ number: Int) -> String {
    #"{"eventTime":"2023-07-10T11:54:39Z","eventName":"n\#(number)","eventID":"\#(number)"}"#
  }

  private func shell(_ script: String, in directory: TemporaryDirectory) throws -> ChildProcess.Result {
    let binary = try Binary.command([])[0]
    return try runProcess(
      ["bash", "-c", "cairn() { '\(binary)' \"$@\"; }\n\(script)"], directory: directory.path)
  }

  /// Names that are no UTF-8 beside one with the character that stands for them.
  @Test func namesThatAreNoText() throws {
    let directory = try TemporaryDirectory()
    let result = try shell(
      #"""
      mkdir -p $'in/d\xff'
      echo '\#(Self.record(1))' > $'in/\xff.json'
      echo '\#(Self.record(2))' > $'in/\xef\xbf\xbd.json'
      echo '\#(Self.record(3))' > $'in/d\xff/\xc3\x28.json'
      echo '\#(Self.record(4))' > $'in/\\xFF.json'
      echo '{"Records":[{"eventName":' > $'in/bad\xfe.json'
      cairn compact in --into archive; echo "compact $?"
      cairn compact in --into archive --quiet; echo "again $?"
      cairn restore archive --to out; echo "restore $?"
      rm $'in/bad\xfe.json'
      diff -r in out/in && echo same
      cairn restore archive --to part --source $'*\xc3(*'; find part -type f | wc -l
      cairn compact $'in/d\xff' --into other; echo "named $?"
      cat archive/rejects/*.jsonl
      cairn compact in --into $'other\xff'; echo "into $?"; ls -d other*
      cairn query archive $'SELECT \xff'; echo "query $?"
      """#, in: directory)
    let output = String(decoding: result.output, as: UTF8.self)
    for line in ["compact 3", "again 3", "restore 0", "same", "1", "named 0", "into 2", "query 2"] {
      #expect(output.split(separator: "\n").contains { $0 == line }, "\(line): \(output) \(result.error)")
    }
    #expect(
      result.error.contains("4 added, 1 rejected") && result.error.contains("restored 4 objects"),
      "\(result.error)")
    #expect(result.error.contains(#"rejected: in/bad\xFE.json: byte "#), "\(result.error)")
    #expect(
      output.contains(#"{"source":"in/bad\\xFE.json","sourceHex":"696e2f626164fe2e6a736f6e","#), "\(output)")
    #expect(result.error.contains(#"--into must be UTF-8, and is other\xFF"#))
    #expect(!output.contains("other\u{FFFD}") && output.contains("other\n"))
  }

  /// While a pipe is waited for, other sources go and change: each is told.
  @Test func filesThatGo() throws {
    let directory = try TemporaryDirectory()
    for name in ["b.json", "c.json", "d.json"] { try directory.write(name, Array(Self.record(1).utf8)) }
    let result = try shell(
      """
      mkfifo a
      cairn compact a b.json c.json d.json --into archive --threads 1 & pid=$!
      until [ -e archive/CURRENT ]; do sleep 0.05; done
      sleep 0.3
      rm b.json c.json; mkfifo c.json
      echo '\(Self.record(2))' > a
      wait $pid; echo "code $?"
      """, in: directory)
    #expect(String(decoding: result.output, as: UTF8.self) == "code 3\n", "\(result.error)")
    #expect(result.error.contains("2 added, 2 rejected"), "\(result.error)")
    #expect(result.error.contains("rejected: b.json: byte 0: cannot open: No such file or directory"))
    #expect(result.error.contains("rejected: c.json: byte 0: no regular file any more"))
  }

  /// A file that is written all the time is taken as it was at one moment, or not at all.
  @Test func filesThatGrow() throws {
    let directory = try TemporaryDirectory()
    let result = try shell(
      """
      echo '\(Self.record(1))' > in.json
      (for i in $(seq 200000); do echo '{"eventTime":"x","eventName":"y"}'; done >> in.json) & pid=$!
      cairn compact in.json --into archive; echo "code $?"
      kill $pid
      cairn restore archive --to out
      [ ! -e out/in.json ] || cmp -n $(stat -c %s out/in.json) in.json out/in.json && echo right
      """, in: directory)
    let output = String(decoding: result.output, as: UTF8.self)
    #expect(output.hasSuffix("right\n"), "\(output) \(result.error)")
    #expect(
      output.hasPrefix("code 0")
        || result.error.contains("changes while it is read; run again when it is complete"),
      "\(result.error)")
  }

  @Test func linksToNothing() throws {
    let directory = try TemporaryDirectory()
    try directory.write("in/x.json", Array(Self.record(1).utf8))
    #expect(symlink("nothing", directory.sub("in/link.json")) == 0)
    #expect(symlink("loop.json", directory.sub("in/loop.json")) == 0)
    let named = try Binary.run("compact", "in/link.json", "--into", "a", directory: directory.path)
    #expect(
      named.code == 5 && named.error.contains("in/link.json: cannot open: No such file"), "\(named.error)")
    let found = try Binary.run("compact", "in/*.json", "--into", "b", directory: directory.path)
    #expect(found.code == 3 && found.error.contains("1 added, 2 rejected"), "\(found.error)")
    #expect(
      found.error.contains("rejected: in/loop.json: byte 0: cannot stat: Too many levels of symbolic links"))
    // A pipe that a pattern finds would block for ever.
    #expect(mkfifo(directory.sub("in/p.json"), 0o600) == 0)
    let pipe = try Binary.run("compact", "in/p*", "--into", "c", directory: directory.path)
    #expect(pipe.code == 3 && pipe.error.contains("in/p.json: byte 0: not a regular file"), "\(pipe.error)")
  }

  /// Restoring names what it could not write, and goes on.
  @Test func restoreNamesWhatItCouldNotWrite() throws {
    let directory = try TemporaryDirectory()
    for name in ["a.json", "\u{1B}[31mb\u{202E}.json", "c.json"] {
      try directory.write("in/\(name)", Array(Self.record(1).utf8))
    }
    #expect(try Binary.run("compact", "in", "--into", "archive", directory: directory.path).code == 0)
    #expect(mkfifo(directory.sub("pipe"), 0o600) == 0)
    try directory.write("out/in/x", [])
    for name in ["a.json", "\u{1B}[31mb\u{202E}.json"] {
      #expect(mkfifo(directory.sub("out/in/\(name)"), 0o600) == 0)
    }
    let result = try Binary.run("restore", "archive", "--to", "out", directory: directory.path)
    #expect(result.code == 3)
    #expect(
      result.error.contains("not restored: in/\\u{1b}[31mb\\u{202e}.json: a pipe has its name")
        && result.error.contains("restored 1 objects")
        && result.error.contains("2 objects could not be written"),
      "\(result.error)")
    #expect(try readFile(directory.sub("out/in/c.json")) == Array(Self.record(1).utf8))
    let target = try Binary.run("restore", "archive", "--to", "out/in/c.json", directory: directory.path)
    #expect(target.code == 5, "\(target.error)")
  }

  /// `-` and its rejected bytes.
  @Test func rejectedInput() throws {
    let directory = try TemporaryDirectory()
    let bytes = Array("{\"Records\":[{\"eventName\":nonsense".utf8)
    let input = try directory.write("input", bytes)
    let result = try runProcess(
      try Binary.command(["compact", "-", "--into", directory.sub("a")]), input: input)
    #expect(result.code == 3)
    #expect(try RejectLine.read(archive: directory.sub("a")).map(\.raw) == [bytes])
  }
}
