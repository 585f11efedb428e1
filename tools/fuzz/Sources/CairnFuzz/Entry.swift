import Foundation

/// `CAIRN_FUZZ` names the target; with `CAIRN_FUZZ_SEEDS` its seeds are written there, and nothing more is done.
private let target: FuzzTarget = {
  let environment = ProcessInfo.processInfo.environment
  guard let target = environment["CAIRN_FUZZ"].flatMap({ FuzzTarget(rawValue: $0) }) else {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
    FileHandle.standardError.write(Data("CAIRN_FUZZ is one of: \(names)\n".utf8))
    exit(2)
  }
  if let folder = environment["CAIRN_FUZZ_SEEDS"] {
    do {
      for (index, seed) in try FuzzSeeds.seeds(of: target).enumerated() {
        try Data(seed).write(to: URL(fileURLWithPath: "\(folder)/seed-\(index)"))
      }
    } catch { fatalError("\(error)") }
    exit(0)
  }
  return target
}()

/// What libFuzzer calls with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  do { try target.run(Array(UnsafeBufferPointer(start: bytes, count: count))) } catch {
    fatalError("\(target): \(error)")
  }
  return 0
}
