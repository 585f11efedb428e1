/// Everything that one record depends on besides its template: a record is a pure function of the two.
struct RecordContext {
  /// Source of the event's registers.
  var seed: UInt64
  var time: Int
  /// Account whose trail records the event.
  var account: Int
  var region: Int
  var actor: Actor
  /// Service through which the principal's call came, empty for a direct call.
  var via: [UInt8] = []
  /// Adds a sharedEventID.
  var isShared = false
  /// Tells the copies of a shared event apart: they differ in eventID only.
  var copy: UInt64 = 0
  /// The session that an AssumeRole call returns.
  var session: Actor?
  /// Account whose role is assumed.
  var targetAccount = 0
  var targetRole = 0
  /// Service and revision of an ECS deployment; a negative service leaves the choice to the template.
  var service = -1
  var revision = 0
  /// The image of a deployment, when it is not the service's own.
  var imageOverride: [UInt8] = []
  /// A story's fixed resource: every slot of this family names it.
  var pinnedPool: Pool?
  var pinnedIndex = 0
  /// A story's fixed user, or -1.
  var pinnedUser = -1

  init(seed: UInt64, time: Int, account: Int, region: Int, actor: Actor) {
    self.seed = seed
    self.time = time
    self.account = account
    self.region = region
    self.actor = actor
  }

  /// The random word of a register; inside a loop every round has its own.
  @inline(__always)
  func word(_ register: UInt8, _ round: Int) -> UInt64 {
    mix(
      seed &+ UInt64(register) &* 0xA076_1D64_78BD_642F &+ UInt64(truncatingIfNeeded: round)
        &* 0xE703_7ED1_A0B4_28DB)
  }
}
