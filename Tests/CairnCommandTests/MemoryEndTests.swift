import CairnTestSupport
import Testing

/// Memory that cannot be had: an error with its exit code, no abort, no wrong answer.
@Suite(.serialized) struct MemoryEndTests {
  private static let isAvailable = (try? runProcess(["python3", "--version"]))?.code == 0

  private static let script =
    String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }) + "/tools/fault/memory"

  @Test(.enabled(if: isAvailable, "needs python3"))
  func lessAndLess() throws {
    guard let cairn = Binary.path else { throw TestFailure("no cairn binary") }
    let isLong = ProcessEnvironment.isSet("CAIRN_LONG")
    let sizes = isLong ? ["--events", "20000", "--step", "8"] : ["--events", "1000", "--step", "8"]
    let result = try runProcess([Self.script, "--cairn", cairn] + sizes)
    let report = String(decoding: result.output, as: UTF8.self)
    #expect(result.code == 0, "\(report)\(result.error)")
    if isLong { print(report) }
  }
}
