import Cairn
import CairnTestSupport
import Testing

/// `history` where a call names a resource and is about another, and where a plain difference of requests misleads.
@Suite struct ResourceMentionTests {
  private func state(_ history: ResourceHistory) -> [String] {
    history.current.map { "\($0.field) = \($0.value)" }.sorted()
  }

  /// By event ID: changes, then notes.
  private func lines(_ history: ResourceHistory) -> [String: [String]] {
    Dictionary(
      history.entries.map { ($0.event.id, $0.changes.map(\.description) + $0.notes) },
      uniquingKeysWith: { $1 })
  }

  private func history(_ records: AuditRecords, _ name: String) throws -> ResourceHistory {
    let stored = try records.archive()
    return try ResourceHistory(try Archive(path: stored.path), of: name)
  }

  private static func rule(_ ports: Int, _ peer: String) -> String {
    #"{"items":[{"ipProtocol":"tcp","fromPort":\#(ports),"toPort":\#(ports),\#(peer)}]}"#
  }

  @Test func securityGroups() throws {
    var records = AuditRecords()
    records.add(
      "create", "2025-01-01T00:00:00Z", "ec2", "CreateSecurityGroup", request: #"{"groupName":"web"}"#,
      response: #"{"groupId":"sg-1"}"#)
    records.add(
      "open", "2025-01-01T00:01:00Z", "ec2", "AuthorizeSecurityGroupIngress",
      request:
        #"{"groupId":"sg-1","ipPermissions":\#(Self.rule(22, #""ipRanges":{"items":[{"cidrIp":"10.0.0.0/8"}]}"#))}"#,
      response:
        #"{"securityGroupRuleSet":{"items":[{"groupId":"sg-1","securityGroupRuleId":"sgr-1","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIpv4":"10.0.0.0/8"}]}}"#
    )
    // The rule is one of sg-2.
    records.add(
      "peer", "2025-01-01T00:02:00Z", "ec2", "AuthorizeSecurityGroupIngress",
      request:
        #"{"groupId":"sg-2","ipPermissions":\#(Self.rule(443, #""groups":{"items":[{"groupId":"sg-1"}]}"#))}"#
    )
    records.add(
      "modify", "2025-01-01T00:03:00Z", "ec2", "ModifySecurityGroupRules",
      request:
        #"{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-1","SecurityGroupRule":{"SecurityGroupRuleId":"sgr-1","SecurityGroupRule":{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"CidrIpv4":"0.0.0.0/0"},"tag":1}}}"#
    )
    records.add(
      "balancer", "2025-01-01T00:04:00Z", "elasticloadbalancing", "CreateLoadBalancer",
      request: #"{"name":"lb","securityGroups":["sg-1"],"scheme":"internal"}"#)
    records.add(
      "function", "2025-01-01T00:05:00Z", "lambda", "CreateFunction20150331",
      request: #"{"functionName":"fn","vpcConfig":{"securityGroupIds":["sg-1"]},"runtime":"x"}"#)
    records.add(
      "run", "2025-01-01T00:06:00Z", "ec2", "RunInstances",
      request: #"{"groupSet":{"items":[{"groupId":"sg-1"}]},"instanceType":"t3.micro"}"#)
    let found = try history(records, "sg-1")
    #expect(
      state(found).filter { !$0.hasPrefix("group") } == ["ingress[tcp 22 0.0.0.0/0] = open"])
    let lines = lines(found)
    #expect(
      lines["modify"] == ["ingress[tcp 22 10.0.0.0/8]: removed open", "ingress[tcp 22 0.0.0.0/0]: open"])
    for (id, path) in [
      ("peer", "ipPermissions[0].groups[0].groupId"), ("balancer", "securityGroups[]"),
      ("function", "vpcConfig.securityGroupIds[]"), ("run", "groupSet[0].groupId"),
    ] {
      #expect(lines[id] == ["is about something else, and names it as \(path)"])
    }
    #expect(try state(history(records, "sg-2")) == ["ingress[tcp 443 sg-1] = open"])
    records.add(
      "close", "2025-01-01T00:07:00Z", "ec2", "RevokeSecurityGroupIngress",
      request: #"{"groupId":"sg-1","securityGroupRuleIds":{"items":[{"securityGroupRuleId":"sgr-1"}]}}"#)
    #expect(try state(history(records, "sg-1")).allSatisfy { $0.hasPrefix("group") })
  }

  /// Calls that make something of their own in a VPC change nothing of it; parts of a table or a key are its.
  @Test func madeInside() throws {
    var records = AuditRecords()
    func add(_ id: String, _ minute: Int, _ name: String, _ request: String, _ response: String = "null") {
      records.add(
        id, "2025-01-01T00:\(10 + minute):00Z", "ec2", name, request: request, response: response)
    }
    add("vpc", 0, "CreateVpc", #"{"cidrBlock":"10.0.0.0/16"}"#, #"{"vpc":{"vpcId":"vpc-1"}}"#)
    add(
      "subnet", 1, "CreateSubnet", #"{"vpcId":"vpc-1","cidrBlock":"10.0.1.0/24"}"#,
      #"{"subnet":{"subnetId":"subnet-1","vpcId":"vpc-1"}}"#)
    add(
      "table", 2, "CreateRouteTable", #"{"vpcId":"vpc-1"}"#,
      #"{"routeTable":{"routeTableId":"rtb-1","vpcId":"vpc-1"}}"#)
    add(
      "endpoint", 3, "CreateVpcEndpoint",
      #"{"CreateVpcEndpointRequest":{"VpcId":"vpc-1","ServiceName":"com.amazonaws.us-east-1.s3"}}"#,
      #"{"CreateVpcEndpointResponse":{"vpcEndpoint":{"vpcEndpointId":"vpce-1","vpcId":"vpc-1"}}}"#)
    add(
      "route", 4, "CreateRoute",
      #"{"routeTableId":"rtb-1","destinationCidrBlock":"0.0.0.0/0","gatewayId":"igw-1"}"#)
    add("image", 5, "CreateImage", #"{"instanceId":"i-1","name":"copy"}"#, #"{"imageId":"ami-1"}"#)
    add("stop", 6, "StopInstances", #"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#)
    add("pair", 7, "CreateKeyPair", #"{"keyName":"ops"}"#, #"{"keyName":"ops","keyPairId":"key-1"}"#)
    let vpc = try history(records, "vpc-1")
    #expect(state(vpc) == ["cidrBlock = 10.0.0.0/16"])
    #expect(vpc.entries.count == 4)
    for id in ["subnet", "table"] {
      #expect(lines(vpc)[id] == ["is about something else, and names it as vpcId"])
    }
    #expect(
      lines(vpc)["endpoint"] == [
        "is about something else, and names it as CreateVpcEndpointRequest.VpcId"
      ])
    let table = try history(records, "rtb-1")
    #expect(
      state(table) == ["destinationCidrBlock = 0.0.0.0/0", "gatewayId = igw-1", "vpcId = vpc-1"])
    let instance = try history(records, "i-1")
    #expect(lines(instance)["image"] == ["is about something else, and names it as instanceId"])
    #expect(state(instance) == ["state = stopped"])
    let pair = try history(records, "ops")
    #expect(pair.entries.count == 1 && pair.entries[0].notes.isEmpty)
  }

  /// What another service's call names is not what it is about.
  @Test func otherServices() throws {
    var records = AuditRecords()
    let key = "1234abcd-12ab-34cd-56ef-1234567890ab"
    let arn = "arn:aws:iam::111111111111:role/fn-role"
    records.add(
      "bucket", "2025-01-01T00:00:00Z", "s3", "CreateBucket", request: #"{"bucketName":"logs-1"}"#)
    records.add(
      "trail", "2025-01-01T00:01:00Z", "cloudtrail", "CreateTrail",
      request: #"{"name":"main","s3BucketName":"logs-1","kmsKeyId":"\#(key)"}"#)
    records.add(
      "policy", "2025-01-01T00:02:00Z", "s3", "PutBucketVersioning",
      request: #"{"bucketName":"logs-1","VersioningConfiguration":{"Status":"Enabled"}}"#)
    records.add(
      "role", "2025-01-01T00:03:00Z", "iam", "CreateRole", request: #"{"roleName":"fn-role","path":"/"}"#)
    records.add(
      "function", "2025-01-01T00:04:00Z", "lambda", "CreateFunction20150331",
      request: #"{"functionName":"fn","role":"\#(arn)","runtime":"x"}"#)
    records.add(
      "grant", "2025-01-01T00:05:00Z", "kms", "CreateGrant",
      request: #"{"keyId":"\#(key)","granteePrincipal":"\#(arn)","operations":["Decrypt"]}"#,
      response: #"{"grantId":"g-1","keyId":"\#(key)"}"#)
    records.add(
      "volume", "2025-01-01T00:06:00Z", "ec2", "CreateVolume",
      request: #"{"size":"8","kmsKeyId":"\#(key)"}"#, response: #"{"volumeId":"vol-1"}"#)
    let bucket = try history(records, "logs-1")
    #expect(bucket.resources == ["s3 bucket logs-1 (111111111111 us-east-1)"])
    #expect(state(bucket) == ["VersioningConfiguration.Status = Enabled"])
    #expect(lines(bucket)["trail"] == ["is about something else, and names it as s3BucketName"])
    let role = try history(records, "fn-role")
    #expect(state(role) == ["path = /"])
    #expect(lines(role)["function"] == ["is about something else, and names it as role"])
    #expect(lines(role)["grant"] == ["is about something else, and names it as granteePrincipal"])
    let encrypted = try history(records, key)
    #expect(
      state(encrypted) == ["Grant[g-1].granteePrincipal = \(arn)", "Grant[g-1].operations[] = Decrypt"])
    for id in ["trail", "volume"] {
      #expect(lines(encrypted)[id] == ["is about something else, and names it as kmsKeyId"])
    }
    // The trail, the function and the volume are what these calls are about.
    #expect(try state(history(records, "fn")).contains("runtime = x"))
    #expect(try state(history(records, "main")).contains("s3BucketName = logs-1"))
    records.add(
      "revoke", "2025-01-01T00:07:00Z", "kms", "RevokeGrant",
      request: #"{"keyId":"\#(key)","grantId":"g-1"}"#)
    let revoked = try history(records, key)
    #expect(state(revoked).isEmpty)
    #expect(lines(revoked)["revoke"]?.count == 2)
  }

  /// Queues are named by URLs of two forms, too.
  @Test(arguments: [
    "jobs", "sqs:jobs", "arn:aws:sqs:us-east-1:111111111111:jobs",
    "https://sqs.us-east-1.amazonaws.com/111111111111/jobs",
  ])
  func queues(name: String) throws {
    var records = AuditRecords()
    let url = "https://sqs.us-east-1.amazonaws.com/111111111111/jobs"
    records.add(
      "create", "2025-01-01T00:00:00Z", "sqs", "CreateQueue", request: #"{"queueName":"jobs"}"#,
      response: #"{"queueUrl":"\#(url)"}"#)
    records.add(
      "set", "2025-01-01T00:01:00Z", "sqs", "SetQueueAttributes",
      request: #"{"queueUrl":"\#(url)","attributes":{"VisibilityTimeout":"30"}}"#)
    records.add(
      "other", "2025-01-01T00:02:00Z", "sqs", "SetQueueAttributes",
      request: #"{"queueUrl":"\#(url)-2","attributes":{"VisibilityTimeout":"40"}}"#)
    let found = try history(records, name)
    #expect(found.resources == ["sqs queue jobs (111111111111 us-east-1)"])
    #expect(lines(found)["set"] == ["attributes.VisibilityTimeout: 30"])
    #expect(state(found) == ["attributes.VisibilityTimeout = 30"] && found.entries.count == 2)
    records.add(
      "delete", "2025-01-01T00:03:00Z", "sqs", "DeleteQueue",
      request: #"{"queueUrl":"https://us-east-1.queue.amazonaws.com/111111111111/jobs"}"#)
    #expect(try state(history(records, name)) == ["state = deleted"])
  }

  @Test func targets() throws {
    var records = AuditRecords()
    records.add(
      "run", "2025-01-01T00:00:00Z", "ec2", "RunInstances", request: #"{"instanceType":"t3.micro"}"#,
      response: #"{"instancesSet":{"items":[{"instanceId":"i-1"}]}}"#)
    let group = #""targetGroupArn":"arn:aws:elasticloadbalancing:us-east-1:111111111111:targetgroup/t/1""#
    for (id, time, name) in [("in", "01", "RegisterTargets"), ("out", "02", "DeregisterTargets")] {
      records.add(
        id, "2025-01-01T00:00:\(time)Z", "elasticloadbalancing", name,
        request: #"{\#(group),"targets":[{"id":"i-1"}]}"#)
    }
    let found = try history(records, "i-1")
    #expect(found.entries.map(\.event.id) == ["out", "in", "run"])
    #expect(state(found) == ["instanceType = t3.micro"])
  }

  /// A key by its ARN, its ID and its alias: one state, which the end of an alias is not.
  @Test func keys() throws {
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab"
    let arn = "arn:aws:kms:us-east-1:111111111111:key/\(id)"
    let alias = "arn:aws:kms:us-east-1:111111111111:alias/app"
    var records = AuditRecords()
    func call(_ event: String, _ second: Int, _ name: String, _ request: String) {
      records.add(
        event, "2025-01-01T00:00:0\(second)Z", "kms", name, request: request,
        more: #","resources":[{"ARN":"\#(alias)"},{"ARN":"\#(arn)","accountId":"111111111111"}]"#)
    }
    call("alias", 0, "CreateAlias", #"{"aliasName":"alias/app","targetKeyId":"\#(id)"}"#)
    call("off", 1, "DisableKey", #"{"keyId":"\#(arn)"}"#)
    call("on", 2, "EnableKey", #"{"keyId":"alias/app"}"#)
    call("end", 3, "DeleteAlias", #"{"aliasName":"alias/app"}"#)
    for name in [id, arn] {
      let found = try history(records, name)
      #expect(found.resources == ["kms key \(id) (111111111111 us-east-1)"])
      #expect(state(found) == ["state = enabled"])
      #expect(lines(found)["on"] == ["state: disabled → enabled"])
      #expect(lines(found)["end"] == ["Alias[alias/app]: removed present"])
    }
  }

  /// A version that is not the default one says nothing yet.
  @Test func policyVersions() throws {
    let arn = "arn:aws:iam::111111111111:policy/p"
    func document(_ action: String) -> String {
      #""policyDocument":"{\"Statement\":[{\"Action\":\"\#(action)\"}]}""#
    }
    func version(_ name: String) -> String { #"{"policyVersion":{"versionId":"\#(name)"}}"# }
    var records = AuditRecords()
    records.add(
      "v1", "2025-01-01T00:00:01Z", "iam", "CreatePolicy",
      request: #"{"policyName":"p",\#(document("s3:Get*"))}"#,
      response: #"{"policy":{"arn":"\#(arn)","policyName":"p","defaultVersionId":"v1"}}"#)
    records.add(
      "v2", "2025-01-01T00:00:02Z", "iam", "CreatePolicyVersion",
      request: #"{"policyArn":"\#(arn)",\#(document("s3:*")),"setAsDefault":false}"#, response: version("v2"))
    records.add(
      "v3", "2025-01-01T00:00:03Z", "iam", "CreatePolicyVersion",
      request: #"{"policyArn":"\#(arn)",\#(document("*")),"setAsDefault":true}"#, response: version("v3"))
    records.add(
      "back", "2025-01-01T00:00:04Z", "iam", "SetDefaultPolicyVersion",
      request: #"{"policyArn":"\#(arn)","versionId":"v1"}"#)
    records.add(
      "gone", "2025-01-01T00:00:05Z", "iam", "DeletePolicyVersion",
      request: #"{"policyArn":"\#(arn)","versionId":"v2"}"#)
    let action = "policyDocument.Statement[0].Action"
    let found = try history(records, "iam:policy/p")
    let lines = lines(found)
    #expect(lines["v2"] == ["PolicyVersion[v2].\(action): s3:*"])
    #expect(lines["v3"] == ["defaultVersionId: v3", "\(action): s3:Get* → *"])
    #expect(lines["back"] == ["defaultVersionId: v3 → v1", "\(action): * → s3:Get*"])
    #expect(lines["gone"] == ["PolicyVersion[v2].\(action): removed s3:*"])
    #expect(state(found) == ["defaultVersionId = v1", "\(action) = s3:Get*"])
  }

  @Test func functions() throws {
    var records = AuditRecords()
    let arn = "arn:aws:lambda:us-east-1:111111111111:function:pay"
    records.add(
      "make", "2025-01-01T00:00:01Z", "lambda", "CreateFunction20150331", request: #"{"functionName":"pay"}"#,
      response: #"{"functionName":"pay","codeSha256":"AAA"}"#)
    records.add(
      "code", "2025-01-01T00:00:02Z", "lambda", "UpdateFunctionCode20150331v2",
      request: #"{"functionName":"\#(arn)"}"#, response: #"{"functionName":"pay","codeSha256":"BBB"}"#)
    records.add(
      "let", "2025-01-01T00:00:03Z", "lambda", "AddPermission20150331v2",
      request: #"{"functionName":"pay","statementId":"s1","principal":"*"}"#)
    records.add(
      "let2", "2025-01-01T00:00:04Z", "lambda", "AddPermission20150331v2",
      request: #"{"functionName":"pay","statementId":"s11","principal":"*"}"#)
    records.add(
      "forbid", "2025-01-01T00:00:05Z", "lambda", "RemovePermission20150331v2",
      request: #"{"functionName":"pay","statementId":"s1"}"#)
    let found = try history(records, "lambda:pay")
    #expect(lines(found)["code"] == ["codeSha256: AAA → BBB"])
    #expect(
      state(found) == ["Permission[statementId=s11, principal=*] = present", "codeSha256 = BBB"])
  }
}
