extension EventKind {
  private static let parameterArn = "arn:aws:ssm:<region>:<acct>:parameter/<parameter/0>"
  private static let instanceArn = "arn:aws:ec2:<region>:<acct>:instance/i-<instance/0>"

  private static func ssm(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String? = nil,
    response: String? = nil, resource: String? = nil, errors: [KindError] = []
  ) -> EventKind {
    json(
      "ssm", name, by, readOnly: readOnly, request: request, response: response,
      resources: resource.map { #"[{"accountId":"<acct>","ARN":"\#($0)"}]"# },
      denied: resource ?? "*", errors: errors)
  }

  static let systems: [EventKind] = [
    ssm(
      "GetParameter", [.app: 8, .deploy: 3, .user: 1],
      request: #"{"name":"/<parameter/0>","withDecryption":true}"#,
      resource: parameterArn, errors: [KindError("ParameterNotFound", "")]),
    ssm(
      "GetParameters", [.app: 3, .service: 2],
      request: #"{"names":[<{6>"/<parameter/0>"<}>],"withDecryption":true}"#),
    ssm(
      "GetParametersByPath", [.app: 3, .deploy: 1],
      request: #"{"path":"/<app/0>/<environment>/","recursive":true,"withDecryption":true,"maxResults":10}"#),
    ssm(
      "PutParameter", [.deploy: 1], readOnly: false,
      request: #"""
        {"name":"/<parameter/0>","value":"HIDDEN_DUE_TO_SECURITY_REASONS","type":"SecureString","overwrite":true,
        "tier":"Standard"}
        """#,
      response: #"{"version":<number:60/1>,"tier":"Standard"}"#, resource: parameterArn),
    ssm(
      "DescribeParameters", [.audit: 2, .human: 1],
      request:
        #"{"maxResults":50,"parameterFilters":[{"key":"Name","option":"Equals","values":["/<parameter/0>"]}]}"#
    ),
    ssm(
      "DescribeInstanceInformation", [.audit: 4, .human: 2],
      request: #"{<(>"maxResults":50<|>"filters":[{"key":"InstanceIds","values":["i-<instance/0>"]}]<)>}"#),
    ssm(
      "UpdateInstanceInformation", [.node: 30], readOnly: false,
      request: #"""
        {"instanceId":"i-<instance/0>","agentVersion":"3.3.1611.0","agentStatus":"Active","platformType":"Linux",
        "platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"<privateIP/1>","computerName":
        "ip-<privateIP/1>.ec2.internal","agentName":"amazon-ssm-agent","availabilityZone":"<region>a"}
        """#,
      resource: instanceArn),
    ssm(
      "UpdateInstanceAssociationStatus", [.node: 5], readOnly: false,
      request: #"""
        {"associationId":"<uuid/1>","instanceId":"i-<instance/0>","executionResult":{"status":"Success","errorCode":"",
        "executionDate":"<javaTimeNew:-20>","executionSummary":
        "1 out of 1 plugin processed, 1 success, 0 failed, 0 timedout, 0 skipped. "}}
        """#,
      resource: instanceArn),
    ssm(
      "PutInventory", [.node: 3], readOnly: false,
      request: #"""
        {"instanceId":"i-<instance/0>","items":[{"typeName":"AWS:Network","schemaVersion":"1.0","captureTime":
        "<isoTime:-30>","contentHash":"<b64:22/1>\u003d\u003d"},{"typeName":"AWS:Application","schemaVersion":"1.1",
        "captureTime":"<isoTime:-30>","contentHash":"<b64:22/2>\u003d\u003d"}]}
        """#,
      resource: instanceArn),
    ssm(
      "PutComplianceItems", [.node: 3], readOnly: false,
      request: #"""
        {"resourceId":"i-<instance/0>","resourceType":"ManagedInstance","complianceType":"Association","executionSummary":{
        "executionTime":"<javaTimeNew>"},"items":[{"id":"<uuid/1>","title":"","severity":"UNSPECIFIED","status":
        "COMPLIANT","details":{"DocumentName":"AWS-GatherSoftwareInventory","DocumentVersion":"1"}}],"itemContentHash":""}
        """#,
      resource: instanceArn),
    sendCommand,
    ssm(
      "GetCommandInvocation", [.deploy: 1, .human: 1],
      request: #"{"commandId":"<uuid/1>","instanceId":"i-<instance/0>"}"#,
      errors: [KindError("InvocationDoesNotExist", "")]),
    startSession,
    ssm(
      "TerminateSession", [.human: 0.5], readOnly: false,
      request: #"{"sessionId":"<callerName>-0<hex:16/1>"}"#,
      response: #"{"sessionId":"<callerName>-0<hex:16/1>"}"#),
    ssm(
      "ListTagsForResource", [.audit: 3, .deploy: 1],
      request: #"{"resourceType":"Parameter","resourceId":"/<parameter/0>"}"#, resource: parameterArn),
    ssm("ListAssociations", [.audit: 1], request: #"{"maxResults":50}"#),
  ].map { kind in
    var kind = kind
    if kind.by[.service] != nil { kind.services = ["ecs-tasks.amazonaws.com"] }
    return kind
  }

  private static let sendCommand = ssm(
    "SendCommand", [.deploy: 0.6, .human: 0.6], readOnly: false,
    request: #"""
      {"instanceIds":["i-<instance/0>"],"documentName":"AWS-RunShellScript",<(/1>"parameters":
      "HIDDEN_DUE_TO_SECURITY_REASONS"<|>"parameters":{"commands":["systemctl restart <app>"]}<)>,"interactive":false}
      """#,
    response: #"""
      {"command":{"commandId":"<uuid/2>","documentName":"AWS-RunShellScript","documentVersion":"$DEFAULT","comment":"",
      "expiresAfter":"<javaTimeNew:7200>","parameters":"HIDDEN_DUE_TO_SECURITY_REASONS","instanceIds":["i-<instance/0>"],
      "targets":[],"requestedDateTime":"<javaTimeNew>","status":"Pending","statusDetails":"Pending","outputS3Region":
      "<region>","outputS3BucketName":"","outputS3KeyPrefix":"","maxConcurrency":"50","maxErrors":"0","targetCount":1,
      "completedCount":0,"errorCount":0,"deliveryTimedOutCount":0,"serviceRole":"","notificationConfig":{
      "notificationArn":"","notificationEvents":[],"notificationType":""},"timeoutSeconds":3600,"interactive":false}}
      """#,
    errors: [
      KindError("InvalidInstanceId", "Instances [[i-<instance/0>]] not in a valid state for account <acct>")
    ])

  private static let startSession = ssm(
    "StartSession", [.human: 0.6], readOnly: false, request: #"{"target":"i-<instance/0>"}"#,
    response: #"""
      {"sessionId":"<callerName>-0<hex:16/1>","tokenValue":"Value hidden due to security reasons.","streamUrl":
      "wss://ssmmessages.<region>.amazonaws.com/v1/data-channel/<callerName>-0<hex:16/1>?role\u003dpublish_subscribe
      \u0026cell-number\u003d<b64:120/2>\u003d\u003d"}
      """#,
    resource: instanceArn)
}
