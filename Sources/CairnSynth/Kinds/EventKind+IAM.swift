extension EventKind {
  private static func iam(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String? = nil,
    response: String? = nil, errors: [KindError] = []
  ) -> EventKind {
    json(
      "iam", name, by, readOnly: readOnly, request: request, response: response,
      denied: "arn:aws:iam::<acct>:role/<roleName/0>", errors: errors
    ).asGlobal()
  }

  private static let noRole = KindError(
    "NoSuchEntityException", "The role with name <roleName/0> cannot be found.")

  private static let trustPolicy = #"""
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":
    \"lambda.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"
    """#

  private static let dataPolicy = #"""
    "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Action\":[\"s3:GetObject\",\"s3:PutObject\"],\"Effect\":\"Allow\",
    \"Resource\":\"arn:aws:s3:::<bucket/3>/*\"},{\"Action\":[\"kms:Decrypt\",\"kms:GenerateDataKey\"],\"Effect\":
    \"Allow\",\"Resource\":\"arn:aws:kms:us-east-1:<acct>:key/<kmsKey/4>\"}]}"
    """#

  static let iam: [EventKind] = iamReads + iamChanges

  private static let iamReads: [EventKind] = [
    iam("GetUser", [.audit: 2, .user: 4], request: #"{"userName":"<userName/0>"}"#),
    iam("GetRole", [.audit: 6, .deploy: 6], request: #"{"roleName":"<roleName/0>"}"#, errors: [noRole]),
    iam(
      "ListUsers", [.audit: 2, .human: 1],
      request: #"{<(>"maxItems":100<|>"maxItems":1000,"marker":"<b64:60/1>"<)>}"#),
    iam("ListRoles", [.audit: 2, .human: 2], request: #"{"maxItems":1000}"#),
    iam(
      "ListAttachedRolePolicies", [.audit: 8, .deploy: 4], request: #"{"roleName":"<roleName/0>"}"#,
      errors: [noRole]),
    iam(
      "ListRolePolicies", [.audit: 6, .deploy: 4], request: #"{"roleName":"<roleName/0>"}"#, errors: [noRole]),
    iam(
      "GetRolePolicy", [.audit: 4, .deploy: 2],
      request: #"{"roleName":"<roleName/0>","policyName":"<policy/1>"}"#),
    iam(
      "GetPolicy", [.audit: 3, .deploy: 2], request: #"{"policyArn":"arn:aws:iam::<acct>:policy/<policy/0>"}"#
    ),
    iam(
      "GetPolicyVersion", [.audit: 3, .deploy: 2],
      request: #"{"policyArn":"arn:aws:iam::<acct>:policy/<policy/0>","versionId":"v<number:9/1>"}"#),
    iam("ListAccessKeys", [.audit: 3, .human: 1, .user: 1], request: #"{"userName":"<userName/0>"}"#),
    iam(
      "GetAccessKeyLastUsed", [.audit: 2], request: #"{"accessKeyId":"<userKey/0>"}"#,
      response: nil),
    iam("GetAccountSummary", [.audit: 2, .human: 1, .root: 4]),
    iam("GetInstanceProfile", [.deploy: 2], request: #"{"instanceProfileName":"<profile/0>"}"#),
    iam("ListInstanceProfilesForRole", [.deploy: 2], request: #"{"roleName":"<roleName/0>"}"#),
    iam("ListGroupsForUser", [.audit: 2], request: #"{"userName":"<userName/0>"}"#),
    iam("ListMFADevices", [.audit: 2, .root: 2], request: #"{"userName":"<userName/0>"}"#),
    iam(
      "SimulatePrincipalPolicy", [.audit: 0.5],
      request: #"""
        {"policySourceArn":"arn:aws:iam::<acct>:role/<roleName/0>","actionNames":["s3:GetObject","iam:PassRole"],
        "resourceArns":["*"]}
        """#),
    iam(
      "GenerateCredentialReport", [.audit: 0.6],
      response:
        #"{"state":"STARTED","description":"No report exists. Starting a new report generation task"}"#),
  ]

  private static let iamChanges: [EventKind] = [
    iam(
      "CreateRole", [.deploy: 0.8], readOnly: false,
      request: #"""
        {"path":"/","roleName":"<app/0>-<lower:6/1>","assumeRolePolicyDocument":\#(trustPolicy),"maxSessionDuration":3600,
        "tags":[{"key":"service","value":"<app/0>"}]}
        """#,
      response: #"""
        {"role":{"assumeRolePolicyDocument":"%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect
        %22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22lambda.amazonaws.com%22%7D%2C%22Action%22%3A
        %22sts%3AAssumeRole%22%7D%5D%7D","arn":"arn:aws:iam::<acct>:role/<app/0>-<lower:6/1>","roleId":
        "AROA<keyPrefix><b32:9/2>","createDate":"<javaTime>","roleName":"<app/0>-<lower:6/1>","path":"/"}}
        """#),
    iam(
      "PutRolePolicy", [.deploy: 1], readOnly: false,
      request: #"{"roleName":"<roleName/0>","policyName":"<policy/1>","policyDocument":\#(dataPolicy)}"#),
    iam(
      "AttachRolePolicy", [.deploy: 1.2], readOnly: false,
      request: #"""
        {"roleName":"<roleName/0>","policyArn":"arn:aws:iam::<(>aws:policy/service-role/AWSLambdaBasicExecutionRole<|>
        <acct>:policy/<policy/1><)>"}
        """#),
    iam(
      "DetachRolePolicy", [.deploy: 0.5], readOnly: false,
      request: #"{"roleName":"<roleName/0>","policyArn":"arn:aws:iam::<acct>:policy/<policy/1>"}"#),
    iam(
      "DeleteRole", [.deploy: 0.4], readOnly: false, request: #"{"roleName":"<app/0>-<lower:6/1>"}"#,
      errors: [KindError("DeleteConflictException", "Cannot delete entity, must detach all policies first.")]),
    iam(
      "UpdateAssumeRolePolicy", [.deploy: 0.4], readOnly: false,
      request: #"{"roleName":"<roleName/0>","policyDocument":\#(trustPolicy)}"#),
    iam(
      "CreatePolicyVersion", [.deploy: 0.5], readOnly: false,
      request: #"""
        {"policyArn":"arn:aws:iam::<acct>:policy/<policy/0>","policyDocument":\#(dataPolicy),"setAsDefault":true}
        """#,
      response:
        #"{"policyVersion":{"versionId":"v<number:9/1>","isDefaultVersion":true,"createDate":"<javaTime>"}}"#,
      errors: [
        KindError("LimitExceededException", "A managed policy can have up to 5 versions.")
      ]),
    iam(
      "CreateUser", [.human: 0.2], readOnly: false, request: #"{"path":"/","userName":"<person/0>"}"#,
      response: #"""
        {"user":{"path":"/","userName":"<person/0>","userId":"AIDA<keyPrefix><b32:9/1>","arn":
        "arn:aws:iam::<acct>:user/<person/0>","createDate":"<javaTime>"}}
        """#,
      errors: [KindError("EntityAlreadyExistsException", "User with name <person/0> already exists.")]),
    iam(
      "CreateAccessKey", [.human: 0.2], readOnly: false, request: #"{"userName":"<userName/0>"}"#,
      response: #"""
        {"accessKey":{"userName":"<userName/0>","accessKeyId":"AKIA<keyPrefix><b32:8/1>","status":"Active",
        "createDate":"<javaTime>"}}
        """#,
      errors: [
        KindError("LimitExceededException", "Cannot exceed quota for AccessKeysPerUser: 2")
      ]),
    iam(
      "AttachUserPolicy", [.human: 0.1], readOnly: false,
      request: #"{"userName":"<userName/0>","policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}"#),
    iam(
      "UpdateAccessKey", [.human: 0.1], readOnly: false,
      request: #"{"userName":"<userName/0>","accessKeyId":"<userKey/0>","status":"Inactive"}"#),
    iam(
      "CreateServiceLinkedRole", [.deploy: 0.1, .service: 0.1], readOnly: false,
      request: #"{"aWSServiceName":"ecs.amazonaws.com"}"#,
      errors: [
        KindError(
          "InvalidInputException",
          "Service role name AWSServiceRoleForECS has been taken in this account, please try a different suffix."
        )
      ]),
  ].map { kind in
    var kind = kind
    if kind.by[.service] != nil { kind.services = ["ecs.amazonaws.com"] }
    return kind
  }
}
