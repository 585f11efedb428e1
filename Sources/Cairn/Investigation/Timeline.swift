import CairnStorage

/// The events of a principal, a key, an address, an account or a resource in order, in bursts.
public struct Timeline: Sendable {
  /// Events that follow one another without a long pause.
  public struct Burst: Sendable {
    /// In order of time.
    public let events: [RecordedEvent]

    /// Equal calls that follow one another, and how many failed.
    public var runs: [(source: String, name: String, count: Int, failed: Int)] {
      var runs: [(source: String, name: String, count: Int, failed: Int)] = []
      for event in events {
        if let last = runs.last, last.name == event.name, last.source == event.source {
          runs[runs.count - 1].count += 1
        } else {
          runs.append((event.source, event.name, 1, 0))
        }
        if event.hasFailed { runs[runs.count - 1].failed += 1 }
      }
      return runs
    }
  }

  /// Calls in one span of time.
  public struct Bar: Sendable, Equatable {
    /// Milliseconds since 1970.
    public let start: Int64
    /// Events.
    public let count: Int
    /// Those with an error.
    public let failed: Int
  }

  /// In order of time.
  public let bursts: [Burst]
  /// What the name was taken for: `principal`, `address`, `resource` and so on.
  public let kind: String
  /// Equal spans from the first event to the last, also those without events.
  public let histogram: [Bar]
  /// How long a bar is, in milliseconds.
  public let barLength: Int64

  /// Bars are as long as leaves no more than these.
  private static let mostBars = 48
  private static let barLengths: [Int64] = [
    60_000, 300_000, 900_000, 3_600_000, 21_600_000, 86_400_000, 604_800_000, 2_592_000_000, 31_536_000_000,
  ]

  /// Finds the events.
  ///
  /// Throws `CairnError.usage` for an empty name, and as queries do.
  ///
  /// - Parameter pause: milliseconds without an event that end a burst.
  public init(
    _ archive: Archive, of name: String, pause: Int64 = 300_000,
    options: InvestigationOptions = InvestigationOptions()
  ) throws {
    let statements = Statements(archive: archive, options: options)
    let (kind, conditions) = try ActorProfile.conditions(name)
    var events: [RecordedEvent] = []
    var found = kind.rawValue
    for condition in conditions where events.isEmpty {
      events = try statements.events(where: condition, .asked, .call)
    }
    if events.isEmpty {
      found = "resource"
      let resource = try ResourceName(name, services: try ResourceHistory.services(statements))
      events = try statements.events(where: try ResourceHistory.mentions(resource)).filter { event in
        [event.request, event.response, event.resources].contains { part in
          EventParameters.all(of: part).contains { resource.isMeant(by: $0.value, at: $0.key, in: event) }
        }
      }
    }
    self.kind = found
    bursts = Self.bursts(events, pause)
    (histogram, barLength) = Self.histogram(events)
  }

  private static func bursts(_ events: [RecordedEvent], _ pause: Int64) -> [Burst] {
    var bursts: [[RecordedEvent]] = []
    var last: Int64?
    for event in events {
      let time = event.milliseconds
      if let time, let last, time - last <= pause, !bursts.isEmpty {
        bursts[bursts.count - 1].append(event)
      } else if time == nil, last == nil, !bursts.isEmpty {
        bursts[bursts.count - 1].append(event)
      } else {
        bursts.append([event])
      }
      last = time ?? last
    }
    return bursts.map { Burst(events: $0) }
  }

  private static func histogram(_ events: [RecordedEvent]) -> ([Bar], Int64) {
    let timed = events.filter { $0.milliseconds != nil }
    guard let first = timed.first?.milliseconds, let last = timed.compactMap(\.milliseconds).max() else {
      return ([], 0)
    }
    let length =
      barLengths.first { last / $0 - first / $0 < Int64(mostBars) } ?? (last - first) / Int64(mostBars - 1)
      + 1
    // Before 1970 division rounds the other way.
    func place(_ time: Int64) -> Int64 { time >= 0 ? time / length : -((length - 1 - time) / length) }
    let begin = place(first)
    var counts = [(count: Int, failed: Int)](repeating: (0, 0), count: Int(place(last) - begin) + 1)
    for event in timed {
      let index = Int(place(event.milliseconds ?? first) - begin)
      guard counts.indices.contains(index) else { continue }
      counts[index].count += 1
      if event.hasFailed { counts[index].failed += 1 }
    }
    let bars = counts.enumerated().map {
      Bar(start: (begin + Int64($0.offset)) * length, count: $0.element.count, failed: $0.element.failed)
    }
    return (bars, length)
  }
}
