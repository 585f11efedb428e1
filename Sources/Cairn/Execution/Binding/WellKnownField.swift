import CairnSQL

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

  /// What CloudTrail documents of each element of `resources`, in its order.
  static let resourceMembers = ["ARN", "accountId", "type"]

  /// The documented members of the object at a path of names, in the order of Athena's tables; none for other paths.
  static func members(of path: [PathName]) -> [String] {
    guard let last = path.last else { return names }
    return objects[String(decoding: last.bytes, as: UTF8.self).lowercased()] ?? []
  }

  private static let objects: [String: [String]] = [
    "useridentity": [
      "type", "principalId", "arn", "accountId", "invokedBy", "accessKeyId", "userName", "sessionContext",
    ],
    "sessioncontext": ["attributes", "sessionIssuer", "ec2RoleDelivery", "webIdFederationData"],
    "attributes": ["mfaAuthenticated", "creationDate"],
    "sessionissuer": ["type", "principalId", "arn", "accountId", "userName"],
    "tlsdetails": ["tlsVersion", "cipherSuite", "clientProvidedHostHeader"],
  ]

  /// The members that the elements of an array of records are documented to have; none for other paths.
  static func members(ofElementsOf path: AccessPath) -> [String] {
    guard let keys = path.keys, keys.count == 1, let key = keys.first else { return [] }
    let isResources =
      key.isExact ? key.text == "resources" : AccessPath.isSameIgnoringCase(key.text, "resources")
    return isResources ? resourceMembers : []
  }

  /// A path into `resources` with the place of a member (`resources[1][2]`) as its name.
  static func naming(_ path: AccessPath) -> AccessPath {
    guard path.steps.count > 2, let place = path.steps[2].index, path.steps[1].index != nil else {
      return path
    }
    let members = members(ofElementsOf: AccessPath(steps: [path.steps[0]]))
    guard members.indices.contains(place - 1) else { return path }
    var named = path
    named.steps[2] = .name(members[place - 1])
    return named
  }

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

extension AccessPath.Step {
  /// The place that it reads of an array, from 1; nil for other steps.
  var index: Int? {
    if case .index(let place) = self { Int(exactly: place) } else { nil }
  }
}
