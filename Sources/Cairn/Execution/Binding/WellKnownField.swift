/// The top-level fields of CloudTrail records that AWS documents
/// (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html).
enum WellKnownField {
  /// In the order in which `SELECT *` gives them.
  static let names = [
    "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress",
    "userAgent", "errorCode", "errorMessage", "requestParameters", "responseElements", "additionalEventData",
    "requestID", "eventID", "readOnly", "resources", "eventType", "apiVersion", "managementEvent",
    "recipientAccountId", "sharedEventID", "vpcEndpointId", "vpcEndpointAccountId", "eventCategory",
    "serviceEventDetails", "sessionCredentialFromConsole", "edgeDeviceDetails", "tlsDetails", "addendum",
    "insightDetails",
  ]

  private static let bySnakeCase: [String: String] = {
    var table: [String: String] = [:]
    for name in names { table[folded(name)] = name }
    return table
  }()

  /// `eventName` for `event_name`, as tools that store CloudTrail in SQL spell it.
  static func camelCase(of name: String) -> String? {
    guard name.contains("_"), !name.hasPrefix("_"), !name.hasSuffix("_") else { return nil }
    return bySnakeCase[folded(name)]
  }

  /// Whether AWS documents a field of that name, in any case.
  static func isDocumented(_ name: String) -> Bool { bySnakeCase[name.lowercased()] != nil }

  private static func folded(_ name: String) -> String { name.lowercased().filter { $0 != "_" } }
}
