extension EventKind {
  /// A call of a service with plain JSON parameters.
  static func json(
    _ service: String, _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String? = nil,
    response: String? = nil, resources: String? = nil, services: [String] = [], denied: String = "*",
    errors: [KindError] = []
  ) -> EventKind {
    var kind = EventKind(source: service + ".amazonaws.com", name: name, by: by)
    kind.readOnly = readOnly
    kind.request = request
    kind.response = response
    kind.resources = resources
    kind.services = services
    kind.denied = denied
    kind.errors = errors
    return kind
  }

  static let serverless: [EventKind] = [
    json(
      "lambda", "GetFunction20150331v2", [.deploy: 4, .audit: 2],
      request: #"{"functionName":"<function/0>"}"#,
      denied: "arn:aws:lambda:<region>:<acct>:function:<function/0>"),
    json(
      "lambda", "ListFunctions20150331", [.audit: 4, .human: 1], request: #"{"maxItems":50}"#),
    json(
      "dynamodb", "DescribeTable", [.audit: 2, .deploy: 2, .app: 2],
      request: #"{"tableName":"<table/0>"}"#,
      resources: #"""
        [{"accountId":"<acct>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<acct>:table/<table/0>"}]
        """#,
      denied: "arn:aws:dynamodb:<region>:<acct>:table/<table/0>"),
    json(
      "secretsmanager", "GetSecretValue", [.app: 7, .deploy: 2],
      request: #"{"secretId":"arn:aws:secretsmanager:<region>:<acct>:secret:<secret/0>-Xk3Fqa"}"#,
      denied: "arn:aws:secretsmanager:<region>:<acct>:secret:<secret/0>-Xk3Fqa"),
    json(
      "sqs", "GetQueueAttributes", [.app: 3, .audit: 2],
      request: #"{"queueUrl":"https://sqs.<region>.amazonaws.com/<acct>/<queue/0>","attributeNames":["All"]}"#
    ),
    json("sns", "ListTopics", [.audit: 2]),
    json(
      "ecr", "GetAuthorizationToken", [.deploy: 5, .service: 3],
      response: #"""
        {"proxyEndpoint":"https://<acct>.dkr.ecr.<region>.amazonaws.com","expiresAt":"<javaTime:43200>"}
        """#,
      services: ["ecs-tasks.amazonaws.com"]),
  ]
}
