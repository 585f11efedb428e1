extension EventKind {
  private static let done = #"{"requestId":"<rid>","_return":true}"#

  private static func ec2Change(
    _ name: String, _ by: [Profile: Double], request: String, response: String = done,
    services: [String] = [],
    errors: [KindError] = []
  ) -> EventKind {
    ec2(
      name, by, readOnly: false, request: request, response: response,
      services: services.isEmpty && by[.service] != nil ? ["autoscaling.amazonaws.com"] : services,
      errors: errors)
  }

  private static let stateChange = #"""
    {"requestId":"<rid>","instancesSet":{"items":[{"instanceId":"i-<instance/0>","currentState":{"code":@CODE@},
    "previousState":{"code":16,"name":"running"}}]}}
    """#

  private static func states(_ state: String) -> String {
    let parts = stateChange.split(separator: "@", omittingEmptySubsequences: false)
    return String(parts[0]) + state + String(parts[2])
  }

  static let ec2Changes: [EventKind] = [
    runInstances,
    ec2Change(
      "TerminateInstances", [.service: 1.5, .deploy: 0.3, .human: 0.1],
      request: #"{"instancesSet":{"items":[{"instanceId":"i-<instance/0>"}]}}"#,
      response: states(#"32,"name":"shutting-down""#)),
    ec2Change(
      "StopInstances", [.human: 0.4, .app: 0.1],
      request: #"{"instancesSet":{"items":[{"instanceId":"i-<instance/0>"}]},"force":false}"#,
      response: states(#"64,"name":"stopping""#)),
    ec2Change(
      "StartInstances", [.human: 0.4, .app: 0.1],
      request: #"{"instancesSet":{"items":[{"instanceId":"i-<instance/0>"}]}}"#,
      response: states(#"0,"name":"pending""#),
      errors: [
        KindError(
          "Client.IncorrectInstanceState",
          "The instance 'i-<instance/0>' is not in a state from which it can be started."
        )
      ]),
    ec2Change(
      "CreateTags", [.service: 2, .deploy: 2, .app: 0.3],
      request: #"""
        {"resourcesSet":{"items":[<{3>{"resourceId":"i-<instance/0>"}<}>]},"tagSet":{"items":[{"key":"<(>Name<|>
        service<|>cost-center<)>","value":"<app>-<component>"}]}}
        """#),
    ec2Change(
      "CreateSnapshot", [.service: 2, .human: 0.1],
      request: #"""
        {"volumeId":"vol-<volume/0>","description":"Created for policy: policy-0<hex:16/9> schedule: daily",
        "tagSpecificationSet":{"items":[{"resourceType":"snapshot","tags":[{"key":"aws:dlm:managed","value":"true"}]}]}}
        """#,
      response: #"""
        {"requestId":"<rid>","snapshotId":"snap-0<hex:16/1>","volumeId":"vol-<volume/0>","status":"pending",
        "startTime":<epochMillis/2>,"progress":"","ownerId":"<acct>","volumeSize":"<(>8<|>50<|>200<)>","encrypted":true,
        "tagSet":{"items":[{"key":"aws:dlm:managed","value":"true"}]}}
        """#,
      services: ["dlm.amazonaws.com"]),
    ec2Change(
      "DeleteSnapshot", [.service: 1.5], request: #"{"snapshotId":"snap-<snapshot/0>"}"#,
      services: ["dlm.amazonaws.com"],
      errors: [
        KindError("Client.InvalidSnapshot.NotFound", "The snapshot 'snap-<snapshot/0>' does not exist.")
      ]),
    ec2Change(
      "CreateNetworkInterface", [.service: 3],
      request: #"""
        {"subnetId":"subnet-<subnet/0>","description":"AWS Lambda VPC ENI-<function/1>-<uuid/2>","groupSet":{"items":[{
        "groupId":"sg-<securityGroup/3>"}]},"privateIpAddressesSet":{},"ipv6AddressCount":0,"clientToken":"<uuid/4>"}
        """#,
      response: #"""
        {"requestId":"<rid>","networkInterface":{"networkInterfaceId":"eni-0<hex:16/5>","subnetId":"subnet-<subnet/0>",
        "vpcId":"vpc-<vpc/6>","availabilityZone":"<region>b","description":"AWS Lambda VPC ENI-<function/1>-<uuid/2>",
        "ownerId":"<acct>","requesterManaged":false,"status":"pending","macAddress":"02:<hex:2/7>:<hex:2/8>:4f:1c:<hex:2/9>",
        "privateIpAddress":"<privateIP/10>","sourceDestCheck":true,"interfaceType":"lambda","groupSet":{"items":[{
        "groupId":"sg-<securityGroup/3>","groupName":"<group/11>"}]},"tagSet":{},"ipv6AddressesSet":{}}}
        """#,
      services: ["lambda.amazonaws.com"]),
    ec2Change(
      "DeleteNetworkInterface", [.service: 2], request: #"{"networkInterfaceId":"eni-<networkInterface/0>"}"#,
      services: ["lambda.amazonaws.com"]),
    ec2Change(
      "CreateSecurityGroup", [.deploy: 0.5, .human: 0.1],
      request: #"""
        {"groupName":"<app/0>-<lower:8/1>","groupDescription":"Managed by Terraform","vpcId":"vpc-<vpc/2>"}
        """#,
      response: #"{"requestId":"<rid>","_return":true,"groupId":"sg-0<hex:16/3>"}"#),
    ec2Change(
      "AuthorizeSecurityGroupIngress", [.deploy: 1, .human: 0.3],
      request: #"""
        {"groupId":"sg-<securityGroup/0>","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,
        "groups":{},"ipRanges":{"items":[{"cidrIp":"<cidr/1>","description":"TLS from <app/2>"}]},"ipv6Ranges":{},
        "prefixListIds":{}}]}}
        """#,
      response: #"""
        {"requestId":"<rid>","_return":true,"securityGroupRuleSet":{"items":[{"groupOwnerId":"<acct>","groupId":
        "sg-<securityGroup/0>","securityGroupRuleId":"sgr-0<hex:16/3>","description":"TLS from <app/2>","isEgress":false,
        "ipProtocol":"tcp","fromPort":443,"toPort":443,"cidrIpv4":"<cidr/1>"}]}}
        """#,
      errors: [
        KindError(
          "Client.InvalidPermission.Duplicate",
          "the specified rule \\\"peer: <cidr/1>, TCP, from port: 443, to port: 443, ALLOW\\\" already exists"
        )
      ]),
    ec2Change(
      "RevokeSecurityGroupIngress", [.deploy: 0.5],
      request:
        #"{"groupId":"sg-<securityGroup/0>","ipPermissions":{},"securityGroupRuleIds":{"items":[{"securityGroupRuleId":"sgr-0<hex:16/1>"}]}}"#
    ),
    ec2Change(
      "ModifyInstanceAttribute", [.deploy: 0.3, .human: 0.1],
      request: #"{"instanceId":"i-<instance/0>","disableApiTermination":{"value":<(>true<|>false<)>}}"#),
    createFlowLogs,
  ]

  private static let createFlowLogs = ec2Change(
    "CreateFlowLogs", [.deploy: 0.4],
    request: #"""
      {"CreateFlowLogsRequest":{"TrafficType":"ALL","ResourceId":{"tag":1,"content":"vpc-<vpc/0>"},"ResourceType":"VPC",
      "LogDestinationType":"s3","LogDestination":"arn:aws:s3:::<bucket/1>","ClientToken":"<uuid/2>","TagSpecification":{
      "ResourceType":"vpc-flow-log","tag":1,"Tag":<(>{"Value":true,"tag":1,"Key":"managed"}<|>[{"Value":"<app>","tag":1,
      "Key":"service"},{"Value":"<environment>","tag":2,"Key":"env"}]<)>}}}
      """#,
    response: #"""
      {"CreateFlowLogsResponse":{"xmlns":"http://ec2.amazonaws.com/doc/2016-11-15/","unsuccessful":"","clientToken":
      "<b64:43/3>\u003d","requestId":"<rid>","flowLogIdSet":{"item":"fl-0<hex:16/4>"}}}
      """#,
    errors: [
      KindError(
        "Client.FlowLogAlreadyExists",
        "Error. There is an existing Flow Log with the same configuration and log destination.")
    ])

  private static let runInstances = ec2Change(
    "RunInstances", [.service: 2, .deploy: 0.5, .human: 0.1],
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
      "requesterId":"<number:900000000/13>"}
      """#,
    errors: [
      KindError(
        "Client.VcpuLimitExceeded",
        "You have requested more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket "
          + "that the specified instance type belongs to.")
    ])
}
