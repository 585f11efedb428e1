/// What history to generate: how much, for whom, from when, and where to put it.
public struct SynthOptions: Sendable {
  /// Distinct events over the whole history; duplicates and incident events come on top.
  public var eventCount = 100_000
  /// Length of the history in days.
  public var dayCount = 30
  /// Accounts of the organisation; the first one runs `my-ecs-cluster`.
  public var accountCount = 12
  /// Regions in use; the first one is always `us-east-1`.
  public var regionCount = 8
  /// Everything random follows from this number.
  public var seed: UInt64 = 1
  /// First day of the history, `YYYY-MM-DD`.
  public var startDate = "2025-01-01"
  /// Worker threads; 0 takes one for each online processor.
  public var threadCount = 0
  /// Share of records delivered a second time in another object, in percent.
  public var duplicatesPercent = 1.0
  /// libdeflate compression level of the objects, 1 to 12.
  public var gzipLevel = 6
  /// Stories to plant; each one also writes its answer beside the tree.
  public var incidents: [Incident] = []
  /// Directory that receives `AWSLogs/`; created when missing.
  public var outputPath: String

  /// Options with the default mix, writing below `outputPath`.
  public init(outputPath: String) {
    self.outputPath = outputPath
  }

  /// Largest values accepted, each named for its error message and its test.
  public enum Limit {
    /// Most events in one history.
    public static let eventCount = 1_000_000_000
    /// Most days in one history.
    public static let dayCount = 3_660
    /// Most accounts in one organisation.
    public static let accountCount = 1_000
    /// Most worker threads.
    public static let threadCount = 256
    /// Largest share of duplicates in percent.
    public static let duplicatesPercent = 50.0
    /// Strongest libdeflate level.
    public static let gzipLevel = 12
  }

  /// Checks every option and returns the start of the history in seconds since 1970.
  func validatedStart() throws(SynthError) -> Int {
    try Self.check("events", eventCount, 1, Limit.eventCount)
    try Self.check("days", dayCount, 1, Limit.dayCount)
    try Self.check("accounts", accountCount, 1, Limit.accountCount)
    try Self.check("regions", regionCount, 1, Region.all.count)
    try Self.check("threads", threadCount, 0, Limit.threadCount)
    try Self.check("gzip level", gzipLevel, 1, Limit.gzipLevel)
    guard duplicatesPercent >= 0, duplicatesPercent <= Limit.duplicatesPercent else {
      throw .invalidOption("duplicates must be between 0 and \(Limit.duplicatesPercent) percent")
    }
    guard !outputPath.isEmpty, !outputPath.utf8.contains(0) else {
      throw .invalidOption("the output path is empty or holds a zero byte")
    }
    guard let start = CivilTime.parseDay(startDate) else {
      throw .invalidOption("start must be a date YYYY-MM-DD from 2014 to 2099, not '\(startDate)'")
    }
    return start
  }

  private static func check(_ name: String, _ value: Int, _ low: Int, _ high: Int) throws(SynthError) {
    guard value >= low, value <= high else {
      throw .invalidOption("\(name) must be between \(low) and \(high), not \(value)")
    }
  }
}

/// What a run produced.
public struct SynthSummary: Sendable, Equatable {
  /// Objects written.
  public var objectCount = 0
  /// Distinct events written, without duplicates and incident events.
  public var eventCount = 0
  /// Records written a second time in another object.
  public var duplicateCount = 0
  /// Events that belong to planted incidents.
  public var incidentEventCount = 0
  /// Inflated size of all objects.
  public var jsonByteCount = 0
  /// Size of all objects as written.
  public var compressedByteCount = 0
  /// Wall time of the run.
  public var seconds = 0.0

  mutating func add(_ other: SynthSummary) {
    objectCount += other.objectCount
    eventCount += other.eventCount
    duplicateCount += other.duplicateCount
    incidentEventCount += other.incidentEventCount
    jsonByteCount += other.jsonByteCount
    compressedByteCount += other.compressedByteCount
  }

  func subtracting(_ other: SynthSummary) -> SynthSummary {
    var rest = self
    rest.objectCount -= other.objectCount
    rest.eventCount -= other.eventCount
    rest.duplicateCount -= other.duplicateCount
    rest.incidentEventCount -= other.incidentEventCount
    rest.jsonByteCount -= other.jsonByteCount
    rest.compressedByteCount -= other.compressedByteCount
    return rest
  }
}

/// Why a run could not start or finish.
public enum SynthError: Error, CustomStringConvertible, Equatable {
  /// An option is out of range.
  case invalidOption(String)
  /// A file or directory could not be made or written.
  case io(operation: String, path: String, errno: Int32, message: String)
  /// The output directory already holds a history.
  case outputExists(String)
  /// A thread or a compressor could not be created.
  case resources(String)

  /// One line for the user.
  public var description: String {
    switch self {
    case .invalidOption(let text): return text
    case .io(let operation, let path, let code, let message):
      return "cannot \(operation) '\(path)': \(message) (errno \(code))"
    case .outputExists(let path):
      return "'\(path)' exists already: choose an empty output directory"
    case .resources(let text): return text
    }
  }
}
