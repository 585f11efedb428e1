extension EventKind {
  /// The catalogue: every kind of event that a history can hold.
  static let all: [EventKind] = s3 + kms + sts + ecs + compute + serverless + management
}
