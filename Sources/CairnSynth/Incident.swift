/// A story that can be planted in a history.
public enum Incident: String, CaseIterable, Sendable {
  /// The long-lived key of a user is used from elsewhere.
  case leakedKey = "leaked-key"
  /// A user gives itself administrator rights.
  case privilegeEscalation = "privilege-escalation"
  /// One intruder walks through roles of three accounts.
  case roleChain = "role-chain"
  /// The trail is stopped while data leaves.
  case disabledTrail = "disabled-trail"
  /// The objects of a bucket are replaced by a ransom note.
  case bucketRansomware = "bucket-ransomware"
  /// An ECS service is switched to a foreign image.
  case imageSwap = "image-swap"

  static func ecsIntrusion(
    _ options: SynthOptions, _ plan: HistoryPlan
  ) -> (account: Int, service: Int, time: Int)? {
    nil
  }
}

/// The records of the planted incidents, by cell.
struct IncidentPlan: Sendable {
  init(options: SynthOptions, model: HistoryModel) {}

  func writeAnswers(below root: String) throws(SynthError) {}

  func records(in cell: Cell) -> [PendingRecord] { [] }
}
