import CairnTestSupport
import Foundation
import Glibc
import Testing

/// A stream of any length takes the memory that it may take, and all of its records are there.
@Suite(.serialized) struct StreamMemoryTests {
  private struct Stream: Sendable {
    var byteCount: Int
    /// MiB.
    var memory: Int
  }

  private static let streams =
    ProcessEnvironment.isSet("CAIRN_LONG")
    ? [256, 512, 1024].map { Stream(byteCount: 5_000_000_000, memory: $0) }
    : [Stream(byteCount: 80_000_000, memory: 256)]

  @Test(arguments: streams.indices) func peak(index: Int) throws {
    let stream = Self.streams[index]
    // What is spilled must not lie in memory.
    let directory = try TemporaryDirectory(
      on: ProcessEnvironment.isSet("CAIRN_LONG") ? "/var/tmp" : TemporaryDirectory.place)
    let pipe = directory.sub("pipe")
    guard mkfifo(pipe, 0o600) == 0 else { throw TestFailure("mkfifo: errno \(errno)") }
    let writer = Writer(pipe, byteCount: stream.byteCount)
    writer.start()
    let child = try ChildProcess(
      Binary.command([
        "compact", "-", "--into", "archive", "--memory", "\(stream.memory)MiB", "--max-object", "8GiB",
        "--quiet",
      ]), directory: directory.path, input: pipe)
    let result = try child.wait(watchesMemory: true)
    #expect(result.code == 0, "\(result.error)")
    #expect(
      result.peakMemory > 0 && result.peakMemory < stream.memory << 20 + stream.memory << 18,
      "\(result.peakMemory)")
    let query = "SELECT count(*), count(DISTINCT eventID) FROM events"
    let counted = try runProcess(
      try Binary.command(["query", "archive", query, "--output", "csv"]), directory: directory.path)
    #expect(
      String(decoding: counted.output, as: UTF8.self).replacing("\r\n", with: "\n").split(separator: "\n")
        .last
        == "\(writer.count),\(writer.count)")
  }

  /// Records a line each, into a pipe.
  private final class Writer: @unchecked Sendable {
    private let path: String
    private let byteCount: Int
    /// Read when the reader has come to the end.
    private(set) var count = 0

    init(_ path: String, byteCount: Int) {
      (self.path, self.byteCount) = (path, byteCount)
    }

    func start() { Thread(block: write).start() }

    private func write() {
      // A reader that ends early is told by its exit code.
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGPIPE)
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      let file = open(path, O_WRONLY)
      guard file >= 0 else { return }
      defer { close(file) }
      var random = SeededGenerator(seed: 1)
      var left = byteCount
      while left > 0 {
        var text = ""
        for _ in 0..<500 {
          text += Self.record(count, &random)
          count += 1
        }
        let isWritten = text.withUTF8 { bytes in
          var done = 0
          while done < bytes.count {
            let written = Glibc.write(file, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            if written <= 0 { return false }
            done += written
          }
          return true
        }
        guard isWritten else { return }
        left -= text.utf8.count
      }
    }

    private static func hex(_ value: UInt64) -> String {
      let digits = String(value, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func record(_ number: Int, _ random: inout SeededGenerator) -> String {
      let (a, b) = (hex(random.next()), hex(random.next()))
      let (second, minute, hour) = (number / 100 % 60, number / 6000 % 60, number / 360_000 % 24)
      func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
      let role =
        "arn:aws:sts::111122223333:assumed-role/role-\(random.below(300))/session-\(random.below(40))"
      return
        #"{"eventVersion":"1.09","userIdentity":{"type":"AssumedRole","arn":"\#(role)","accountId":"111122223333","#
        + #""accessKeyId":"ASIA\#(a.uppercased().prefix(9))"},"eventTime":"2024-01-\#(two(1 + number / 8_640_000 % 28))T\#(two(hour)):\#(two(minute)):\#(two(second))Z","#
        + #""eventSource":"s3.amazonaws.com","eventName":"Call\#(random.below(60))","awsRegion":"us-east-1","sourceIPAddress":"192.0.2.\#(random.below(250))","#
        + #""userAgent":"agent/\#(random.below(90)) (\#(b.prefix(3)))","requestParameters":{"bucketName":"bucket-\#(random.below(500))","key":"data/\#(b)/\#(a)","#
        + #""list":["x\#(random.below(9))",\#(random.below(10_000)),null]},"responseElements":null,"requestID":"\#(b)","#
        + #""eventID":"\#(a)-\#(number)","readOnly":true,"eventType":"AwsApiCall","managementEvent":true}"#
        + "\n"
    }
  }
}
