import CairnStorage
import CairnTestSupport
import Foundation
import Testing

/// Archives whose blocks were changed and then sealed again: whatever a segment says, no command traps, hangs or takes
/// more memory than the format allows, and what verifies gives the right rows.
///
/// `CAIRN_FORGED` is the number of archives, `CAIRN_FORGED_SEED` the first seed. The seed at work is in the file that
/// `CAIRN_FORGED_LOG` names, for the case that the process ends.
@Suite struct ForgedArchiveTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let count = environment["CAIRN_FORGED"].flatMap { Int($0) } ?? 200
  private static let firstSeed = environment["CAIRN_FORGED_SEED"].flatMap { UInt64($0) } ?? 1
  private static let log = environment["CAIRN_FORGED_LOG"] ?? NSTemporaryDirectory() + "cairn-forged-seed"
  private static let secondsPerArchive = 20.0
  /// Memory above what the process had: `Formats/segment.md`, reading.
  private static let byteLimit = 1 << 30

  @Test func everyCommand() throws {
    let run = try ForgedArchiveRun()
    let file = try File.create(Self.log)
    let before = try Self.residentBytes()
    for index in 0..<Self.count {
      let seed = Self.firstSeed + UInt64(index)
      try file.write(Array("\(seed)\n".utf8))
      let start = Date()
      do { try run.run(seed) } catch { Issue.record("seed \(seed): \(error)") }
      let seconds = Date().timeIntervalSince(start)
      if seconds > Self.secondsPerArchive { Issue.record("seed \(seed) took \(seconds) s") }
      // The sanitizer keeps what was freed, and looks at each allocation itself.
      if Self.environment["ASAN_OPTIONS"] != nil { continue }
      let peak = try Self.takePeakBytes()
      if peak - before > Self.byteLimit { Issue.record("seed \(seed) took \(peak - before) bytes") }
    }
  }

  private static func status(_ name: String) throws -> Int {
    let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
    let number = line?.split(whereSeparator: { " \t".contains($0) }).dropFirst().first
    return (number.flatMap { Int($0) } ?? 0) << 10
  }

  private static func residentBytes() throws -> Int { try status("VmRSS:") }

  /// The greatest resident size since the last call.
  private static func takePeakBytes() throws -> Int {
    let peak = try status("VmHWM:")
    // Sets the mark back to the present size.
    if let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") {
      try? file.write(contentsOf: Array("5".utf8))
    }
    return peak
  }
}
