import ArgumentParser
import Cairn
import Dispatch
import Glibc

/// Worker threads, shared by the commands that do work in parallel.
struct ThreadOptions: ParsableArguments {
  @Option(help: "Worker threads. Changes speed, never results. (default: all cores)")
  var threads: Int?

  var count: Int { max(1, min(threads ?? Self.processorCount, 256)) }

  static var processorCount: Int { Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1") }
  }
}

/// How hard the commands that write segments compress them.
struct LevelOptions: ParsableArguments {
  @Option(
    help:
      "How hard to compress, 1 to 19: more makes smaller segments and takes longer; queries are as fast.")
  var level = CompactionOptions.defaultLevel

  func validate() throws {
    let levels = CompactionOptions.levels
    guard levels.contains(level) else {
      throw ValidationError("--level must be from \(levels.lowerBound) to \(levels.upperBound)")
    }
  }
}

/// Of commands that tell what they have done.
struct QuietOptions: ParsableArguments {
  @Flag(help: "No progress and no summary; errors only.")
  var quiet = false
}

/// How many rows are wanted; 0 for none, as in SQL.
struct LimitOptions: ParsableArguments {
  @Option(
    name: [.long, .customShort("n")],
    help: "Rows after which to stop (of query, those of each statement); 0 for none.")
  var limit: Int?

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit must not be negative") }
  }
}

/// A span of time as people write it: `500ms`, `2s`, `10m`, `1h`; at most a week.
struct Span: ExpressibleByArgument {
  var seconds: Double

  init(seconds: Double) { self.seconds = seconds }

  /// As help shows defaults.
  var defaultValueDescription: String { "\(Int(seconds))s" }

  init?(argument: String) {
    let digits = argument.prefix { "0"..."9" ~= $0 }
    let units = ["ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let number = Int(digits), number > 0, let unit = units[String(argument.dropFirst(digits.count))],
      Double(number) * unit <= 604_800
    else { return nil }
    seconds = Double(number) * unit
  }
}

/// A byte count as people write it: `500M`, `1GiB`, `1073741824`; at most 1 PiB.
struct ByteCount: ExpressibleByArgument {
  var value: Int

  /// More than any machine has; sums of a few cannot overflow.
  static let limit = 1 << 50

  init(value: Int) { self.value = value }

  /// As help shows defaults.
  var defaultValueDescription: String { "\(value >> 20)MiB" }

  init?(argument: String) {
    let digits = argument.prefix { "0"..."9" ~= $0 }
    guard let number = Int(digits) else { return nil }
    let units = [
      "": 1, "k": 1000, "kb": 1000, "m": 1_000_000, "mb": 1_000_000, "g": 1_000_000_000, "gb": 1_000_000_000,
      "t": 1_000_000_000_000, "tb": 1_000_000_000_000, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30,
      "tib": 1 << 40,
    ]
    guard let unit = units[argument.dropFirst(digits.count).lowercased()] else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
    guard !overflow, 1...Self.limit ~= bytes else { return nil }
    value = bytes
  }
}
