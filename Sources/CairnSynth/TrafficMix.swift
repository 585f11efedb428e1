import Glibc

/// The proportions of the traffic; each number is one that docs/synth.md states and a test measures.
struct TrafficMix: Sendable {
  /// Sessions last an hour, so an hour needs this many events for AssumeRole to stay a small share.
  static let eventsPerActiveHour = 220
  /// Share of calls that fail.
  static let errorShare = 0.04
  /// Share of records delivered well after their time.
  static let lateShare = 0.006
  /// Share of bursts in which a new session begins although others live.
  static let newSessionShare = 0.06
  /// Share of new sessions that are in another account of the organisation.
  static let crossAccountShare = 0.12
  /// Share of objects in event-time order.
  static let orderedShare = 0.5

  /// Who makes the bursts of an account.
  let profiles = WeightedChoice(weights: Profile.allCases.map { TrafficMix.share($0) })
  let regions: ZipfTable

  init(regionCount: Int) {
    regions = ZipfTable(count: regionCount)
  }

  private static func share(_ profile: Profile) -> Double {
    switch profile {
    case .app: return 34
    case .data: return 13
    case .deploy: return 8
    case .audit: return 15
    case .human: return 7
    case .node: return 5
    case .service: return 14
    case .user: return 8
    case .root: return 0.2
    case .foreign: return 1.5
    }
  }

  /// Records in an object for a standard normal value: median 12, 99% below 160.
  static func objectSize(_ normal: Double) -> Double {
    exp(2.5 + 1.1 * normal)
  }
}

/// The minutes that an object covers, and how the times of its bursts run.
struct EventWindow {
  let region: Int
  let start: Int
  let end: Int
  /// Bursts start one after the other; otherwise anywhere in the window.
  let isOrdered: Bool
  var cursor: Int

  init(region: Int, start: Int, end: Int, random: inout RandomStream) {
    self.region = region
    self.start = start
    self.end = end
    isOrdered = random.chance(TrafficMix.orderedShare)
    cursor = start + random.below(max(end - start, 2) / 2)
  }

  /// When the next burst starts.
  mutating func burstTime(_ random: inout RandomStream) -> Int {
    isOrdered ? min(cursor + random.below(6), end) : start + random.below(end - start)
  }
}
