extension EventKind {
  private static func ecsKind(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String, response: String? = nil
  ) -> EventKind {
    var kind = EventKind(source: "ecs.amazonaws.com", name: name, by: by)
    kind.readOnly = readOnly
    kind.request = request
    kind.response = response
    kind.isHome = true
    kind.services = by[.service] == nil ? [] : ["events.amazonaws.com"]
    kind.denied = "arn:aws:ecs:<region>:<acct>:cluster/<cluster>"
    kind.errors = [KindError("ClusterNotFoundException", "Cluster not found.")]
    return kind
  }

  private static let containerDefinitions = #"""
    [{"name":"<ecsService/0>","image":"<containerImage/0>","cpu":256,
    "memory":512,"portMappings":[{"containerPort":8080,"hostPort":8080,"protocol":"tcp"}],"essential":true,
    "environment":[{"name":"ENV","value":"<environment>"},{"name":"LOG_LEVEL","value":"info"}],
    "mountPoints":[],"volumesFrom":[],"secrets":[{"name":"DB_PASSWORD","valueFrom":
    "arn:aws:ssm:<region>:<acct>:parameter/<parameter/1>"}],"logConfiguration":{"logDriver":"awslogs","options":
    {"awslogs-group":"/ecs/<ecsService/0>","awslogs-region":"<region>","awslogs-stream-prefix":"ecs"}}}]
    """#

  private static let taskRoles = #"""
    "taskRoleArn":"arn:aws:iam::<acct>:role/<appRole/2>","executionRoleArn":
    "arn:aws:iam::<acct>:role/ecsTaskExecutionRole","networkMode":"awsvpc"
    """#

  private static let service = #"""
    "serviceArn":"arn:aws:ecs:<region>:<acct>:service/<cluster>/<ecsService/0>","serviceName":"<ecsService/0>",
    "clusterArn":"arn:aws:ecs:<region>:<acct>:cluster/<cluster>"
    """#

  private static let taskDefinition =
    "arn:aws:ecs:<region>:<acct>:task-definition/<family/0>:<revision/0>"

  static let ecs: [EventKind] = [
    ecsKind(
      "RegisterTaskDefinition", [:], readOnly: false,
      request: #"""
        {"family":"<family/0>",\#(taskRoles),"containerDefinitions":\#(containerDefinitions),
        "requiresCompatibilities":["FARGATE"],"cpu":"256","memory":"512"}
        """#,
      response: #"""
        {"taskDefinition":{"taskDefinitionArn":"\#(taskDefinition)","containerDefinitions":\#(containerDefinitions),
        "family":"<family/0>",\#(taskRoles),"revision":<revision/0>,"volumes":[],"status":"ACTIVE",
        "requiresAttributes":[{"name":"com.amazonaws.ecs.capability.logging-driver.awslogs"},
        {"name":"ecs.capability.execution-role-awslogs"},{"name":"com.amazonaws.ecs.capability.ecr-auth"}],
        "placementConstraints":[],"compatibilities":["EC2","FARGATE"],"requiresCompatibilities":["FARGATE"],
        "cpu":"256","memory":"512","registeredAt":"<javaTime>","registeredBy":"<caller>"}}
        """#),
    ecsKind(
      "UpdateService", [:], readOnly: false,
      request: #"""
        {"cluster":"<cluster>","service":"<ecsService/0>","taskDefinition":"\#(taskDefinition)",
        "forceNewDeployment":false}
        """#,
      response: #"""
        {"service":{\#(service),"loadBalancers":[{"targetGroupArn":
        "arn:aws:elasticloadbalancing:<region>:<acct>:targetgroup/<targetGroup/3>/<targetGroupID/3>","containerName":
        "<ecsService/0>","containerPort":8080}],"serviceRegistries":[],"status":"ACTIVE","desiredCount":2,
        "runningCount":2,"pendingCount":0,"launchType":"FARGATE","platformVersion":"LATEST","platformFamily":"Linux",
        "taskDefinition":"\#(taskDefinition)","deploymentConfiguration":{"maximumPercent":200,
        "minimumHealthyPercent":100},"deployments":[{"id":"ecs-svc/<number:2000000000/5>","status":"PRIMARY",
        "taskDefinition":"\#(taskDefinition)","desiredCount":2,"pendingCount":0,"runningCount":0,"failedTasks":0,
        "createdAt":"<javaTime>","updatedAt":"<javaTime>","launchType":"FARGATE","rolloutState":"IN_PROGRESS"}],
        "events":[],"createdAt":"<javaTime:-8640000>","schedulingStrategy":"REPLICA","enableECSManagedTags":true,
        "propagateTags":"NONE","enableExecuteCommand":false}}
        """#),
    ecsKind(
      "DescribeServices", [.deploy: 14, .audit: 2, .human: 1],
      request: #"{"cluster":"<cluster>","services":["<ecsService/0>"]}"#),
    ecsKind(
      "DescribeTaskDefinition", [.deploy: 6, .audit: 2],
      request: #"{"taskDefinition":"<(>\#(taskDefinition)<|><family/0><)>","include":["TAGS"]}"#),
    ecsKind(
      "ListTasks", [.deploy: 3, .audit: 3],
      request: #"{"cluster":"<cluster>","serviceName":"<ecsService/0>"}"#),
    ecsKind(
      "DescribeClusters", [.audit: 2, .human: 1],
      request: #"{"clusters":["arn:aws:ecs:<region>:<acct>:cluster/<cluster>"]}"#),
    ecsKind(
      "RunTask", [.service: 3, .data: 1], readOnly: false,
      request: #"""
        {"cluster":"<cluster>","taskDefinition":"\#(taskDefinition)","count":1,"launchType":"FARGATE",
        "startedBy":"events-rule/<rule/1>","networkConfiguration":{"awsvpcConfiguration":{"subnets":
        ["subnet-<subnet/2>"],"securityGroups":["sg-<securityGroup/3>"],"assignPublicIp":"DISABLED"}}}
        """#,
      response: #"""
        {"tasks":[{"attachments":[],"attributes":[],"clusterArn":"arn:aws:ecs:<region>:<acct>:cluster/<cluster>",
        "containers":[],"cpu":"256","createdAt":"<javaTime>","desiredStatus":"RUNNING","group":"family:<family/0>",
        "lastStatus":"PROVISIONING","launchType":"FARGATE","memory":"512","taskArn":
        "arn:aws:ecs:<region>:<acct>:task/<cluster>/<hex:32/4>","taskDefinitionArn":"\#(taskDefinition)","version":1}],
        "failures":[]}
        """#),
  ]
}
