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
