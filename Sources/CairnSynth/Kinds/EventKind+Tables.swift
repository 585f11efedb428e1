extension EventKind {
  private static let tableArn = "arn:aws:dynamodb:<region>:<acct>:table/<table/0>"

  private static func dynamo(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String? = nil,
    response: String? = nil
  ) -> EventKind {
    var kind = json(
      "dynamodb", name, by, readOnly: readOnly, request: request, response: response,
      resources: #"[{"accountId":"<acct>","type":"AWS::DynamoDB::Table","ARN":"\#(tableArn)"}]"#,
      denied: tableArn,
      errors: [
        KindError(
          "ResourceNotFoundException",
          "Requested resource not found: Table: <table/0> not found")
      ])
    kind.requestID = .dynamo
    kind.apiVersion = "2012-08-10"
    return kind
  }

  static let tables: [EventKind] = [
    dynamo("DescribeTable", [.audit: 3, .deploy: 2, .app: 2], request: #"{"tableName":"<table/0>"}"#),
    dynamo(
      "GetItem", [.app: 5, .foreign: 0.4],
      request:
        #"{"tableName":"<table/0>","key":{"pk":"HIDDEN_DUE_TO_SECURITY_REASONS"},"consistentRead":false}"#
    ).asDataEvent(.dynamo),
    dynamo(
      "Query", [.app: 4],
      request:
        ##"{"tableName":"<table/0>","indexName":"gsi1","limit":<(>25<|>100<)>,"keyConditionExpression":"#pk \u003d :pk"}"##
    ).asDataEvent(.dynamo),
    dynamo(
      "PutItem", [.app: 3], readOnly: false,
      request:
        #"{"tableName":"<table/0>","key":{"pk":"HIDDEN_DUE_TO_SECURITY_REASONS"},"items":["pk","sk","payload"]}"#
    ).asDataEvent(.dynamo),
    dynamo("DescribeContinuousBackups", [.audit: 1.5], request: #"{"tableName":"<table/0>"}"#),
    dynamo("DescribeTimeToLive", [.audit: 1, .deploy: 1], request: #"{"tableName":"<table/0>"}"#),
    listTables,
    dynamo(
      "UpdateTable", [.deploy: 0.2, .service: 0.5], readOnly: false,
      request:
        #"{"tableName":"<table/0>","provisionedThroughput":{"readCapacityUnits":<number:200/1>,"writeCapacityUnits":<number:200/2>}}"#,
      response: #"""
        {"tableDescription":{"tableName":"<table/0>","tableStatus":"UPDATING","creationDateTime":
        "<javaTimeNew:-31536000>","provisionedThroughput":{"lastIncreaseDateTime":"<javaTimeNew:-86400>",
        "numberOfDecreasesToday":0,"readCapacityUnits":<number:200/1>,"writeCapacityUnits":<number:200/2>},
        "tableSizeBytes":<number:900000000/3>,"itemCount":<number:9000000/4>,"tableArn":"\#(tableArn)","tableId":
        "<uuid/5>"}}
        """#
    ),
    json(
      "elasticache", "DescribeCacheClusters", [.audit: 2, .app: 0.5],
      request: #"{<(>"cacheClusterId":"<cacheCluster/0>",<|><)>"showCacheNodeInfo":true,"maxRecords":100}"#),
    json("es", "DescribeDomain", [.audit: 1, .app: 0.5], request: #"{"domainName":"<domain/0>"}"#),
  ].map { kind in
    var kind = kind
    if kind.by[.service] != nil { kind.services = ["dynamodb.application-autoscaling.amazonaws.com"] }
    return kind
  }

  private static var listTables: EventKind {
    var kind = dynamo("ListTables", [.audit: 1.5, .human: 1], request: #"{"limit":100}"#)
    kind.resources = nil
    return kind
  }
}
