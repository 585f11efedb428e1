/// Where the credentials of a call came from: the calls that gave them out, back to who began.
public struct Origin: Sendable {
  /// How a call is known to have given out credentials.
  public enum Link: String, Sendable {
    /// Its response has the access key.
    case key
    /// Its response names the session, and its time is when the session began.
    case session
    /// A sign-in to the console of the same principal, at the time when the session began.
    case signIn = "sign-in"
    /// A change of role in the console, at the time when the session began.
    case switchRole = "switched role"
  }

  /// One call that gave out credentials.
  public struct Step: Sendable {
    /// How it is known.
    public let link: Link
    /// The record that tells most of the caller.
    public let event: RecordedEvent
    /// Records of the same call in other accounts.
    public let twins: [RecordedEvent]
    /// Who asked for the credentials.
    public let caller: Actor
  }

  /// Why the way back ends where it ends.
  public enum End: Sendable {
    /// A user or root with credentials of its own.
    case principal
    /// A service.
    case service
    /// A user of an identity provider.
    case federated
    /// Records are missing; the text says which.
    case unrecorded(String)
    /// Several records could be meant, and they differ in the caller: their event IDs.
    case ambiguous([String])
  }

  /// Who made the call.
  public let actor: Actor
  /// The calls, the latest first.
  public let steps: [Step]
  /// What is at the end.
  public let end: End

  /// Who began, as far as records tell.
  public var first: Actor { steps.last?.caller ?? actor }

  /// Whether who began is known.
  public var isComplete: Bool {
    switch end {
    case .principal, .service, .federated: true
    case .unrecorded, .ambiguous: false
    }
  }

  /// The end for people.
  public var endDescription: String {
    switch end {
    case .principal:
      if let service = first.invokedBy { return "\(first.description), for whom \(service) calls" }
      if steps.last?.link == .switchRole {
        return "\(first.description); with which of its credentials is not recorded"
      }
      if steps.last?.link == .signIn { return "\(first.description), who signed in to the console" }
      return "\(first.description), with credentials of its own"
    case .service: return "\(first.description), which acts by itself"
    case .federated: return "\(first.description), signed in by its provider"
    case .unrecorded(let reason): return "the records end here: \(reason)"
    case .ambiguous(let ids): return "several records could be meant: \(ids.joined(separator: ", "))"
    }
  }

  /// Who it was behind a session: nil where the caller speaks for itself.
  public var person: String? {
    if steps.isEmpty {
      if case .unrecorded = end { return "unknown: \(endDescription)" }
      return nil
    }
    let way = steps.map(\.caller.description).joined(separator: " ← ")
    return isComplete ? way : "\(way) ← \(endDescription)"
  }
}
