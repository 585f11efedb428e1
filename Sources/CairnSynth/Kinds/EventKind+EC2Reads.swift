extension EventKind {
  /// A call of the EC2 query API.
  static func ec2(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String?, response: String? = nil,
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

  /// A Describe call over one kind of resource: all of them, one by ID, or some by a filter.
  private static func describe(
    _ name: String, _ by: [Profile: Double], set: String, item: String, id: String, filter: String,
    before: String = ""
  ) -> EventKind {
    ec2(
      name, by,
      request: #"""
        {\#(before)<(>"maxResults":1000,"\#(set)":{},"filterSet":{}<|>"\#(set)":{"items":[{"\#(item)":"\#(id)"}]},
        "filterSet":{}<|>"\#(set)":{},"filterSet":{"items":[{"name":"\#(filter)","valueSet":{"items":[{"value":
        "<(>vpc-<vpc/1><|><app><|>available<)>"}]}}]}<)>}
        """#,
      errors: [
        KindError("Client.RequestLimitExceeded", "Request limit exceeded.")
      ])
  }

  /// A call of EC2's newer interface: the request is wrapped and carries the position as `tag`.
  private static func wrapped(
    _ name: String, _ by: [Profile: Double], field: String, id: String
  ) -> EventKind {
    ec2(
      name, by,
      request: #"""
        {"\#(name)Request":{<(>"\#(field)":{"tag":1,"content":"\#(id)"}<|>"MaxResults":1000<|>"Filter":{"Value":{
        "tag":1,"content":"<app>"},"tag":1,"Name":"tag:service"}<)>}}
        """#)
  }

  static let ec2Reads: [EventKind] = [
    ec2(
      "DescribeInstances", [.audit: 24, .node: 9, .human: 9, .deploy: 5, .user: 6, .service: 3],
      request: #"""
        {<(>"maxResults":1000,"instancesSet":{},"filterSet":{}<|>"instancesSet":{"items":[{"instanceId":
        "i-<instance/0>"}]},"filterSet":{}<|>"instancesSet":{},"filterSet":{"items":[{"name":"<(>tag:Name<|>
        instance-state-name<)>","valueSet":{"items":[{"value":"<(>running<|><app><)>"}]}}]}<)>}
        """#,
      services: ["autoscaling.amazonaws.com"],
      errors: [
        KindError("Client.InvalidInstanceID.NotFound", "The instance ID 'i-<instance/0>' does not exist")
      ]),
    ec2(
      "DescribeSecurityGroups", [.audit: 10, .human: 5, .deploy: 4],
      request: #"""
        {<(>"maxResults":1000,"securityGroupSet":{},"securityGroupIdSet":{},"filterSet":{}<|>"securityGroupSet":{},
        "securityGroupIdSet":{"items":[{"groupId":"sg-<securityGroup/0>"}]},"filterSet":{}<)>}
        """#,
      errors: [
        KindError(
          "Client.InvalidGroup.NotFound", "The security group 'sg-<securityGroup/0>' does not exist")
      ]),
    describe(
      "DescribeVpcs", [.audit: 6, .human: 3, .deploy: 2], set: "vpcSet", item: "vpcId", id: "vpc-<vpc/0>",
      filter: "isDefault"),
    describe(
      "DescribeSubnets", [.audit: 7, .human: 3, .deploy: 3], set: "subnetSet", item: "subnetId",
      id: "subnet-<subnet/0>", filter: "vpc-id"),
    describe(
      "DescribeRouteTables", [.audit: 4, .human: 2], set: "routeTableIdSet", item: "routeTableId",
      id: "rtb-<routeTable/0>", filter: "vpc-id"),
    describe(
      "DescribeNetworkAcls", [.audit: 2, .human: 1], set: "networkAclIdSet", item: "networkAclId",
      id: "acl-<subnet/0>", filter: "vpc-id"),
    describe(
      "DescribeVolumes", [.audit: 6, .human: 2, .node: 2], set: "volumeSet", item: "volumeId",
      id: "vol-<volume/0>", filter: "attachment.status"),
    describe(
      "DescribeSnapshots", [.audit: 3, .service: 1], set: "snapshotSet", item: "snapshotId",
      id: "snap-<snapshot/0>", filter: "status",
      before: #""ownersSet":{"items":[{"owner":"self"}]},"sharedUsersSet":{},"#),
    describe(
      "DescribeNetworkInterfaces", [.audit: 5, .app: 2, .service: 3], set: "networkInterfaceIdSet",
      item: "networkInterfaceId", id: "eni-<networkInterface/0>", filter: "vpc-id"),
    describe(
      "DescribeInternetGateways", [.audit: 2, .human: 1], set: "internetGatewayIdSet",
      item: "internetGatewayId", id: "igw-<gateway/0>", filter: "attachment.vpc-id"),
    describe(
      "DescribeAddresses", [.audit: 3, .human: 1], set: "allocationIdsSet", item: "allocationId",
      id: "eipalloc-<address/0>", filter: "domain", before: #""publicIpsSet":{},"#),
    ec2(
      "DescribeImages", [.audit: 2, .deploy: 3, .human: 1],
      request: #"""
        {"executableBySet":{},"imagesSet":{<(>"items":[{"imageId":"ami-<image/0>"}]<|><)>},"ownersSet":{<(>"items":
        [{"owner":"<(>self<|>amazon<)>"}]<|><)>},"filterSet":{}}
        """#),
    ec2(
      "DescribeTags", [.node: 12, .audit: 3, .human: 2],
      request: #"""
        {<(>"maxResults":500,<|><)>"filterSet":{"items":[{"name":"resource-id","valueSet":{"items":[{"value":
        "i-<instance/0>"}]}}]}}
        """#),
    ec2(
      "DescribeInstanceStatus", [.audit: 4, .human: 2, .service: 2],
      request: #"""
        {"instancesSet":{<(>"items":[{"instanceId":"i-<instance/0>"}]<|><)>},"filterSet":{},"includeAllInstances":
        <(>true<|>false<)>}
        """#,
      services: ["autoscaling.amazonaws.com"]),
    ec2(
      "DescribeInstanceAttribute", [.audit: 3, .human: 2],
      request: #"{"instanceId":"i-<instance/0>","attribute":"<(>userData<|>disableApiTermination<)>"}"#),
    ec2(
      "DescribeVpcAttribute", [.audit: 2, .deploy: 2],
      request: #"{"vpcId":"vpc-<vpc/0>","attribute":"<(>enableDnsSupport<|>enableDnsHostnames<)>"}"#),
    ec2(
      "DescribeAccountAttributes", [.human: 2, .deploy: 1],
      request:
        #"{"accountAttributeNameSet":{"items":[{"attributeName":"supported-platforms"}]},"filterSet":{}}"#),
    ec2(
      "DescribeAvailabilityZones", [.deploy: 3, .human: 2],
      request: #"{"availabilityZoneSet":{},"availabilityZoneIdSet":{}}"#),
    ec2(
      "DescribeRegions", [.audit: 8, .human: 1], request: #"{"regionSet":{},"allRegions":<(>true<|>false<)>}"#
    ),
    ec2(
      "DescribeKeyPairs", [.audit: 1, .human: 1], request: #"{"keyPairIdsSet":{},"keySet":{},"filterSet":{}}"#
    ),
    ec2(
      "DescribeInstanceTypes", [.deploy: 1, .human: 1],
      request: #"{"DescribeInstanceTypesRequest":{"InstanceType":{"tag":1,"content":"<instanceType/0>"}}}"#),
    wrapped("DescribeNatGateways", [.audit: 3, .deploy: 1], field: "NatGatewayId", id: "nat-<natGateway/0>"),
    wrapped("DescribeFlowLogs", [.audit: 3], field: "FlowLogId", id: "fl-<flowLog/0>"),
    wrapped("DescribeVpcEndpoints", [.audit: 2, .human: 1], field: "VpcEndpointId", id: "vpce-<gateway/0>"),
    wrapped(
      "DescribeLaunchTemplates", [.audit: 1, .deploy: 1], field: "LaunchTemplateId",
      id: "lt-<launchTemplate/0>"),
    wrapped("DescribeTransitGateways", [.audit: 1], field: "TransitGatewayIds", id: "tgw-<gateway/0>"),
    ec2("GetPasswordData", [.user: 0.3], request: #"{"instanceId":"i-<instance/0>"}"#),
  ].map { kind in
    var kind = kind
    if kind.by[.service] != nil, kind.services.isEmpty {
      kind.services = ["elasticloadbalancing.amazonaws.com"]
    }
    return kind
  }
}
