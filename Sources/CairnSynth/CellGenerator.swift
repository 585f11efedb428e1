/// What the cells share: everything is immutable, so threads need no locks.
struct HistoryModel: Sendable {
  let organization: Organization
  let catalog: Catalog
  let renderer: RecordRenderer
  let plan: HistoryPlan
  let factory: ActorFactory
  let kinds: StoryKinds
  let mix: TrafficMix
  let duplicateShare: Double
  let seed: UInt64
}

/// Kinds of events that the generator places itself.
struct StoryKinds: Sendable {
  let assumeRole: Int
  let assumeWithWebIdentity: Int
  let assumeWithSAML: Int
  let registerTaskDefinition: Int
  let updateService: Int
  let describeServices: Int

  init(_ catalog: Catalog) {
    assumeRole = catalog.index("sts:AssumeRole")
    assumeWithWebIdentity = catalog.index("sts:AssumeRoleWithWebIdentity")
    assumeWithSAML = catalog.index("sts:AssumeRoleWithSAML")
    registerTaskDefinition = catalog.index("ecs:RegisterTaskDefinition")
    updateService = catalog.index("ecs:UpdateService")
    describeServices = catalog.index("ecs:DescribeServices")
  }
}

/// A rendered record that waits for an object of its account and region.
struct PendingRecord {
  let account: Int
  let region: Int
  /// The record may be in objects that close at this time or later.
  let due: Int
  let bytes: [UInt8]
}

/// Generates the cells that one thread takes, one object after the other.
///
/// Memory stays bounded: one object, the records that wait for a later object, and the live sessions.
struct CellGenerator: ~Copyable {
  let model: HistoryModel
  var sink: ObjectSink
  var random = RandomStream(seed: 0)
  var cell = Cell(index: 0, account: 0, start: 0, end: 0, eventCount: 0)
  /// Events of the cell that are still to be made.
  var remaining = 0
  var sessions: [Actor] = []
  var services: [String: Actor] = [:]
  /// Profiles of roles that are at work in the cell.
  var activeProfiles: [Profile] = [.app]
  var pending: [PendingRecord] = []
  var recordsInObject = 0
  var duplicateCount = 0
  var incidentEventCount = 0
  var eventCount = 0

  init(model: HistoryModel, sink: consuming ObjectSink) {
    self.model = model
    self.sink = sink
  }

  var summary: SynthSummary {
    var total = sink.summary
    total.eventCount = eventCount
    total.duplicateCount = duplicateCount
    total.incidentEventCount = incidentEventCount
    return total
  }

  /// Writes all objects of a cell.
  mutating func generate(
    _ cell: Cell, incidents: [PendingRecord], out: inout ByteBuffer, aside: inout ByteBuffer
  ) throws(SynthError) {
    if cell.eventCount == 0, incidents.isEmpty { return }
    self.cell = cell
    random = RandomStream(seed: mix(model.seed, UInt64(cell.index) &+ 0xCE11))
    remaining = cell.eventCount
    eventCount += cell.eventCount
    sessions.removeAll(keepingCapacity: true)
    services.removeAll(keepingCapacity: true)
    pending = incidents
    incidentEventCount += incidents.count
    drawActiveProfiles()
    planDeployments(&aside)
    for slot in objectSlots() {
      try flush(before: slot.time - 900, &out)
      try writeObject(slot, &out)
    }
    try flush(before: .max, &out)
  }

  /// Chooses the profiles at work: every one costs an AssumeRole call an hour, so quiet cells have two.
  private mutating func drawActiveProfiles() {
    let hours = min(max(cell.eventCount / TrafficMix.eventsPerActiveHour, 1), (cell.end - cell.start) / 3_600)
    let count = min(max(cell.eventCount / hours / 35, 2), 6)
    var others: [Profile] = [.data, .deploy, .audit, .human, .node]
    activeProfiles = [.app]
    while activeProfiles.count < count {
      activeProfiles.append(others.remove(at: random.below(others.count)))
    }
  }

  /// One object to make: when its window closes and how many events it should hold.
  struct ObjectSlot {
    var time: Int
    var size: Int
  }

  /// Sizes from a log-normal distribution with a few giants; times in the cell's active hours, in order.
  private mutating func objectSlots() -> [ObjectSlot] {
    var sizes = [Int]()
    var left = remaining
    while left > 0 {
      let size = min(max(drawSize(), 1), left)
      sizes.append(size)
      left -= size
    }
    let hours = (cell.end - cell.start) / 3_600
    let activeCount = min(max(cell.eventCount / TrafficMix.eventsPerActiveHour, 1), hours)
    let active = (0..<activeCount).map { index in
      cell.start + (activeCount == hours ? index : random.below(hours)) * 3_600
    }
    var slots = sizes.map { size in
      ObjectSlot(time: active[random.below(activeCount)] + 300 + random.below(3_299), size: size)
    }
    slots.sort { $0.time < $1.time }
    return slots
  }

  private mutating func drawSize() -> Int {
    // One object in eight hundred is a burst: a scan or a migration.
    if random.chance(0.00125) { return 400 + random.below(2_600) }
    return Int(TrafficMix.objectSize(random.normal()))
  }

  private mutating func writeObject(_ slot: ObjectSlot, _ out: inout ByteBuffer) throws(SynthError) {
    let size = min(slot.size, remaining)
    guard size > 0 else { return }
    let region = drawRegion()
    sessions.removeAll { $0.expiry < slot.time - 600 }
    begin(&out)
    takePending(account: cell.account, region: region, closing: slot.time, &out)
    let target = recordsInObject + size
    var window = EventWindow(region: region, start: slot.time - 300, end: slot.time, random: &random)
    while recordsInObject < target, remaining > 0 {
      let before = remaining
      burst(&window, limit: min(target - recordsInObject, remaining), &out)
      // Records that became late leave the object, so progress shows in the budget.
      if remaining == before { break }
      if recordsInObject == 0, before - remaining >= size { break }
    }
    try finish(account: cell.account, region: region, closing: slot.time, &out)
  }

  func begin(_ out: inout ByteBuffer) {
    out.removeAll()
    out.append(#"{"Records":["#)
  }

  /// Closes an object and writes it; an object that lost all its records is not written.
  mutating func finish(
    account: Int, region: Int, closing: Int, _ out: inout ByteBuffer
  ) throws(SynthError) {
    let suffix = random.next()
    guard recordsInObject > 0 else { return }
    recordsInObject = 0
    out.append("]}")
    // Objects are delivered some minutes after their window, at five-minute marks.
    let delivery = (closing + 60 + Int(suffix % 600)) / 300 * 300 + 300
    try sink.write(
      out, account: model.organization.accounts[account], accountIndex: account,
      region: model.organization.regions[region], regionIndex: region, delivery: delivery, suffix: suffix)
  }

  private mutating func drawRegion() -> Int {
    let account = model.organization.accounts[cell.account]
    return random.chance(0.5) ? account.primaryRegion : model.mix.regions.rank(random.next())
  }
}
