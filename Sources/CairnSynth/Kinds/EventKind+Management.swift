extension EventKind {
  private static func iam(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String? = nil,
    response: String? = nil, errors: [KindError] = []
  ) -> EventKind {
    var kind = json("iam", name, by, readOnly: readOnly, request: request, response: response, errors: errors)
    kind.isGlobal = true
    kind.host = .global
    return kind
  }

  static let management: [EventKind] = [
    json(
      "ssm", "GetParameter", [.app: 8, .deploy: 3],
      request: #"{"name":"/<parameter/0>","withDecryption":true}"#,
      resources: #"[{"accountId":"<acct>","ARN":"arn:aws:ssm:<region>:<acct>:parameter/<parameter/0>"}]"#,
      denied: "arn:aws:ssm:<region>:<acct>:parameter/<parameter/0>"),
    json(
      "ssm", "UpdateInstanceInformation", [.node: 30], readOnly: false,
      request: #"""
        {"instanceId":"i-<instance/0>","agentVersion":"3.3.1611.0","agentStatus":"Active","platformType":"Linux",
        "platformName":"Amazon Linux","platformVersion":"2023","iPAddress":"<privateIP/1>","computerName":
        "ip-<privateIP/1>.ec2.internal","agentName":"amazon-ssm-agent","availabilityZone":"<region>a"}
        """#,
      resources: #"[{"accountId":"<acct>","ARN":"arn:aws:ec2:<region>:<acct>:instance/i-<instance/0>"}]"#),
    json(
      "logs", "CreateLogStream", [.app: 12, .service: 3], readOnly: false,
      request: #"""
        {"logGroupName":"/aws/lambda/<function/0>","logStreamName":"<datePath>/[$LATEST]<hex:32/1>"}
        """#,
      services: ["vpc-flow-logs.amazonaws.com"],
      errors: [KindError("ResourceAlreadyExistsException", "The specified log stream already exists")]),
    json(
      "logs", "DescribeLogGroups", [.audit: 5, .human: 2],
      request: #"{"logGroupNamePrefix":"/aws/lambda/<app>"}"#),
    json("monitoring", "DescribeAlarms", [.audit: 6, .human: 3], request: #"{"maxRecords":100}"#),
    json(
      "cloudtrail", "DescribeTrails", [.audit: 3, .human: 1],
      request: #"{"trailNameList":[],"includeShadowTrails":true}"#),
    json(
      "cloudtrail", "LookupEvents", [.audit: 2, .human: 3],
      request:
        #"{<(>"lookupAttributes":[{"attributeKey":"ReadOnly","attributeValue":"false"}],<|><)>"maxResults":50}"#
    ),
    iam("GetUser", [.audit: 2, .user: 4], request: #"{"userName":"<userName/0>"}"#),
    iam("GetRole", [.audit: 4, .deploy: 4], request: #"{"roleName":"<roleName/0>"}"#),
    iam("ListUsers", [.audit: 2, .human: 1]),
    iam(
      "CreateRole", [.deploy: 0.6], readOnly: false,
      request: #"""
        {"path":"/","roleName":"<app/0>-<lower:6/1>","assumeRolePolicyDocument":"{\"Version\":\"2012-10-17\",
        \"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"lambda.amazonaws.com\"},\"Action\":
        \"sts:AssumeRole\"}]}","maxSessionDuration":3600,"tags":[{"key":"service","value":"<app/0>"}]}
        """#,
      response: #"""
        {"role":{"assumeRolePolicyDocument":"%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect
        %22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22lambda.amazonaws.com%22%7D%2C%22Action%22%3A
        %22sts%3AAssumeRole%22%7D%5D%7D","arn":"arn:aws:iam::<acct>:role/<app/0>-<lower:6/1>","roleId":
        "AROA<keyPrefix><b32:9/2>","createDate":"<javaTime>","roleName":"<app/0>-<lower:6/1>","path":"/"}}
        """#),
    consoleLogin,
  ]

  private static var consoleLogin: EventKind {
    var kind = EventKind(source: "signin.amazonaws.com", name: "ConsoleLogin", by: [.user: 1.5, .root: 3])
    kind.readOnly = false
    kind.response = #"{"ConsoleLogin":"Success"}"#
    kind.additional = #"""
      {"LoginTo":"https://console.aws.amazon.com/console/home?fromtb\u003dtrue\u0026hashArgs\u003d%23\u0026
      isauthcode\u003dtrue\u0026state\u003dhashArgsFromTB_<region>_<hex:16/1>","MobileVersion":"No","MFAUsed":
      "<(>Yes<|>No<)>"}
      """#
    kind.requestID = .none
    kind.eventType = "AwsConsoleSignIn"
    kind.isGlobal = true
    return kind
  }
}
