import CairnSQL

/// A principal as a person names it: an access key, an ARN, an event, a principal's ID or a name.
public struct ActorName: Sendable {
  /// As given.
  public let text: String
  /// How it is looked up: conditions in order, the first that some event satisfies counts.
  let conditions: [String]

  /// Throws `CairnError.usage` for an empty name.
  public init(_ text: String) throws {
    guard !text.isEmpty else { throw CairnError.usage("the name of a principal must not be empty") }
    self.text = text
    let value = SQLText.literal(text)
    let ending = SQLText.literal("%/" + SQLText.escaped(text))
    if AccessKey.isKey(text) {
      conditions = ["userIdentity.accessKeyId = \(value)"]
    } else if let arn = ARN(text) {
      // A role calls by its sessions.
      conditions =
        arn.kind == "role"
        ? ["userIdentity.sessionContext.sessionIssuer.arn = \(value)"] : ["userIdentity.arn = \(value)"]
    } else if Self.isEventID(text) {
      conditions = ["eventID = \(value)"]
    } else if text.utf8.count >= 16, ["AROA", "AIDA", "AGPA", "ANPA"].contains(String(text.prefix(4))) {
      let beginning = SQLText.literal(SQLText.escaped(text) + ":%")
      conditions = [
        "(userIdentity.principalId = \(value) OR userIdentity.principalId LIKE \(beginning) ESCAPE '\\')"
      ]
    } else {
      conditions = [
        "userIdentity.userName = \(value)", "userIdentity.sessionContext.sessionIssuer.userName = \(value)",
        "userIdentity.arn LIKE \(ending) ESCAPE '\\'", "userIdentity.invokedBy = \(value)",
        "eventID = \(value)",
      ]
    }
  }

  /// Whether it is that of a session or of an event: not of a role or user, who may have thousands of sessions.
  var meansOneSession: Bool {
    AccessKey.isKey(text) || Self.isEventID(text) || ARN(text)?.kind == "assumed-role"
  }

  /// `8-4-4-4-12` hexadecimal digits.
  static func isEventID(_ text: String) -> Bool {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.count) == [8, 4, 4, 4, 12] && parts.allSatisfy { $0.allSatisfy(\.isHexDigit) }
  }

  /// Names of principals, of all times, that are near to one that was not found.
  public static func names(
    near name: String, in archive: Archive, options: InvestigationOptions = InvestigationOptions()
  ) throws -> [String] {
    try NearValues.nearest(
      to: name,
      at: [
        "userIdentity.userName", "userIdentity.sessionContext.sessionIssuer.userName",
        "userIdentity.accessKeyId", "userIdentity.arn",
      ], in: archive, options)
  }
}
