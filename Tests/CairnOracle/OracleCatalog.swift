import CairnSQL
import Foundation

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

  private let roots: [OracleJSON]
  private let unquoted = OracleMemo()
  private let keys: Set<[UInt8]>
  private let foldedKeys: Set<[UInt8]>
  /// The columns of `*`.
  let columns: [String]

  init(_ records: [OracleSourceRecord]) {
    roots = records.map(\.record.root)
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

  /// The virtual column that a name means; nil if it means none.
  func partition(_ name: Identifier, of source: OracleSourceRecord?) -> OracleVirtualColumn? {
    if keys.contains(Array(name.text.utf8)) { return nil }
    return OracleVirtualColumn(name.text, key: source?.key)
  }

  var hasRecords: Bool { !roots.isEmpty }

  func hasKeyIgnoringCase(_ name: String) -> Bool { foldedKeys.contains(OracleScope.folded(name)) }

  // MARK: Quoted names (S3)

  /// Steps in which quoted names are exact where some record has the key so spelled behind the names before, in
  /// any case; the others as if they were not quoted.
  func withoutQuotes(_ steps: [Path.Step]) -> [Path.Step] {
    let isQuoted = steps.contains { step in if case .name(let name) = step { name.isQuoted } else { false } }
    guard isQuoted else { return steps }
    // Rows by the thousand ask for the same few paths.
    return unquoted.value(steps) { resolved(steps) }
  }

  private func resolved(_ steps: [Path.Step]) -> [Path.Step] {
    var reached = roots
    var isPlain = true
    return steps.map { step in
      var step = step
      if case .name(let name) = step, name.isQuoted {
        let isThere = isPlain && reached.contains { $0.hasKey(Array(name.text.utf8)) }
        step = isThere ? .key(name.text) : .name(Identifier(name.text, isQuoted: false, span: name.span))
      }
      switch step {
      case .name(let name):
        reached = reached.flatMap { $0.members(in: Array(name.text.utf8), isExact: false) }
      case .key(let key): reached = reached.flatMap { $0.members(in: Array(key.utf8), isExact: true) }
      default: isPlain = false
      }
      return step
    }
  }

  // MARK: Members

  /// The documented members of objects that are called so, in the order of Athena's tables.
  private static let members = [
    "useridentity": [
      "type", "principalId", "arn", "accountId", "invokedBy", "accessKeyId", "userName", "sessionContext",
    ],
    "sessioncontext": ["attributes", "sessionIssuer", "ec2RoleDelivery", "webIdFederationData"],
    "attributes": ["mfaAuthenticated", "creationDate"],
    "sessionissuer": ["type", "principalId", "arn", "accountId", "userName"],
    "tlsdetails": ["tlsVersion", "cipherSuite", "clientProvidedHostHeader"],
  ]

  /// The keys of the objects at a path, documented ones first, then the others by name.
  func keys(at steps: [Path.Step]) -> [String] {
    var reached = roots
    var last = ""
    for step in withoutQuotes(steps) {
      switch step {
      case .name(let name):
        last = name.text
        reached = reached.flatMap { $0.members(in: Array(name.text.utf8), isExact: false) }
      case .key(let key):
        last = key
        reached = reached.flatMap { $0.members(in: Array(key.utf8), isExact: true) }
      default: return []
      }
    }
    var found: Set<[UInt8]> = []
    for case .object(let members) in reached { found.formUnion(members.map(\.key)) }
    let known = (OracleCatalog.members[last.lowercased()] ?? []).filter { found.contains(Array($0.utf8)) }
    let others = found.subtracting(known.map { Array($0.utf8) })
    return known
      + others.sorted { $0.lexicographicallyPrecedes($1) }.map { String(decoding: $0, as: UTF8.self) }
  }

  // MARK: Snake case

  /// The documented field that a name in snake case means; nil if it means itself.
  func documentedField(_ name: Identifier) -> String? {
    guard name.text.utf8.contains(UInt8(ascii: "_")) else { return nil }
    let folded = OracleScope.folded(name.text)
    guard !foldedKeys.contains(folded) else { return nil }
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

extension OracleJSON {
  fileprivate func hasKey(_ key: [UInt8]) -> Bool { !members(in: key, isExact: true).isEmpty }

  fileprivate func members(in key: [UInt8], isExact: Bool) -> [OracleJSON] {
    guard case .object(let members) = self else { return [] }
    return members.filter {
      $0.key == key || !isExact && OraclePath.folded($0.key) == OraclePath.folded(key)
    }.map(\.value)
  }
}

/// What paths with quoted names mean, found once each. Tests run at the same time.
private final class OracleMemo: @unchecked Sendable {
  private let lock = NSLock()
  private var known: [[Path.Step]: [Path.Step]] = [:]

  func value(_ steps: [Path.Step], _ make: () -> [Path.Step]) -> [Path.Step] {
    lock.lock()
    defer { lock.unlock() }
    if let value = known[steps] { return value }
    let value = make()
    known[steps] = value
    return value
  }
}
