import CairnTestSupport

/// Made-up records of an investigation, one a line of code.
struct AuditRecords {
  private(set) var lines: [String] = []

  static let user =
    #"{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::111111111111:user/alice","accountId":"111111111111","accessKeyId":"AKIAALICE00000000001","userName":"alice"}"#

  /// A session of a role, with its key.
  static func session(
    _ role: String, _ name: String, key: String?, account: String = "111111111111", start: String? = nil
  ) -> String {
    let keyMember = key.map { #","accessKeyId":"\#($0)""# } ?? ""
    let attributes =
      start.map { #","attributes":{"creationDate":"\#($0)","mfaAuthenticated":"false"}"# } ?? ""
    return
      #"{"type":"AssumedRole","principalId":"AROA\#(role):\#(name)","arn":"arn:aws:sts::\#(account):assumed-role/\#(role)/\#(name)","accountId":"\#(account)"\#(keyMember),"sessionContext":{"sessionIssuer":{"type":"Role","arn":"arn:aws:iam::\#(account):role/\#(role)","accountId":"\#(account)","userName":"\#(role)"}\#(attributes)}}"#
  }

  static func service(_ name: String) -> String { #"{"type":"AWSService","invokedBy":"\#(name)"}"# }

  mutating func add(
    _ id: String, _ time: String, _ source: String, _ name: String, by identity: String = AuditRecords.user,
    request: String = "null", response: String = "null", error: String? = nil,
    account: String = "111111111111",
    readOnly: Bool? = false, more: String = ""
  ) {
    let errorMembers = error.map { #","errorCode":"\#($0)","errorMessage":"no""# } ?? ""
    let readOnlyMember = readOnly.map { ",\"readOnly\":\($0)" } ?? ""
    lines.append(
      #"{"eventVersion":"1.08","userIdentity":\#(identity),"eventTime":"\#(time)","eventSource":"\#(source).amazonaws.com","eventName":"\#(name)","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"aws-cli/2.0"\#(errorMembers),"requestParameters":\#(request),"responseElements":\#(response),"requestID":"r-\#(id)","eventID":"\#(id)"\#(readOnlyMember),"recipientAccountId":"\#(account)","eventCategory":"Management"\#(more)}"#
    )
  }

  /// A call that gives out a session of a role.
  mutating func assume(
    _ id: String, _ time: String, _ role: String, _ name: String, key: String, by identity: String,
    account: String = "111111111111", recordedIn: String? = nil, sharedID: String? = nil
  ) {
    add(
      id, time, "sts", "AssumeRole", by: identity,
      request: #"{"roleArn":"arn:aws:iam::\#(account):role/\#(role)","roleSessionName":"\#(name)"}"#,
      response:
        #"{"credentials":{"accessKeyId":"\#(key)","sessionToken":"x"},"assumedRoleUser":{"assumedRoleId":"AROA\#(role):\#(name)","arn":"arn:aws:sts::\#(account):assumed-role/\#(role)/\#(name)"}}"#,
      account: recordedIn ?? account, readOnly: true,
      more: sharedID.map { #","sharedEventID":"\#($0)""# } ?? "")
  }

  func archive() throws -> TestArchive {
    try TestArchive([("a.json", Array("{\"Records\":[\(lines.joined(separator: ","))]}".utf8))])
  }
}
