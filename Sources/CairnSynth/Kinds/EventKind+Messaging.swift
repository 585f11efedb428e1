extension EventKind {
  private static let queueURL = #""queueUrl":"https://sqs.<region>.amazonaws.com/<acct>/<queue/0>""#

  static let messaging: [EventKind] = [
    json(
      "sqs", "GetQueueAttributes", [.app: 3, .audit: 2, .deploy: 1],
      request: #"{\#(queueURL),"attributeNames":["All"]}"#,
      resources:
        #"[{"accountId":"<acct>","type":"AWS::SQS::Queue","ARN":"arn:aws:sqs:<region>:<acct>:<queue/0>"}]"#,
      denied: "arn:aws:sqs:<region>:<acct>:<queue/0>",
      errors: [
        KindError("AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist.")
      ]),
    json("sqs", "ListQueues", [.audit: 2, .human: 1], request: #"{"maxResults":1000}"#),
    json(
      "sqs", "SetQueueAttributes", [.deploy: 0.4], readOnly: false,
      request: #"""
        {\#(queueURL),"attributes":{"VisibilityTimeout":"30","Policy":"{\"Version\":\"2012-10-17\",\"Statement\":[{
        \"Effect\":\"Allow\",\"Principal\":{\"Service\":\"sns.amazonaws.com\"},\"Action\":\"sqs:SendMessage\",\"Resource\":
        \"arn:aws:sqs:<region>:<acct>:<queue/0>\",\"Condition\":{\"ArnEquals\":{\"aws:SourceArn\":
        \"arn:aws:sns:<region>:<acct>:<topic/1>\"}}}]}"}}
        """#),
    json(
      "sqs", "SendMessage", [.app: 4, .service: 1], readOnly: false,
      request: #"{\#(queueURL),"messageBody":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#,
      response: #"{"mD5OfMessageBody":"HIDDEN_DUE_TO_SECURITY_REASONS","messageId":"<uuid/1>"}"#,
      resources:
        #"[{"accountId":"<acct>","type":"AWS::SQS::Queue","ARN":"arn:aws:sqs:<region>:<acct>:<queue/0>"}]"#,
      services: ["events.amazonaws.com"]
    ).asDataEvent(),
    json("sns", "ListTopics", [.audit: 2]),
    json(
      "sns", "GetTopicAttributes", [.audit: 2, .deploy: 1],
      request: #"{"topicArn":"arn:aws:sns:<region>:<acct>:<topic/0>"}"#,
      denied: "arn:aws:sns:<region>:<acct>:<topic/0>",
      errors: [KindError("NotFound", "Topic does not exist")]),
    json(
      "sns", "Subscribe", [.deploy: 0.2], readOnly: false,
      request: #"""
        {"topicArn":"arn:aws:sns:<region>:<acct>:<topic/0>","protocol":"sqs","endpoint":
        "arn:aws:sqs:<region>:<acct>:<queue/1>","returnSubscriptionArn":true}
        """#,
      response: #"{"subscriptionArn":"arn:aws:sns:<region>:<acct>:<topic/0>:<uuid/2>"}"#),
    json(
      "events", "PutRule", [.deploy: 0.4, .service: 0.4], readOnly: false,
      request: #"""
        {"name":"<rule/0>",<(>"scheduleExpression":"rate(5 minutes)"<|>"eventPattern":"{\"source\":[\"aws.ec2\"],
        \"detail-type\":[\"EC2 Instance State-change Notification\"]}"<)>,"state":"ENABLED"}
        """#,
      response: #"{"ruleArn":"arn:aws:events:<region>:<acct>:rule/<rule/0>"}"#,
      services: ["autoscaling.amazonaws.com"]),
    json(
      "events", "PutTargets", [.deploy: 0.4], readOnly: false,
      request: #"""
        {"rule":"<rule/0>","targets":[<{2>{"id":"<app>-target","arn":"arn:aws:lambda:<region>:<acct>:function:<function/1>"
        }<}>]}
        """#,
      response: #"{"failedEntryCount":0,"failedEntries":[]}"#),
    json("events", "ListRules", [.audit: 1], request: #"{"limit":100}"#),
    json(
      "events", "DescribeRule", [.audit: 1, .deploy: 1], request: #"{"name":"<rule/0>"}"#,
      errors: [KindError("ResourceNotFoundException", "Rule <rule/0> does not exist on EventBus default.")]),
    json(
      "states", "StartExecution", [.app: 2, .service: 1], readOnly: false,
      request: #"""
        {"stateMachineArn":"arn:aws:states:<region>:<acct>:stateMachine:<stateMachine/0>","name":"<uuid/1>","input":
        "HIDDEN_DUE_TO_SECURITY_REASONS"}
        """#,
      response: #"""
        {"executionArn":"arn:aws:states:<region>:<acct>:execution:<stateMachine/0>:<uuid/1>","startDate":
        "<javaTimeNew>"}
        """#,
      services: ["events.amazonaws.com"],
      denied: "arn:aws:states:<region>:<acct>:stateMachine:<stateMachine/0>"),
    json(
      "states", "DescribeStateMachine", [.audit: 1, .deploy: 1],
      request: #"{"stateMachineArn":"arn:aws:states:<region>:<acct>:stateMachine:<stateMachine/0>"}"#),
    json(
      "kinesis", "DescribeStreamSummary", [.app: 2, .audit: 1], request: #"{"streamName":"<stream/0>"}"#,
      denied: "arn:aws:kinesis:<region>:<acct>:stream/<stream/0>"),
    json("kinesis", "ListShards", [.app: 2], request: #"{"streamName":"<stream/0>","maxResults":1000}"#),
    json(
      "firehose", "DescribeDeliveryStream", [.audit: 1],
      request: #"{"deliveryStreamName":"<firehose/0>","limit":10}"#),
  ]
}
