extension EventKind {
  static let security: [EventKind] = [
    json("guardduty", "ListDetectors", [.audit: 2, .human: 0.5], request: #"{"maxResults":"50"}"#),
    json("guardduty", "GetDetector", [.audit: 1.5], request: #"{"detectorId":"<detector/0>"}"#),
    json(
      "guardduty", "ListFindings", [.audit: 2, .app: 0.4, .human: 0.5],
      request: #"""
        {"detectorId":"<detector/0>","findingCriteria":{"criterion":{"updatedAt":{"gte":<epochMillis:-3600/1>},
        "severity":{"gte":4}}},"maxResults":50}
        """#,
      errors: [
        KindError(
          "BadRequestException",
          "The request is rejected because the input detectorId is not owned by the current account.")
      ]),
    json(
      "guardduty", "GetFindings", [.audit: 1.5, .app: 0.3],
      request: #"{"detectorId":"<detector/0>","findingIds":[<{5>"<hex:32/1>"<}>]}"#),
    json(
      "securityhub", "BatchImportFindings", [.service: 1, .app: 0.5], readOnly: false,
      request: #"""
        {"findings":[<{2>{"schemaVersion":"2018-10-08","id":"arn:aws:securityhub:<region>:<acct>:subscription/cis/<uuid/1>",
        "productArn":"arn:aws:securityhub:<region>::product/aws/securityhub","generatorId":"cis-aws-foundations/1.2.0",
        "awsAccountId":"<acct>","createdAt":"<isoTime:-600>","updatedAt":"<isoTime>","severity":{"label":"<(>LOW<|>MEDIUM<|>
        HIGH<)>","normalized":40,"original":"40.0"},"title":"HIDDEN_DUE_TO_SECURITY_REASONS","resources":[{"type":
        "AwsEc2Instance","id":"arn:aws:ec2:<region>:<acct>:instance/i-<instance/2>","partition":"aws"}]}<}>]}
        """#,
      response: #"{"failedCount":0,"successCount":1,"failedFindings":[]}"#,
      services: ["config.amazonaws.com"]),
    json(
      "securityhub", "GetFindings", [.audit: 2, .human: 0.5],
      request: #"""
        {"filters":{"recordState":[{"value":"ACTIVE","comparison":"EQUALS"}],"workflowStatus":[{"value":"NEW",
        "comparison":"EQUALS"}]},"maxResults":100}
        """#),
    json("securityhub", "GetEnabledStandards", [.audit: 1], request: #"{"maxResults":25}"#),
    json("access-analyzer", "ListAnalyzers", [.audit: 1.5], request: #"{"type":"ACCOUNT"}"#),
    json(
      "access-analyzer", "ListFindings", [.audit: 1],
      request: #"""
        {"analyzerArn":"arn:aws:access-analyzer:<region>:<acct>:analyzer/organization","filter":{"status":{"eq":["ACTIVE"]}},
        "maxResults":100}
        """#),
    json(
      "inspector2", "ListFindings", [.audit: 1.5],
      request:
        #"{"filterCriteria":{"findingStatus":[{"comparison":"EQUALS","value":"ACTIVE"}]},"maxResults":100}"#),
    json(
      "macie2", "GetMacieSession", [.audit: 1, .human: 0.3],
      errors: [KindError("AccessDeniedException", "Macie is not enabled")]),
    json(
      "ec2-instance-connect", "SendSSHPublicKey", [.human: 0.5], readOnly: false,
      request: #"""
        {"instanceId":"i-<instance/0>","instanceOSUser":"ec2-user","sSHPublicKey":{"publicKey":
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI<b64:43/1>"}}
        """#,
      response: #"{"success":true,"requestId":"<rid>"}"#),
  ]
}
