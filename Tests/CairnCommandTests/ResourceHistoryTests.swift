import Cairn
import CairnTestSupport
import Testing

/// `history` of resources by what their calls ask for.
@Suite struct ResourceHistoryTests {
  private func changes(_ records: AuditRecords, _ name: String) throws -> [String] {
    let stored = try records.archive()
    return try ResourceHistory(try Archive(path: stored.path), of: name).entries.reversed().map { entry in
      ([entry.event.id + (entry.event.hasFailed ? " failed" : "")] + entry.changes.map(\.description))
        .joined(separator: "; ")
    }
  }

  @Test func roleAndPolicies() throws {
    var records = AuditRecords()
    let trust = { (service: String) in
      "{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Principal\\\":{\\\"Service\\\":\\\"\(service)\\\"}}]}"
    }
    records.add(
      "r1", "2025-01-01T00:00:01Z", "iam", "CreateRole",
      request: "{\"roleName\":\"web\",\"assumeRolePolicyDocument\":\"\(trust("ec2"))\"}",
      response: "{\"role\":{\"roleName\":\"web\",\"arn\":\"arn:aws:iam::111111111111:role/web\"}}")
    records.add(
      "r2", "2025-01-01T00:00:02Z", "iam", "AttachRolePolicy",
      request: #"{"roleName":"web","policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}"#)
    records.add(
      "r3", "2025-01-01T00:00:03Z", "iam", "UpdateAssumeRolePolicy",
      request: "{\"roleName\":\"web\",\"policyDocument\":\"\(trust("lambda"))\"}")
    records.add(
      "r4", "2025-01-01T00:00:04Z", "iam", "PutRolePolicy",
      request: #"{"roleName":"web","policyName":"p","policyDocument":"%7B%22a%22%3A1%2C%22b%22%3A2%7D"}"#)
    records.add(
      "r5", "2025-01-01T00:00:05Z", "iam", "PutRolePolicy",
      request: #"{"roleName":"web","policyName":"p","policyDocument":"{\"a\": 3}"}"#)
    records.add(
      "r6", "2025-01-01T00:00:06Z", "iam", "DetachRolePolicy",
      request: #"{"roleName":"web","policyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}"#)
    records.add(
      "r7", "2025-01-01T00:00:07Z", "iam", "DeleteRole", request: #"{"roleName":"web"}"#,
      error: "AccessDenied")
    records.add(
      "r8", "2025-01-01T00:00:08Z", "iam", "DeleteRolePolicy",
      request: #"{"roleName":"web","policyName":"p"}"#)
    // Others of the name, or of a name that begins with it.
    records.add("x1", "2025-01-01T00:00:09Z", "iam", "DeleteRole", request: #"{"roleName":"web-2"}"#)
    records.add("x2", "2025-01-01T00:00:09Z", "iam", "DeleteUser", request: #"{"userName":"web"}"#)
    records.add(
      "x3", "2025-01-01T00:00:09Z", "iam", "GetRole", request: #"{"roleName":"web"}"#, readOnly: true)
    records.add(
      "x4", "2025-01-01T00:00:09Z", "iam", "DeleteRole", request: #"{"roleName":"web"}"#,
      account: "222222222222")
    let expected = [
      "r1; assumeRolePolicyDocument.Version: 2012-10-17; assumeRolePolicyDocument.Statement[0].Effect: Allow; "
        + "assumeRolePolicyDocument.Statement[0].Principal.Service: ec2",
      "r2; RolePolicy[arn:aws:iam::aws:policy/ReadOnlyAccess]: present",
      "r3; assumeRolePolicyDocument.Statement[0].Principal.Service: ec2 → lambda",
      "r4; RolePolicy[p].policyDocument.a: 1; RolePolicy[p].policyDocument.b: 2",
      "r5; RolePolicy[p].policyDocument.a: 1 → 3; RolePolicy[p].policyDocument.b: removed 2",
      "r6; RolePolicy[arn:aws:iam::aws:policy/ReadOnlyAccess]: removed present",
      "r7 failed; state: deleted", "r8; RolePolicy[p].policyDocument.a: removed 3",
    ]
    #expect(try changes(records, "arn:aws:iam::111111111111:role/web") == expected)
    #expect(try changes(records, "iam:role/web").filter { !$0.hasPrefix("x4") } == expected)
    #expect(try changes(records, "web").contains { $0.hasPrefix("x2") })
    #expect(try changes(records, "web").allSatisfy { !$0.hasPrefix("x1") && !$0.hasPrefix("x3") })
  }

  @Test func securityGroup() throws {
    var records = AuditRecords()
    records.add(
      "g1", "2025-01-01T00:00:01Z", "ec2", "CreateSecurityGroup",
      request: #"{"groupName":"n","vpcId":"vpc-1"}"#,
      response: #"{"groupId":"sg-1","_return":true}"#)
    let open =
      #"{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":22,"toPort":22,"groups":{},"ipRanges":{"items":[{"cidrIp":"0.0.0.0/0"}]}}]}}"#
    records.add(
      "g2", "2025-01-01T00:00:02Z", "ec2", "AuthorizeSecurityGroupIngress", request: open,
      response:
        #"{"securityGroupRuleSet":{"items":[{"groupId":"sg-1","securityGroupRuleId":"sgr-9","ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIpv4":"0.0.0.0/0"}]}}"#
    )
    records.add(
      "g3", "2025-01-01T00:00:03Z", "ec2", "RevokeSecurityGroupIngress",
      request: #"{"groupId":"sg-1","securityGroupRuleIds":{"items":[{"securityGroupRuleId":"sgr-9"}]}}"#,
      response:
        #"{"revokedSecurityGroupRuleSet":{"items":[{"groupId":"sg-1","securityGroupRuleId":"sgr-9"}]}}"#)
    let found = try changes(records, "sg-1")
    #expect(
      found == [
        "g1; groupName: n; vpcId: vpc-1", "g2; ingress[tcp 22 0.0.0.0/0]: open",
        "g3; ingress[tcp 22 0.0.0.0/0]: removed open",
      ])
  }

  @Test func otherKinds() throws {
    var records = AuditRecords()
    records.add(
      "f1", "2025-01-01T00:00:01Z", "lambda", "UpdateFunctionConfiguration20150331v2",
      request:
        #"{"functionName":"arn:aws:lambda:us-east-1:111111111111:function:job","memorySize":128,"kMSKeyArn":"k1"}"#
    )
    records.add(
      "f2", "2025-01-01T00:00:02Z", "lambda", "UpdateFunctionConfiguration20150331v2",
      request: #"{"functionName":"job","memorySize":256,"kMSKeyArn":"k2"}"#)
    #expect(
      try changes(records, "lambda:job") == [
        "f1; memorySize: ? → 128; kMSKeyArn: ? → k1", "f2; memorySize: 128 → 256; kMSKeyArn: k1 → k2",
      ])

    records.add("t1", "2025-01-02T00:00:01Z", "cloudtrail", "StopLogging", request: #"{"name":"main"}"#)
    records.add("t2", "2025-01-02T00:00:02Z", "cloudtrail", "StartLogging", request: #"{"name":"main"}"#)
    #expect(
      try changes(records, "cloudtrail:main") == [
        "t1; Logging: ? → stopped", "t2; Logging: stopped → started",
      ])

    let bucket = #"{"bucketName":"logs","PublicAccessBlockConfiguration":{"BlockPublicAcls":true}}"#
    records.add("b1", "2025-01-03T00:00:01Z", "s3", "PutBucketPublicAccessBlock", request: bucket)
    records.add(
      "b2", "2025-01-03T00:00:02Z", "s3", "DeleteBucketPublicAccessBlock", request: #"{"bucketName":"logs"}"#)
    #expect(
      try changes(records, "arn:aws:s3:::logs") == [
        "b1; PublicAccessBlockConfiguration.BlockPublicAcls: ? → true",
        "b2; PublicAccessBlockConfiguration.BlockPublicAcls: removed true",
      ])
  }

  @Test func keysInstancesDatabasesTrails() throws {
    var records = AuditRecords()
    let id = "1234abcd-12ab-34cd-56ef-1234567890ab"
    let arn = "arn:aws:kms:us-east-1:111111111111:key/\(id)"
    records.add(
      "k1", "2025-01-01T00:00:01Z", "kms", "CreateKey",
      request: #"{"description":"d","keyUsage":"ENCRYPT_DECRYPT"}"#,
      response: "{\"keyMetadata\":{\"keyId\":\"\(id)\",\"arn\":\"\(arn)\"}}")
    records.add(
      "k2", "2025-01-01T00:00:02Z", "kms", "PutKeyPolicy",
      request:
        "{\"keyId\":\"\(arn)\",\"policyName\":\"default\",\"policy\":\"{\\\"Statement\\\":[{\\\"Sid\\\":\\\"a\\\",\\\"Principal\\\":\\\"*\\\"}]}\"}"
    )
    records.add("k3", "2025-01-01T00:00:03Z", "kms", "DisableKey", request: "{\"keyId\":\"\(id)\"}")
    records.add(
      "k4", "2025-01-01T00:00:04Z", "kms", "ScheduleKeyDeletion",
      request: "{\"keyId\":\"\(id)\",\"pendingWindowInDays\":7}")
    records.add("k5", "2025-01-01T00:00:05Z", "kms", "CancelKeyDeletion", request: "{\"keyId\":\"\(id)\"}")
    records.add("k6", "2025-01-01T00:00:06Z", "kms", "EnableKey", request: "{\"keyId\":\"\(id)\"}")
    records.add("k7", "2025-01-01T00:00:07Z", "kms", "EnableKeyRotation", request: "{\"keyId\":\"\(id)\"}")
    records.add(
      "k8", "2025-01-01T00:00:08Z", "kms", "Decrypt", request: "{\"keyId\":\"\(id)\"}", readOnly: true)
    let key = [
      "k1; description: d; keyUsage: ENCRYPT_DECRYPT",
      "k2; KeyPolicy[default].policy.Statement[a].Sid: a; KeyPolicy[default].policy.Statement[a].Principal: *",
      "k3; state: disabled",
      "k4; KeyDeletion: scheduled; pendingWindowInDays: 7",
      "k5; KeyDeletion: scheduled → cancelled", "k6; state: disabled → enabled",
      "k7; KeyRotation: enabled",
    ]
    #expect(try changes(records, arn) == key)
    #expect(try changes(records, id) == key)

    records.add(
      "d1", "2025-01-02T00:00:01Z", "rds", "ModifyDBInstance",
      request:
        #"{"dBInstanceIdentifier":"db","publiclyAccessible":false,"vpcSecurityGroupIds":["sg-2","sg-1"]}"#)
    records.add(
      "d2", "2025-01-02T00:00:02Z", "rds", "ModifyDBInstance",
      request: #"{"dBInstanceIdentifier":"db","publiclyAccessible":true,"masterUserPassword":"****"}"#)
    records.add(
      "d3", "2025-01-02T00:00:03Z", "rds", "StopDBInstance", request: #"{"dBInstanceIdentifier":"db"}"#)
    records.add(
      "d4", "2025-01-02T00:00:04Z", "rds", "DeleteDBInstance",
      request: #"{"dBInstanceIdentifier":"db","skipFinalSnapshot":true}"#)
    let database = [
      "d1; publiclyAccessible: ? → false; vpcSecurityGroupIds[]: ? → sg-1, sg-2",
      "d2; publiclyAccessible: false → true; masterUserPassword: ? → ****", "d3; state: ? → stopped",
      "d4; state: stopped → deleted",
    ]
    #expect(try changes(records, "rds:db") == database)
    #expect(try changes(records, "arn:aws:rds:us-east-1:111111111111:db:db") == database)

    let instances = #"{"instancesSet":{"items":[{"instanceId":"i-1"},{"instanceId":"i-2"}]}}"#
    records.add(
      "i1", "2025-01-03T00:00:01Z", "ec2", "RunInstances",
      request:
        #"{"instancesSet":{"items":[{"imageId":"ami-1","minCount":2,"maxCount":2}]},"instanceType":"t3.micro"}"#,
      response: instances)
    records.add("i2", "2025-01-03T00:00:02Z", "ec2", "StopInstances", request: instances)
    records.add(
      "i3", "2025-01-03T00:00:03Z", "ec2", "ModifyInstanceAttribute",
      request: #"{"instanceId":"i-1","instanceType":{"value":"m5.large"}}"#)
    records.add("i4", "2025-01-03T00:00:04Z", "ec2", "StartInstances", request: instances)
    records.add("i5", "2025-01-03T00:00:05Z", "ec2", "TerminateInstances", request: instances)
    let instance = [
      "i1; instancesSet[0].imageId: ami-1; instancesSet[0].minCount: 2; instancesSet[0].maxCount: 2; "
        + "instanceType: t3.micro", "i2; state: stopped",
      "i3; instanceType: t3.micro → m5.large", "i4; state: stopped → started", "i5; state: started → deleted",
    ]
    #expect(try changes(records, "i-1") == instance)
    #expect(try changes(records, "arn:aws:ec2:us-east-1:111111111111:instance/i-1") == instance)

    let trail = "arn:aws:cloudtrail:us-east-1:111111111111:trail/main"
    records.add(
      "t1", "2025-01-04T00:00:01Z", "cloudtrail", "CreateTrail",
      request: #"{"name":"main","s3BucketName":"b","isMultiRegionTrail":true}"#)
    records.add(
      "t2", "2025-01-04T00:00:02Z", "cloudtrail", "UpdateTrail",
      request: "{\"name\":\"\(trail)\",\"isMultiRegionTrail\":false}")
    records.add(
      "t3", "2025-01-04T00:00:03Z", "cloudtrail", "PutEventSelectors",
      request:
        #"{"trailName":"main","eventSelectors":[{"readWriteType":"WriteOnly","includeManagementEvents":true}]}"#
    )
    records.add("t4", "2025-01-04T00:00:04Z", "cloudtrail", "StopLogging", request: "{\"name\":\"\(trail)\"}")
    records.add("t5", "2025-01-04T00:00:05Z", "cloudtrail", "DeleteTrail", request: "{\"name\":\"\(trail)\"}")
    let found = [
      "t1; s3BucketName: b; isMultiRegionTrail: true", "t2; isMultiRegionTrail: true → false",
      "t3; eventSelectors[0].readWriteType: WriteOnly; eventSelectors[0].includeManagementEvents: true",
      "t4; Logging: stopped", "t5; state: deleted",
    ]
    #expect(try changes(records, trail) == found)
    #expect(try changes(records, "cloudtrail:main") == found)
  }

  /// A call that two accounts record is one, and the resource is its owner's.
  @Test func twins() throws {
    var records = AuditRecords()
    let request = #"{"bucketName":"b","acl":"private"}"#
    let owner = #","sharedEventID":"s","resources":[{"ARN":"arn:aws:s3:::b","accountId":"222222222222"}]"#
    records.add(
      "b1", "2025-01-01T00:00:01Z", "s3", "PutBucketAcl",
      by: #"{"type":"AWSAccount","principalId":"AIDA1","accountId":"111111111111"}"#, request: request,
      account: "222222222222", more: owner)
    records.add("b2", "2025-01-01T00:00:01Z", "s3", "PutBucketAcl", request: request, more: owner)
    records.add(
      "b3", "2025-01-01T00:00:02Z", "s3", "PutBucketAcl", request: #"{"bucketName":"b","acl":"public-read"}"#,
      account: "222222222222")
    let stored = try records.archive()
    let history = try ResourceHistory(try Archive(path: stored.path), of: "arn:aws:s3:::b")
    #expect(history.entries.map(\.event.id) == ["b3", "b2"] && history.resources.count == 1)
    #expect(history.entries.first?.changes.map(\.description) == ["acl: private → public-read"])
    #expect(history.entries.last?.notes == ["also recorded in 222222222222, event b1"])
  }

  /// Parts of a resource have states of their own: each key of a user.
  @Test func partsOfResources() throws {
    var records = AuditRecords()
    let key = { (name: String) in #"{"userName":"bob","accessKeyId":"\#(name)","status":"Inactive"}"# }
    records.add("u0", "2025-01-01T00:00:00Z", "iam", "CreateUser", request: #"{"userName":"bob"}"#)
    records.add(
      "u1", "2025-01-01T00:00:01Z", "iam", "CreateAccessKey", request: #"{"userName":"bob"}"#,
      response: #"{"accessKey":{"userName":"bob","accessKeyId":"AKIA1","status":"Active"}}"#)
    records.add("u2", "2025-01-01T00:00:02Z", "iam", "UpdateAccessKey", request: key("AKIA1"))
    records.add("u3", "2025-01-01T00:00:03Z", "iam", "UpdateAccessKey", request: key("AKIA2"))
    records.add(
      "u4", "2025-01-01T00:00:04Z", "iam", "DeleteAccessKey",
      request: #"{"userName":"bob","accessKeyId":"AKIA1"}"#)
    records.add(
      "u5", "2025-01-01T00:00:05Z", "iam", "AddUserToGroup", request: #"{"userName":"bob","groupName":"g"}"#)
    records.add(
      "u6", "2025-01-01T00:00:06Z", "iam", "RemoveUserFromGroup",
      request: #"{"userName":"bob","groupName":"g"}"#)
    #expect(
      try changes(records, "iam:user/bob") == [
        "u0", "u1; AccessKey[AKIA1]: present", "u2; AccessKey[AKIA1].status: Inactive",
        "u3; AccessKey[AKIA2].status: Inactive",
        "u4; AccessKey[AKIA1].status: removed Inactive; AccessKey[AKIA1]: removed present",
        "u5; UserToGroup[g]: present", "u6; UserToGroup[g]: removed present",
      ])
  }

  /// Values stay values, whatever is in them.
  @Test func hostileNames() throws {
    var records = AuditRecords()
    let name = #"a'b%_"\/=c"#
    records.add(
      "h1", "2025-01-01T00:00:01Z", "ssm", "PutParameter",
      request: #"{"name":"a'b%_\"\\\/\u003dc","value":"v"}"#)
    records.add(
      "h2", "2025-01-01T00:00:02Z", "ssm", "PutParameter",
      request: #"{"name":"a'bxx\"\\\/\u003dc","value":"v"}"#)
    #expect(try changes(records, name) == ["h1; value: ? → v"])
    #expect(try changes(records, "a\u{0}b").isEmpty)
    #expect(throws: CairnError.self) { try changes(records, "") }
    #expect(throws: CairnError.self) { try changes(records, "'\"/") }
  }

  @Test func command() throws {
    var records = AuditRecords()
    records.add(
      "h1", "2025-01-01T00:00:01Z", "s3", "CreateBucket", request: #"{"bucketName":"billing-\u001b[31m"}"#)
    let stored = try records.archive()
    let table = try Binary.run("history", stored.path, "billing-\u{1B}[31m", "--output", "table")
    #expect(table.code == 0 && !table.output.contains(0x1B))
    let lines = try Binary.run("history", stored.path, "billing-\u{1B}[31m", "--output", "jsonl")
    #expect(String(decoding: lines.output, as: UTF8.self).contains(#""eventID":"h1""#))
    let nothing = try Binary.run("history", stored.path, "biling-\u{1B}[31m")
    #expect(nothing.code == 1 && nothing.output.isEmpty && nothing.error.contains("billing-"))
    #expect(try Binary.run("history", stored.path, "x", "--output", "raw").code == 2)
    #expect(try Binary.run("history", stored.path, "").code == 2)
  }
}
