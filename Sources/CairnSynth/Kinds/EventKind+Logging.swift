extension EventKind {
  private static let logGroupArn =
    "arn:aws:logs:<region>:<acct>:log-group:/aws/lambda/<function/0>:log-stream:"

  private static func logs(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String? = nil,
    response: String? = nil, services: [String] = [], errors: [KindError] = []
  ) -> EventKind {
    json(
      "logs", name, by, readOnly: readOnly, request: request, response: response, services: services,
      denied: logGroupArn, errors: errors
    ).versioned("20140328")
  }

  static let logging: [EventKind] = [
    logs(
      "CreateLogStream", [.app: 11, .service: 3], readOnly: false,
      request: #"""
        {"logGroupName":"/aws/lambda/<function/0>","logStreamName":"<datePath>/[$LATEST]<hex:32/1>"}
        """#,
      services: ["vpc-flow-logs.amazonaws.com"],
      errors: [KindError("ResourceAlreadyExistsException", "The specified log stream already exists")]),
    logs(
      "CreateLogGroup", [.app: 0.6, .deploy: 0.6], readOnly: false,
      request: #"{"logGroupName":"/aws/lambda/<function/0>"<(><|>,"tags":{"service":"<app>"}<)>}"#,
      errors: [KindError("ResourceAlreadyExistsException", "The specified log group already exists")]),
    logs(
      "DescribeLogGroups", [.audit: 5, .human: 2, .deploy: 2],
      request: #"{"logGroupNamePrefix":"/aws/lambda/<app>"}"#),
    logs(
      "DescribeLogStreams", [.human: 3, .app: 1],
      request:
        #"{"logGroupName":"/aws/lambda/<function/0>","orderBy":"LastEventTime","descending":true,"limit":50}"#
    ),
    logs(
      "PutRetentionPolicy", [.deploy: 0.5], readOnly: false,
      request: #"{"logGroupName":"/aws/lambda/<function/0>","retentionInDays":<(>30<|>90<|>14<)>}"#),
    logs(
      "StartQuery", [.human: 3, .app: 0.3], readOnly: false,
      request: #"""
        {"logGroupNames":["/aws/lambda/<function/0>"],"startTime":<epoch:-3600>,"endTime":<epoch>,"queryString":
        "HIDDEN_DUE_TO_SECURITY_REASONS","limit":1000}
        """#,
      response: #"{"queryId":"<uuid/1>"}"#),
    logs("GetQueryResults", [.human: 5, .app: 0.5], request: #"{"queryId":"<uuid/1>"}"#),
    logs("DescribeMetricFilters", [.audit: 2], request: #"{"logGroupName":"/aws/lambda/<function/0>"}"#),
    logs(
      "ListTagsLogGroup", [.audit: 1, .deploy: 1], request: #"{"logGroupName":"/aws/lambda/<function/0>"}"#),
    json(
      "monitoring", "DescribeAlarms", [.audit: 6, .human: 3, .service: 2], request: #"{"maxRecords":100}"#,
      services: ["autoscaling.amazonaws.com"]),
    json(
      "monitoring", "PutMetricAlarm", [.deploy: 1, .service: 1.2], readOnly: false,
      request: #"""
        {"threshold":<(>70.0<|>0.0<|>5.0<)>,"period":60,"metricName":"CPUUtilization","dimensions":[{"value":
        "<ecsService/0>","name":"ServiceName"}],"evaluationPeriods":3,"actionsEnabled":true,"comparisonOperator":
        "GreaterThanThreshold","namespace":"AWS/ECS","alarmName":
        "TargetTracking-service/<cluster>/<ecsService/0>-AlarmHigh-<uuid/1>","alarmActions":[
        "arn:aws:autoscaling:<region>:<acct>:scalingPolicy:<uuid/2>:resource/ecs/service/<cluster>/<ecsService/0>"],
        "statistic":"Average"}
        """#,
      services: ["ecs.application-autoscaling.amazonaws.com"]),
    json(
      "monitoring", "ListMetrics", [.audit: 3],
      request: #"{"namespace":"AWS/<(>EC2<|>RDS<|>Lambda<|>SQS<)>"<(><|>,"recentlyActive":"PT3H"<)>}"#),
    json(
      "monitoring", "GetDashboard", [.human: 2], request: #"{"dashboardName":"<app/0>-overview"}"#,
      errors: [KindError("DashboardNotFoundError", "Dashboard <app/0>-overview does not exist")]),
    json("xray", "GetSamplingRules", [.app: 2, .node: 1]),
    json(
      "devops-guru", "SearchInsights", [.human: 1],
      request: #"""
        {"StartTimeRange":{"FromTime":<epochExponent:-432000>,"ToTime":<epochExponent>},"Type":"REACTIVE","Filters":{
        "ServiceCollection":{"ServiceNames":["RDS"]}},"MaxResults":1}
        """#),
    json(
      "health", "DescribeEventAggregates", [.human: 3],
      request: #"""
        {"aggregateField":"eventTypeCategory","filter":{"eventStatusCodes":["open","upcoming"],"startTimes":[{"from":
        "<javaTime:-604800>"}]}}
        """#
    ).asGlobal(),
  ]
}
