import Foundation
import Testing

@testable import CairnSynth

@Suite struct OptionTests {
  /// One change for each limit, just beyond it.
  @Test(arguments: 0..<13)
  func valuesBeyondALimitThrow(_ index: Int) {
    let changes: [(inout SynthOptions) -> Void] = [
      { $0.eventCount = 0 }, { $0.eventCount = SynthOptions.Limit.eventCount + 1 }, { $0.dayCount = 0 },
      { $0.dayCount = SynthOptions.Limit.dayCount + 1 }, { $0.accountCount = 0 },
      { $0.accountCount = SynthOptions.Limit.accountCount + 1 }, { $0.regionCount = 0 },
      { $0.regionCount = Region.all.count + 1 }, { $0.threadCount = SynthOptions.Limit.threadCount + 1 },
      { $0.gzipLevel = SynthOptions.Limit.gzipLevel + 1 }, { $0.duplicatesPercent = 50.1 },
      { $0.duplicatesPercent = .nan }, { $0.outputPath = "" },
    ]
    var options = SynthOptions(outputPath: NSTemporaryDirectory() + "never-made")
    changes[index](&options)
    #expect(throws: SynthError.self) { try generate(options) }
    #expect(!FileManager.default.fileExists(atPath: NSTemporaryDirectory() + "never-made"))
  }

  @Test(arguments: [
    "2025-02-29", "2025-13-01", "25-01-01", "2025-1-01", "", "1999-01-01", "2025-01-0x", "2025-+1-01",
  ])
  func startHasToBeADate(_ text: String) {
    var options = SynthOptions(outputPath: "unused")
    options.startDate = text
    #expect(throws: SynthError.self) { try options.validatedStart() }
  }

  @Test func existingHistoryIsNotOverwritten() throws {
    let directory = try TemporaryDirectory()
    var options = SynthOptions(outputPath: directory.path)
    options.eventCount = 10
    _ = try generate(options)
    #expect(throws: SynthError.outputExists(directory.path + "/AWSLogs")) { try generate(options) }
  }

  @Test func fileInTheWayIsNamedInTheError() throws {
    let directory = try TemporaryDirectory()
    try Data().write(to: URL(fileURLWithPath: directory.path + "/file"))
    let options = SynthOptions(outputPath: directory.path + "/file/below")
    let error = #expect(throws: SynthError.self) { try generate(options) }
    #expect(error?.description.contains("/file/below") == true)
    #expect(error?.description.contains("errno 20") == true)
  }
}
