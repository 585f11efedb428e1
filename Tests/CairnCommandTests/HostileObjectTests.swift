import CairnStorage
import CairnTestSupport
import Testing

/// Whatever an object is made of, a run takes it in bounded memory and goes on: it is kept, or it is a reject.
@Suite struct HostileObjectTests {
  private static let isLong = ProcessEnvironment.isSet("CAIRN_LONG")
  /// Peak of the process at `--memory 256MiB`.
  private static let memoryLimit = 320 << 20

  struct Run {
    var seconds: Double
    var peakMemory: Int
  }

  /// Compacts the object beside a good one, and restores both.
  private func compact(_ bytes: [UInt8], memory: String, sourceLocation: SourceLocation) throws -> Run {
    let good = Array(Oddity.good.utf8)
    let directory = try TemporaryDirectory(on: Self.isLong ? "/var/tmp" : TemporaryDirectory.place)
    try directory.write("in/hostile.json", bytes)
    try directory.write("in/z.json", good)
    let archive = directory.sub("archive")
    let child = try ChildProcess(
      try Binary.command(["compact", directory.sub("in"), "--into", archive, "--memory", memory])
    ).wait(watchesMemory: true)
    #expect([0, 3].contains(child.code), "\(child.code): \(child.error)", sourceLocation: sourceLocation)
    let rejects = try RejectLine.read(archive: archive)
    let isRejected = rejects.contains { $0.scope == "object" }
    if isRejected { #expect(rejects.map(\.raw) == [bytes], sourceLocation: sourceLocation) }
    #expect((child.code == 3) == !rejects.isEmpty, "\(child.error)", sourceLocation: sourceLocation)
    let verified = try Binary.run("verify", archive)
    #expect(verified.code == 0, "\(verified.error)", sourceLocation: sourceLocation)
    #expect(
      try Binary.run("restore", archive, "--to", directory.sub("out")).code == 0,
      sourceLocation: sourceLocation)
    let tree = try readTree(directory.sub("out/" + directory.path.dropFirst() + "/in"))
    #expect(tree["z.json"] == good, sourceLocation: sourceLocation)
    // White space alone is no log: it is not kept.
    if !isRejected, !child.error.contains("not kept") {
      #expect(difference(tree["hostile.json"], bytes) == nil, sourceLocation: sourceLocation)
    }
    return Run(seconds: child.seconds, peakMemory: child.peakMemory)
  }

  @Test(arguments: HostileObject.allCases)
  func staysWithinMemory(_ kind: HostileObject) throws {
    var run = try compact(kind.bytes(100_000), memory: "256MiB", sourceLocation: #_sourceLocation)
    // On a busy machine it may be over before anybody has looked.
    if run.peakMemory == 0 {
      run = try compact(kind.bytes(100_000), memory: "256MiB", sourceLocation: #_sourceLocation)
    }
    #expect(run.peakMemory > 0 && run.peakMemory <= Self.memoryLimit, "\(kind): \(run.peakMemory >> 20) MiB")
  }

  /// Each line may begin what all lines behind it are a part of: none is read to the object's end for every line.
  @Test(arguments: [
    #"{"k":["value "#, #"{"detail":["value "#, #"{"detail":{"a":["#, #"{"Records":["value "#, #"{"k":{"a":"#,
    #"{"message":"{\\""#,
    #"{"Events":[{"CloudTrailEvent":"},{{"k":1}"#, #"{"eventName":"x","eventTime":"y","a":{"#,
    #"[{"k":["#, #"{"hits":{"hits":[{"_source":{"#,
  ])
  func linesThatSwallowTheRest(_ line: String) throws {
    let lines =
      Oddity.good + "\n" + (0..<(1_500_000 / line.utf8.count)).map { "\(line)\($0)" }.joined(separator: "\n")
    let run = try compact(Array(lines.utf8), memory: "256MiB", sourceLocation: #_sourceLocation)
    // Reading it once for each line would take minutes.
    #expect(run.seconds < 20, "\(line): \(run.seconds) s")
  }

  /// Documents of one line without a record: where the line begins is not looked for from each.
  @Test(arguments: [#"{"Records":[]}"#, "[]", "[1]", #"{"a":}"#, #"{"Records":[1]}"#, #"{"Records":[],"a":"#])
  func documentsWithoutRecords(_ document: String) throws {
    let bytes = Array(String(repeating: document, count: 3_000_000 / document.utf8.count).utf8)
    let run = try compact(bytes, memory: "256MiB", sourceLocation: #_sourceLocation)
    #expect(run.seconds < 20, "\(document): \(run.seconds) s")
  }

  /// Twice the bytes take about twice the time, and the same memory.
  @Test(.enabled(if: isLong), arguments: HostileObject.allCases)
  func isLinear(_ kind: HostileObject) throws {
    let small = try compact(kind.bytes(20_000_000), memory: "256MiB", sourceLocation: #_sourceLocation)
    let large = try compact(kind.bytes(40_000_000), memory: "256MiB", sourceLocation: #_sourceLocation)
    print("\(kind): \(small.seconds) s, \(large.seconds) s, \(large.peakMemory >> 20) MiB")
    #expect(large.peakMemory <= Self.memoryLimit, "\(kind): \(large.peakMemory >> 20) MiB")
    #expect(large.seconds <= 3 * small.seconds + 1, "\(kind): \(small.seconds) s, then \(large.seconds) s")
  }

  /// The same bytes whatever memory and threads are: what is too much ends a piece or a segment by the input alone.
  @Test(arguments: [HostileObject.keysOfRecords, .nestedKeys, .subsets])
  func isDeterministic(_ kind: HostileObject) throws {
    let directory = try TemporaryDirectory()
    for number in 0..<6 { try directory.write("in/\(number).json", kind.bytes(400_000)) }
    var segments: [[String: [UInt8]]] = []
    for (threads, memory) in [(1, 1 << 20), (3, 1 << 30)] {
      var options = CompactionOptions()
      (options.threads, options.memoryByteLimit, options.pieceByteTarget) = (threads, memory, 300_000)
      let archive = directory.sub("archive\(threads)")
      _ = try Compactor(archive: archive, options: options).run([directory.sub("in")])
      segments.append(try readTree(archive + "/segments"))
    }
    #expect(segments[0] == segments[1])
  }
}

private enum Oddity {
  static let good = #"{"eventTime":"2023-07-10T11:54:39Z","eventName":"good","eventID":"1"}"#
}
