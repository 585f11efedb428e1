extension EventKind {
  private static let stackArn =
    "arn:aws:cloudformation:<region>:<acct>:stack/<stack/0>/<stackID/0>"

  static let delivery: [EventKind] = [
    json(
      "cloudformation", "DescribeStacks", [.deploy: 9, .audit: 3, .human: 1],
      request: #"{"stackName":"<(>\#(stackArn)<|><stack/0><|><stack/0><)>"}"#,
      errors: [KindError("ValidationException", "Stack with id <stack/0> does not exist")]),
    json("cloudformation", "DescribeStackEvents", [.deploy: 5], request: #"{"stackName":"<stack/0>"}"#),
    json(
      "cloudformation", "ListStacks", [.audit: 2, .human: 1],
      request: #"{"stackStatusFilter":["CREATE_COMPLETE","UPDATE_COMPLETE"]}"#),
    json("cloudformation", "GetTemplate", [.deploy: 1, .audit: 1], request: #"{"stackName":"<stack/0>"}"#),
    json(
      "cloudformation", "CreateChangeSet", [.deploy: 0.8], readOnly: false,
      request: #"""
        {"stackName":"<stack/0>","changeSetName":"cdk-deploy-change-set","changeSetType":"UPDATE","capabilities":[
        "CAPABILITY_IAM","CAPABILITY_NAMED_IAM"],"templateURL":
        "https://cdk-hnb659fds-assets-<acct>-<region>.s3.<region>.amazonaws.com/<hex:64/1>.json","parameters":[],"tags":[],
        "clientToken":"create<uuid/2>"}
        """#,
      response: #"""
        {"id":"arn:aws:cloudformation:<region>:<acct>:changeSet/cdk-deploy-change-set/<uuid/3>","stackId":"\#(stackArn)"}
        """#,
      errors: [
        KindError("AlreadyExistsException", "ChangeSet cdk-deploy-change-set already exists")
      ]),
    json(
      "cloudformation", "ExecuteChangeSet", [.deploy: 0.7], readOnly: false,
      request:
        #"{"changeSetName":"cdk-deploy-change-set","stackName":"<stack/0>","clientRequestToken":"exec<uuid/1>"}"#
    ),
    json(
      "codebuild", "StartBuild", [.deploy: 0.6, .service: 0.4], readOnly: false,
      request: #"{"projectName":"<project/0>","sourceVersion":"<hex:40/1>"}"#,
      response: #"""
        {"build":{"id":"<project/0>:<uuid/2>","arn":"arn:aws:codebuild:<region>:<acct>:build/<project/0>:<uuid/2>",
        "buildNumber":<number:9000/3>,"startTime":"<javaTimeNew>","currentPhase":"SUBMITTED","buildStatus":"IN_PROGRESS",
        "sourceVersion":"<hex:40/1>","projectName":"<project/0>","phases":[{"phaseType":"SUBMITTED","phaseStatus":
        "SUCCEEDED","startTime":"<javaTimeNew>","endTime":"<javaTimeNew>","durationInSeconds":0},{"phaseType":"QUEUED",
        "startTime":"<javaTimeNew>"}],"timeoutInMinutes":60,"queuedTimeoutInMinutes":480,"buildComplete":false,
        "initiator":"<callerName>","encryptionKey":"arn:aws:kms:<region>:<acct>:alias/aws/s3"}}
        """#,
      services: ["codepipeline.amazonaws.com"]),
    json("codebuild", "BatchGetBuilds", [.deploy: 3], request: #"{"ids":["<project/0>:<uuid/1>"]}"#),
    json("codepipeline", "GetPipelineState", [.human: 1, .deploy: 1], request: #"{"name":"<pipeline/0>"}"#),
    json(
      "codepipeline", "PutJobSuccessResult", [.app: 0.4], readOnly: false,
      request: #"{"jobId":"<uuid/0>","outputVariables":{"commit":"<hex:40/1>"}}"#),
  ]
}
