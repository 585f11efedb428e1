extension EventKind {
  private static func scaling(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String?
  ) -> EventKind {
    json(
      "autoscaling", name, by, readOnly: readOnly, request: request,
      services: by[.service] == nil ? [] : ["application-autoscaling.amazonaws.com"],
      denied: "arn:aws:autoscaling:<region>:<acct>:autoScalingGroup:*:autoScalingGroupName/<scalingGroup/0>",
      errors: [KindError("ValidationError", "AutoScalingGroup name not found - <scalingGroup/0>")])
  }

  static let scaling: [EventKind] = [
    scaling(
      "DescribeAutoScalingGroups", [.audit: 6, .human: 2, .node: 2],
      request: #"{<(>"maxRecords":100<|>"autoScalingGroupNames":["<scalingGroup/0>"]<)>}"#),
    scaling(
      "DescribeScalingActivities", [.audit: 2, .human: 1],
      request: #"{"autoScalingGroupName":"<scalingGroup/0>","maxRecords":20}"#),
    scaling("DescribePolicies", [.audit: 1], request: nil),
    scaling(
      "SetDesiredCapacity", [.service: 0.8, .deploy: 0.3], readOnly: false,
      request:
        #"{"autoScalingGroupName":"<scalingGroup/0>","desiredCapacity":<number:12/1>,"honorCooldown":true}"#),
    scaling(
      "CompleteLifecycleAction", [.node: 1, .app: 0.4], readOnly: false,
      request: #"""
        {"lifecycleHookName":"drain","autoScalingGroupName":"<scalingGroup/0>","lifecycleActionToken":"<uuid/1>",
        "lifecycleActionResult":"CONTINUE"}
        """#),
    scaling(
      "UpdateAutoScalingGroup", [.deploy: 0.5], readOnly: false,
      request: #"""
        {"autoScalingGroupName":"<scalingGroup/0>","launchTemplate":{"launchTemplateId":"lt-<launchTemplate/1>","version":
        "<number:90/2>"},"minSize":2,"maxSize":12}
        """#),
    json(
      "application-autoscaling", "DescribeScalableTargets", [.audit: 1, .deploy: 1],
      request: #"{"serviceNamespace":"<(>ecs<|>dynamodb<)>","maxResults":50}"#),
    json(
      "backup", "StartBackupJob", [.service: 0.4], readOnly: false,
      request: #"""
        {"backupVaultName":"<backupVault/0>","resourceArn":"arn:aws:rds:<region>:<acct>:db:<database/1>","iamRoleArn":
        "arn:aws:iam::<acct>:role/service-role/AWSBackupDefaultServiceRole","idempotencyToken":"<uuid/2>"}
        """#,
      response: #"{"backupJobId":"<uuid/3>","creationDate":"<javaTimeNew>"}"#,
      services: ["backup.amazonaws.com"]),
    json("backup", "ListBackupJobs", [.audit: 1], request: #"{"maxResults":"1000"}"#),
  ]
}
