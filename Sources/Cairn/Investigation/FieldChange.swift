/// What a call changed in one field of a resource.
public struct FieldChange: Sendable, Equatable {
  /// `taskDefinition`, `policyDocument.Statement[0].Effect`.
  public let field: String
  /// What it was; nil where it was not set, or where `isOldKnown` is false.
  public let old: String?
  /// What it is; nil where it is removed.
  public let new: String?
  /// Whether records say what it was: the archive may begin later than the resource.
  public let isOldKnown: Bool

  /// `field: old → new`.
  public var description: String {
    switch (old, new) {
    case (nil, nil): "\(field): removed"
    case (let old?, nil): "\(field): removed \(old)"
    case (nil, let new?): isOldKnown ? "\(field): \(new)" : "\(field): ? → \(new)"
    case (let old?, let new?): "\(field): \(old) → \(new)"
    }
  }
}

/// The fields of one resource as far as its changes tell.
struct ResourceState {
  /// A field's value, the call that set it, and what is left where the call of the same noun takes it back.
  struct Field {
    var value: String?
    var noun: String
    var time: String
    var eventID: String
  }

  private(set) var fields: [String: Field] = [:]
  /// Whether all fields are known, since the resource's creation is.
  private(set) var isWhole = false
  /// Fields of rules by their IDs.
  var ruleFields: [String: String] = [:]
  /// Documents of a policy's versions.
  var versions: [String: [String: String]] = [:]

  func change(_ field: String, to new: String?) -> FieldChange? {
    let known = fields[field]
    if let known, known.value == new { return nil }
    return FieldChange(field: field, old: known?.value, new: new, isOldKnown: known != nil || isWhole)
  }

  mutating func set(_ change: FieldChange, noun: String, by event: RecordedEvent) {
    fields[change.field] = Field(value: change.new, noun: noun, time: event.time, eventID: event.id)
  }

  mutating func begin(isWhole: Bool) {
    fields = [:]
    self.isWhole = isWhole
  }

  /// Fields that are set below a name.
  func fields(below prefix: String) -> [String] {
    fields.filter { $0.value.value != nil && $0.key.hasPrefix(prefix) }.map(\.key)
  }

  /// Fields that calls of a noun have set, below a scope.
  func fields(of noun: String, _ scope: String) -> [String] {
    fields.filter { $0.value.noun == noun && $0.value.value != nil && $0.key.hasPrefix(scope) }.keys.sorted()
  }
}
