import CairnSQL
import CairnStorage

/// Columns that no record has: read off the key of a row's first source object, as the partitions of published
/// table definitions are.
///
/// Keys look like `AWSLogs/111122223333/CloudTrail/us-east-1/2023/07/10/….json.gz`
/// (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html).
enum VirtualColumn: String, Hashable, Sendable, CaseIterable {
  case path = "$path"
  case account
  case region
  case year
  case month
  case day
  /// `YYYY/MM/DD`.
  case date

  private static let aliases: [String: VirtualColumn] = [
    "accountid": .account, "account_partition": .account, "region_partition": .region,
    "date_partition": .date, "timestamp": .date,
  ]

  init?(name: String) {
    let lower = name.lowercased()
    guard let column = VirtualColumn(rawValue: lower) ?? VirtualColumn.aliases[lower] else { return nil }
    self = column
  }

  /// The value for an object of a key (S62); NULL where the key is not laid out as CloudTrail's are.
  func value(ofKey key: [UInt8]) -> EngineValue {
    if self == .path { return .text(key) }
    let parts = key.split(separator: UInt8(ascii: "/"))
    guard let logs = parts.lastIndex(where: { $0.elementsEqual("AWSLogs".utf8) }), logs + 1 < parts.count
    else {
      return .null
    }
    let account = parts[logs + 1].starts(with: "o-".utf8) ? logs + 2 : logs + 1
    // Account, service, region, year, month, day, and the file.
    guard account + 6 < parts.count, parts[account + 1].starts(with: "CloudTrail".utf8) else { return .null }
    func text(_ offset: Int) -> EngineValue { .text(Array(parts[account + offset])) }
    switch self {
    case .path: return .null
    case .account: return text(0)
    case .region: return text(2)
    case .year: return text(3)
    case .month: return text(4)
    case .day: return text(5)
    case .date:
      return .text(Array(parts[(account + 3)...(account + 5)].joined(separator: [UInt8(ascii: "/")])))
    }
  }
}

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

  private static func folded(_ name: String) -> String { name.lowercased().filter { $0 != "_" } }
}
