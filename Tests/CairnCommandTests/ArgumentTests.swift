import CairnTestSupport
import Foundation
import Glibc
import Testing

/// Where nothing is mounted at /proc, as in bare containers, the command has its arguments all the same.
@Suite(.enabled(if: geteuid() == 0, "only root may mount")) struct ArgumentTests {
  @Test func withoutProcesses() throws {
    let archive = try TestArchive([
      ("a.json", Array(#"{"eventTime":"2025-01-30T16:00:00Z","eventName":"Call"}"#.utf8))
    ])
    let command = try Binary.command([
      "query", archive.path, "SELECT count(*) AS n FROM events", "--output", "csv",
    ])
    let result = try runProcess(
      ["unshare", "--mount", "sh", "-c", #"umount -l /proc && exec "$@""#, "sh"] + command)
    // Where not even root may, there is nothing to see.
    if result.error.contains("umount") || result.error.contains("unshare") { return }
    #expect(result.code == 0, "\(result.error)")
    #expect(String(decoding: result.output, as: UTF8.self) == "n\r\n1\r\n")
  }
}
