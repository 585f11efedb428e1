import Glibc
import Synchronization

/// Generates a history into `options.outputPath` and returns what it holds.
///
/// The objects depend on the options and the seed only, never on the number of threads. `progress` is called
/// from worker threads, one at a time, now and then.
public func generate(
  _ options: SynthOptions, progress: (@Sendable (SynthSummary) -> Void)? = nil
) throws(SynthError) -> SynthSummary {
  let start = try options.validatedStart()
  let root = options.outputPath
  if FileSystem.exists(root + "/AWSLogs") { throw .outputExists(root + "/AWSLogs") }
  let clock = ContinuousClock()
  let began = clock.now
  var directory = ByteBuffer(capacity: 256)
  directory.append(root)
  directory.append("/AWSLogs")
  directory.append(0)
  try FileSystem.makeDirectories(directory.base)
  let model = HistoryModel(options: options, start: start)
  let incidents = IncidentPlan(options: options, model: model)
  try incidents.writeAnswers(below: root)
  let work = SharedWork(model: model, incidents: incidents, options: options, progress: progress)
  var summary = try work.run(threads: options.threadCount > 0 ? options.threadCount : processorCount())
  let elapsed = began.duration(to: clock.now)
  summary.seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
  return summary
}

private func processorCount() -> Int {
  max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1)
}

extension HistoryModel {
  init(options: SynthOptions, start: Int) {
    seed = CairnSynth.mix(options.seed, 0x5EED)
    organization = Organization(
      seed: seed, accountCount: options.accountCount, regionCount: options.regionCount)
    catalog = Catalog()
    plan = HistoryPlan(options: options, start: start)
    let intrusion = Incident.ecsIntrusion(options, plan)
    renderer = RecordRenderer(
      organization: organization, program: catalog.program,
      deployments: DeploymentSchedule(
        organization: organization, start: start, dayCount: options.dayCount, eventCount: options.eventCount,
        intrusion: intrusion),
      versions: ServiceVersions(
        sources: catalog.sources, seed: seed, start: start, dayCount: options.dayCount))
    factory = ActorFactory(organization: organization)
    kinds = StoryKinds(catalog)
    mix = TrafficMix(regionCount: options.regionCount)
    duplicateShare = options.duplicatesPercent / 100
  }
}

/// Hands cells to threads and collects their results.
final class SharedWork: Sendable {
  private struct State {
    var summary = SynthSummary()
    var failure: SynthError?
    var cellsDone = 0
  }

  private let model: HistoryModel
  private let incidents: IncidentPlan
  private let root: String
  private let level: Int
  private let progress: (@Sendable (SynthSummary) -> Void)?
  private let nextCell = Atomic<Int>(0)
  private let state = Mutex(State())

  init(
    model: HistoryModel, incidents: IncidentPlan, options: SynthOptions,
    progress: (@Sendable (SynthSummary) -> Void)?
  ) {
    self.model = model
    self.incidents = incidents
    root = options.outputPath
    level = options.gzipLevel
    self.progress = progress
  }

  /// Runs all cells on a number of threads, one of them the caller's.
  func run(threads: Int) throws(SynthError) -> SynthSummary {
    var handles = [pthread_t]()
    for _ in 1..<max(threads, 1) {
      var handle = pthread_t()
      let argument = Unmanaged.passRetained(self)
      let code = pthread_create(
        &handle, nil,
        { argument in
          guard let argument else { return nil }
          Unmanaged<SharedWork>.fromOpaque(argument).takeRetainedValue().work()
          return nil
        }, argument.toOpaque())
      if code != 0 {
        argument.release()
        fail(.resources("cannot start a thread: \(String(cString: strerror(code))) (errno \(code))"))
        break
      }
      handles.append(handle)
    }
    work()
    for handle in handles { pthread_join(handle, nil) }
    let result = state.withLock { $0 }
    if let failure = result.failure { throw failure }
    return result.summary
  }

  private func fail(_ error: SynthError) {
    state.withLock { if $0.failure == nil { $0.failure = error } }
    nextCell.store(model.plan.cellCount, ordering: .relaxed)
  }

  /// Takes cells until none are left.
  private func work() {
    do throws(SynthError) {
      var generator = CellGenerator(model: model, sink: try ObjectSink(root: root, level: level))
      var out = ByteBuffer()
      var aside = ByteBuffer()
      var reported = SynthSummary()
      while true {
        let index = nextCell.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < model.plan.cellCount else { break }
        let cell = model.plan.cell(index)
        try generator.generate(cell, incidents: incidents.records(in: cell), out: &out, aside: &aside)
        report(generator.summary, since: &reported)
      }
    } catch {
      fail(error)
    }
  }

  private func report(_ total: SynthSummary, since reported: inout SynthSummary) {
    let delta = total.subtracting(reported)
    reported = total
    state.withLock { state in
      state.summary.add(delta)
      state.cellsDone += 1
      if state.cellsDone % 64 == 0 { progress?(state.summary) }
    }
  }
}
