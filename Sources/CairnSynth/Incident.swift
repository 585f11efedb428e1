/// A story that can be planted in a history; `--incident` takes the raw value.
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

  /// When the story starts: each incident at another part of the history.
  func startTime(_ plan: HistoryPlan) -> Int {
    let position = (Incident.allCases.firstIndex(of: self) ?? 0) + 4
    return plan.start + (plan.end - plan.start) / 100 * (position * 8) + 1_207 + position * 61
  }

  /// The extra task definition revision that the image swap registers.
  static func ecsIntrusion(
    _ options: SynthOptions, _ plan: HistoryPlan
  ) -> (account: Int, service: Int, time: Int)? {
    options.incidents.contains(.imageSwap) ? (0, 0, Incident.imageSwap.startTime(plan)) : nil
  }

  /// One sentence for the answer file.
  var summary: String {
    switch self {
    case .leakedKey: return "The long-lived access key of an IAM user is used from a foreign address."
    case .privilegeEscalation: return "An IAM user makes itself administrator and takes over another user."
    case .roleChain: return "An intruder assumes roles of three accounts one after the other."
    case .disabledTrail:
      return "A trail is stopped, secrets and objects are read, and the trail is started again."
    case .bucketRansomware: return "Versioning of a bucket is suspended, its objects are read and deleted."
    case .imageSwap: return "An ECS service is switched to an image from a foreign registry."
    }
  }
}

/// The records and answers of the planted incidents.
struct IncidentPlan: Sendable {
  private struct Entry {
    let time: Int
    let record: PendingRecord
  }

  private let entries: [Entry]
  private let answers: [(name: String, json: [UInt8])]

  init(options: SynthOptions, model: HistoryModel) {
    var entries = [Entry]()
    var answers = [(name: String, json: [UInt8])]()
    for incident in Incident.allCases where options.incidents.contains(incident) {
      var script = IncidentScript(incident: incident, model: model)
      script.play()
      entries += script.records.map { Entry(time: $0.due, record: $0) }
      answers.append((incident.rawValue, script.answer()))
    }
    self.entries = entries
    self.answers = answers
  }

  /// Writes `incident-NAME.json` beside `AWSLogs/`.
  func writeAnswers(below root: String) throws(SynthError) {
    for answer in answers {
      var path = ByteBuffer(capacity: 256)
      path.append(root)
      path.append("/incident-\(answer.name).json")
      path.append(0)
      var bytes = ByteBuffer()
      bytes.append(answer.json)
      try FileSystem.write(bytes.bytes, to: path.base)
    }
  }

  /// The records that a cell has to deliver.
  func records(in cell: Cell) -> [PendingRecord] {
    if entries.isEmpty { return [] }
    return entries.filter {
      $0.record.account == cell.account && $0.time >= cell.start && $0.time < cell.end
    }.map(\.record)
  }
}
