extension EventKind {
  /// A call of the EC2 query API.
  static func ec2(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String, response: String? = nil,
    services: [String] = [], errors: [KindError] = []
  ) -> EventKind {
    var kind = EventKind(source: "ec2.amazonaws.com", name: name, by: by)
    kind.readOnly = readOnly
    kind.request = request
    kind.response = response
    kind.services = services
    kind.errors = errors
    kind.denied = "arn:aws:ec2:<region>:<acct>:instance/*"
    return kind
  }

  static let compute: [EventKind] = [
    ec2(
      "DescribeInstances", [.audit: 14, .node: 6, .human: 5, .deploy: 3, .user: 3],
      request: #"""
        {<(>"maxResults":1000,"instancesSet":{},"filterSet":{}<|>"instancesSet":{"items":[{"instanceId":
        "i-<instance/0>"}]},"filterSet":{}<|>"instancesSet":{},"filterSet":{"items":[{"name":"<(>tag:Name<|>
        instance-state-name<)>","valueSet":{"items":[{"value":"<(>running<|><app><)>"}]}}]}<)>}
        """#,
      errors: [
        KindError("Client.InvalidInstanceID.NotFound", "The instance ID 'i-<instance/0>' does not exist")
      ]),
    ec2(
      "DescribeSecurityGroups", [.audit: 6, .human: 3, .deploy: 2],
      request: #"""
        {<(>"maxResults":1000,"securityGroupSet":{},"securityGroupIdSet":{},"filterSet":{}<|>"securityGroupSet":{},
        "securityGroupIdSet":{"items":[{"groupId":"sg-<securityGroup/0>"}]},"filterSet":{}<)>}
        """#),
    ec2(
      "RunInstances", [.service: 2, .deploy: 0.5], readOnly: false,
      request: #"""
        {"instancesSet":{"items":[{"imageId":"ami-<image/0>","minCount":1,"maxCount":1}]},"groupSet":{"items":
        [{"groupId":"sg-<securityGroup/1>"}]},"instanceType":"<instanceType/2>","blockDeviceMapping":{},
        "monitoring":{"enabled":false},"disableApiTermination":false,"disableApiStop":false,"clientToken":"<uuid/3>",
        "iamInstanceProfile":{"name":"<profile/4>"},"ebsOptimized":false,"tagSpecificationSet":{"items":[{
        "resourceType":"instance","tags":[{"key":"aws:autoscaling:groupName","value":"<scalingGroup/5>"},{"key":
        "Name","value":"<app>-<component>"}]}]}}
        """#,
      response: #"""
        {"requestId":"<rid>","reservationId":"r-0<hex:16/6>","ownerId":"<acct>","groupSet":{},"instancesSet":{"items":
        [{"instanceId":"i-0<hex:16/7>","imageId":"ami-<image/0>","instanceState":{"code":0,"name":"pending"},
        "privateDnsName":"<privateIP/8>.ec2.internal","amiLaunchIndex":0,"productCodes":{},"instanceType":
        "<instanceType/2>","launchTime":<epochMillis/9>,"placement":{"availabilityZone":"<region>a","tenancy":
        "default"},"monitoring":{"state":"disabled"},"subnetId":"subnet-<subnet/10>","vpcId":"vpc-<vpc/11>",
        "privateIpAddress":"<privateIP/8>","stateReason":{"code":"pending","message":"pending"},"architecture":
        "x86_64","rootDeviceType":"ebs","rootDeviceName":"/dev/xvda","blockDeviceMapping":{},"virtualizationType":
        "hvm","hypervisor":"xen","clientToken":"<uuid/3>","groupSet":{"items":[{"groupId":"sg-<securityGroup/1>",
        "groupName":"<group/12>"}]},"ebsOptimized":false,"cpuOptions":{"coreCount":1,"threadsPerCore":2}}]},
        "requesterId":"<number:900000000000/13>"}
        """#,
      services: ["autoscaling.amazonaws.com"],
      errors: [
        KindError(
          "Client.VcpuLimitExceeded",
          "You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket "
            + "that the specified instance type belongs to.")
      ]),
    ec2(
      "TerminateInstances", [.service: 1.5, .deploy: 0.3, .human: 0.1], readOnly: false,
      request: #"{"instancesSet":{"items":[{"instanceId":"i-<instance/0>"}]}}"#,
      response: #"""
        {"requestId":"<rid>","instancesSet":{"items":[{"instanceId":"i-<instance/0>","currentState":{"code":32,
        "name":"shutting-down"},"previousState":{"code":16,"name":"running"}}]}}
        """#,
      services: ["autoscaling.amazonaws.com"]),
  ]
}
