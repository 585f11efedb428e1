extension EventKind {
  private static let trailArn = "arn:aws:cloudtrail:<region>:<acct>:trail/<trail/0>"

  private static func trail(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String? = nil,
    response: String? = nil
  ) -> EventKind {
    json(
      "cloudtrail", name, by, readOnly: readOnly, request: request, response: response, denied: trailArn,
      errors: [KindError("TrailNotFoundException", "Unknown trail: \(trailArn) for the user: <acct>")])
  }

  private static let selectors = #"""
    "eventSelectors":[{"readWriteType":"All","includeManagementEvents":true,"dataResources":[{"type":"AWS::S3::Object",
    "values":["arn:aws:s3"]}],"excludeManagementEventSources":[]}]
    """#

  static let trails: [EventKind] = [
    trail(
      "DescribeTrails", [.audit: 3, .human: 1], request: #"{"trailNameList":[],"includeShadowTrails":true}"#),
    trail("GetTrailStatus", [.audit: 3, .human: 1], request: #"{"name":"<(>\#(trailArn)<|><trail/0><)>"}"#),
    trail("GetEventSelectors", [.audit: 2, .human: 1], request: #"{"trailName":"\#(trailArn)"}"#),
    trail("ListTags", [.audit: 1], request: #"{"resourceIdList":["\#(trailArn)"]}"#),
    trail(
      "LookupEvents", [.audit: 2, .human: 4],
      request: #"""
        {<(>"lookupAttributes":[{"attributeKey":"ReadOnly","attributeValue":"false"}],<|>"lookupAttributes":[{
        "attributeKey":"EventName","attributeValue":"ConsoleLogin"}],"startTime":"<javaTime:-86400>",<|><)>"maxResults":50}
        """#),
    trail("StartLogging", [.deploy: 0.05], readOnly: false, request: #"{"name":"<trail/0>"}"#),
    trail("StopLogging", [.deploy: 0.02], readOnly: false, request: #"{"name":"<trail/0>"}"#),
    trail(
      "PutEventSelectors", [.deploy: 0.1], readOnly: false,
      request: #"{"trailName":"<trail/0>",\#(selectors)}"#,
      response: #"{"trailARN":"\#(trailArn)",\#(selectors)}"#),
    trail(
      "UpdateTrail", [.deploy: 0.1], readOnly: false,
      request:
        #"{"name":"<trail/0>","s3BucketName":"<bucket/1>","isMultiRegionTrail":true,"enableLogFileValidation":true}"#,
      response: #"""
        {"name":"<trail/0>","s3BucketName":"<bucket/1>","includeGlobalServiceEvents":true,"isMultiRegionTrail":true,
        "trailARN":"\#(trailArn)","logFileValidationEnabled":true,"isOrganizationTrail":false}
        """#),
    json(
      "config", "PutEvaluations", [.app: 1], readOnly: false,
      request: #"""
        {"evaluations":[<{4>{"complianceResourceType":"AWS::EC2::Instance","complianceResourceId":"i-<instance/0>",
        "complianceType":"<(>COMPLIANT<|>NON_COMPLIANT<)>","orderingTimestamp":"<javaTimeNew>"}<}>],"resultToken":
        "HIDDEN_DUE_TO_SECURITY_REASONS"}
        """#,
      response: #"{"failedEvaluations":[]}"#),
    json(
      "config", "DescribeConfigRules", [.audit: 2],
      request: #"{"configRuleNames":["<(>securityhub-<configRule/0><|><configRule/0><)>"]}"#,
      errors: [
        KindError(
          "NoSuchConfigRuleException", "The ConfigRule '<configRule/0>' provided in the request is invalid.")
      ]),
    json("config", "DescribeConfigurationRecorders", [.audit: 2, .human: 1]),
    json(
      "config", "SelectResourceConfig", [.audit: 1],
      request: #"""
        {"expression":"SELECT resourceId, configuration.state.name WHERE resourceType \u003d 'AWS::EC2::Instance'",
        "limit":100}
        """#),
  ]
}
