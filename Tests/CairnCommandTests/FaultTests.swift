import CairnTestSupport
import Testing

/// System calls that fail, at every place of whole runs: `tools/fault/sweep`.
@Suite(.serialized) struct FaultTests {
  private static let sweep =
    String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }) + "/tools/fault/sweep"

  private static let isAvailable =
    (try? runProcess(["python3", "--version"]))?.code == 0
    && (try? runProcess(["cc", "--version"]))?.code == 0

  /// A sample of every kind of call and of failure; more in the long variant.
  @Test(.enabled(if: isAvailable, "needs python3 and a C compiler"))
  func everyCallFails() throws {
    guard let cairn = Binary.path else { throw TestFailure("no cairn binary") }
    let isLong = ProcessEnvironment.isSet("CAIRN_LONG")
    let result = try runProcess([Self.sweep, "--cairn", cairn] + ["--limit", isLong ? "5000" : "400"])
    let report = String(decoding: result.output, as: UTF8.self)
    #expect(result.code == 0, "\(report)\(result.error)")
    if isLong { print(report) }
  }
}
