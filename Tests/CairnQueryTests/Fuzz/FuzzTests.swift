import CairnTestSupport
import Testing

/// What the fuzzers of `tools/fuzz` have found stays mended, and some changes of their seeds are tried each time.
@Suite struct FuzzTests {
  private static let roundCount = ProcessEnvironment.isSet("CAIRN_LONG") ? 20_000 : 300
  private static let slowRoundCount = ProcessEnvironment.isSet("CAIRN_LONG") ? 2000 : 40

  @Test(arguments: FuzzTarget.allCases) func failuresStayMended(target: FuzzTarget) throws {
    let folder = "\(FuzzSeeds.root)/tools/fuzz/failures/\(target.rawValue)"
    guard let files = try? readTree(folder) else { return }
    for (name, bytes) in files {
      do { try target.run(bytes) } catch { Issue.record("\(folder)/\(name): \(error)") }
    }
  }

  @Test(arguments: FuzzTarget.allCases) func changedSeeds(target: FuzzTarget) throws {
    let seeds = try FuzzSeeds.seeds(of: target)
    for seed in seeds {
      do { try target.run(seed) } catch { Issue.record("a seed of \(target): \(error)") }
    }
    var random = SeededGenerator(seed: 1)
    let isSlow = [.archive, .segment, .object].contains(target)
    for round in 0..<(isSlow ? Self.slowRoundCount : Self.roundCount) {
      var bytes = random.pick(seeds)
      ByteForge.change(&bytes, keepsSize: false, &random)
      do { try target.run(bytes) } catch { Issue.record("\(target), round \(round): \(error): \(bytes)") }
    }
  }
}
