/// One ECS deployment: a new task definition revision, then the service that takes it up.
struct Deployment: Sendable, Equatable {
  let service: Int
  let revision: Int
  let time: Int
}

/// When each ECS service of each account was deployed; a function of the options, so that any cell can tell
/// the current revision without knowing its neighbours.
struct DeploymentSchedule: Sendable {
  /// ECS services in one account.
  static let serviceCount = 6

  private let organization: Organization
  private let start: Int
  private let end: Int
  private let baseInterval: Int
  /// An extra revision that an incident slipped in.
  private let intrusion: (account: Int, service: Int, time: Int)?

  /// Chooses the pace so that deployments stay a small share of the events in small and large histories.
  init(
    organization: Organization, start: Int, dayCount: Int, eventCount: Int,
    intrusion: (account: Int, service: Int, time: Int)? = nil
  ) {
    self.organization = organization
    self.start = start
    self.intrusion = intrusion
    end = start + dayCount * 86_400
    // Two events each, 0.4% of all; harmonic over the services of an account.
    let wanted = max(eventCount / 500, 4)
    let slots = Double(organization.accounts.count) * 2.45
    let seconds = Double(dayCount * 86_400) * slots / Double(wanted)
    baseInterval = min(max(Int(seconds), 3_600), max(dayCount * 86_400 / 4, 3_600))
  }

  /// Time of deployment number `index` of a service.
  private func time(_ account: Int, _ service: Int, _ index: Int) -> Int {
    let interval = baseInterval * (service + 1)
    let seed = mix(organization.accounts[account].seed, UInt64(service) &+ 0xDE_9100)
    let offset = scaled(seed, below: interval)
    let jitter = scaled(mix(seed, UInt64(index)), below: interval / 2)
    return start + offset + index * interval + jitter
  }

  /// Number of deployments of a service at or before `time`.
  private func count(_ account: Int, _ service: Int, until time: Int) -> Int {
    let interval = baseInterval * (service + 1)
    var index = max((time - start) / interval - 2, 0)
    while self.time(account, service, index) <= time { index += 1 }
    return index
  }

  /// The revision that a service runs at a time.
  func revision(account: Int, service: Int, at time: Int) -> Int {
    let base = 1 + scaled(mix(organization.accounts[account].seed, UInt64(service) &+ 0xBA5E), below: 60)
    var revision = base + count(account, service, until: time)
    if let intrusion, intrusion.account == account, intrusion.service == service, intrusion.time <= time {
      revision += 1
    }
    return revision
  }

  /// Deployments of an account from `from` up to but not including `to`, in time order.
  func deployments(account: Int, from: Int, to: Int) -> [Deployment] {
    var found = [Deployment]()
    for service in 0..<Self.serviceCount {
      var index = count(account, service, until: from - 1)
      while true {
        let time = self.time(account, service, index)
        guard time < to, time < end else { break }
        found.append(
          Deployment(
            service: service, revision: revision(account: account, service: service, at: time), time: time))
        index += 1
      }
    }
    return found.sorted { ($0.time, $0.service) < ($1.time, $1.service) }
  }
}

extension ByteBuffer {
  /// The name of an ECS service, which is also its task definition family and its repository.
  mutating func appendService(_ service: Int, account: Account) {
    let bits = mix(account.seed, UInt64(service) &+ 0x5E41)
    append(Vocabulary.apps[(Int(bits & 31) + service * 5) & 31])
    append(0x2D)
    append(Vocabulary.components[Int(bits >> 8 & 15)])
  }

  /// The tag of the image that a revision runs.
  mutating func appendImageTag(_ service: Int, revision: Int, account: Account) {
    append("1.")
    appendDecimal(revision / 10)
    append(0x2E)
    appendDecimal(revision % 10)
    append(0x2D)
    appendHex(mix(account.seed, UInt64(service) << 32 | UInt64(revision)), digits: 7)
  }
}

extension RecordRenderer {
  /// Slots of ECS: the cluster, and a service with its family, revision and image.
  func fillContainer(
    _ step: TemplateStep, _ word: UInt64, _ context: RecordContext, _ out: inout ByteBuffer
  ) {
    let account = organization.accounts[context.account]
    let picked = scaled(mix(context.actor.salt, word >> 62), below: DeploymentSchedule.serviceCount)
    let service = context.service >= 0 ? context.service : picked
    switch step.slot {
    case .cluster: out.append(clusterName(account: context.account, region: context.region))
    case .ecsService, .family: out.appendService(service, account: account)
    case .revision: out.appendDecimal(currentRevision(service, context) + Int(step.argument))
    default:
      if context.imageOverride.isEmpty {
        out.append("\(account.id).dkr.ecr.\(organization.regions[context.region]).amazonaws.com/")
        out.appendService(service, account: account)
        out.append(0x3A)
        out.appendImageTag(service, revision: currentRevision(service, context), account: account)
      } else {
        out.append(context.imageOverride)
      }
    }
  }

  private func currentRevision(_ service: Int, _ context: RecordContext) -> Int {
    context.service >= 0
      ? context.revision : deployments.revision(account: context.account, service: service, at: context.time)
  }

  /// The one ECS cluster of an account in a region.
  func clusterName(account index: Int, region: Int) -> String {
    if index == 0, region == 0 { return "my-ecs-cluster" }
    let account = organization.accounts[index]
    return "\(Vocabulary.apps[Int(account.seed >> 8 & 31)])-\(account.environment)-cluster"
  }
}
