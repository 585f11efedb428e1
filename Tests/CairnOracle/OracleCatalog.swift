import CairnSQL

/// A record and the key of the object that it came from.
public struct OracleSourceRecord: Sendable {
  let record: OracleRecord
  let key: String

  /// A record of an object.
  public init(record: OracleRecord, key: String) {
    self.record = record
    self.key = key
  }
}

/// What the records of an archive have on their top level: the columns of `*`, virtual columns and
/// names in snake case (S61, S62).
struct OracleCatalog {
  /// The fields that CloudTrail documents, in the order of S61.
  static let documented = [
    "eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress",
    "userAgent", "errorCode", "errorMessage", "requestParameters", "responseElements", "additionalEventData",
    "requestID", "eventID", "readOnly", "resources", "eventType", "apiVersion", "managementEvent",
    "recipientAccountId", "sharedEventID", "vpcEndpointId", "vpcEndpointAccountId", "eventCategory",
    "serviceEventDetails", "sessionCredentialFromConsole", "edgeDeviceDetails", "tlsDetails", "addendum",
    "insightDetails",
  ]

  private let keys: Set<[UInt8]>
  private let foldedKeys: Set<[UInt8]>
  /// The columns of `*`.
  let columns: [String]

  init(_ records: [OracleSourceRecord]) {
    var keys: Set<[UInt8]> = []
    for source in records {
      guard case .object(let members) = source.record.root else { continue }
      keys.formUnion(members.map(\.key))
    }
    self.keys = keys
    foldedKeys = Set(keys.map(OraclePath.folded))
    let known = OracleCatalog.documented.filter { keys.contains(Array($0.utf8)) }
    let others = keys.subtracting(OracleCatalog.documented.map { Array($0.utf8) })
    columns =
      known + others.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
  }

  // MARK: Virtual columns

  /// The value of a virtual column; nil if the name is none.
  func virtualColumn(_ name: Identifier, of source: OracleSourceRecord?) -> OracleValue? {
    let folded = String(decoding: OracleScope.folded(name.text), as: UTF8.self)
    if name.isQuoted, folded != name.text { return nil }
    guard !keys.contains(Array(folded.utf8)), OracleCatalog.virtualNames.contains(folded) else { return nil }
    guard let source else { return .null }
    if folded == "$path" { return OracleValue(source.key) }
    guard let place = OracleCatalog.place(of: source.key) else { return .null }
    switch folded {
    case "account", "accountid", "account_partition": return OracleValue(place.account)
    case "region", "region_partition": return OracleValue(place.region)
    case "year": return OracleValue(place.date[0])
    case "month": return OracleValue(place.date[1])
    case "day": return OracleValue(place.date[2])
    default: return OracleValue(place.date.joined(separator: "/"))
    }
  }

  private static let virtualNames: Set<String> = [
    "$path", "account", "accountid", "account_partition", "region", "region_partition", "year", "month",
    "day",
    "date", "date_partition", "timestamp",
  ]

  /// The parts of `…AWSLogs/[o-organisation/]account/CloudTrail…/region/YYYY/MM/DD/…`.
  private static func place(of key: String) -> (account: String, region: String, date: [String])? {
    let parts = key.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let start = parts.firstIndex(where: { $0.hasSuffix("AWSLogs") }) else { return nil }
    var rest = parts[(start + 1)...]
    if rest.first?.hasPrefix("o-") == true { rest = rest.dropFirst() }
    let named = Array(rest)
    guard named.count >= 7, isDigits(named[0], 12), named[1].hasPrefix("CloudTrail"), isDigits(named[3], 4),
      isDigits(named[4], 2), isDigits(named[5], 2)
    else { return nil }
    return (named[0], named[2], Array(named[3...5]))
  }

  private static func isDigits(_ text: String, _ count: Int) -> Bool {
    text.utf8.count == count && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  // MARK: Snake case

  /// The documented field that a name in snake case means; nil if it means itself.
  func documentedField(_ name: Identifier) -> String? {
    let folded = OracleScope.folded(name.text)
    guard !name.isQuoted, folded.contains(UInt8(ascii: "_")), !foldedKeys.contains(folded) else { return nil }
    return OracleCatalog.documented.first { Array(OracleCatalog.snakeCase($0).utf8) == folded }
  }

  /// `sourceIPAddress` is `source_ip_address`: a word starts at a capital that follows a small letter or
  /// precedes one.
  private static func snakeCase(_ name: String) -> String {
    let letters = Array(name)
    var result = ""
    for (index, letter) in letters.enumerated() {
      if letter.isUppercase, index > 0 {
        let followsSmall = !letters[index - 1].isUppercase
        let precedesSmall = index + 1 < letters.count && !letters[index + 1].isUppercase
        if followsSmall || precedesSmall { result += "_" }
      }
      result += letter.lowercased()
    }
    return result
  }
}
