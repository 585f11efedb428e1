extension EventKind {
  /// The same kind as a variant that only the story of an incident uses.
  private func only(in story: String) -> EventKind {
    var kind = self
    kind.by = [:]
    kind.story = story
    return kind
  }

  private static func known(_ list: [EventKind], _ name: String) -> EventKind? {
    list.first { $0.name == name }
  }

  /// Calls as intruders make them: the structure of the ordinary kinds with other values.
  static let incidentKinds: [EventKind] = escalation + extortion + others

  private static let escalation: [EventKind] = [
    json(
      "iam", "AttachUserPolicy", [:], readOnly: false,
      request: #"{"userName":"<userName/0>","policyArn":"arn:aws:iam::aws:policy/AdministratorAccess"}"#
    ).asGlobal().only(in: "admin"),
    json(
      "iam", "CreatePolicyVersion", [:], readOnly: false,
      request: #"""
        {"policyArn":"arn:aws:iam::<acct>:policy/<policy/0>","policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[{
        \"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}","setAsDefault":true}
        """#,
      response:
        #"{"policyVersion":{"versionId":"v<number:9/1>","isDefaultVersion":true,"createDate":"<javaTime>"}}"#
    ).asGlobal().only(in: "admin"),
    json(
      "iam", "CreateLoginProfile", [:], readOnly: false,
      request: #"{"userName":"<userName/0>","passwordResetRequired":false}"#,
      response: #"""
        {"loginProfile":{"userName":"<userName/0>","createDate":"<javaTime>","passwordResetRequired":false}}
        """#
    ).asGlobal().only(in: "admin"),
  ]

  private static let extortion: [EventKind] = [
    known(s3, "PutBucketVersioning").map { kind in
      var kind = kind
      kind.request = kind.request.map { $0.replacingFirst("\"Enabled\"", with: "\"Suspended\"") }
      return kind.only(in: "suspended")
    },
    known(s3, "PutObject").map { kind in
      var kind = kind
      kind.request = #"""
        {"bucketName":"<bucket/0>","Host":"<bucket/0>.s3.<region>.amazonaws.com","key":"README_TO_RESTORE_FILES.txt"}
        """#
      kind.response = #"{"x-amz-server-side-encryption":"AES256"}"#
      kind.resources = #"""
        [{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket/0>/README_TO_RESTORE_FILES.txt"},
        {"accountId":"<acct>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket/0>"}]
        """#
      return kind.only(in: "ransom")
    },
  ].compactMap { $0 }

  private static let others: [EventKind] = [
    json("cloudtrail", "DeleteTrail", [:], readOnly: false, request: #"{"name":"<trail/0>"}"#)
      .only(in: "disabled"),
    json(
      "ec2", "CreateKeyPair", [:], readOnly: false,
      request: #"{"keyName":"tmp-<lower:6/0>","keyType":"rsa","keyFormat":"pem"}"#,
      response: #"""
        {"requestId":"<rid>","keyName":"tmp-<lower:6/0>","keyFingerprint":"<hex:40/1>","keyPairId":"key-0<hex:16/2>",
        "keyMaterial":"\u003csensitiveDataRemoved\u003e"}
        """#
    ).only(in: "leaked"),
  ]
}

extension String {
  /// The text with the first occurrence of `part` replaced.
  func replacingFirst(_ part: String, with replacement: String) -> String {
    let bytes = Array(utf8)
    let wanted = Array(part.utf8)
    guard wanted.count <= bytes.count else { return self }
    for start in 0...(bytes.count - wanted.count)
    where bytes[start..<(start + wanted.count)].elementsEqual(wanted) {
      let tail = bytes[(start + wanted.count)...]
      return String(decoding: bytes[..<start], as: UTF8.self) + replacement
        + String(decoding: tail, as: UTF8.self)
    }
    return self
  }
}
