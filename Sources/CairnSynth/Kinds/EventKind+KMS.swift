extension EventKind {
  private static func keyKind(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String, response: String? = nil,
    via: [String] = [], services: [String] = []
  ) -> EventKind {
    var kind = EventKind(source: "kms.amazonaws.com", name: name, by: by)
    kind.readOnly = readOnly
    kind.request = request
    kind.response = response
    kind.via = via
    kind.services = services
    kind.resources = #"""
      [{"accountId":"<acct>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<acct>:key/<kmsKey/3>"}]
      """#
    kind.denied = "arn:aws:kms:<region>:<acct>:key/<kmsKey/3>"
    kind.errors = [
      KindError("DisabledException", "arn:aws:kms:<region>:<acct>:key/<kmsKey/3> is disabled.")
    ]
    return kind
  }

  static let kms: [EventKind] = [
    keyKind(
      "Decrypt", [.app: 22, .data: 6, .deploy: 3, .node: 2],
      request: #"""
        {"encryptionContext":{<(>"aws:s3:arn":"arn:aws:s3:::<bucket/0>"<|>"PARAMETER_ARN":
        "arn:aws:ssm:<region>:<acct>:parameter/<parameter/1>"<|>"SecretARN":
        "arn:aws:secretsmanager:<region>:<acct>:secret:<secret/1>-<secretID/1>","SecretVersionId":"<secretVersion/2>"<|>
        "aws:dynamodb:tableName":"<table/1>","aws:dynamodb:subscriberId":"<acct>"<)>},
        "encryptionAlgorithm":"SYMMETRIC_DEFAULT"}
        """#,
      via: [
        "s3.amazonaws.com", "ssm.amazonaws.com", "secretsmanager.amazonaws.com", "dynamodb.amazonaws.com",
      ]),
    keyKind(
      "GenerateDataKey", [.app: 9, .data: 8, .service: 16],
      request: #"""
        {"keyId":"arn:aws:kms:<region>:<acct>:key/<kmsKey/3>","encryptionContext":{<(>
        "aws:s3:arn":"arn:aws:s3:::<bucket/0>"<|>"aws:cloudtrail:arn":
        "arn:aws:cloudtrail:<region>:<acct>:trail/<trail/1>","aws:s3:arn":"arn:aws:s3:::<bucket/0>/AWSLogs/"<)>},
        "keySpec":"AES_256"}
        """#,
      via: ["s3.amazonaws.com"],
      services: ["cloudtrail.amazonaws.com", "s3.amazonaws.com", "sqs.amazonaws.com"]),
    keyKind(
      "Encrypt", [.app: 2, .deploy: 1],
      request: #"""
        {"keyId":"alias/aws/ssm","encryptionAlgorithm":"SYMMETRIC_DEFAULT","encryptionContext":{"PARAMETER_ARN":
        "arn:aws:ssm:<region>:<acct>:parameter/<parameter/1>"}}
        """#,
      via: ["ssm.amazonaws.com"]),
    keyKind("DescribeKey", [.audit: 6, .deploy: 2, .data: 1], request: #"{"keyId":"<kmsKey/3>"}"#),
    keyKind(
      "CreateGrant", [.service: 1, .deploy: 0.4], readOnly: false,
      request: #"""
        {"keyId":"arn:aws:kms:<region>:<acct>:key/<kmsKey/3>","granteePrincipal":
        "arn:aws:iam::<acct>:role/<roleName/4>","operations":["Decrypt","GenerateDataKeyWithoutPlaintext",
        "CreateGrant"],"constraints":{"encryptionContextSubset":{"aws:ebs:id":"vol-<volume/5>"}},
        "retiringPrincipal":"ec2.<region>.amazonaws.com"}
        """#,
      response: #"""
        {"grantId":"<hex:64/6>","keyId":"arn:aws:kms:<region>:<acct>:key/<kmsKey/3>"}
        """#,
      services: ["autoscaling.amazonaws.com", "rds.amazonaws.com"]),
  ]
}
