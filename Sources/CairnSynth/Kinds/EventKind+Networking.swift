extension EventKind {
  private static let targetGroupArn =
    "arn:aws:elasticloadbalancing:<region>:<acct>:targetgroup/<targetGroup/0>/<targetGroupID/0>"

  private static func elb(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String, response: String? = nil
  ) -> EventKind {
    json(
      "elasticloadbalancing", name, by, readOnly: readOnly, request: request, response: response,
      services: by[.service] == nil ? [] : ["ecs.amazonaws.com", "autoscaling.amazonaws.com"],
      denied: targetGroupArn,
      errors: [KindError("TargetGroupNotFoundException", "One or more target groups not found")]
    ).versioned("2015-12-01")
  }

  static let networking: [EventKind] = [
    elb(
      "DescribeLoadBalancers", [.audit: 5, .human: 2, .deploy: 2],
      request: #"{<(>"pageSize":400<|>"names":["<loadBalancer/1>"]<)>}"#),
    elb(
      "DescribeTargetGroups", [.audit: 4, .human: 1, .deploy: 2],
      request: #"{<(>"pageSize":400<|>"targetGroupArns":["\#(targetGroupArn)"]<)>}"#),
    elb(
      "DescribeTargetHealth", [.audit: 4, .service: 5, .deploy: 3],
      request: #"{"targetGroupArn":"\#(targetGroupArn)"}"#),
    elb(
      "DescribeListeners", [.audit: 2],
      request:
        #"{"loadBalancerArn":"arn:aws:elasticloadbalancing:<region>:<acct>:loadbalancer/app/<loadBalancer/1>/<loadBalancerID/1>"}"#
    ),
    elb(
      "RegisterTargets", [.service: 2], readOnly: false,
      request:
        #"{"targetGroupArn":"\#(targetGroupArn)","targets":[<{2>{"id":"<privateIP/1>","port":8080,"availabilityZone":"<region>a"}<}>]}"#
    ),
    elb(
      "DeregisterTargets", [.service: 2], readOnly: false,
      request:
        #"{"targetGroupArn":"\#(targetGroupArn)","targets":[<{2>{"id":"<privateIP/1>","port":8080}<}>]}"#),
    json("route53", "ListHostedZones", [.audit: 1.5, .human: 0.5], request: #"{"maxItems":"100"}"#)
      .asGlobal().versioned("2013-04-01"),
    json(
      "route53", "ListResourceRecordSets", [.audit: 1.5, .deploy: 1],
      request: #"{"hostedZoneId":"Z<hostedZone/0>","maxItems":"300"}"#
    )
    .asGlobal().versioned("2013-04-01"),
    json(
      "route53", "ChangeResourceRecordSets", [.deploy: 0.8, .app: 0.3], readOnly: false,
      request: #"""
        {"hostedZoneId":"Z<hostedZone/0>","changeBatch":{"changes":[{"action":"UPSERT","resourceRecordSet":{"name":
        "<app/1>.<environment>.example.com","type":"A","tTL":60,"resourceRecords":[<{2>{"value":"<publicIP/2>"}<}>]}}]}}
        """#,
      response:
        #"{"changeInfo":{"id":"/change/C<s3id:20/3>","status":"PENDING","submittedAt":"<javaTimeNew>"}}"#,
      denied: "arn:aws:route53:::hostedzone/Z<hostedZone/0>",
      errors: [
        KindError("InvalidChangeBatch", "[Tried to create resource record set but it already exists]")
      ]
    ).asGlobal().versioned("2013-04-01"),
    json("cloudfront", "ListDistributions", [.audit: 1, .human: 0.5]).asGlobal().versioned("2020_05_31"),
    json("cloudfront", "GetDistribution", [.audit: 1, .deploy: 0.5], request: #"{"id":"E<distribution/0>"}"#)
      .asGlobal().versioned("2020_05_31"),
    json(
      "cloudfront", "CreateInvalidation", [.deploy: 0.8], readOnly: false,
      request: #"""
        {"distributionId":"E<distribution/0>","invalidationBatch":{"callerReference":"<uuid/1>","paths":{"quantity":1,
        "items":["/*"]}}}
        """#,
      response: #"""
        {"location":"https://cloudfront.amazonaws.com/2020-05-31/distribution/E<distribution/0>/invalidation/I<s3id:25/2>",
        "invalidation":{"id":"I<s3id:25/2>","status":"InProgress","createTime":"<javaTimeNew>","invalidationBatch":{
        "callerReference":"<uuid/1>","paths":{"quantity":1,"items":["/*"]}}}}
        """#
    ).asGlobal().versioned("2020_05_31"),
    json(
      "acm", "ListCertificates", [.audit: 2],
      request: #"{"maxItems":1000,"includes":{"keyTypes":["RSA_2048","EC_prime256v1"]}}"#),
    json(
      "acm", "DescribeCertificate", [.audit: 2, .deploy: 1],
      request: #"{"certificateArn":"arn:aws:acm:<region>:<acct>:certificate/<certificate/0>"}"#),
    json("wafv2", "ListWebACLs", [.audit: 1], request: #"{"scope":"REGIONAL","limit":100}"#),
    json(
      "wafv2", "UpdateIPSet", [.app: 0.5, .deploy: 0.2], readOnly: false,
      request: #"""
        {"name":"<app/0>-blocklist","scope":"REGIONAL","id":"<webACL/1>","addresses":[<{8>"<publicIP/2>/32"<}>],
        "lockToken":"<uuid/3>"}
        """#,
      response: #"{"nextLockToken":"<uuid/4>"}"#,
      errors: [
        KindError(
          "WAFOptimisticLockException",
          "AWS WAF couldn\u{2019}t save your changes because someone changed the resource after you started to edit it."
        )
      ]),
    json(
      "elasticfilesystem", "DescribeFileSystems", [.audit: 1, .app: 0.5],
      request: #"{"fileSystemId":"fs-<fileSystem/0>"}"#
    )
    .versioned("2015-02-01"),
  ]
}
