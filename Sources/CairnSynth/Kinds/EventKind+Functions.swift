extension EventKind {
  private static let functionArn = "arn:aws:lambda:<region>:<acct>:function:<function/0>"

  private static func lambda(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String? = nil,
    response: String? = nil, errors: [KindError] = []
  ) -> EventKind {
    json(
      "lambda", name, by, readOnly: readOnly, request: request, response: response, denied: functionArn,
      errors: errors + [KindError("ResourceNotFoundException", "Function not found: \(functionArn)")])
  }

  private static let configuration = #"""
    {"functionName":"<function/0>","functionArn":"\#(functionArn)","runtime":"<runtime/1>","role":
    "arn:aws:iam::<acct>:role/<appRole/2>","handler":"app.handler","codeSize":<number:90000000/3>,"description":"",
    "timeout":30,"memorySize":512,"lastModified":"<dateDash>T00:00:00.000+0000","codeSha256":"<b64:43/4>\u003d","version":
    "$LATEST","environment":{},"tracingConfig":{"mode":"PassThrough"},"revisionId":"<uuid/5>","state":"Active",
    "lastUpdateStatus":"InProgress","packageType":"Zip","architectures":["x86_64"],"ephemeralStorage":{"size":512},
    "snapStart":{"applyOn":"None","optimizationStatus":"Off"},"loggingConfig":{"logFormat":"Text","logGroup":
    "/aws/lambda/<function/0>"}}
    """#

  static let functions: [EventKind] = [
    invoke,
    lambda("GetFunction20150331v2", [.deploy: 4, .audit: 3], request: #"{"functionName":"<function/0>"}"#),
    lambda(
      "GetFunctionConfiguration20150331v2", [.deploy: 3, .audit: 2, .human: 1],
      request: #"{"functionName":"\#(functionArn)"}"#),
    lambda(
      "ListFunctions20150331", [.audit: 3, .human: 1],
      request: #"{"maxItems":50<(><|>,"functionVersion":"ALL"<)>}"#),
    lambda(
      "ListVersionsByFunction20150331", [.deploy: 1.5, .audit: 1],
      request: #"{"functionName":"<function/0>","maxItems":50}"#),
    lambda("ListEventSourceMappings20150331", [.audit: 1, .deploy: 1], request: #"{"maxItems":100}"#),
    lambda(
      "UpdateFunctionCode20150331v2", [.deploy: 1.2], readOnly: false,
      request: #"""
        {"fullyQualifiedArn":{"arnPrefix":{"partition":"aws","region":"<region>","account":"<acct>"},"relativeId":{
        "functionName":"<function/0>"},"functionQualifier":{}},"functionName":"<function/0>","s3Bucket":"<bucket/6>",
        "s3Key":"builds/<function/0>/<hex:40/7>.zip","publish":false,"dryRun":false}
        """#,
      response: configuration,
      errors: [
        KindError(
          "ResourceConflictException",
          "The operation cannot be performed at this time. An update is in progress for resource: \(functionArn)"
        )
      ]),
    lambda(
      "UpdateFunctionConfiguration20150331v2", [.deploy: 0.8], readOnly: false,
      request: #"{"functionName":"<function/0>","memorySize":512,"environment":{},"timeout":30}"#,
      response: configuration),
    lambda(
      "CreateFunction20150331", [.deploy: 0.3], readOnly: false,
      request: #"""
        {"functionName":"<function/0>","runtime":"<runtime/1>","role":"arn:aws:iam::<acct>:role/<appRole/2>","handler":
        "app.handler","code":{"s3Bucket":"<bucket/6>","s3Key":"builds/<hex:40/7>.zip"},"description":"","timeout":30,
        "memorySize":512,"publish":false,"packageType":"Zip","environment":{},"tags":{"service":"<app>","env":
        "<environment>"}}
        """#,
      response: configuration,
      errors: [
        KindError(
          "InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.")
      ]),
    lambda(
      "AddPermission20150331v2", [.deploy: 0.4], readOnly: false,
      request: #"""
        {"functionName":"<function/0>","statementId":"AllowExecutionFromEvents","action":"lambda:InvokeFunction",
        "principal":"events.amazonaws.com","sourceArn":"arn:aws:events:<region>:<acct>:rule/<rule/1>"}
        """#,
      response: #"""
        {"statement":"{\"Sid\":\"AllowExecutionFromEvents\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":
        \"events.amazonaws.com\"},\"Action\":\"lambda:InvokeFunction\",\"Resource\":\"\#(functionArn)\",\"Condition\":{
        \"ArnLike\":{\"AWS:SourceArn\":\"arn:aws:events:<region>:<acct>:rule/<rule/1>\"}}}"}
        """#),
    json("apigateway", "GetRestApis", [.audit: 1, .human: 1], request: #"{"limit":"500"}"#),
    json(
      "apigateway", "CreateDeployment", [.deploy: 0.3], readOnly: false,
      request:
        #"{"restApiId":"<lower:10/0>","createDeploymentInput":{"stageName":"<environment>"},"template":false}"#,
      response: #"{"id":"<lower:6/1>","createdDate":"<javaTimeNew>"}"#),
  ]

  private static var invoke: EventKind {
    var kind = json(
      "lambda", "Invoke", [.app: 5, .service: 6, .user: 0.5], readOnly: false,
      request: #"""
        {"functionName":"\#(functionArn)","invocationType":"<(>Event<|>RequestResponse<)>"<(><|>,"qualifier":"live"<)>,
        "contentType":"application/json"}
        """#,
      resources: #"[{"accountId":"<acct>","type":"AWS::Lambda::Function","ARN":"\#(functionArn)"}]"#,
      services: ["events.amazonaws.com", "apigateway.amazonaws.com", "sns.amazonaws.com"], denied: functionArn
    )
    kind.additional = #"{"functionVersion":"\#(functionArn):<(>$LATEST<|>7<)>"}"#
    return kind.asDataEvent()
  }
}
