extension EventKind {
  /// The catalogue: every kind of event that a history can hold.
  static let all: [EventKind] =
    s3 + kms + sts + signIn + ecs + registry + ec2Reads + ec2Changes + iam + functions + messaging + tables
    + systems + trails + logging + databases + pipelines + networking + scaling + security + delivery
    + accounts + incidentKinds

  /// A call of a service with plain JSON parameters.
  static func json(
    _ service: String, _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String? = nil,
    response: String? = nil, resources: String? = nil, services: [String] = [], denied: String = "*",
    errors: [KindError] = []
  ) -> EventKind {
    var kind = EventKind(source: service + ".amazonaws.com", name: name, by: by)
    kind.readOnly = readOnly
    kind.request = request
    kind.response = response
    kind.resources = resources
    kind.services = services
    kind.denied = denied
    kind.errors = errors
    return kind
  }

  /// The same kind with a version of its service's API in the record.
  func versioned(_ apiVersion: String) -> EventKind {
    var kind = self
    kind.apiVersion = apiVersion
    return kind
  }

  /// The same kind as a data event.
  func asDataEvent(_ requestID: RequestIDStyle = .uuid) -> EventKind {
    var kind = self
    kind.isDataEvent = true
    kind.requestID = requestID
    return kind
  }

  /// The same kind for a service whose calls are all recorded in us-east-1.
  func asGlobal() -> EventKind {
    var kind = self
    kind.isGlobal = true
    kind.host = .global
    return kind
  }
}
